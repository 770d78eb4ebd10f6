import { Button, Group, Stack, Text } from '@mantine/core';
import { ShieldAlert } from 'lucide-react';
import { Link } from 'react-router';
import type { ApiKeyPageQuery, RevocationSource } from '../generated/graphql';
import { Notice } from '../ui/Notice';
import { keyPath } from './key-path.ts';

const SOURCES: Record<RevocationSource, { title: string; text: string }> = {
  HOLDER: {
    title: 'Revoked with the key itself',
    text: 'Someone who had the key revoked it, which anyone who finds a leaked key can do. Find out where it leaked.',
  },
  SECRET_SCANNING: {
    title: 'Revoked after GitHub found it in public',
    text: 'GitHub’s secret scanning reported the key. The activity of the project says where it was found.',
  },
};

/** Reports how a leaked key was revoked, and links to its successor and predecessor if they can still be used. */
export function LeakedKey({
  apiKey,
  source,
}: {
  apiKey: NonNullable<ApiKeyPageQuery['apiKey']>;
  source: RevocationSource;
}) {
  const { project, successor, predecessor } = apiKey;
  const usable = [
    { what: 'successor', key: successor },
    { what: 'predecessor', key: predecessor },
  ].flatMap(({ what, key }) => (key?.status === 'ACTIVE' ? [{ what, ...key }] : []));
  const names = usable.map(({ what }) => what).join(' and its ');
  const them = usable.length > 1 ? 'them' : 'it';
  return (
    <Notice icon={<ShieldAlert size={18} aria-hidden />} title={SOURCES[source].title}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {SOURCES[source].text}
          {usable.length > 0 &&
            ` Its ${names} can still be used. Whatever leaked this key may have leaked ${them} too. Revoke ${them} as well if you are not sure.`}
        </Text>
        <Group gap="xs">
          {source === 'SECRET_SCANNING' && (
            <Button
              component={Link}
              to={`/projects/${project.id}/activity`}
              variant="default"
              size="compact-sm"
            >
              Go to the activity
            </Button>
          )}
          {usable.map(({ what, id, prefix }) => (
            <Button
              key={id}
              component={Link}
              to={keyPath({ id, project })}
              variant="default"
              size="compact-sm"
              aria-label={`Go to its ${what} ${prefix}...`}
            >
              Go to its {what}
            </Button>
          ))}
        </Group>
      </Stack>
    </Notice>
  );
}
