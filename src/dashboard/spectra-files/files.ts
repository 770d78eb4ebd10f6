import type { ExpectedSpectra } from '../../spectra/model-order.ts';
import type { OrderedFile } from '../../spectra/ordered-file.ts';
import type { Answer, Problem, Question } from '../../spectra/reading.ts';
import { type Observable, observable } from '../ui/observable.ts';
import { createSpectraReader, type RunningJob } from './spectra-reader.ts';

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
  /** What is published: the same object until its state changes, so that other rows are not drawn again. */
  chosen: ChosenFile;
  job: RunningJob | null;
}

/** Min time between changes of the list while files are read, in milliseconds: hundreds of files are read in seconds. */
const MIN_CHANGE_MS = 100;

/**
 * Makes a list of files, which is empty at first.
 *
 * @param first what the model expects; null if the files are not for a model yet
 */
export function createFiles(first: ExpectedSpectra | null): Files {
  const reader = createSpectraReader();
  const entries = new Map<string, Entry>();
  const list = observable<readonly ChosenFile[]>([]);
  let model = first;
  let publishedAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const publish = () => {
    clearTimeout(timer);
    timer = undefined;
    publishedAt = performance.now();
    list.set(Array.from(entries.values(), ({ chosen }) => chosen));
  };
  const publishSoon = () => {
    timer ??= setTimeout(publish, publishedAt + MIN_CHANGE_MS - performance.now());
  };
  const read = (file: File, answers: readonly Answer[]) => {
    const name = pathOf(file);
    const entry: Entry = { file, answers, chosen: { name, state: { kind: 'waiting' } }, job: null };
    entries.get(name)?.job?.stop();
    entries.set(name, entry);
    const change = (state: FileState) => {
      entry.chosen = { name, state };
      publishSoon();
    };
    entry.job = reader.read({ file, model, answers }, share => change({ kind: 'reading', share }));
    void entry.job.result.then(result => {
      entry.job = null;
      change(result.kind === 'read' ? { ...result, file: { ...result.file, name } } : result);
    });
  };

  return {
    ...list,
    add(chosen) {
      for (const file of chosen) read(file, []);
      publish();
    },
    remove(name) {
      entries.get(name)?.job?.stop();
      entries.delete(name);
      publish();
    },
    clear() {
      // The last first: where the one that is being read is stopped, the reader begins with the next.
      for (const { job } of [...entries.values()].reverse()) job?.stop();
      entries.clear();
      publish();
    },
    answer(name, answer) {
      const entry = entries.get(name);
      if (!entry) return;
      read(entry.file, [...entry.answers, answer]);
      publish();
    },
    stop(name) {
      const entry = entries.get(name);
      if (!entry?.job) return;
      entry.job.stop();
      entry.job = null;
      entry.chosen = { name, state: { kind: 'stopped' } };
      publish();
    },
    readAgain(name) {
      const entry = entries.get(name);
      if (!entry) return;
      read(entry.file, entry.answers);
      publish();
    },
    expect(expected) {
      if (isSame(model, expected)) return;
      model = expected;
      for (const { file } of entries.values()) read(file, []);
      publish();
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
