import { Stack, VisuallyHidden } from '@mantine/core';
import { FileRow } from '../spectra-files/FileRow';
import type { ChosenFile, Files } from '../spectra-files/files.ts';
import { count } from '../ui/numbers';

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
