import { setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { isSteady } from './graph.ts';
import { type Outcome, runModel } from './run.ts';
import { type OpenModel, openModel } from './session.ts';
import type { Signature } from './signature.ts';
import { inspectModel, measureModel } from './trial.ts';

// The main module of a process that runs models for model-processes.ts, which may kill it at any moment.

/** What a trial found. */
export type Inspection = Pick<Signature, 'kind' | 'inputLength'> & {
  /** As `measureModel` has it. */
  msPerSpectrum: number;
  /** Whether no run of it can take much longer than was measured, and that was short. */
  mayRunInline: boolean;
};

/** What the process is asked, one thing at a time, and what it answers. */
export interface Questions {
  /** The first: whether it has started. */
  start: { given: null; found: null };
  inspect: { given: Uint8Array; found: Inspection };
  /** Opens the one model that this process runs. */
  open: { given: Uint8Array; found: null };
  run: { given: readonly ArrayLike<number>[]; found: Outcome };
}

type Name = keyof Questions;
type Methods = { [N in Name]: (given: Questions[N]['given']) => Promise<Questions[N]['found']> };
export type Question = { [N in Name]: { name: N; given: Questions[N]['given'] } }[Name];
/** An error's class does not survive the way; its name does. */
export type Answer = { found: unknown } | { error: { name: string; message: string } };
/** A question is answered twice: on its arrival, and then with what was found. */
export type Reply = 'begun' | Answer;

// The server goes first.
setPriority(10);

// A server that was killed can end nobody, and a model that never returns leaves this thread no moment to notice. The
// server says who it is: on a busy machine it may be gone before the other thread has begun. Without the bound V8 reserves
// half a gigabyte for the code of that, which counts as memory of the process.
new Worker(
  `const { workerData: server } = require('node:worker_threads');
   setInterval(() => { if (process.ppid !== server) process.kill(process.pid, 'SIGKILL'); }, 1000);`,
  { eval: true, workerData: Number(process.argv[2]), resourceLimits: { codeRangeSizeMb: 1 } },
).unref();

let model: OpenModel | undefined;

const methods: Methods = {
  async start() {
    return null;
  },
  async inspect(onnx) {
    const found = await inspectModel(onnx);
    const { msPerSpectrum, isFast } = await measureModel(onnx);
    return { ...found, msPerSpectrum, mayRunInline: isFast && isSteady(onnx) };
  },
  async open(onnx) {
    model = await openModel(onnx);
    return null;
  },
  async run(spectra) {
    if (!model) throw new Error('no model was opened');
    return await runModel(model, spectra);
  },
};

async function answer<N extends Name>({
  name,
  given,
}: {
  name: N;
  given: Questions[N]['given'];
}): Promise<Answer> {
  try {
    return { found: await methods[name](given) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { error: { name: error.name, message: error.message } };
  }
}

process.on('message', async (question: Question) => {
  const reply = (message: Reply) => process.send?.(message);
  reply('begun');
  reply(await answer(question));
});
