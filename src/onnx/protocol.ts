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

export type Request =
  /** Opens a model, whose ONNX file is the payload. With `analyse`, finds out whether calls may share a run. */
  | { ask: 'open'; modelId: string; analyse: boolean }
  | RunRequest
  /** Tries an ONNX file, which is the payload, before it is registered. */
  | { ask: 'inspect' };

/** The answer to one call. `values` is the number of its float64 values, which are next in the payload. */
export type CallReply =
  | { values: number }
  | { categories: string[] }
  | { failed: string; spectrum?: number | undefined };

export type Reply =
  /** The host has started. */
  | { reply: 'ready' }
  | { reply: 'opened'; inputType: InputType; inputLength: number; rowIndependent: boolean }
  /** The model is not open, or was closed for another one: open it again. */
  | { reply: 'missing' }
  /** The next answers, in the order of the calls; `done` if they include the last one. */
  | { reply: 'answers'; calls: CallReply[]; done: boolean }
  | { reply: 'inspected'; found: Inspection }
  | { reply: 'refused'; message: string }
  /** An unexpected error in the host. */
  | { reply: 'fault'; message: string };
