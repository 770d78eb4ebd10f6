import { Button, Group, Text } from '@mantine/core';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { Pages } from './use-pages';

interface PagerProps {
  pages: Pages;
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
  /** Whether the next page is loading. */
  turning: boolean;
}

/** The number of the page and the buttons that turn it; nothing for a list of one page. */
export function Pager({ pages, pageInfo: { hasNextPage, endCursor }, turning }: PagerProps) {
  if (pages.number === 1 && !hasNextPage) return null;
  return (
    <Group justify="space-between">
      <Text size="sm" c="dimmed" role="status">
        Page {pages.number}
      </Text>
      <Group gap="xs">
        <Button
          variant="default"
          size="xs"
          leftSection={<ChevronLeft size={14} />}
          disabled={pages.number === 1 || turning}
          onClick={pages.toNewer}
        >
          Newer
        </Button>
        <Button
          variant="default"
          size="xs"
          rightSection={<ChevronRight size={14} />}
          disabled={!hasNextPage || turning}
          onClick={() => {
            if (endCursor) pages.toOlder(endCursor);
          }}
        >
          Older
        </Button>
      </Group>
    </Group>
  );
}
