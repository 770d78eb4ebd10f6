import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useClient, useMutation } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Day } from '../ui/Day';
import { Dialog } from '../ui/Dialog';
import { Notice } from '../ui/Notice';
import { Refusal } from '../ui/Refusal';
import { exactTime } from '../ui/relative-time';
import { Deliveries } from './Deliveries';
import { labelOf } from './events';
import { type WebhookDraft, WebhookForm } from './WebhookForm';
import type { Webhook } from './webhook';

const UPDATE_WEBHOOK = graphql(`
  mutation UpdateWebhook($input: UpdateWebhookInput!) {
    updateWebhook(input: $input) {
      id
      url
      events
    }
  }
`);

const ROTATE_SECRET = graphql(`
  mutation RotateWebhookSecret($id: ID!) {
    rotateWebhookSecret(id: $id) {
      secret
      webhook {
        id
        previousSecretUntil
      }
    }
  }
`);

const DELETE_WEBHOOK = graphql(`
  mutation DeleteWebhook($id: ID!) {
    deleteWebhook(id: $id) {
      deletedWebhookId
    }
  }
`);

const TEST_WEBHOOK = graphql(`
  mutation TestWebhook($id: ID!) {
    testWebhook(id: $id) {
      id
    }
  }
`);

const ROTATE = {
  title: 'Rotate the secret?',
  text: 'Messages are signed with the new and the current secret for 24 hours. Give the new one to the receiver within that time.',
  confirm: 'Rotate the secret',
  color: 'moss',
};
const DELETE = {
  title: 'Delete this webhook?',
  text: 'Nothing more is posted to its URL, and its deliveries are deleted. This cannot be undone.',
  confirm: 'Delete the webhook',
  color: 'red',
};

/** One webhook: what it is notified of, its deliveries, and what can be done with it. */
export function WebhookCard({
  webhook: { id, url, events, createdAt, createdBy, previousSecretUntil },
  isByMember,
  onSecret,
}: {
  webhook: Webhook;
  /** Whether the person who created it is a member of the organization. */
  isByMember: boolean;
  onSecret: (secret: string) => void;
}) {
  const [{ fetching: updating, error: updateError }, update] = useMutation(UPDATE_WEBHOOK);
  const client = useClient();
  const [, remove] = useMutation(DELETE_WEBHOOK);
  const [{ fetching: testing }, test] = useMutation(TEST_WEBHOOK);
  const [open, setOpen] = useState<'edit' | 'rotate' | 'delete' | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const close = () => setOpen(null);
  const save = async (draft: WebhookDraft) => {
    const { data } = await update({ input: { id, ...draft } });
    if (data) close();
  };
  const buttons = [
    ['Edit', 'edit'],
    ['Rotate secret', 'rotate'],
    ['Delete', 'delete'],
  ] as const;
  return (
    <Card withBorder padding="md" component="section" aria-labelledby={`webhook-${id}`}>
      <Stack gap="md">
        <Stack gap={4}>
          <Title order={2} id={`webhook-${id}`} size="h4" style={{ overflowWrap: 'anywhere' }}>
            {url}
          </Title>
          <Text size="sm" c="dimmed">
            {events.map(labelOf).join(', ')}
          </Text>
          <Text size="sm" c="dimmed">
            Created by {createdBy?.name ?? 'a deleted account'} on <Day at={createdAt} />
          </Text>
          {previousSecretUntil !== null && (
            <Text size="sm" c="dimmed">
              Also signed with the previous secret until {exactTime(new Date(previousSecretUntil))}
            </Text>
          )}
        </Stack>
        {!isByMember && (
          <Notice role="status" title="Its creator is no longer a member">
            <Text size="sm">
              It may post to a receiver of theirs, and they may know its secret. Check the URL and rotate the
              secret, or delete the webhook.
            </Text>
          </Notice>
        )}
        <Group gap="xs">
          <Button
            size="xs"
            loading={testing}
            onClick={async () => {
              const { error } = await test({ id }, { additionalTypenames: ['Webhook', 'WebhookDelivery'] });
              setRefusal(error ? sentenceOf(error) : null);
            }}
          >
            Send a test
          </Button>
          {buttons.map(([label, what]) => (
            <Button key={what} size="xs" variant="default" onClick={() => setOpen(what)}>
              {label}
            </Button>
          ))}
        </Group>
        <Refusal sentence={refusal} />
        <Deliveries webhookId={id} />
      </Stack>
      <Dialog opened={open === 'edit'} onClose={close} title="Edit webhook" closable={!updating}>
        <WebhookForm
          initial={{ url, events }}
          submit="Save"
          busy={updating}
          refusal={updateError ? sentenceOf(updateError) : null}
          onSubmit={draft => void save(draft)}
          onCancel={close}
        />
      </Dialog>
      <ConfirmDialog
        opened={open === 'rotate'}
        onClose={close}
        question={ROTATE}
        onConfirm={async () => {
          // Not useMutation, which would keep the answer, and with it the secret, for as long as the page is open.
          const { data, error } = await client.mutation(ROTATE_SECRET, { id }).toPromise();
          setRefusal(error ? sentenceOf(error) : null);
          if (data) onSecret(data.rotateWebhookSecret.secret);
        }}
      />
      <ConfirmDialog
        opened={open === 'delete'}
        onClose={close}
        question={DELETE}
        onConfirm={async () => {
          const { error } = await remove({ id }, { additionalTypenames: ['Webhook', 'Organization'] });
          setRefusal(error ? sentenceOf(error) : null);
        }}
      />
    </Card>
  );
}
