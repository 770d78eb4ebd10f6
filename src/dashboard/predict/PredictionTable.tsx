import { em, Group, Pagination, Stack, Table, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Fragment, type ReactNode, useState } from 'react';
import type { Deployment } from '../deployments/DeploymentPage';
import { Applicability } from '../ui/Applicability';
import { DataTable } from '../ui/DataTable';
import { isJudged, type Judgement, type ReferenceRange } from '../ui/judgement.ts';
import { formatNumber, formatValue } from '../ui/numbers';

interface Row extends Judgement {
  sampleName: string;
  file?: string;
  value?: number | null | undefined;
  category?: string | null | undefined;
  /** Distinguishes samples of the same name; missing if the name is unique. */
  duplicate?: string | undefined;
  /** The call that it is a result of, for tables of several calls. Equal texts are the same call. */
  callId?: string;
}

const ROWS_ON_A_PAGE = 50;
/** Max widths by the number of columns without the calibration: a name and its value far apart are hard to read together. */
const WIDTHS: Record<number, number> = { 2: 680, 3: 820 };
const WIDTH_WITH_CALIBRATION = 1000;

interface PredictionTableProps<R extends Row> {
  predictions: readonly R[];
  model: Pick<Deployment['model'], 'kind' | 'targetProperty' | 'unit'> & {
    calibration?: ReferenceRange | null | undefined;
  };
  /** The table's name, for screen readers. */
  label: string;
  /** What is said about a call above its first row on a page. */
  describeCall?: (row: R) => ReactNode;
}

/** Samples with their predictions, and with what the calibration says about them where it says anything. */
export function PredictionTable<R extends Row>({
  predictions,
  model,
  label,
  describeCall,
}: PredictionTableProps<R>) {
  const [page, setPage] = useState(1);
  const pages = Math.max(1, Math.ceil(predictions.length / ROWS_ON_A_PAGE));
  const shown = Math.min(page, pages);
  const from = (shown - 1) * ROWS_ON_A_PAGE;
  const rows = predictions.slice(from, from + ROWS_ON_A_PAGE);
  const ofSeveralFiles = new Set(predictions.map(({ file }) => file)).size > 1;
  const judged = predictions.some(isJudged);
  const numeric = model.kind === 'REGRESSION';
  const isNarrow = useMediaQuery(`(max-width: ${em(767)})`, false, { getInitialValueInEffect: false });
  const columns = isNarrow ? 2 : 2 + Number(ofSeveralFiles) + Number(judged);
  const calibrationOf = (row: R) => <Applicability judgement={row} range={model.calibration} />;
  return (
    <Stack gap="sm" maw={judged && columns === 3 ? WIDTH_WITH_CALIBRATION : WIDTHS[columns]}>
      <Table.ScrollContainer minWidth={0} type="native">
        <DataTable verticalSpacing={6} aria-label={label}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th miw={140}>Sample</Table.Th>
              {ofSeveralFiles && !isNarrow && <Table.Th>File</Table.Th>}
              <Table.Th ta={numeric ? 'right' : 'left'} miw={isNarrow ? 0 : 130}>
                {model.targetProperty}
                {numeric && model.unit && ` in ${model.unit}`}
              </Table.Th>
              {judged && !isNarrow && <Table.Th>Calibration</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row, index) => (
              // Samples may have the same name, and their order never changes.
              // biome-ignore lint/suspicious/noArrayIndexKey: the position is the only difference
              <Fragment key={from + index}>
                {describeCall && row.callId !== rows[index - 1]?.callId && (
                  <Table.Tr>
                    <Table.Th colSpan={columns} scope="rowgroup" fw={400} fz="xs" c="dimmed">
                      {describeCall(row)}
                    </Table.Th>
                  </Table.Tr>
                )}
                <Table.Tr>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>
                    {row.sampleName}
                    {row.duplicate && <Remark nowrap>{row.duplicate}</Remark>}
                    {ofSeveralFiles && isNarrow && <Remark>{row.file}</Remark>}
                    {judged && isNarrow && calibrationOf(row)}
                  </Table.Td>
                  {ofSeveralFiles && !isNarrow && (
                    <Table.Td c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                      {row.file}
                    </Table.Td>
                  )}
                  {numeric ? <Value value={row.value} /> : <Table.Td>{row.category}</Table.Td>}
                  {judged && !isNarrow && <Table.Td>{calibrationOf(row)}</Table.Td>}
                </Table.Tr>
              </Fragment>
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

/** A value, with all its digits on hover. */
function Value({ value }: Pick<Row, 'value'>) {
  const isKnown = typeof value === 'number';
  return (
    <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }} {...(isKnown ? { title: String(value) } : {})}>
      {isKnown ? formatValue(value) : '–'}
    </Table.Td>
  );
}

/** A remark below the name of a sample. */
function Remark({ children, nowrap = false }: { children: ReactNode; nowrap?: boolean }) {
  return (
    <Text size="xs" c="dimmed" {...(nowrap ? { style: { whiteSpace: 'nowrap' } } : {})}>
      {children}
    </Text>
  );
}
