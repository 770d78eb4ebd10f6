import {
  Box,
  Group,
  SimpleGrid,
  Stack,
  Table,
  Text,
  Tooltip,
  UnstyledButton,
  VisuallyHidden,
} from '@mantine/core';
import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { exactTime, relativeTime } from '../api-keys/relative-time';
import type { Deployment } from '../deployments/DeploymentPage';
import type { PredictionLogsQuery } from '../generated/graphql';
import { CopyButton } from '../integration/CopyButton';
import { PredictionTable } from '../predict/PredictionTable';
import classes from './Logs.module.css';

export type Log = NonNullable<PredictionLogsQuery['deployment']>['predictionLogs']['nodes'][number];

/** How many columns a row has, narrow screens included: what is hidden there spans nothing. */
export const COLUMNS = 5;

interface LogRowProps {
  log: Log;
  model: Deployment['model'];
  now: Date;
  open: boolean;
  onToggle: () => void;
}

/** One call; opened, with its values. */
export function LogRow({ log, model, now, open, onToggle }: LogRowProps) {
  const details = `log-${log.id}`;
  const at = new Date(log.createdAt);
  return (
    <>
      {/* The row, a larger thing to hit than the button within, hears the button's clicks and keys too. */}
      <Table.Tr className={classes.row} onClick={onToggle} data-open={open || undefined}>
        <Table.Td>
          <Tooltip
            label={exactTime(at)}
            position="top-start"
            withArrow
            events={{ hover: true, focus: true, touch: false }}
          >
            <UnstyledButton
              className={classes.toggle}
              aria-expanded={open}
              aria-controls={open ? details : undefined}
            >
              <ChevronRight size={14} className={classes.chevron} aria-hidden="true" />
              <time dateTime={log.createdAt}>{relativeTime(at, now)}</time>
            </UnstyledButton>
          </Tooltip>
        </Table.Td>
        <Table.Td visibleFrom="sm">{sourceOf(log)}</Table.Td>
        <Table.Td>
          <KeyName log={log} />
        </Table.Td>
        <Table.Td ta="right">{log.predictions.length}</Table.Td>
        <Table.Td ta="right" visibleFrom="sm" style={{ whiteSpace: 'nowrap' }}>
          {duration(log.durationMs)}
        </Table.Td>
      </Table.Tr>
      {open && (
        <Table.Tr id={details}>
          <Table.Td colSpan={COLUMNS} className={classes.details}>
            <Details log={log} model={model} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

function Details({ log, model }: Pick<LogRowProps, 'log' | 'model'>) {
  const at = new Date(log.createdAt);
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, xs: 3, sm: 2 }} spacing="sm" verticalSpacing="xs">
        <Fact name="When">{exactTime(at)}</Fact>
        <Box hiddenFrom="sm">
          <Fact name="Source">{sourceOf(log)}</Fact>
        </Box>
        <Box hiddenFrom="sm">
          <Fact name="Duration">{duration(log.durationMs)}</Fact>
        </Box>
      </SimpleGrid>
      <Group justify="space-between" gap="sm">
        <Fact name="Log id">
          <Text component="span" ff="monospace" size="sm" style={{ overflowWrap: 'anywhere' }}>
            {log.id}
          </Text>
        </Fact>
        <CopyButton text={log.id} what="the log’s id" />
      </Group>
      <Box className={classes.values}>
        <PredictionTable
          predictions={log.predictions}
          model={model}
          label={`Values of the call of ${exactTime(at)}`}
        />
      </Box>
    </Stack>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="sm" component="div">
        {children}
      </Text>
    </div>
  );
}

/** The key by name and prefix, struck through once it is deleted. */
function KeyName({ log: { apiKeyName, apiKeyPrefix, apiKeyId, apiKey } }: { log: Log }) {
  if (!apiKeyId) {
    return (
      <Text size="sm" c="dimmed" component="span">
        –<VisuallyHidden>no key</VisuallyHidden>
      </Text>
    );
  }
  const label = (
    <>
      <span className={classes.keyName}>{apiKeyName}</span>{' '}
      <span className={classes.prefix}>{apiKeyPrefix}...</span>
    </>
  );
  if (apiKey) return label;
  return (
    <Tooltip label="This key was deleted" withArrow>
      <span>
        <s className={classes.deleted}>{label}</s>
        <VisuallyHidden> (deleted)</VisuallyHidden>
      </span>
    </Tooltip>
  );
}

const sourceOf = ({ source }: Log) => (source === 'API' ? 'API' : 'Web');

function duration(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}
