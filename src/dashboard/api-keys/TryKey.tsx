import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { AnswerView } from '../ui/AnswerView';
import { type Answered, sendCall } from '../ui/send-call.ts';

/** Tries a new key with `GET /api/key`, which costs nothing and does not count as a use. */
export function TryKey({ rawKey }: { rawKey: string }) {
  const [busy, setBusy] = useState(false);
  const [answered, setAnswered] = useState<Answered | null>(null);
  const call = async () => {
    setBusy(true);
    setAnswered(await sendCall('/api/key', { headers: { authorization: `Api-Key ${rawKey}` } }));
    setBusy(false);
  };
  return (
    <Stack gap="xs">
      <Group gap="sm" wrap="nowrap">
        <Button
          variant="default"
          size="xs"
          loading={busy}
          style={{ flexShrink: 0 }}
          onClick={() => void call()}
        >
          Try the key
        </Button>
        <Text size="sm" c="dimmed">
          Calls <code>GET /api/key</code>, which says what the key may call and costs nothing.
        </Text>
      </Group>
      {answered && <AnswerView answered={answered} label="Answer of GET /api/key" />}
    </Stack>
  );
}
