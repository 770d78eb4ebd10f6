import { LRUCache } from 'lru-cache';
import type { BatchWatch } from '../concurrency/batched.ts';
import { limiter } from '../concurrency/limiter.ts';
import type { ModelRow } from '../deployments/models.ts';
import { modelCache } from './model-cache.ts';
import { type ModelProcesses, type ModelProcessOptions, startModelProcesses } from './model-processes.ts';
import type { Inspection } from './model-worker.ts';
import { MOST_TOGETHER, type Outcome } from './run.ts';
import { ModelRefused } from './signature.ts';
import { LONGEST_INLINE_MS } from './trial.ts';

/** The models of this server, wherever they run. */
export interface Models extends Pick<ModelProcesses, 'inspect'> {
  /** Runs a model over spectra. @throws as `ModelProcesses` and `ModelCache` do. */
  run(
    model: Pick<ModelRow, 'id' | 'msPerSpectrum' | 'mayRunInline'>,
    spectra: readonly ArrayLike<number>[],
  ): Promise<Outcome>;
  close(): Promise<void>;
}

/** Hears of a run that is over: where the model ran, and how long the call waited for it. */
export type OnModelRun = (where: 'server' | 'process', ms: number, failed: boolean) => void;

export interface ModelsOptions extends ModelProcessOptions {
  /** Is told of the runs that calls share. */
  watch?: BatchWatch | undefined;
  onRun?: OnModelRun | undefined;
}

type Speed = Pick<Inspection, 'msPerSpectrum' | 'mayRunInline'>;
const SLOW: Speed = { msPerSpectrum: Number.POSITIVE_INFINITY, mayRunInline: false };

/**
 * Starts what runs models. Here runs what cannot hold the event loop for long, by what the trial of its registration
 * found: a call of at most `LONGEST_INLINE_MS`, to a model of which 32 calls that come at once take no longer either,
 * and whatever the spectra are. Everything else runs in a process of its own.
 */
export function startModels({ watch, onRun, ...options }: ModelsOptions): Models {
  const { load } = options;
  const inline = modelCache(load, { watch });
  const processes = startModelProcesses(options);
  /** Calls that are long by themselves come one after the other, and the event loop turns between them. */
  const takeLongTurn = limiter({ most: 1, room: 500 });
  /** One by one, as people's trials wait in the same queue. */
  const takeMeasuringTurn = limiter({ most: 1, room: 1000 });
  /** Of models that were registered before registration measured this. One that cannot be measured stays slow. */
  const measured = new LRUCache<string, Speed>({
    max: 1000,
    fetchMethod: id =>
      takeMeasuringTurn(async () => {
        try {
          return await processes.inspect(await load(id));
        } catch (error) {
          if (error instanceof ModelRefused) return SLOW;
          throw error;
        }
      }),
  });

  function measure(id: string): Speed {
    const known = measured.get(id);
    // What fails for another reason than the model is tried again with the next call.
    if (known === undefined) void measured.fetch(id).catch(() => undefined);
    return known ?? SLOW;
  }

  const runHere = told(inline.run, 'server', onRun);
  const runApart = told(processes.run, 'process', onRun);

  return {
    inspect: processes.inspect,
    async run({ id, msPerSpectrum, mayRunInline }, spectra) {
      const speed = msPerSpectrum === null ? measure(id) : { msPerSpectrum, mayRunInline };
      const ms = speed.msPerSpectrum * spectra.length;
      if (!speed.mayRunInline || ms > LONGEST_INLINE_MS) return await runApart(id, spectra);
      const run = () => runHere(id, spectra);
      return await (ms * MOST_TOGETHER > LONGEST_INLINE_MS ? takeLongTurn(run) : run());
    },
    close: async () => {
      await Promise.all([inline.close(), processes.close()]);
    },
  };
}

/** The same run, of whose end somebody hears. */
function told(
  run: ModelProcesses['run'],
  where: Parameters<OnModelRun>[0],
  onRun: OnModelRun | undefined,
): ModelProcesses['run'] {
  if (!onRun) return run;
  return async (id, spectra) => {
    const started = performance.now();
    let failed = true;
    try {
      const outcome = await run(id, spectra);
      failed = false;
      return outcome;
    } finally {
      onRun(where, performance.now() - started, failed);
    }
  };
}
