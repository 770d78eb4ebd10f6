import type { ExpectedSpectra } from '../../spectra/model-order.ts';
import type { OrderedFile } from '../../spectra/ordered-file.ts';
import type { Answer, Problem, Question } from '../../spectra/reading.ts';
import { createFileReader, type RunningJob } from './file-reader.ts';
import { type Observable, observable } from './observable.ts';

/** What is known about a file so far. */
export type FileState =
  | { kind: 'waiting' }
  | { kind: 'reading'; share: number }
  | { kind: 'stopped' }
  | { kind: 'refused'; problems: readonly Problem[] }
  | { kind: 'question'; question: Question }
  | { kind: 'read'; file: OrderedFile };

/** A file that was dropped or chosen. */
export interface ChosenFile {
  name: string;
  state: FileState;
}

/** Files of spectra that a person chose, each under a name of its own. */
export interface Files extends Observable<readonly ChosenFile[]> {
  /** Reads files. One replaces an earlier one of the same path. */
  add: (chosen: readonly File[]) => void;
  remove: (name: string) => void;
  clear: () => void;
  answer: (name: string, answer: Answer) => void;
  /** Stops the reading of a file, which stays in the list. */
  stop: (name: string) => void;
  /** Reads a file again that was stopped. */
  readAgain: (name: string) => void;
  /** Sets what the model expects, and reads all files again if that is not what they were read for. */
  expect: (model: ExpectedSpectra | null) => void;
}

interface Entry {
  file: File;
  answers: readonly Answer[];
  state: FileState;
  job: RunningJob | null;
}

/**
 * Makes a list of files, which is empty at first.
 *
 * @param first what the model expects; null if the files are not for a model yet
 */
export function createFiles(first: ExpectedSpectra | null): Files {
  const reader = createFileReader();
  const entries = new Map<string, Entry>();
  const list = observable<readonly ChosenFile[]>([]);
  let model = first;

  const publish = () => list.set(Array.from(entries, ([name, { state }]) => ({ name, state })));
  const read = (file: File, answers: readonly Answer[]) => {
    const name = pathOf(file);
    const entry: Entry = { file, answers, state: { kind: 'waiting' }, job: null };
    entries.get(name)?.job?.stop();
    entries.set(name, entry);
    const change = (state: FileState) => {
      entry.state = state;
      publish();
    };
    entry.job = reader.read({ file, model, answers }, share => change({ kind: 'reading', share }));
    void entry.job.result.then(result => {
      entry.job = null;
      change(result.kind === 'read' ? { ...result, file: { ...result.file, name } } : result);
    });
    publish();
  };
  const remove = (name: string) => {
    entries.get(name)?.job?.stop();
    entries.delete(name);
    publish();
  };

  return {
    ...list,
    add(chosen) {
      for (const file of chosen) read(file, []);
    },
    remove,
    clear() {
      for (const name of entries.keys()) remove(name);
    },
    answer(name, answer) {
      const entry = entries.get(name);
      if (entry) read(entry.file, [...entry.answers, answer]);
    },
    stop(name) {
      const entry = entries.get(name);
      if (!entry?.job) return;
      entry.job.stop();
      entry.job = null;
      entry.state = { kind: 'stopped' };
      publish();
    },
    readAgain(name) {
      const entry = entries.get(name);
      if (entry) read(entry.file, entry.answers);
    },
    expect(expected) {
      if (isSame(model, expected)) return;
      model = expected;
      for (const { file } of entries.values()) read(file, []);
    },
  };
}

/** The path of a file in the folder that was dropped, or its name: two folders may have files of one name. */
function pathOf(file: File): string {
  // Set by react-dropzone: `./1.spc` for a file, `/monday/1.spc` for one in a folder.
  const path = 'path' in file && typeof file.path === 'string' ? file.path.replace(/^\.?\//, '') : '';
  return path || file.webkitRelativePath || file.name;
}

/** Whether two models expect the same. An axis is set once and never changes, so only its presence is compared. */
const isSame = (one: ExpectedSpectra | null, other: ExpectedSpectra | null) =>
  Boolean(one?.axis) === Boolean(other?.axis) &&
  one?.yUnit === other?.yUnit &&
  one?.inputLength === other?.inputLength;

/** The files that were read completely. */
export const readFilesOf = (files: readonly ChosenFile[]): OrderedFile[] =>
  files.flatMap(({ state }) => (state.kind === 'read' ? [state.file] : []));
