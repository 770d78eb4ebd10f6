import { Badge, Button, Stack, Table, Text, Title, VisuallyHidden } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import type { WebhookDeliveriesQuery, WebhookDeliveryStatus } from '../generated/graphql';
import { DataTable } from '../ui/DataTable';
import { Moment } from '../ui/Moment';
import { Pager } from '../ui/Pager';
import { Problem } from '../ui/Problem';
import { Refusal } from '../ui/Refusal';
import { useNow } from '../ui/use-now';
import { isTurning, usePages } from '../ui/use-pages';
import { labelOf } from './events';

const ON_A_PAGE = 10;
/** How often the list is read again while a delivery is pending. */
const RELOAD_MS = 3000;

const DELIVERIES = graphql(`
  query WebhookDeliveries($id: ID!, $first: Int!, $after: String) {
    webhook(id: $id) {
      id
      deliveries(first: $first, after: $after) {
        nodes {
          id
          event
          status
          createdAt
          attempts
          lastAttemptAt
          httpStatus
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const RESEND = graphql(`
  mutation ResendWebhookDelivery($id: ID!) {
    resendWebhookDelivery(id: $id) {
      id
      status
    }
  }
`);

type Delivery = NonNullable<WebhookDeliveriesQuery['webhook']>['deliveries']['nodes'][number];

/** The deliveries of a webhook, newest first, which can be sent again. */
export function Deliveries({ webhookId }: { webhookId: string }) {
  const pages = usePages();
  const variables = { id: webhookId, first: ON_A_PAGE, after: pages.after };
  const [result, reload] = useQuery({ query: DELIVERIES, variables });
  const [refusal, setRefusal] = useState<string | null>(null);
  const { data, error } = result;
  const { nodes, pageInfo } = data?.webhook?.deliveries ?? {};
  useInterval(
    () => {
      if (nodes?.some(({ status }) => status === 'PENDING')) reload({ requestPolicy: 'network-only' });
    },
    RELOAD_MS,
    { autoInvoke: true },
  );
  if (error && !nodes) return <Problem error={error} retry={() => reload()} />;
  if (!nodes || (nodes.length === 0 && pages.number === 1)) {
    return (
      <Text size="sm" c="dimmed">
        Nothing was sent yet.
      </Text>
    );
  }
  const turning = isTurning(result, variables);
  return (
    <Stack gap="xs">
      <Title order={3} size="sm">
        Deliveries
      </Title>
      <Refusal sentence={refusal} />
      <Table.ScrollContainer minWidth={520} opacity={turning ? 0.5 : 1}>
        <DataTable aria-label="Deliveries">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Event</Table.Th>
              <Table.Th w={150}>Status</Table.Th>
              <Table.Th w={130}>Last attempt</Table.Th>
              <Table.Th w={120}>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {nodes.map(delivery => (
              <DeliveryRow key={delivery.id} delivery={delivery} onRefusal={setRefusal} />
            ))}
          </Table.Tbody>
        </DataTable>
      </Table.ScrollContainer>
      {pageInfo && <Pager pages={pages} pageInfo={pageInfo} turning={turning} />}
    </Stack>
  );
}

const STATUSES: Record<WebhookDeliveryStatus, { label: string; color: string }> = {
  PENDING: { label: 'Pending', color: 'gray' },
  DELIVERED: { label: 'Delivered', color: 'moss' },
  UNDELIVERED: { label: 'Undelivered', color: 'red' },
};

function DeliveryRow({
  delivery: { id, event, status, createdAt, attempts, lastAttemptAt, httpStatus },
  onRefusal,
}: {
  delivery: Delivery;
  onRefusal: (sentence: string | null) => void;
}) {
  const now = useNow();
  const [{ fetching }, resend] = useMutation(RESEND);
  const { label, color } = STATUSES[status];
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm">{labelOf(event)}</Text>
        <Text size="xs" c="dimmed">
          <Moment at={new Date(createdAt)} now={now} />
        </Text>
      </Table.Td>
      <Table.Td>
        <Badge variant="light" color={color} tt="none">
          {label}
        </Badge>
        <Text size="xs" c="dimmed">
          {answerOf(attempts, httpStatus ?? null)}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{lastAttemptAt ? <Moment at={new Date(lastAttemptAt)} now={now} /> : '–'}</Text>
      </Table.Td>
      <Table.Td>
        {status !== 'PENDING' && (
          <Button
            size="xs"
            variant="default"
            loading={fetching}
            aria-label={`Send again: ${labelOf(event)}`}
            onClick={async () => {
              const { error } = await resend({ id });
              onRefusal(error ? sentenceOf(error) : null);
            }}
          >
            Send again
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function answerOf(attempts: number, httpStatus: number | null): string {
  if (attempts === 0) return 'Not attempted yet';
  const answer = httpStatus === null ? 'no answer' : `answered ${httpStatus}`;
  return `${attempts === 1 ? '1 attempt' : `${attempts} attempts`}, ${answer}`;
}
