import { Anchor, Box, Group, Table, Text, Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { keyPath } from '../api-keys/key-path.ts';
import { graphql } from '../generated';
import type { LogFieldsFragment } from '../generated/graphql';
import { Caution } from '../ui/Applicability';
import { formatNumber } from '../ui/numbers';
import { exactTime, relativeTime } from '../ui/relative-time';
import classes from './Logs.module.css';

graphql(`
  fragment LogFields on PredictionLog {
    id
    createdAt
    source
    spectra
    outside
    durationMs
    xAxisChecked
    apiKeyId
    apiKeyName
    apiKeyPrefix
    network
    apiKey {
      id
      project {
        id
      }
    }
  }
`);

interface LogRowProps {
  log: LogFieldsFragment;
  /** The deployment that was called; only in a table of several deployments. */
  deployment?: ReactNode;
  /** Whether the row shows its caller; not in a table of one key. */
  withCaller?: boolean;
  /** The current time, if times are shown as relative. */
  now?: Date | undefined;
  /** Whether and how the row can be opened. */
  opening?: Opening | undefined;
}

interface Opening {
  open: boolean;
  onToggle: () => void;
  details: ReactNode;
}

/** One call and, if the row is opened, its values. */
export function LogRow({ log, deployment, withCaller = true, now, opening }: LogRowProps) {
  const detailsId = `log-${log.id}`;
  const caution = describeOutside(log);
  const wide = deployment && withCaller ? { visibleFrom: 'sm' as const } : {};
  const row = (
    <>
      <Table.Td>
        <When at={log.createdAt} now={now} opening={opening} detailsId={detailsId} />
        {caution && (
          <Box hiddenFrom="sm" mt={2} ml={opening ? 20 : 0}>
            <Caution>{caution}</Caution>
          </Box>
        )}
      </Table.Td>
      {deployment && <Table.Td style={{ overflowWrap: 'anywhere' }}>{deployment}</Table.Td>}
      {withCaller && (
        <>
          <Table.Td visibleFrom="sm">{sourceOf(log)}</Table.Td>
          <Table.Td {...wide}>
            <KeyName log={log} />
          </Table.Td>
        </>
      )}
      <Table.Td ta="right" {...wide}>
        <Group gap="md" justify="flex-end" wrap="nowrap">
          {caution && (
            <Box visibleFrom="sm">
              <Caution>{caution}</Caution>
            </Box>
          )}
          {formatNumber(log.spectra)}
        </Group>
      </Table.Td>
      <Table.Td ta="right" visibleFrom="sm" style={{ whiteSpace: 'nowrap' }}>
        {durationOf(log)}
      </Table.Td>
    </>
  );
  if (!opening) return <Table.Tr>{row}</Table.Tr>;
  const { open, onToggle, details } = opening;
  return (
    <>
      {/* The row is a larger target than the button in it; the button's clicks and keys bubble up to it. */}
      <Table.Tr
        className={classes.row}
        onClick={({ target }) => {
          if (!(target instanceof Element && target.closest('a'))) onToggle();
        }}
        data-open={open || undefined}
      >
        {row}
      </Table.Tr>
      {open && (
        <Table.Tr id={detailsId}>
          {/* Also right on narrow screens, where hidden columns do not count. */}
          <Table.Td colSpan={5} className={classes.details}>
            {details}
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

interface WhenProps extends Pick<LogRowProps, 'now' | 'opening'> {
  at: string;
  detailsId: string;
}

function When({ at, now, opening, detailsId }: WhenProps) {
  const exact = exactTime(new Date(at));
  const time = <time dateTime={at}>{now ? relativeTime(new Date(at), now) : exact}</time>;
  if (!opening) return time;
  const { open } = opening;
  return (
    <Tooltip label={exact} position="top-start" withArrow events={{ hover: true, focus: true, touch: false }}>
      <UnstyledButton
        className={classes.toggle}
        aria-expanded={open}
        aria-controls={open ? detailsId : undefined}
      >
        <ChevronRight size={14} className={classes.chevron} aria-hidden="true" />
        {time}
      </UnstyledButton>
    </Tooltip>
  );
}

/** The key by name and prefix: a link to its page, or struck through once it is deleted. */
function KeyName({ log: { apiKeyName, apiKeyPrefix, apiKeyId, apiKey } }: { log: LogFieldsFragment }) {
  if (!apiKeyId) {
    return (
      <Text size="sm" c="dimmed" component="span">
        –<VisuallyHidden>no key</VisuallyHidden>
      </Text>
    );
  }
  const prefix = <span className={classes.prefix}>{apiKeyPrefix}...</span>;
  if (apiKey) {
    return (
      <>
        <Anchor
          component={Link}
          to={keyPath(apiKey)}
          size="sm"
          underline="always"
          className={classes.keyName}
        >
          {apiKeyName}
        </Anchor>{' '}
        {prefix}
      </>
    );
  }
  return (
    <Tooltip label="This key was deleted" withArrow>
      <span>
        <s className={classes.deleted}>
          <span className={classes.keyName}>{apiKeyName}</span> {prefix}
        </s>
        <VisuallyHidden> (deleted)</VisuallyHidden>
      </span>
    </Tooltip>
  );
}

/** How many spectra of a call are outside the calibration, in words; null if none is. */
function describeOutside({ spectra, outside }: LogFieldsFragment): string | null {
  if (!outside) return null;
  return spectra > 1 ? `${formatNumber(outside)} outside the calibration` : 'outside the calibration';
}

/** The kind of caller, program or person, in a word. */
export const sourceOf = ({ source }: Pick<LogFieldsFragment, 'source'>) => (source === 'API' ? 'API' : 'Web');

/** How long a call took. */
export function durationOf({ durationMs }: Pick<LogFieldsFragment, 'durationMs'>): string {
  return `${durationMs.toFixed(durationMs < 10 ? 1 : 0)} ms`;
}
