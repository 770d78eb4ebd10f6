import { Stack, Text } from '@mantine/core';
import { KeyRound } from 'lucide-react';
import { useQuery } from 'urql';
import { graphql } from '../generated';
import { Notice } from '../ui/Notice';
import { KnownKeys } from './KnownKeys';

const KEYS = graphql(`
  query KeysOfFormerMembers {
    viewer {
      id
      organizations {
        id
        keysOfFormerMembers {
          id
          name
          prefix
          status
          createdBy {
            id
            name
          }
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

/** The usable keys that former members created, and what to do about them; nothing if there are none. */
export function FormerMembersKeys({ organizationId }: { organizationId: string }) {
  const [{ data }] = useQuery({ query: KEYS });
  const organization = data?.viewer?.organizations.find(({ id }) => id === organizationId);
  const keys = organization?.keysOfFormerMembers ?? [];
  if (keys.length === 0) return null;
  return (
    <Notice
      role="status"
      icon={<KeyRound size={18} aria-hidden />}
      title={
        keys.length === 1
          ? 'One API key of a former member still works'
          : `${keys.length} API keys of former members still work`
      }
    >
      <Stack gap="xs">
        <Text size="sm">
          The person who created a key may know its secret. Create a new key for each integration, then revoke
          the old one.
        </Text>
        <KnownKeys keys={keys} withCreator />
      </Stack>
    </Notice>
  );
}
