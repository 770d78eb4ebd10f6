import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { CallerLine } from './callers.ts';
import classes from './Networks.module.css';

const SHOWN = 4;

interface NetworksProps {
  /** The name of the list, for screen readers. */
  label: string;
  lines: readonly CallerLine[];
}

/** Networks with what each did. Of many, the first four until all are asked for. */
export function Networks({ label, lines }: NetworksProps) {
  const [all, setAll] = useState(false);
  const shown = all ? lines : lines.slice(0, SHOWN);
  return (
    <>
      <ul className={classes.list} aria-label={label}>
        {shown.map(({ network, text }) => (
          <li key={network}>
            <code>{network}</code>
            <Text size="sm" c="dimmed" component="span">
              {text}
            </Text>
          </li>
        ))}
      </ul>
      {shown.length < lines.length && (
        <Button variant="subtle" size="compact-sm" ml={-8} onClick={() => setAll(true)}>
          Show {lines.length - shown.length} more
        </Button>
      )}
    </>
  );
}
