import { Anchor, Button, FileInput, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { Send } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { AnswerView } from '../ui/AnswerView';
import { type Answered, sendCall, spread } from '../ui/send-call.ts';
import { type ApiDocument, bodyOf, exampleOf, type Operation } from './document.ts';
import type { KeyInUse } from './KeyPanel';
import { requestOf } from './request.ts';

interface TryFormProps {
  document: ApiDocument;
  operation: Operation;
  inUse: KeyInUse;
}

/** Sends a request of an operation, with the key of the page, and shows the answer. */
export function TryForm({ document, operation, inUse }: TryFormProps) {
  const body = bodyOf(operation);
  const isForm = body?.type === 'multipart/form-data';
  const [parameters, setParameters] = useState<Readonly<Record<string, string>>>(inUse.parameters);
  const [json, setJson] = useState(() => {
    if (!body || isForm) return undefined;
    const numbers = inUse.inputLength;
    const options = { all: false, ...(numbers === undefined ? {} : { numbers }) };
    return spread(JSON.stringify(exampleOf(document, body.schema, options)));
  });
  const [files, setFiles] = useState<File[]>([]);
  const [busy, setBusy] = useState(false);
  const [answered, setAnswered] = useState<Answered | null>(null);
  const needsKey = operation.security?.length !== 0;
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const filled = { key: inUse.key, parameters, files, ...(json === undefined ? {} : { json }) };
    const { url, init } = requestOf(operation, filled);
    setAnswered(await sendCall(url, init));
    setBusy(false);
  };
  return (
    <form onSubmit={event => void send(event)}>
      <Stack gap="sm">
        {needsKey && inUse.key === '' && (
          <Text size="sm">
            Without an API key the answer is an error. Paste one at the{' '}
            <Anchor href="#key" underline="always" inherit>
              top of the page
            </Anchor>
            .
          </Text>
        )}
        {operation.parameters.map(({ name }) => (
          <TextInput
            key={name}
            label={name}
            autoComplete="off"
            value={parameters[name] ?? ''}
            onChange={({ currentTarget: { value } }) => setParameters(known => ({ ...known, [name]: value }))}
          />
        ))}
        {isForm && (
          <FileInput
            label="Files"
            description="CSV, JCAMP-DX or SPC"
            multiple
            value={files}
            onChange={setFiles}
          />
        )}
        {json !== undefined && (
          <Textarea
            label="Body"
            description="An example. Put in your values."
            autosize
            minRows={4}
            maxRows={16}
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            value={json}
            onChange={({ currentTarget: { value } }) => setJson(value)}
          />
        )}
        <Group>
          <Button type="submit" loading={busy} leftSection={<Send size={16} aria-hidden />}>
            Send
          </Button>
        </Group>
        {answered && <AnswerView answered={answered} label={`Answer of ${operation.operationId}`} />}
      </Stack>
    </form>
  );
}
