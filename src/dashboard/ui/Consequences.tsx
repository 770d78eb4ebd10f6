import { List, Skeleton, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Lists what is deleted together with an object. @param items undefined while they are counted. */
export function Consequences({ items }: { items: readonly ReactNode[] | undefined }) {
  if (!items) return <Skeleton h={60} aria-label="Counting what goes with it" />;
  return (
    <List size="sm" spacing={4} aria-label="What goes with it">
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the order of the sentences is fixed, and they have no state
        <List.Item key={index}>
          <Text size="sm" component="span" style={{ overflowWrap: 'anywhere' }}>
            {item}
          </Text>
        </List.Item>
      ))}
    </List>
  );
}
