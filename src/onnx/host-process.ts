import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type Frame, frameReader, writeFrame } from './frames.ts';
import { inspectionOf, invalidReply, numbersOf, outcomesOf, throwReportedError } from './host-replies.ts';
import { ModelFailed, type Outcome } from './outcome.ts';
import { MAX_PROPERTIES_BYTES } from './packed-metadata.ts';
import type { InputType, RegisteredModel, Reply, Request } from './protocol.ts';
import { endProcessesOf, HOST_ENVIRONMENT, type HostLimits, hostCommand } from './sandbox.ts';
import { sendFile } from './send-file.ts';
import type { Spectra } from './shared-runs.ts';
import { ModelRefused } from './signature.ts';
import type { Inspection } from './trial.ts';

const SOCKET_FD = 3;
/** Far more than the answers of a frame need. A host that sends more no longer runs our code. */
const MAX_FRAME_BYTES = { header: 2 * 1024 * 1024, body: 4 * 1024 * 1024 };
/** The result of a trial can have metadata. */
const MAX_INSPECTED_BYTES = MAX_FRAME_BYTES.header + MAX_PROPERTIES_BYTES;
/** Max wait for a killed process to exit. It takes milliseconds, unless the kernel blocks the process. */
const KILL_MS = 2_000;

/**
 * Why a host ended: it missed a deadline, exceeded its memory, was stopped by the server for another reason, or exited
 * by itself.
 */
export type EndReason = 'timeout' | 'memory' | 'stopped' | 'exited';

/** The host ended before it replied. */
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
  /** Whether it has run since it was opened. */
  hasRun: boolean;
}

/** The calls of one model to run in one frame. */
export interface FrameOfCalls {
  modelId: string;
  /** Whether the calls may share one run of the model. */
  together: boolean;
  calls: readonly Spectra[];
}

/** A model host. It handles one request at a time, and must send each reply within `ms` of the one before. */
export interface HostProcess {
  readonly pid: number | undefined;
  isOpen(modelId: string): boolean;
  /** Whether no other model is open, or was open when the host ended. */
  isOpenAlone(modelId: string): boolean;
  /**
   * Opens a model.
   *
   * @param model the file and kind of a registered model
   * @param options with `analyse`, the host also finds out whether calls may share a run of the model
   * @returns whether calls may share a run; always false without `analyse`
   * @throws {ModelRefused} @throws {ModelFailed} for an invalid reply @throws {HostEnded}
   */
  open(modelId: string, model: RegisteredModel, options: { ms: number; analyse: boolean }): Promise<boolean>;
  /**
   * Runs a frame.
   *
   * @param onOutcomes called with the next outcomes, in the order of the calls, as they arrive
   * @returns false if the host has closed the model in between: open it again
   * @throws {ModelFailed} for an invalid reply @throws {HostEnded}
   */
  run(
    frame: FrameOfCalls,
    ms: number,
    onOutcomes: (outcomes: (Outcome | ModelFailed)[]) => void,
  ): Promise<boolean>;
  /** Tries the ONNX file at a path. @throws as `open` does */
  inspect(path: string, ms: number): Promise<Inspection>;
  /** Kills the host and the processes that it started. Resolves after it has exited, or after `KILL_MS`. */
  kill(reason: EndReason): Promise<void>;
  /** Resolves when the host has ended. */
  readonly ended: Promise<void>;
}

/**
 * Starts a model host, as restricted as the system allows (sandbox.ts).
 *
 * @throws {HostEnded} when it does not start within `startMs`
 */
export async function startHost(limits: HostLimits, startMs: number): Promise<HostProcess> {
  const { program, args, uid } = await hostCommand(limits);
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: HOST_ENVIRONMENT,
    cwd: '/',
    // A separate process group, so that the processes that it starts can be killed with it.
    detached: true,
  });
  const ended = Promise.withResolvers<void>();
  const models = new Map<string, OpenedModel>();
  let endReason: EndReason | undefined;
  /** Handles the replies to the current request, and rejects it. */
  let onReply: ((frame: Frame<Reply>) => void) | undefined;
  let rejectRequest: ((error: Error) => void) | undefined;

  function onEnded(): void {
    endReason ??= 'exited';
    rejectRequest?.(new HostEnded(endReason));
  }
  child.once('exit', () => {
    onEnded();
    // Native code may have started processes outside the process group.
    if (uid !== undefined) endProcessesOf(uid);
    ended.resolve();
  });
  child.on('error', () => {
    onEnded();
    if (child.pid === undefined) ended.resolve();
  });
  // If the server has no file descriptors left, there is neither a process nor a socket.
  const socket = child.stdio?.[SOCKET_FD] as Duplex | undefined;
  if (child.pid === undefined || !socket) {
    ended.resolve();
    throw new HostEnded('exited');
  }
  // Emitted for writing to a host that has ended, which the exit event reports.
  socket.on('error', () => {});
  const maxFrameBytes = { ...MAX_FRAME_BYTES };
  const read = frameReader<Reply>(maxFrameBytes, frame => {
    if (onReply) onReply(frame);
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
    onEnded();
    await Promise.race([ended.promise, wait(KILL_MS, undefined, { ref: false })]);
  }

  /**
   * Sends a request and waits for its replies.
   *
   * @param request null: nothing is sent, and the host's first message is the reply
   * @param payload numbers, or the path of a file
   * @param handleReply returns whether the reply was the last; what it throws is an invalid reply
   */
  async function ask(
    request: Request | null,
    payload: Uint8Array | string,
    ms: number,
    handleReply: (frame: Frame<Reply>) => boolean,
  ): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        rejectRequest = reject;
        if (endReason) return onEnded();
        timer = setTimeout(() => void kill('timeout'), ms);
        onReply = frame => {
          timer?.refresh();
          try {
            throwReportedError(frame.header, request);
            if (handleReply(frame)) resolve();
          } catch (error) {
            // Any other error, such as a TypeError, means that the reply does not have the declared type.
            const isExpected = error instanceof ModelRefused || error instanceof ModelFailed;
            reject(isExpected ? error : invalidReply(error));
            // Further replies could not be distinguished from those to the next request.
            if (!(error instanceof ModelRefused)) void kill('exited');
          }
        };
        if (!request || !socket) return;
        if (typeof payload !== 'string') writeFrame(socket, request, payload);
        else sendFile(socket, request, payload).catch(reject);
      });
    } finally {
      clearTimeout(timer);
      onReply = undefined;
      rejectRequest = undefined;
    }
  }

  const host: HostProcess = {
    pid: child.pid,
    ended: ended.promise,
    kill,
    isOpen: modelId => models.has(modelId),
    isOpenAlone: modelId => models.size === (models.has(modelId) ? 1 : 0),
    async open(modelId, { onnx, kind }, { ms, analyse }) {
      let rowIndependent = false;
      await ask({ ask: 'open', modelId, kind, analyse }, onnx, ms, ({ header }) => {
        if (header.reply !== 'opened') throw invalidReply();
        models.set(modelId, { inputType: header.inputType, inputLength: header.inputLength, hasRun: false });
        rowIndependent = analyse && header.rowIndependent === true;
        return true;
      });
      return rowIndependent;
    },
    async run({ modelId, together, calls }, ms, onOutcomes) {
      const model = models.get(modelId);
      if (!model) return false;
      const { inputType, inputLength } = model;
      // The server checked the lengths against the database, but the host may have reported a different input length.
      if (calls.some(spectra => spectra.some(({ length }) => length !== inputLength))) {
        void kill('exited');
        throw invalidReply();
      }
      const counts = calls.map(({ length }) => length);
      let isOpen = true;
      let answered = 0;
      const request: Request = { ask: 'run', modelId, inputType, inputLength, counts, together };
      await ask(request, numbersOf(calls, inputType, inputLength), ms, ({ header, payload }) => {
        if (header.reply === 'missing') {
          // Hosts close models only while opening another one.
          if (!model.hasRun) throw invalidReply();
          models.delete(modelId);
          isOpen = false;
          return true;
        }
        if (header.reply !== 'answers') throw invalidReply();
        const outcomes = outcomesOf(header.calls, payload, counts.slice(answered));
        if (outcomes.length === 0) throw invalidReply();
        answered += outcomes.length;
        model.hasRun = true;
        if (header.done !== (answered === counts.length)) throw invalidReply();
        onOutcomes(outcomes);
        return header.done;
      });
      return isOpen;
    },
    async inspect(path, ms) {
      let found: Inspection | undefined;
      maxFrameBytes.body = MAX_INSPECTED_BYTES;
      try {
        await ask({ ask: 'inspect' }, path, ms, ({ header, payload }) => {
          if (header.reply !== 'inspected') throw invalidReply();
          found = inspectionOf(header, payload);
          return true;
        });
      } finally {
        maxFrameBytes.body = MAX_FRAME_BYTES.body;
      }
      if (!found) throw invalidReply();
      return found;
    },
  };
  await ask(null, new Uint8Array(), startMs, ({ header }) => {
    if (header.reply !== 'ready') throw invalidReply();
    return true;
  });
  return host;
}

/** Kills a process and its process group. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // The process has ended.
  }
}
