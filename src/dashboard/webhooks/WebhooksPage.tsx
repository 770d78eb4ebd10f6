import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { useQuery } from 'urql';
import { useViewer } from '../app/Session';
import { Dialog } from '../ui/Dialog';
import { EmptyState } from '../ui/EmptyState';
import { Loading } from '../ui/Loading';
import { NotFound } from '../ui/NotFound';
import { Problem } from '../ui/Problem';
import { CreateWebhook } from './CreateWebhook';
import { Secret } from './Secret';
import { WebhookCard } from './WebhookCard';
import { WEBHOOKS } from './webhook';

/** The webhooks of an organization, for its owners. */
export function WebhooksPage() {
  const { slug } = useParams();
  const organization = useViewer().organizations.find(candidate => candidate.slug === slug);
  const [{ data, error }, retry] = useQuery({ query: WEBHOOKS });
  const [creating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  if (!organization?.viewerCan.manageOrganization) return <NotFound what="Organization" />;
  const { webhooks, members = [] } =
    data?.viewer?.organizations.find(({ id }) => id === organization.id) ?? {};
  return (
    <Stack gap="lg" key={organization.id}>
      <title>{`Webhooks · ${organization.name} · Spectrakey`}</title>
      <Stack gap={6}>
        <Anchor component={Link} to={`/organizations/${organization.slug}`} size="sm">
          {organization.name}
        </Anchor>
        <Group justify="space-between" wrap="nowrap" gap="sm">
          <Title order={1}>Webhooks</Title>
          <Button flex="none" leftSection={<Plus size={16} aria-hidden />} onClick={() => setCreating(true)}>
            New webhook
          </Button>
        </Group>
        <Text size="sm" c="dimmed" maw={640}>
          A webhook posts a signed message to a URL of yours when something happens to the keys and
          deployments of this organization.
        </Text>
      </Stack>
      {error && !data && <Problem error={error} retry={() => retry()} />}
      {!webhooks && !error && <Loading what="the webhooks" />}
      {webhooks?.length === 0 && (
        <EmptyState title="No webhook yet">
          Create one, so that your own programs know when a key expires or a quota is used up.
        </EmptyState>
      )}
      {webhooks?.map(webhook => (
        <WebhookCard
          key={webhook.id}
          webhook={webhook}
          isByMember={members.some(({ person }) => person.id === webhook.createdBy?.id)}
          onSecret={setSecret}
        />
      ))}
      <CreateWebhook
        organizationId={organization.id}
        opened={creating}
        onClose={() => setCreating(false)}
        onSecret={setSecret}
      />
      <Dialog
        opened={secret !== null}
        onClose={() => setSecret(null)}
        title="Copy the secret now"
        closable={false}
      >
        {secret !== null && <Secret secret={secret} onDone={() => setSecret(null)} />}
      </Dialog>
    </Stack>
  );
}
