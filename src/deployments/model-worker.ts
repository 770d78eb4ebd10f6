import { setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import workerpool from 'workerpool';
import {
  inspectModel,
  ModelFailed,
  ModelRefused,
  measureModel,
  type OpenModel,
  type Outcome,
  openModel,
  runModel,
  type Signature,
} from './onnx.ts';

// The main module of a process that runs models for model-processes.ts, which may kill it at any moment.

/** What a trial found; `msPerSpectrum` as `measureModel` has it. */
export type Inspection = Pick<Signature, 'kind' | 'inputLength'> & { msPerSpectrum: number };

// The server goes first.
setPriority(10);

// A parent that was killed can end nobody, and a model that never returns leaves this thread no moment to notice.
new Worker(
  `const { ppid } = process;
   setInterval(() => { if (process.ppid !== ppid) process.kill(process.pid, 'SIGKILL'); }, 1000);`,
  { eval: true },
).unref();

let model: OpenModel | null = null;

async function inspect(onnx: Uint8Array): Promise<Inspection | { refused: string }> {
  try {
    return { ...(await inspectModel(onnx)), msPerSpectrum: await measureModel(onnx) };
  } catch (error) {
    if (error instanceof ModelRefused) return { refused: error.message };
    throw error;
  }
}

/**
 * Runs the one model of this process.
 *
 * @param onnx its file, for a process that has not opened it yet
 * @returns null when the model is not open and the file was not given
 */
async function answer(
  spectra: readonly (readonly number[])[],
  onnx: Uint8Array | null,
): Promise<Outcome | { failed: string } | null> {
  if (!model && !onnx) return null;
  try {
    model ??= await openModel(onnx ?? new Uint8Array());
    return await runModel(model, spectra);
  } catch (error) {
    if (error instanceof ModelFailed) return { failed: error.message };
    throw error;
  }
}

const methods = { inspect, answer };
export type Methods = typeof methods;

workerpool.worker(methods);
