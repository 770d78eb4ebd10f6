import type { Axis } from './axis.ts';

/** A spectrum of a file. */
export interface ReadSpectrum {
  sampleName: string;
  /** The line on which it begins, counted from 1; null where the file has no lines. */
  line: number | null;
  /** The values at the x values of the file's axis, in the same order. */
  y: readonly number[];
}

/** A file of spectra, which share one axis. The points are in the file's order. */
export interface SpectraFile {
  name: string;
  format: 'CSV' | 'JCAMP-DX' | 'SPC';
  /** Null for formats that have only one layout. */
  layout: 'wide' | 'long' | 'transposed' | null;
  axis: Axis;
  /** Whether the file has no x, and a person decided that it has the model's. */
  isAxisAssumed: boolean;
  /** The unit of the values, for example `absorbance`; null if the file does not state it. */
  yUnit: string | null;
  spectra: ReadSpectrum[];
  /** Sentences for the person who reads the file: what was recognized, what was left out. */
  notes: string[];
}

/** A reason why a file is not read, with its line; null for the file as a whole. */
export interface Problem {
  line: number | null;
  message: string;
}

/** A question that decides how a file is read. `yes` and `no` are the labels of its two answers. */
export interface Question {
  id: 'no-heading' | 'numeric-column';
  text: string;
  yes: string;
  no: string;
}

/** A file is read completely or not at all, as a part of its samples could be mistaken for all. */
export type Reading =
  | { kind: 'spectra'; file: SpectraFile }
  | { kind: 'refused'; problems: Problem[] }
  | { kind: 'question'; question: Question };

/** An answer to the question with this id. */
export interface Answer {
  id: Question['id'];
  answer: 'yes' | 'no';
}

export interface ReadOptions {
  /** The axis of the model that will get the spectra; null if it has none. */
  modelAxis: Axis | null;
  /** The answers to the questions that were asked about this file. */
  answers: readonly Answer[];
  /** Called with the share of the work that is done, 0 to 1. */
  onProgress?: (share: number) => void;
}
