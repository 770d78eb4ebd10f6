import type { Signature } from './signature.ts';
import type { Inspection } from './trial.ts';

// What a server asks a model host (host.ts), one thing at a time, and what that answers.

export type InputType = Signature['inputType'];

/** Spectra of several calls, one after the other in the payload as numbers of the model's input type. */
export interface RunRequest {
  ask: 'run';
  modelId: string;
  inputType: InputType;
  inputLength: number;
  /** How many spectra each call has. */
  counts: number[];
  /** Whether the calls may share one run of the model. */
  together: boolean;
}

export type Request =
  /** Opens a model, and finds out whether calls may share a run where that is not known; the payload is its ONNX file. */
  | { ask: 'open'; modelId: string; findsOut: boolean }
  | RunRequest
  /** Tries a file that is to be registered; the payload is the file. */
  | { ask: 'inspect' };

/** The answer to one call: `values` says how many float64 numbers of the payload are its own. */
export type CallReply =
  | { values: number }
  | { categories: string[] }
  | { failed: string; spectrum?: number | undefined };

export type Reply =
  /** The host has started. */
  | { reply: 'ready' }
  | { reply: 'opened'; inputType: InputType; inputLength: number; rowIndependent: boolean }
  /** The model is not open, or was closed to make room: open it again. */
  | { reply: 'missing' }
  /** The next answers, in the order of the calls; `done` with the last of them. */
  | { reply: 'answers'; calls: CallReply[]; done: boolean }
  | { reply: 'inspected'; found: Inspection }
  | { reply: 'refused'; message: string }
  /** A fault of the host's own code. */
  | { reply: 'fault'; message: string };
