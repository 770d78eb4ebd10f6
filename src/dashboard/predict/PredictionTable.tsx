import { Group, Pagination, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { Deployment } from '../deployments/DeploymentPage';
import { DataTable } from '../ui/DataTable';
import { formatNumber } from '../ui/numbers';

interface Row {
  sampleName: string;
  file?: string;
  value?: number | null | undefined;
  category?: string | null | undefined;
}

const ROWS_ON_A_PAGE = 50;

/** Samples with their predictions: a value with 4 decimals, or a category. */
export function PredictionTable({
  predictions,
  model,
  label,
}: {
  predictions: readonly Row[];
  model: Pick<Deployment['model'], 'kind' | 'targetProperty' | 'unit'>;
  /** The table's name, for screen readers. */
  label: string;
}) {
  const [page, setPage] = useState(1);
  const pages = Math.max(1, Math.ceil(predictions.length / ROWS_ON_A_PAGE));
  const shown = Math.min(page, pages);
  const from = (shown - 1) * ROWS_ON_A_PAGE;
  const rows = predictions.slice(from, from + ROWS_ON_A_PAGE);
  const ofSeveralFiles = new Set(predictions.map(({ file }) => file)).size > 1;
  const regression = model.kind === 'REGRESSION';
  return (
    <Stack gap="sm">
      <Table.ScrollContainer minWidth={0} type="native">
        <DataTable verticalSpacing={6} aria-label={label}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Sample</Table.Th>
              {ofSeveralFiles && <Table.Th>File</Table.Th>}
              <Table.Th ta={regression ? 'right' : 'left'}>
                {model.targetProperty}
                {regression && model.unit && (
                  <Text component="span" size="sm" c="dimmed">
                    {' '}
                    in {model.unit}
                  </Text>
                )}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ sampleName, file, value, category }, index) => (
              // Samples may have the same name, and their order never changes.
              // biome-ignore lint/suspicious/noArrayIndexKey: the position is the only difference
              <Table.Tr key={from + index}>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{sampleName}</Table.Td>
                {ofSeveralFiles && (
                  <Table.Td c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                    {file}
                  </Table.Td>
                )}
                <Table.Td ta={regression ? 'right' : 'left'}>
                  {regression ? formatValue(value) : category}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </DataTable>
      </Table.ScrollContainer>
      {pages > 1 && (
        <Group justify="space-between" gap="sm">
          <Text size="sm" c="dimmed">
            {formatNumber(from + 1)} to {formatNumber(from + rows.length)} of{' '}
            {formatNumber(predictions.length)}
          </Text>
          <Pagination
            total={pages}
            value={shown}
            onChange={setPage}
            size="sm"
            getControlProps={control => ({ 'aria-label': `${control} page` })}
            getItemProps={number => ({ 'aria-label': `Page ${number}` })}
          />
        </Group>
      )}
    </Stack>
  );
}

function formatValue(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(4);
}
