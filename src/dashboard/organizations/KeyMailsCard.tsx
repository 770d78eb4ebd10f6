import { Card, Stack, Switch, Text, Title } from '@mantine/core';
import { useMutation } from 'urql';
import { sentenceOf } from '../app/client';
import type { Organization } from '../app/Session';
import { graphql } from '../generated';
import { Refusal } from '../ui/Refusal';

const SET_KEY_MAILS = graphql(`
  mutation SetKeyMails($organizationId: ID!, $enabled: Boolean!) {
    setKeyMails(organizationId: $organizationId, enabled: $enabled) {
      id
      keyMails
    }
  }
`);

/** Whether the viewer gets mails about the API keys of an organization. Nothing, if the server sends none. */
export function KeyMailsCard({ organization }: { organization: Organization }) {
  const { id: organizationId, keyMails: enabled } = organization;
  const [{ fetching, error }, setKeyMails] = useMutation(SET_KEY_MAILS);
  if (enabled == null) return null;
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="key-mails">
      <Title order={2} id="key-mails" mb="sm">
        Mails about API keys
      </Title>
      <Stack gap="sm">
        <Switch
          checked={enabled}
          disabled={fetching}
          label="Mail me about keys that I may change"
          onChange={event => void setKeyMails({ organizationId, enabled: event.currentTarget.checked })}
        />
        <Text size="sm" c="dimmed">
          When a key is created, rotated, rehearsed or revoked, before and when it expires, when a quota is
          nearly or fully used, and when predictions are outside the calibration. At most one mail an hour.
          Project owners get them for all keys of their projects, contributors for those that they created.
        </Text>
        <Refusal sentence={error ? sentenceOf(error) : null} />
      </Stack>
    </Card>
  );
}
