import { fileURLToPath } from 'node:url';
import { LRUCache } from 'lru-cache';
import workerpool, { type Pool } from 'workerpool';
import { unavailable } from '../errors.ts';
import type { Inspection, Methods } from './model-worker.ts';
import { ModelFailed, ModelRefused, type Outcome } from './onnx.ts';

export interface ModelLimits {
  /** How long one call may run a model. */
  runMs?: number;
  /** How long a new model's trial may take. */
  trialMs?: number;
}

export interface ModelProcesses {
  /**
   * Tries a file that somebody uploads.
   *
   * @throws ModelRefused where it does not fit, and where the trial ends its process or takes too long.
   */
  inspect(onnx: Uint8Array): Promise<Inspection>;
  /**
   * Runs a model over spectra, as `runModel` does.
   *
   * @throws ModelFailed as `runModel` does, and where the run ends its process or takes too long; UNAVAILABLE when
   *   too many wait, and what `load` throws.
   */
  run(modelId: string, spectra: readonly (readonly number[])[]): Promise<Outcome>;
  close(): Promise<void>;
}

/** Each takes some 80 MB. */
const MOST_PROCESSES = 8;
const MOST_WAITING = 50;
/** Longer than all that wait for a model can take. */
const IDLE_MS = 10 * 60 * 1000;
/** What a process may take to start, for which no model is to blame. */
const START_MS = 5_000;
/** What the longest run may still take when its pool ends, and the end itself. */
const END_MS = 12_000;
const IDLE_END_MS = 1_000;
const TRIALS = 'trials';

/**
 * Models in processes of their own, one a model: what is slow there, or never ends, delays no other model and not the
 * server, and can be killed. The processes have none of the server's environment, where its secrets are.
 *
 * @param load gives the bytes of a model's ONNX file
 */
export function startModelProcesses(
  load: (modelId: string) => Promise<Uint8Array>,
  { runMs = 10_000, trialMs = 10_000 }: ModelLimits = {},
): ModelProcesses {
  const ending = new Set<Promise<unknown>>();
  let closed = false;
  const pools = new LRUCache<string, Pool>({
    max: MOST_PROCESSES,
    ttl: IDLE_MS,
    updateAgeOnGet: true,
    ttlAutopurge: true,
    dispose: pool => {
      // Bounded, as workerpool 10.0 waits for ever for the end of a process that ended by itself while it was idle.
      const end: Promise<unknown> = Promise.allSettled([
        pool.terminate(false, isIdle(pool) ? IDLE_END_MS : END_MS),
      ]).then(() => ending.delete(end));
      ending.add(end);
    },
  });

  function poolOf(key: string): Pool {
    if (closed) throw unavailable();
    const known = pools.get(key);
    if (known) return known;
    if (pools.size >= MOST_PROCESSES) {
      const idle = [...pools.rkeys()].find(other => isIdle(pools.peek(other)));
      if (idle === undefined) throw unavailable();
      pools.delete(idle);
    }
    const pool = workerpool.pool(fileURLToPath(new URL('./model-worker.ts', import.meta.url)), {
      workerType: 'process',
      maxWorkers: 1,
      workerTerminateTimeout: 100,
      forkOpts: {
        env: {},
        execArgv: [],
        cwd: '/',
        serialization: 'advanced',
      },
    });
    pools.set(key, pool);
    return pool;
  }

  function exec<Name extends keyof Methods>(
    key: string,
    name: Name,
    parameters: Parameters<Methods[Name]>,
    ms: number,
  ): Promise<Awaited<ReturnType<Methods[Name]>>> {
    const pool = poolOf(key);
    if (pool.stats().pendingTasks >= MOST_WAITING) throw unavailable();
    const startMs = pool.stats().totalWorkers === 0 ? START_MS : 0;
    return Promise.resolve(pool.exec(name, parameters).timeout(ms + startMs)).catch((error: unknown) => {
      // workerpool 10.0 forgets those that wait when a process ends by itself, until the next task comes.
      if (error instanceof workerpool.TerminateError && pool.stats().pendingTasks > 0) {
        void Promise.allSettled([pool.exec('methods')]);
      }
      throw error;
    });
  }

  return {
    async inspect(onnx) {
      try {
        const found = await exec(TRIALS, 'inspect', [onnx], trialMs);
        if (!('refused' in found)) return found;
        throw new ModelRefused(found.refused);
      } catch (cause) {
        const reason = whyKilled(cause, trialMs);
        throw reason ? new ModelRefused(`A trial run failed. The model ${reason}.`, { cause }) : cause;
      }
    },
    async run(modelId, spectra) {
      try {
        const found =
          (await exec(modelId, 'answer', [spectra, null], runMs)) ??
          (await exec(modelId, 'answer', [spectra, await load(modelId)], runMs));
        if (!found) throw new Error('a process that was given its model has not opened it');
        if ('failed' in found) throw new ModelFailed(found.failed);
        return found;
      } catch (cause) {
        const reason = whyKilled(cause, runMs);
        throw reason ? new ModelFailed(`The model ${reason}.`, { cause }) : cause;
      }
    },
    async close() {
      closed = true;
      pools.clear();
      await Promise.all(ending);
    },
  };
}

function isIdle(pool: Pool | undefined): boolean {
  const { activeTasks = 0, pendingTasks = 0 } = pool?.stats() ?? {};
  return activeTasks + pendingTasks === 0;
}

/** What a model did that cost its process; undefined for any other error. */
function whyKilled(error: unknown, ms: number): string | undefined {
  if (error instanceof workerpool.Promise.TimeoutError) return `took longer than ${ms / 1000} s`;
  return error instanceof workerpool.TerminateError ? 'ended the process that ran it' : undefined;
}
