import { Box, Text, VisuallyHidden } from '@mantine/core';
import { FileRow } from '../spectra-files/FileRow';
import type { ChosenFile, Files } from '../spectra-files/files.ts';
import { count } from '../ui/numbers';
import classes from './FileList.module.css';

/** Max files that are shown without scrolling: instruments write one file for each spectrum. */
const MAX_WITHOUT_SCROLLING = 8;

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
  const isLong = list.length > MAX_WITHOUT_SCROLLING;
  return (
    <Box>
      {isLong ? (
        <Text size="sm" fw={600} mb="xs" role="status">
          {summarize(list)}
        </Text>
      ) : (
        <VisuallyHidden role="status">{summarize(list)}</VisuallyHidden>
      )}
      <ul
        className={classes.list}
        aria-label="Files"
        data-long={isLong || undefined}
        // Reachable by the keyboard, so that it can be scrolled.
        {...(isLong ? { tabIndex: 0 } : {})}
      >
        {(isLong ? list.toSorted(byUrgency) : list).map(file => (
          <FileRow key={file.name} files={files} file={file} onChange={onChange} disabled={disabled} />
        ))}
      </ul>
    </Box>
  );
}

const needsAction = ({ state }: ChosenFile) => ['refused', 'question', 'stopped'].includes(state.kind);

/** Puts the files first that a person has to do something about. */
const byUrgency = (one: ChosenFile, other: ChosenFile) =>
  Number(needsAction(other)) - Number(needsAction(one));

/** The state of all files, also for screen readers: the rows change without the focus. */
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
