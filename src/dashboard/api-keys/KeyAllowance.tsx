import { Progress, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatNumber } from '../ui/numbers.ts';
import classes from './ApiKeys.module.css';

interface KeyAllowanceProps {
  used: number;
  limit: number;
  /** The number of keys that do not count, as their successors can be used. */
  retiring: number;
  children: ReactNode;
}

/** The number of keys, and the limit. */
export function KeyAllowance({ used, limit, retiring, children }: KeyAllowanceProps) {
  const full = used >= limit;
  return (
    <div className={classes.allowance}>
      <Text fw={600} size="sm">
        {used} of {limit} keys
      </Text>
      <Progress
        w={120}
        size="sm"
        value={limit === 0 ? 100 : Math.min(100, (100 * used) / limit)}
        color={full ? 'yellow.7' : 'moss'}
        aria-label="Share of the keys in use"
      />
      <Text size="sm" c="dimmed">
        Active keys of the whole project
        {retiring > 0 &&
          `, beside ${retiring === 1 ? 'one that retires and does' : `${formatNumber(retiring)} that retire and do`} not count`}
      </Text>
      {children}
    </div>
  );
}
