import { Button, Group, Stack, Text } from '@mantine/core';
import { Unplug } from 'lucide-react';
import type { CombinedError } from 'urql';
import { sentenceOf } from '../app/client';
import { Notice } from '../ui/Notice';
import { Refusal } from '../ui/Refusal';

interface LostAnswerProps {
  /** The name of the key that was to be made. */
  name: string;
  /** Why the outcome is still unknown after a repeated request. */
  error: CombinedError | undefined;
  isRepeatable: boolean;
  busy: boolean;
  onRepeat: () => void;
  onForget: () => void;
  onClose: () => void;
}

/** A request to make a key whose answer did not arrive: asks for its outcome before anything else. */
export function LostAnswer({
  name,
  error,
  isRepeatable,
  busy,
  onRepeat,
  onForget,
  onClose,
}: LostAnswerProps) {
  const sentence = error && error.graphQLErrors.length > 0 ? sentenceOf(error) : null;
  const wasRefused = sentence !== null && error?.response?.status < 500;
  return (
    <Stack gap="md">
      <Notice
        icon={<Unplug size={18} aria-hidden />}
        title={sentence === null ? 'The server did not answer' : 'The outcome is still unknown'}
        role="alert"
      >
        {isRepeatable
          ? `The key “${name}” may exist. Press Check: it repeats the same request, which never makes a second key.`
          : `It is no longer possible to find out whether this made a key. If the list has a key “${name}” that is not in use, delete it.`}
      </Notice>
      <Refusal sentence={sentence} />
      {!wasRefused && isRepeatable && (
        <Text size="sm" c="dimmed">
          If the server cannot be reached now, close this dialog and open it again later: it checks again.
        </Text>
      )}
      {wasRefused && isRepeatable && (
        <Text size="sm">
          The server refused to repeat the request. If the list has a key “{name}” that is not in use, delete
          it.
        </Text>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose} disabled={busy}>
          Not now
        </Button>
        {(wasRefused || !isRepeatable) && (
          <Button variant="default" onClick={onForget} disabled={busy}>
            Start over
          </Button>
        )}
        {isRepeatable && (
          <Button onClick={onRepeat} loading={busy} data-autofocus>
            Check
          </Button>
        )}
      </Group>
    </Stack>
  );
}
