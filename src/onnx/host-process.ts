import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { cut, cutText } from './cut.ts';
import { type Frame, frameReader, writeFrame } from './frames.ts';
import { MAX_CATEGORY_CHARACTERS, ModelFailed, type Outcome } from './outcome.ts';
import type { CallReply, InputType, Reply, Request } from './protocol.ts';
import { endProcessesOf, HOST_ENVIRONMENT, type HostLimits, hostCommand } from './sandbox.ts';
import { sendFile } from './send-file.ts';
import { ModelRefused } from './signature.ts';
import type { Inspection } from './trial.ts';

const SOCKET_FD = 3;
/** Far more than the answers of a frame take; a host that sends more is not running our code any more. */
const MAX_FRAME_BYTES = { header: 2 * 1024 * 1024, body: 4 * 1024 * 1024 };
/** A killed process is gone within milliseconds, unless the kernel does not let it go. */
const KILL_MS = 2_000;

/** Why a host gave no answer. */
export type EndReason = 'timeout' | 'memory' | 'stopped' | 'exited';

/** A host ended before it answered. */
export class HostEnded extends Error {
  override readonly name = 'HostEnded';
  readonly reason: EndReason;

  constructor(reason: EndReason) {
    super(`The model host ended: ${reason}.`);
    this.reason = reason;
  }
}

interface OpenedModel {
  inputType: InputType;
  inputLength: number;
  /** Whether it has answered since it was opened. */
  hasRun: boolean;
}

type Spectra = readonly ArrayLike<number>[];

/** What one frame is to run: calls of one model. */
export interface FrameOfCalls {
  modelId: string;
  /** Whether the calls may share one run of the model. */
  together: boolean;
  calls: readonly Spectra[];
}

/** A model host. It is asked one thing at a time; each answer must come within `ms` of the one before it. */
export interface HostProcess {
  readonly pid: number | undefined;
  isOpen(modelId: string): boolean;
  /** Whether no other model is open, or was until the host ended. */
  isOpenAlone(modelId: string): boolean;
  /**
   * Opens a model, and finds out whether calls may share a run of it where that is asked.
   *
   * @returns whether calls may share a run; false where that is not asked
   * @throws {ModelRefused} @throws {HostEnded}
   */
  open(modelId: string, onnx: Uint8Array, how: { ms: number; findsOut: boolean }): Promise<boolean>;
  /**
   * Runs a frame. `onOutcomes` gets the next outcomes, in the order of the calls, as they arrive.
   *
   * @returns false where the host has closed the model meanwhile: open it again
   * @throws {HostEnded}
   */
  run(
    frame: FrameOfCalls,
    ms: number,
    onOutcomes: (outcomes: (Outcome | ModelFailed)[]) => void,
  ): Promise<boolean>;
  /** @throws {ModelRefused} @throws {HostEnded} */
  inspect(path: string, ms: number): Promise<Inspection>;
  /** Kills it, whatever it does. */
  kill(reason: EndReason): Promise<void>;
  /** Resolves once it has ended. */
  readonly ended: Promise<void>;
}

/**
 * Starts a model host, without the server's environment, as restricted as the system allows (sandbox.ts).
 *
 * @throws {HostEnded} where it does not start within `startMs`
 */
export async function startHost(limits: HostLimits, startMs: number): Promise<HostProcess> {
  const { program, args, uid } = await hostCommand(limits);
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: HOST_ENVIRONMENT,
    cwd: '/',
    // A process group of its own, with which what it starts ends.
    detached: true,
  });
  const ended = Promise.withResolvers<void>();
  const models = new Map<string, OpenedModel>();
  let endReason: EndReason | undefined;
  let listen: ((frame: Frame<Reply>) => void) | undefined;
  let fail: ((error: Error) => void) | undefined;

  function over(): void {
    endReason ??= 'exited';
    fail?.(new HostEnded(endReason));
  }
  child.once('exit', () => {
    over();
    // Native code may have started processes that left its group.
    if (uid !== undefined) endProcessesOf(uid);
    ended.resolve();
  });
  child.on('error', () => {
    over();
    if (child.pid === undefined) ended.resolve();
  });
  // Without file descriptors left, there is neither a process nor a socket.
  const socket = child.stdio?.[SOCKET_FD] as Duplex | undefined;
  if (child.pid === undefined || !socket) {
    ended.resolve();
    throw new HostEnded('exited');
  }
  // Writing to a host that has ended; its exit says so.
  socket.on('error', () => {});
  const read = frameReader<Reply>(MAX_FRAME_BYTES, frame => {
    if (listen) listen(frame);
    else void kill('exited');
  });
  socket.on('data', (chunk: Uint8Array) => {
    try {
      read(chunk);
    } catch {
      void kill('exited');
    }
  });

  async function kill(reason: EndReason): Promise<void> {
    endReason ??= reason;
    if (child.exitCode === null && child.signalCode === null) endGroup(child.pid);
    socket?.destroy();
    over();
    await Promise.race([ended.promise, wait(KILL_MS, undefined, { ref: false })]);
  }

  /**
   * Asks one thing; `take` gets each answer and says whether it was the last.
   *
   * @param payload numbers, or the path of a file.
   */
  async function ask(
    request: Request | null,
    payload: Uint8Array | string,
    ms: number,
    take: (frame: Frame<Reply>) => boolean,
  ): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        fail = reject;
        if (endReason) return over();
        timer = setTimeout(() => void kill('timeout'), ms);
        listen = frame => {
          timer?.refresh();
          try {
            throwRefusal(frame.header, request);
            if (take(frame)) resolve();
          } catch (error) {
            // Whatever else is thrown comes of reading an answer that is not of its type.
            reject(error instanceof ModelRefused || error instanceof ModelFailed ? error : misfit(error));
            // What it says beyond this cannot be told from the answer to the next question.
            if (!(error instanceof ModelRefused)) void kill('exited');
          }
        };
        if (!request || !socket) return;
        if (typeof payload !== 'string') writeFrame(socket, request, payload);
        else sendFile(socket, request, payload).catch(reject);
      });
    } finally {
      clearTimeout(timer);
      listen = undefined;
      fail = undefined;
    }
  }

  const host: HostProcess = {
    pid: child.pid,
    ended: ended.promise,
    kill,
    isOpen: modelId => models.has(modelId),
    isOpenAlone: modelId => models.size === (models.has(modelId) ? 1 : 0),
    async open(modelId, onnx, { ms, findsOut }) {
      let rowIndependent = false;
      await ask({ ask: 'open', modelId, findsOut }, onnx, ms, ({ header }) => {
        if (header.reply !== 'opened') throw misfit();
        models.set(modelId, { inputType: header.inputType, inputLength: header.inputLength, hasRun: false });
        rowIndependent = findsOut && header.rowIndependent === true;
        return true;
      });
      return rowIndependent;
    },
    async run({ modelId, together, calls }, ms, onOutcomes) {
      const model = models.get(modelId);
      if (!model) return false;
      const { inputType, inputLength } = model;
      // The server checked the lengths against the database; the host may have said something else.
      if (calls.some(spectra => spectra.some(({ length }) => length !== inputLength))) {
        void kill('exited');
        throw misfit();
      }
      const counts = calls.map(({ length }) => length);
      let isOpen = true;
      let answered = 0;
      const request: Request = { ask: 'run', modelId, inputType, inputLength, counts, together };
      await ask(request, numbersOf(calls, model), ms, ({ header, payload }) => {
        if (header.reply === 'missing') {
          // It closes a model only to open another one.
          if (!model.hasRun) throw misfit();
          models.delete(modelId);
          isOpen = false;
          return true;
        }
        if (header.reply !== 'answers') throw misfit();
        const outcomes = outcomesOf(header.calls, payload, counts.slice(answered));
        if (outcomes.length === 0) throw misfit();
        answered += outcomes.length;
        model.hasRun = true;
        if (header.done !== (answered === counts.length)) throw misfit();
        onOutcomes(outcomes);
        return header.done;
      });
      return isOpen;
    },
    async inspect(path, ms) {
      let found: Inspection | undefined;
      await ask({ ask: 'inspect' }, path, ms, ({ header }) => {
        if (header.reply !== 'inspected') throw misfit();
        found = header.found;
        return true;
      });
      if (!found) throw misfit();
      return found;
    },
  };
  await ask(null, new Uint8Array(), startMs, ({ header }) => {
    if (header.reply !== 'ready') throw misfit();
    return true;
  });
  return host;
}

/** Kills a process and all of its group. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** A host that lies counts for quarantine like one that crashes. */
const misfit = (cause?: unknown) =>
  new ModelFailed('The model host answered what was not asked.', {
    endedHost: true,
    ...(cause === undefined ? {} : { cause: cut(cause) }),
  });

function throwRefusal(reply: Reply, request: Request | null): void {
  if (reply.reply === 'refused') {
    throw request?.ask === 'run' ? misfit() : new ModelRefused(cutText(String(reply.message)));
  }
  if (reply.reply === 'fault') {
    throw new ModelFailed(`In a model host: ${cutText(String(reply.message))}`, { endedHost: true });
  }
}

/** The points of all spectra of a frame, one after the other. */
function numbersOf(calls: readonly Spectra[], { inputType, inputLength }: OpenedModel): Uint8Array {
  const count = calls.reduce((sum, { length }) => sum + length, 0) * inputLength;
  const numbers = inputType === 'float32' ? new Float32Array(count) : new Float64Array(count);
  let begin = 0;
  for (const spectra of calls) {
    for (const spectrum of spectra) {
      numbers.set(spectrum, begin);
      begin += inputLength;
    }
  }
  return new Uint8Array(numbers.buffer);
}

/**
 * Checks and decodes answers. The host may run somebody's machine code by now, so nothing that it says is believed.
 *
 * @param counts how many spectra each of the calls has that are not answered yet
 * @throws {ModelFailed} where they do not fit
 */
function outcomesOf(
  replies: readonly CallReply[],
  payload: Uint8Array<ArrayBuffer>,
  counts: readonly number[],
): (Outcome | ModelFailed)[] {
  if (replies.length > counts.length) throw misfit();
  const numbers = new Float64Array(payload.buffer, payload.byteOffset, Math.floor(payload.byteLength / 8));
  let begin = 0;
  return replies.map((reply, index) => {
    const count = counts[index];
    if ('failed' in reply) return failureOf(reply);
    if ('categories' in reply) {
      const { categories } = reply;
      if (categories.length !== count || !categories.every(isCategory)) throw misfit();
      return { kind: 'CLASSIFICATION', categories };
    }
    const values = Array.from(numbers.subarray(begin, begin + reply.values));
    begin += reply.values;
    if (reply.values !== count || values.length !== count || !values.every(Number.isFinite)) throw misfit();
    return { kind: 'REGRESSION', values };
  });
}

/** PostgreSQL takes no text with a NUL or half a surrogate pair. */
const isCategory = (text: unknown) =>
  typeof text === 'string' &&
  text.length <= MAX_CATEGORY_CHARACTERS &&
  text.isWellFormed() &&
  !text.includes('\0');

function failureOf({ failed, spectrum }: Extract<CallReply, { failed: string }>): ModelFailed {
  return new ModelFailed(String(failed), Number.isInteger(spectrum) ? { spectrum } : {});
}
