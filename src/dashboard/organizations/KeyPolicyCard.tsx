import { Button, Card, Checkbox, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { ABOUT_KEYS } from '../api-keys/queries';
import { sentenceOf } from '../app/client';
import type { Organization } from '../app/Session';
import { graphql } from '../generated';
import { MAX_LIFETIME_DAYS } from '../limits.ts';
import { Fact, Facts } from '../ui/Fact';
import { Form, TextField } from '../ui/Form';
import { Refusal } from '../ui/Refusal';

const SET_POLICY = graphql(`
  mutation SetApiKeyPolicy($input: SetApiKeyPolicyInput!) {
    setApiKeyPolicy(input: $input) {
      id
      apiKeyPolicy {
        maxLifetimeDays
        expiryRequired
        projectKeysAllowed
      }
    }
  }
`);

/** What the organization requires of its API keys. Owners can change it. */
export function KeyPolicyCard({ organization }: { organization: Organization }) {
  const { id, viewerCan, apiKeyPolicy: policy } = organization;
  const [changing, setChanging] = useState(false);
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="key-policy">
      <Group justify="space-between" mb="sm">
        <Title order={2} id="key-policy">
          Policy for API keys
        </Title>
        {viewerCan.manageOrganization && !changing && (
          <Button variant="default" onClick={() => setChanging(true)}>
            Change policy
          </Button>
        )}
      </Group>
      {changing ? (
        <PolicyForm organizationId={id} policy={policy} onDone={() => setChanging(false)} />
      ) : (
        <Facts>
          <Fact name="Max lifetime">
            {policy.maxLifetimeDays == null ? 'Any' : `${policy.maxLifetimeDays} days`}
          </Fact>
          <Fact name="Expiry">
            {policy.expiryRequired || policy.maxLifetimeDays != null ? 'Required' : 'Not required'}
          </Fact>
          <Fact name="Keys for a whole project">{policy.projectKeysAllowed ? 'Allowed' : 'Not allowed'}</Fact>
        </Facts>
      )}
    </Card>
  );
}

interface FormProps {
  organizationId: string;
  policy: Organization['apiKeyPolicy'];
  onDone: () => void;
}

function PolicyForm({ organizationId, policy, onDone }: FormProps) {
  const client = useClient();
  const [days, setDays] = useState(policy.maxLifetimeDays == null ? '' : String(policy.maxLifetimeDays));
  const [expiryRequired, setExpiryRequired] = useState(policy.expiryRequired);
  const [projectKeysAllowed, setProjectKeysAllowed] = useState(policy.projectKeysAllowed);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CombinedError>();
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    const maxLifetimeDays = days.trim() === '' ? null : Number(days);
    const input = { organizationId, maxLifetimeDays, expiryRequired, projectKeysAllowed };
    const result = await client.mutation(SET_POLICY, { input }, ABOUT_KEYS).toPromise();
    setBusy(false);
    if (result.error) setError(result.error);
    else onDone();
  };
  return (
    <Form onSubmit={() => void submit()}>
      <Stack gap="md">
        <Refusal sentence={error ? sentenceOf(error) : null} />
        <Text size="sm">
          It holds for keys that are created, rotated or get another expiry. Keys that exist keep working, and
          are marked if they break it.
        </Text>
        <TextField
          type="number"
          label="Max lifetime in days"
          description="Empty: any."
          min={1}
          max={MAX_LIFETIME_DAYS}
          maw={280}
          value={days}
          onChange={event => setDays(event.currentTarget.value)}
        />
        <Checkbox
          label="Keys must expire"
          checked={expiryRequired}
          onChange={event => setExpiryRequired(event.currentTarget.checked)}
        />
        <Checkbox
          label="Keys may reach a whole project"
          checked={projectKeysAllowed}
          onChange={event => setProjectKeysAllowed(event.currentTarget.checked)}
        />
        <Group gap="xs">
          <Button type="submit" loading={busy}>
            Save policy
          </Button>
          <Button variant="default" onClick={onDone} disabled={busy}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}
