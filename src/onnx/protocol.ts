import type { ModelKind } from '../generated/database.ts';
import type { Statistic } from './outcome.ts';
import type { Signature } from './signature.ts';
import type { Inspection } from './trial.ts';

// The requests of the server to a model host (host.ts), one at a time, and the replies. frames.ts has the encoding.

export type InputType = Signature['inputType'];

/** Runs calls of one model. The payload has the points of all spectra, one after the other, in the input type. */
export interface RunRequest {
  ask: 'run';
  modelId: string;
  inputType: InputType;
  inputLength: number;
  /** Number of spectra of each call. */
  counts: number[];
  /** Whether the calls may share one run of the model. */
  together: boolean;
}

/** What a host needs to open a model. */
export interface RegisteredModel {
  onnx: Uint8Array;
  /** As found by the trial. */
  kind: ModelKind;
}

export type Request =
  /**
   * Opens a model of a kind, whose ONNX file is the payload. With `analyse`, finds out whether calls may share a run.
   */
  | { ask: 'open'; modelId: string; kind: ModelKind; analyse: boolean }
  | RunRequest
  /** Tries an ONNX file, which is the payload, before it is registered. */
  | { ask: 'inspect' };

/**
 * The answer to one call. `values`, `t2` and `q` are the numbers of its float64 values and statistics, which are next in
 * the payload, in this order.
 */
export type CallReply = Predicted | { failed: string; spectrum?: number | undefined };
export type Predicted = ({ values: number } | { categories: string[] }) & { [Name in Statistic]?: number };

/** The result of a trial. The payload has the metadata, and `lengths` the bytes of its names and values. */
export interface Inspected {
  reply: 'inspected';
  found: Omit<Inspection, 'metadata'>;
  lengths: readonly number[];
}

export type Reply =
  /** The host has started. */
  | { reply: 'ready' }
  | { reply: 'opened'; inputType: InputType; inputLength: number; rowIndependent: boolean }
  /** The model is not open, or was closed for another one: open it again. */
  | { reply: 'missing' }
  /** The next answers, in the order of the calls; `done` if they include the last one. */
  | { reply: 'answers'; calls: CallReply[]; done: boolean }
  | Inspected
  | { reply: 'refused'; message: string }
  /** An unexpected error in the host. */
  | { reply: 'fault'; message: string };
