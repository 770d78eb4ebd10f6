import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { ModelKind } from '../generated/database.ts';
import { type Frame, frameReader, writeFrame } from './frames.ts';
import { ModelFailed, type Outcome, type Spectrum, STATISTICS } from './outcome.ts';
import { packMetadata } from './packed-metadata.ts';
import type { CallReply, Predicted, Reply, Request, RunRequest } from './protocol.ts';
import { asModelFailed, runCalls } from './run.ts';
import { closeModel, type OpenModel, openModel } from './session.ts';
import { ModelRefused } from './signature.ts';
import { inspectModel, isRowIndependent } from './trial.ts';

// The main module of a model host: a process that runs the models of one organization. It communicates with the server
// only over an inherited socket (protocol.ts), and may be killed at any time (host-process.ts).

const SOCKET_FD = 3;
/** Enough for the largest ONNX file and for the spectra of a frame. */
const MAX_FRAME_BYTES = { header: 64 * 1024, body: 64 * 1024 * 1024 };
/** The answers of runs that end within this time are sent together. */
const FLUSH_MS = 1;
const [, , serverPid, memoryBytes, watch] = process.argv;

// The server may have ended before this process could watch it.
if (process.ppid !== Number(serverPid)) process.exit();
if (watch) {
  // The socket closes when the server ends, but a model that never returns blocks this thread. Without the limit, V8
  // reserves half a gigabyte of address space for the worker's code, which counts as memory of the process.
  new Worker(
    `const { workerData: server } = require('node:worker_threads');
     setInterval(() => { if (process.ppid !== server) process.kill(process.pid, 'SIGKILL'); }, 1000);`,
    { eval: true, workerData: Number(serverPid), resourceLimits: { codeRangeSizeMb: 1 } },
  ).unref();
}

/** Part of a host's memory above which it closes models before it opens another. Above 1 the server kills it. */
const CLOSE_ABOVE = 0.75;
/** The open models by id, the least recently used first. */
const models = new Map<string, OpenModel>();
const socket = new Socket({ fd: SOCKET_FD, readable: true, writable: true });
const reply = (header: Reply, payload?: Uint8Array) => writeFrame(socket, header, payload);

async function open(modelId: string, kind: ModelKind, onnx: Uint8Array, analyse: boolean): Promise<void> {
  await closeLeastRecentlyUsed();
  const model = await openModel(onnx, kind);
  models.set(modelId, model);
  const { inputType, inputLength } = model.signature;
  const rowIndependent = analyse && (await isRowIndependent(model, onnx).catch(falseIfFailed));
  reply({ reply: 'opened', inputType, inputLength, rowIndependent });
}

/** Treats a failed run as "not independent". @throws errors that the model did not cause */
function falseIfFailed(error: unknown): false {
  asModelFailed(error);
  return false;
}

/** Closes the least recently used models until there is memory for another one. */
async function closeLeastRecentlyUsed(): Promise<void> {
  for (const [modelId, model] of models) {
    if (process.memoryUsage.rss() < CLOSE_ABOVE * Number(memoryBytes)) return;
    models.delete(modelId);
    await closeModel(model);
  }
}

async function run(request: RunRequest, payload: Uint8Array<ArrayBuffer>): Promise<void> {
  const model = models.get(request.modelId);
  if (!model) return reply({ reply: 'missing' });
  models.delete(request.modelId);
  models.set(request.modelId, model);
  const calls = callsIn(request, payload);
  let unsent: (Outcome | ModelFailed)[] = [];
  let answered = 0;
  let flushedAt = performance.now();
  await runCalls(model, calls, request.together, outcomes => {
    unsent.push(...outcomes);
    answered += outcomes.length;
    const isDone = answered === calls.length;
    // Answers are sent before the next run, which may never end: deadline and preemption apply to each run.
    if (!isDone && performance.now() - flushedAt < FLUSH_MS) return;
    sendAnswers(unsent, isDone);
    unsent = [];
    flushedAt = performance.now();
  });
}

function callsIn({ counts, inputLength, inputType }: RunRequest, payload: Uint8Array<ArrayBuffer>) {
  const { buffer, byteOffset, byteLength } = payload;
  const numbers =
    inputType === 'float32'
      ? new Float32Array(buffer, byteOffset, byteLength / 4)
      : new Float64Array(buffer, byteOffset, byteLength / 8);
  let begin = 0;
  return counts.map(count =>
    Array.from({ length: count }, (): Spectrum => {
      const spectrum = numbers.subarray(begin, begin + inputLength);
      begin += inputLength;
      return spectrum;
    }),
  );
}

function sendAnswers(outcomes: readonly (Outcome | ModelFailed)[], done: boolean): void {
  const numbers: number[] = [];
  const calls = outcomes.map((outcome): CallReply => {
    if (outcome instanceof ModelFailed) return { failed: outcome.message, spectrum: outcome.spectrum };
    const predicted: Predicted =
      outcome.kind === 'CLASSIFICATION'
        ? { categories: outcome.categories }
        : { values: add(numbers, outcome.values) };
    for (const name of STATISTICS) {
      const statistics = outcome[name];
      if (statistics) predicted[name] = add(numbers, statistics);
    }
    return predicted;
  });
  reply({ reply: 'answers', calls, done }, new Uint8Array(Float64Array.from(numbers).buffer));
}

/** Appends values to numbers. @returns how many */
function add(numbers: number[], values: readonly number[]): number {
  for (const value of values) numbers.push(value);
  return values.length;
}

async function inspect(onnx: Uint8Array): Promise<void> {
  const { metadata, ...found } = await inspectModel(onnx);
  const { lengths, bytes } = packMetadata(metadata);
  reply({ reply: 'inspected', found, lengths }, bytes);
}

async function handle({ header, payload }: Frame<Request>): Promise<void> {
  try {
    if (header.ask === 'open') await open(header.modelId, header.kind, payload, header.analyse);
    else if (header.ask === 'run') await run(header, payload);
    else await inspect(payload);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply({ reply: error instanceof ModelRefused ? 'refused' : 'fault', message });
  }
}

const read = frameReader<Request>(MAX_FRAME_BYTES, frame => void handle(frame));
socket.on('data', read);
socket.on('close', () => process.exit());
socket.on('error', () => process.exit());
reply({ reply: 'ready' });
