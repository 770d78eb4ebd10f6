import { Anchor, Skeleton, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../generated';
import { KnownKeys } from './KnownKeys';

const KEYS = graphql(`
  query KeysOfMember($createdBy: ID!) {
    viewer {
      id
      organizations {
        id
        slug
        webhooks {
          id
          createdBy {
            id
          }
        }
        usableApiKeys(createdBy: $createdBy) {
          id
          name
          prefix
          status
          project {
            id
            name
          }
          deployment {
            id
            name
          }
        }
      }
    }
  }
`);

interface MemberKeysProps {
  organizationId: string;
  person: { id: string; name: string };
  isViewer: boolean;
}

/** The usable API keys and the webhooks of a member who is about to leave, and what to do about them. */
export function MemberKeys({ organizationId, person, isViewer }: MemberKeysProps) {
  const [{ data, fetching }] = useQuery({ query: KEYS, variables: { createdBy: person.id } });
  const organization = data?.viewer?.organizations.find(({ id }) => id === organizationId);
  if (fetching && !organization) return <Skeleton h={20} />;
  const keys = organization?.usableApiKeys ?? [];
  const webhooks = organization?.webhooks.filter(({ createdBy }) => createdBy?.id === person.id) ?? [];
  if (keys.length === 0 && webhooks.length === 0) return null;
  const name = isViewer ? 'you' : person.name;
  return (
    <Stack gap="xs">
      {keys.length > 0 && (
        <>
          <Text size="sm">
            {keys.length === 1 ? 'An API key' : `${keys.length} API keys`} that {name} made{' '}
            {keys.length === 1 ? 'goes' : 'go'} on working, and {name} may know{' '}
            {keys.length === 1 ? 'its secret' : 'their secrets'}. Replace {keys.length === 1 ? 'it' : 'them'}:
          </Text>
          <KnownKeys keys={keys} />
        </>
      )}
      {webhooks.length > 0 && (
        <Text size="sm">
          {webhooks.length === 1 ? 'A webhook' : `${webhooks.length} webhooks`} that {name} made{' '}
          {webhooks.length === 1 ? 'goes' : 'go'} on posting messages.{' '}
          <Anchor
            component={Link}
            to={`/organizations/${organization?.slug}/webhooks`}
            size="sm"
            underline="always"
          >
            Check to whom
          </Anchor>
        </Text>
      )}
    </Stack>
  );
}
