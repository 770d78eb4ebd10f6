import { Button, Stack, Text, Title } from '@mantine/core';
import { Send } from 'lucide-react';
import { useState } from 'react';
import { uuidv7 } from 'uuidv7';
import { AnswerView } from '../ui/AnswerView';
import { Form } from '../ui/Form';
import { KeyField } from '../ui/KeyField';
import { Snippet } from '../ui/Snippet';
import { type Answered, sendCall } from '../ui/send-call.ts';
import { type AnsweringModel, callFor, exampleAnswer } from './snippets.ts';
import type { Door, Target } from './target.ts';

interface AnswerProps {
  door: Door;
  target: Target;
  model: AnsweringModel;
}

/** What the deployment answers: an example, and the answer to a call with a key that the person pastes. */
export function Answer({ door, target, model }: AnswerProps) {
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [answered, setAnswered] = useState<Answered | null>(null);
  const call = async () => {
    setBusy(true);
    const { url, headers, body } = callFor(door, target, key, uuidv7());
    setAnswered(await sendCall(url, { method: 'POST', headers, body }));
    setBusy(false);
  };
  return (
    <Stack gap="sm">
      <Title order={3} size="h5">
        Answer
      </Title>
      {answered ? (
        <AnswerView answered={answered} label="Answer" />
      ) : (
        <Snippet label="Answer, for example" code={exampleAnswer(door, target, model)} maxHeight={420} />
      )}
      <Form onSubmit={() => void call()}>
        <Stack gap="xs">
          <KeyField
            onChange={setKey}
            required
            description="Used for this call only. It is stored nowhere, and gone when you leave the page."
          />
          <Button type="submit" variant="default" loading={busy} leftSection={<Send size={16} aria-hidden />}>
            Make one call
          </Button>
          <Text size="xs" c="dimmed">
            Sends one spectrum of zeros. It counts as one prediction, and is in the logs.
          </Text>
        </Stack>
      </Form>
    </Stack>
  );
}
