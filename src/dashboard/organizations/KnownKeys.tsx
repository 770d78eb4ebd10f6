import { Anchor, List, Text } from '@mantine/core';
import { Link } from 'react-router';

/** An API key whose secret a former member, or one who is about to leave, may know. */
export interface KnownKey {
  id: string;
  name: string;
  prefix: string;
  createdBy?: { name: string } | null | undefined;
  project: { id: string; name: string };
  deployment?: { id: string; name: string } | null | undefined;
}

/** Keys by name, each linked to the page where it can be replaced and revoked. */
export function KnownKeys({
  keys,
  withCreator = false,
}: {
  keys: readonly KnownKey[];
  withCreator?: boolean;
}) {
  return (
    <List size="sm" spacing={4} style={{ overflowWrap: 'anywhere' }}>
      {keys.map(({ id, name, prefix, createdBy, project, deployment }) => (
        <List.Item key={id}>
          <Anchor
            component={Link}
            to={deployment ? `/deployments/${deployment.id}/api-keys` : `/projects/${project.id}/api-keys`}
            size="sm"
            underline="always"
          >
            {name}
          </Anchor>{' '}
          <Text span size="sm">
            (<code>{prefix}...</code>) in {project.name}
            {withCreator && `, made by ${createdBy?.name ?? 'a deleted account'}`}
          </Text>
        </List.Item>
      ))}
    </List>
  );
}
