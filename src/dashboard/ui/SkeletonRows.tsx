import { Skeleton, Table, VisuallyHidden } from '@mantine/core';

interface SkeletonRowsProps {
  /** What is loading, for screen readers. */
  what: string;
  columns: number;
  /** The columns that a narrow screen shows. */
  narrow: readonly number[];
  /** The height of a cell's content. */
  height: string;
}

const ROWS = ['first', 'second', 'third'];

/** Placeholders for rows that are loading, as high as the rows, so that the layout does not shift. */
export function SkeletonRows({ what, columns, narrow, height }: SkeletonRowsProps) {
  return ROWS.map((row, index) => (
    <Table.Tr key={row}>
      {Array.from({ length: columns }, (_, column) => (
        <Table.Td
          // biome-ignore lint/suspicious/noArrayIndexKey: the columns stay as they are
          key={column}
          {...(narrow.includes(column) ? {} : { visibleFrom: 'sm' })}
        >
          {index === 0 && column === 0 && <VisuallyHidden role="status">Loading {what}…</VisuallyHidden>}
          <div style={{ height, display: 'flex', alignItems: 'center' }}>
            <Skeleton h={14} w={column === 0 ? '70%' : '50%'} />
          </div>
        </Table.Td>
      ))}
    </Table.Tr>
  ));
}
