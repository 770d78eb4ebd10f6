import { Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from 'urql';
import { graphql } from '../generated';
import { KnownKeys } from './KnownKeys';

const KEYS = graphql(`
  query KeysOfMember($createdBy: ID!) {
    viewer {
      id
      organizations {
        id
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

/** The usable API keys of a member who is about to leave, and what to do about them. */
export function MemberKeys({ organizationId, person, isViewer }: MemberKeysProps) {
  const [{ data, fetching }] = useQuery({ query: KEYS, variables: { createdBy: person.id } });
  const organization = data?.viewer?.organizations.find(({ id }) => id === organizationId);
  if (fetching && !organization) return <Skeleton h={20} />;
  const keys = organization?.usableApiKeys ?? [];
  if (keys.length === 0) return null;
  return (
    <Stack gap="xs">
      <Text size="sm">
        {keys.length === 1 ? 'An API key' : `${keys.length} API keys`} that {isViewer ? 'you' : person.name}{' '}
        made {keys.length === 1 ? 'goes' : 'go'} on working, and {isViewer ? 'you' : person.name} may know{' '}
        {keys.length === 1 ? 'its secret' : 'their secrets'}. Replace {keys.length === 1 ? 'it' : 'them'}:
      </Text>
      <KnownKeys keys={keys} />
    </Stack>
  );
}
