import { ActionIcon, Button, Group, Progress, Text } from '@mantine/core';
import { ArrowLeftRight, CircleCheck, CircleQuestionMark, FileSpreadsheet, Info, X } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { describeRange } from '../../spectra/axis.ts';
import type { OrderedFile } from '../../spectra/ordered-file.ts';
import type { Problem, Question } from '../../spectra/reading.ts';
import { countSpectra } from '../ui/numbers';
import classes from './FileRow.module.css';
import type { ChosenFile, Files } from './files.ts';
import { Sentences } from './Sentences';

interface FileRowProps {
  files: Files;
  file: ChosenFile;
  /** Called when a person removes the file. */
  onChange?: () => void;
  disabled?: boolean;
  /** What is shown of a file that was read; by default what it holds, and what was done with its axis. */
  facts?: (file: OrderedFile) => ReactNode;
}

/**
 * One file: what was read from it and what was done with it, or what keeps it from being sent. It is drawn again only if
 * the file changes, as there may be hundreds.
 */
export const FileRow = memo(function FileRow({
  files,
  file: { name, state },
  onChange,
  disabled = false,
  facts = file => <Facts file={file} />,
}: FileRowProps) {
  return (
    <li className={classes.row}>
      <FileSpreadsheet size={16} aria-hidden="true" className={classes.icon} />
      <Text size="sm" fw={500} truncate title={name}>
        {name}
      </Text>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={`Remove ${name}`}
        disabled={disabled}
        onClick={() => {
          onChange?.();
          files.remove(name);
        }}
      >
        <X size={16} />
      </ActionIcon>
      <div className={classes.below}>
        {state.kind === 'read' && facts(state.file)}
        {(state.kind === 'waiting' || state.kind === 'reading') && (
          <Reading
            name={name}
            share={state.kind === 'reading' ? state.share : null}
            onStop={() => files.stop(name)}
          />
        )}
        {state.kind === 'stopped' && (
          <Group gap="sm">
            <Text size="sm">Reading was stopped. Read the file again, or remove it.</Text>
            <Button variant="default" size="compact-xs" onClick={() => files.readAgain(name)}>
              Read again
            </Button>
          </Group>
        )}
        {state.kind === 'refused' && (
          <div className={classes.box}>
            <Sentences title={`${name} was refused`} sentences={state.problems.map(describe)} />
          </div>
        )}
        {state.kind === 'question' && (
          <Ask
            name={name}
            question={state.question}
            onAnswer={answer => files.answer(name, { id: state.question.id, answer })}
          />
        )}
      </div>
    </li>
  );
});

const describe = ({ line, message }: Problem) => (line === null ? message : `Line ${line}: ${message}`);

const LAYOUTS = {
  wide: ', one spectrum per row',
  long: ', one point per row',
  transposed: ', one column per sample',
};

/** What was read, and what was done with it. */
function Facts({ file }: { file: OrderedFile }) {
  const { format, layout, axis, yUnit, samples, notes } = file;
  const facts = [
    `${format}${layout ? LAYOUTS[layout] : ''}`,
    countSpectra(samples.length),
    describeRange(axis),
    ...(yUnit ? [yUnit] : []),
  ];
  return (
    <>
      <Text size="sm" c="dimmed">
        {facts.join(' · ')}
      </Text>
      <AxisCheck file={file} />
      {notes.length > 0 && (
        <ul className={classes.notes}>
          {notes.map(note => (
            <Text key={note} component="li" size="sm" className={classes.note}>
              <Info size={15} aria-hidden="true" />
              <span>{note}</span>
            </Text>
          ))}
        </ul>
      )}
    </>
  );
}

const MARKS = { checked: CircleCheck, reversed: ArrowLeftRight, unchecked: CircleQuestionMark };

/** What was done with the file's axis. */
function AxisCheck({ file: { order, orderNote } }: { file: OrderedFile }) {
  const Mark = MARKS[order];
  return (
    <Text
      size="sm"
      component="div"
      className={`${classes.check} ${order === 'unchecked' ? classes.unchecked : ''}`}
    >
      <Mark size={15} aria-hidden="true" />
      <span>{orderNote ?? "Checked against the model's axis"}</span>
    </Text>
  );
}

/** The progress of the reading. @param share null while other files are read */
function Reading({ name, share, onStop }: { name: string; share: number | null; onStop: () => void }) {
  const percent = Math.round(100 * (share ?? 0));
  return (
    <Group gap="sm" wrap="nowrap">
      <Text size="sm" c="dimmed" miw={100} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {share === null ? 'Waiting' : `Reading, ${percent} %`}
      </Text>
      <Progress flex={1} maw={320} value={percent} aria-label={`Share of ${name} that was read`} />
      <Button variant="default" size="compact-xs" aria-label={`Stop reading ${name}`} onClick={onStop}>
        Stop
      </Button>
    </Group>
  );
}

/** A question of the reader, with its two answers. */
function Ask({
  name,
  question: { text, yes, no },
  onAnswer,
}: {
  name: string;
  question: Question;
  onAnswer: (answer: 'yes' | 'no') => void;
}) {
  return (
    <fieldset className={`${classes.question} ${classes.box}`} style={{ minWidth: 0 }}>
      <legend style={{ display: 'contents' }}>
        <Text size="sm" fw={600} component="span" mb={4}>
          A question about {name}
        </Text>
      </legend>
      <Text size="sm" mb="sm">
        {text}
      </Text>
      <Group gap="xs">
        <Button size="xs" onClick={() => onAnswer('yes')}>
          {yes}
        </Button>
        <Button size="xs" variant="default" onClick={() => onAnswer('no')}>
          {no}
        </Button>
      </Group>
    </fieldset>
  );
}
