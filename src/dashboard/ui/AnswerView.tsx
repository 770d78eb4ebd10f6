import { Stack, Text } from '@mantine/core';
import { Snippet } from './Snippet';
import type { Answered } from './send-call.ts';

/** The status, the headers and the body of an answer. */
export function AnswerView({ answered, label }: { answered: Answered; label: string }) {
  const { status, headers, text } = answered;
  return (
    <Stack gap="xs">
      <Text size="sm" role="status">
        {status === null ? 'No answer' : `Answered with status ${status}`}
      </Text>
      <Snippet
        label={label}
        maxHeight={420}
        code={[
          ...headers.map(([name, value]) => `${name}: ${value}`),
          ...(headers.length ? [''] : []),
          text,
        ].join('\n')}
      />
    </Stack>
  );
}
