import { type Limiter, limiter } from '../concurrency/limiter.ts';
import { unavailable } from '../errors.ts';
import { type ModelProcess, NoAnswer, spawnModelProcess } from './model-process.ts';
import type { Inspection } from './model-worker.ts';
import { ModelFailed, type Outcome } from './run.ts';
import { ModelRefused } from './signature.ts';

export interface ModelLimits {
  /** How long one call may run a model, and how long opening it may take. */
  runMs?: number;
  /** How long a new model's trial may take. */
  trialMs?: number;
  /** What a process may hold, where the system can limit it (model-process.ts). */
  memoryBytes?: number;
}

export interface ModelProcesses {
  /**
   * Tries a file that somebody uploads.
   *
   * @throws {ModelRefused} where it does not fit, and where the trial ends its process or takes too long
   * @throws UNAVAILABLE when too many wait, or a process cannot be started
   */
  inspect(onnx: Uint8Array): Promise<Inspection>;
  /**
   * Runs a model over spectra, as `runModel` does.
   *
   * @throws {ModelFailed} as `runModel` does, and where the run ends its process or takes too long
   * @throws UNAVAILABLE when too many wait, or a process cannot be started; and what `load` throws
   */
  run(modelId: string, spectra: readonly ArrayLike<number>[]): Promise<Outcome>;
  /** Ends every process, and with it what it was asked. */
  close(): Promise<void>;
}

export interface ModelProcessOptions {
  /** Gives the bytes of a model's ONNX file. */
  load: (modelId: string) => Promise<Uint8Array>;
  /** Hears why a process could not be started; the caller is told that the service is unavailable. */
  onNotStarted: (error: unknown) => void;
  limits?: ModelLimits | undefined;
}

/** Each takes some 80 MB at least. */
const MOST_PROCESSES = 8;
/** Calls that may wait for one model. */
const MOST_CALLS_WAITING = 50;
/** Models whose calls may wait for others to be idle. */
const MOST_MODELS_WAITING = 16;
/** A trial has its file, of up to 16 MiB, in memory while it waits. */
const TRIALS = { most: 2, room: 10 };
const IDLE_MS = 10 * 60 * 1000;
/** What a process may take to start, for which no model is to blame. */
const START_MS = 5_000;

interface Lane {
  modelId: string;
  takeTurn: Limiter;
  isBusy: boolean;
  process?: ModelProcess | undefined;
  idle?: NodeJS.Timeout;
}

/**
 * Models in processes of their own, one a model: what is slow there, or never ends, delays no other model and not the
 * server, and can be killed. Trials have processes beside those, each its own.
 */
export function startModelProcesses({
  load,
  onNotStarted,
  limits = {},
}: ModelProcessOptions): ModelProcesses {
  const { runMs = 10_000, trialMs = 10_000, memoryBytes = 2 * 1024 ** 3 } = limits;
  const living = new Set<ModelProcess>();
  /** The least recently used first. */
  const lanes = new Map<string, Lane>();
  /** As few models run at once as there may be processes: one that is to run finds a process to take the place of. */
  const takePlace = limiter({ most: MOST_PROCESSES, room: MOST_MODELS_WAITING });
  const takeTrial = limiter(TRIALS);
  let closed = false;

  async function start(): Promise<ModelProcess> {
    if (closed) throw unavailable();
    try {
      const process = spawnModelProcess(memoryBytes);
      living.add(process);
      void process.ended.then(() => living.delete(process));
      await process.ask('start', null, START_MS);
      return process;
    } catch (error) {
      if (!closed) onNotStarted(error);
      throw unavailable();
    }
  }

  function laneOf(modelId: string): Lane {
    const known = lanes.get(modelId);
    if (known) return known;
    const takeTurn = limiter({ most: 1, room: MOST_CALLS_WAITING });
    const lane = { modelId, takeTurn, isBusy: false };
    lanes.set(modelId, lane);
    return lane;
  }

  async function makeRoom(): Promise<void> {
    const holding = [...lanes.values()].filter(({ isBusy, process }) => isBusy || process);
    if (holding.length <= MOST_PROCESSES) return;
    const idle = holding.find(({ isBusy }) => !isBusy);
    const process = idle?.process;
    if (!idle || !process) return;
    idle.process = undefined;
    await process.end();
  }

  async function open(modelId: string): Promise<ModelProcess> {
    const [onnx] = await Promise.all([load(modelId), makeRoom()]);
    const process = await start();
    try {
      await process.ask('open', onnx, runMs);
      return process;
    } catch (error) {
      await process.end();
      // It was accepted once.
      throw error instanceof ModelRefused ? new ModelFailed(error.message, { cause: error }) : error;
    }
  }

  async function runIn(lane: Lane, spectra: readonly ArrayLike<number>[]): Promise<Outcome> {
    clearTimeout(lane.idle);
    lanes.delete(lane.modelId);
    lanes.set(lane.modelId, lane);
    lane.isBusy = true;
    try {
      for (;;) {
        const isNew = lane.process === undefined;
        lane.process ??= await open(lane.modelId);
        try {
          return await lane.process.ask('run', spectra, runMs);
        } catch (error) {
          if (!(error instanceof NoAnswer)) throw error;
          lane.process = undefined;
          // It had died since the last call: of no concern to this one.
          if (isNew || !error.wasIdle) throw error;
        }
      }
    } finally {
      lane.isBusy = false;
      lane.idle = setTimeout(() => {
        lanes.delete(lane.modelId);
        void lane.process?.end();
      }, IDLE_MS).unref();
    }
  }

  return {
    async inspect(onnx) {
      try {
        return await takeTrial(async () => {
          const process = await start();
          return await process.ask('inspect', onnx, trialMs).finally(process.end);
        });
      } catch (cause) {
        if (closed) throw unavailable();
        if (!(cause instanceof NoAnswer)) throw cause;
        throw new ModelRefused(`A trial run failed. The model ${cause.message}.`, { cause });
      }
    },
    async run(modelId, spectra) {
      const lane = laneOf(modelId);
      try {
        return await lane.takeTurn(() => takePlace(() => runIn(lane, spectra)));
      } catch (cause) {
        if (closed) throw unavailable();
        if (!(cause instanceof NoAnswer)) throw cause;
        throw new ModelFailed(`The model ${cause.message}.`, { cause });
      }
    },
    async close() {
      closed = true;
      for (const { idle } of lanes.values()) clearTimeout(idle);
      await Promise.all([...living].map(process => process.end()));
    },
  };
}
