import { Button, Group, Stack, Text } from '@mantine/core';
import { ShieldAlert } from 'lucide-react';
import { Link } from 'react-router';
import type { ApiKeyPageQuery } from '../generated/graphql';
import { Notice } from '../ui/Notice';
import { keyPath } from './key-path.ts';

/** Reports that a key was revoked by its holder, and links to its successor and predecessor if they can still be used. */
export function RevokedByHolder({ apiKey }: { apiKey: NonNullable<ApiKeyPageQuery['apiKey']> }) {
  const { project, successor, predecessor } = apiKey;
  const usable = [
    { what: 'successor', key: successor },
    { what: 'predecessor', key: predecessor },
  ].flatMap(({ what, key }) => (key?.status === 'ACTIVE' ? [{ what, ...key }] : []));
  const names = usable.map(({ what }) => what).join(' and its ');
  return (
    <Notice icon={<ShieldAlert size={18} aria-hidden />} title="Revoked with the key itself">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          Someone who had the key revoked it, which anyone who finds a leaked key can do. Find out where it
          leaked.
          {usable.length > 0 &&
            ` Its ${names} can still be used. What leaked this key may have leaked ${usable.length > 1 ? 'them' : 'it'} too: end ${usable.length > 1 ? 'them' : 'it'} as well, unless you know better.`}
        </Text>
        <Group gap="xs">
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
