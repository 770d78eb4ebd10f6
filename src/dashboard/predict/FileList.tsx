import { Alert, List, Stack, VisuallyHidden } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { count } from '../ui/numbers';
import { FileRow } from './FileRow';
import type { ChosenFile, Files } from './files.ts';

/** The chosen files, each with what was read, what was done with it, and what is wrong with it. */
export function FileList({
  files,
  list,
  onChange,
  disabled,
}: {
  files: Files;
  list: readonly ChosenFile[];
  /** Called when a person changes what will be sent. */
  onChange: () => void;
  disabled: boolean;
}) {
  return (
    <>
      <VisuallyHidden role="status">{summarize(list)}</VisuallyHidden>
      <Stack component="ul" gap="md" p={0} m={0} style={{ listStyle: 'none' }} aria-label="Files">
        {list.map(file => (
          <FileRow key={file.name} files={files} file={file} onChange={onChange} disabled={disabled} />
        ))}
      </Stack>
    </>
  );
}

/** The state of all files, for screen readers: the rows change without the focus. */
function summarize(list: readonly ChosenFile[]): string {
  const of = (...kinds: ChosenFile['state']['kind'][]) =>
    list.filter(({ state }) => kinds.includes(state.kind)).length;
  const parts: [number, string][] = [
    [of('waiting', 'reading'), 'being read'],
    [of('read'), 'read'],
    [of('refused'), 'refused'],
    [of('stopped'), 'not read'],
    [of('question'), 'with a question'],
  ];
  const named = parts.filter(([number]) => number > 0);
  return named.map(([number, state]) => `${count(number, 'file')} ${state}`).join(', ');
}

const MAX_SENTENCES = 11;

/** Problems to fix before spectra can be sent. */
export function Sentences({ title, sentences }: { title: string; sentences: readonly string[] }) {
  const more = sentences.length - MAX_SENTENCES;
  return (
    <Alert icon={<CircleAlert size={18} />} color="red" variant="light" role="alert" title={title}>
      <List size="sm" spacing={2} withPadding={false} listStyleType="none">
        {sentences.slice(0, MAX_SENTENCES).map(sentence => (
          <List.Item key={sentence} style={{ overflowWrap: 'anywhere' }}>
            {sentence}
          </List.Item>
        ))}
        {more > 0 && <List.Item>and {more} more</List.Item>}
      </List>
    </Alert>
  );
}
