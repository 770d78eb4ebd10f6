import { Box, type BoxProps, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** A list of facts in one column, each a name and a value on one line. */
export function Facts({ children }: { children: ReactNode }) {
  return (
    <Stack gap={8} component="dl" m={0}>
      {children}
    </Stack>
  );
}

interface FactProps extends Pick<BoxProps, 'hiddenFrom'> {
  name: string;
  /** Whether the value is below the name instead of beside it. */
  stacked?: boolean;
  /** The weight of the value. */
  fw?: number;
  children: ReactNode;
}

/** A name and a value, within a `dl`. */
export function Fact({ name, stacked = false, fw, children, ...box }: FactProps) {
  const term = (
    <Text size={stacked ? 'xs' : 'sm'} c="dimmed" component="dt">
      {name}
    </Text>
  );
  const value = (
    <Text
      size="sm"
      component="dd"
      m={0}
      {...(fw === undefined ? {} : { fw })}
      {...(stacked ? {} : { ta: 'right' as const })}
      style={{ overflowWrap: 'anywhere' }}
    >
      {children}
    </Text>
  );
  if (stacked) {
    return (
      <Box miw={0} {...box}>
        {term}
        {value}
      </Box>
    );
  }
  return (
    <Group justify="space-between" gap="md" wrap="nowrap" align="baseline" {...box}>
      {term}
      {value}
    </Group>
  );
}
