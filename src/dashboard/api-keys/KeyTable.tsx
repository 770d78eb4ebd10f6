import { ActionIcon, Anchor, Badge, Button, Card, Skeleton, Table, Tooltip } from '@mantine/core';
import { Layers, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useViewer } from '../app/Session';
import type { ApiKeyRowFragment } from '../generated/graphql';
import { DataTable } from '../ui/DataTable';
import { Moment } from '../ui/Moment';
import { shortDay } from '../ui/relative-time.ts';
import type { Asked } from './ConfirmKey';
import { expiryWords } from './expiry.ts';
import { KeyMarks, KeyStatus } from './KeyState';
import classes from './KeyTable.module.css';
import { marksOf } from './key-marks.ts';
import { keyPath } from './key-path.ts';
import { canRotate } from './RotateKey';
import { revokerOf } from './revoker.ts';

const COLUMNS = ['Name', 'Key', 'Status', 'Last used', 'Expiry', 'Reach', 'Created by'] as const;
type Column = (typeof COLUMNS)[number];

// Fixed widths, so that no column moves when the keys are loaded or change.
const widths: Record<Column, string> = {
  Name: '16%',
  Key: '13%',
  Status: '9.5%',
  'Last used': '11%',
  Expiry: '11%',
  Reach: '13.5%',
  'Created by': '10.5%',
};

/** The frame of the list. On a narrow screen each row becomes a card. */
export function KeyTable({ actions, children }: { actions: boolean; children: ReactNode }) {
  return (
    <Card withBorder padding={0} className={classes.frame}>
      <DataTable className={classes.table} horizontalSpacing="sm" aria-label="API keys">
        <Table.Thead>
          <Table.Tr>
            {COLUMNS.map(column => (
              <Table.Th key={column} scope="col" w={widths[column]}>
                {column}
              </Table.Th>
            ))}
            {actions && (
              <Table.Th scope="col" className={classes.actionsHead}>
                Actions
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        {children}
      </DataTable>
    </Card>
  );
}

interface RowProps {
  apiKey: ApiKeyRowFragment;
  now: Date;
  /** Whether the list is that of one deployment, whose name is then omitted. */
  inDeployment: boolean;
  actions?: KeyActions | undefined;
}

/** What a person who may change keys can do with each; absent for others. */
export interface KeyActions {
  onAsk: (asked: Asked) => void;
  onRotate: (key: ApiKeyRowFragment) => void;
}

export function KeyRow({ apiKey, now, inDeployment, actions }: RowProps) {
  const { name, prefix, status, deployment, createdBy, createdAt, lastUsedAt } = apiKey;
  const expiry = apiKey.expiresAt ? expiryWords(new Date(apiKey.expiresAt)) : undefined;
  return (
    <Table.Tr className={classes.row} data-status={status}>
      <Table.Th scope="row" className={classes.name}>
        <Anchor component={Link} to={keyPath(apiKey)} inherit className={classes.nameText}>
          {name}
        </Anchor>
        <KeyMarks marks={marksOf(apiKey, now)} />
      </Table.Th>
      <Cell of="Key">
        <code className={classes.key}>{prefix}...</code>
      </Cell>
      <Cell of="Status">
        <KeyStatus status={status} />
        {apiKey.revokedAt && (
          <small className={classes.second}>
            {shortDay(new Date(apiKey.revokedAt))}
            {revokerOf(apiKey)}
          </small>
        )}
      </Cell>
      <Cell of="Last used">{lastUsedAt ? <Moment at={new Date(lastUsedAt)} now={now} /> : 'Never'}</Cell>
      <Cell of="Expiry">
        {expiry ? (
          <>
            <time dateTime={apiKey.expiresAt ?? undefined}>{expiry.day}</time>
            <small className={classes.second}>{expiry.time}</small>
          </>
        ) : (
          'No expiry'
        )}
      </Cell>
      <Cell of="Reach">
        {deployment === null || deployment === undefined ? (
          <Badge
            variant="default"
            tt="none"
            fw={500}
            leftSection={<Layers size={12} aria-hidden />}
            className={classes.wholeProject}
          >
            Whole project
          </Badge>
        ) : inDeployment ? (
          'This deployment'
        ) : (
          <Anchor component={Link} to={`/deployments/${deployment.id}/api-keys`} size="sm" underline="always">
            {deployment.name}
          </Anchor>
        )}
      </Cell>
      <Cell of="Created by">
        {createdBy?.name ?? '–'}
        <small className={classes.second}>{shortDay(new Date(createdAt))}</small>
      </Cell>
      {actions && <Actions apiKey={apiKey} {...actions} />}
    </Table.Tr>
  );
}

function Actions({ apiKey, onAsk, onRotate }: KeyActions & { apiKey: ApiKeyRowFragment }) {
  const { id: viewerId } = useViewer();
  // Keys may have the same name.
  const named = `${apiKey.name}, ${apiKey.prefix}`;
  const button = (verb: string, onClick: () => void) => (
    <Button
      variant="subtle"
      color="gray"
      fw={500}
      className={classes.action}
      size="compact-sm"
      aria-label={`${verb} ${named}`}
      onClick={onClick}
    >
      {verb}
    </Button>
  );
  return (
    <Table.Td className={classes.actions}>
      <div>
        {canRotate(apiKey, viewerId) && button('Rotate', () => onRotate(apiKey))}
        {apiKey.status === 'ACTIVE' && button('Revoke', () => onAsk({ what: 'revoke', key: apiKey }))}
        <Tooltip label="Delete" withArrow>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Delete ${named}`}
            className={classes.trash}
            onClick={() => onAsk({ what: 'delete', key: apiKey })}
          >
            <Trash2 size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
    </Table.Td>
  );
}

// On a narrow screen the column heads are hidden, and each cell has a label.
function Cell({ of, children }: { of: Column; children: ReactNode }) {
  return <Table.Td data-label={of}>{children}</Table.Td>;
}

/** Rows while the list is loading. */
export function SkeletonRows() {
  return (
    <Table.Tbody aria-hidden>
      {['first', 'second', 'third'].map(row => (
        <Table.Tr key={row} className={classes.row}>
          {COLUMNS.map(column => (
            <Cell key={column} of={column}>
              <Skeleton h={12} my={4} maw={80} />
              <Skeleton h={10} my={3} maw={50} />
            </Cell>
          ))}
        </Table.Tr>
      ))}
    </Table.Tbody>
  );
}

/** A row across all columns. */
export function WholeRow({ children }: { children: ReactNode }) {
  return (
    <Table.Tbody>
      <Table.Tr>
        <Table.Td colSpan={COLUMNS.length + 1} className={classes.whole}>
          {children}
        </Table.Td>
      </Table.Tr>
    </Table.Tbody>
  );
}
