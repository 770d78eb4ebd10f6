import { LRUCache } from 'lru-cache';
import { type BatchWatch, batched } from '../concurrency/batched.ts';
import { MOST_TOGETHER, ModelFailed, type Outcome, runModel, runTogether } from './run.ts';
import { closeModel, type OpenModel, openModel } from './session.ts';
import { mayRunTogether } from './trial.ts';

type Spectra = readonly ArrayLike<number>[];
type Run = (spectra: Spectra) => Promise<Outcome>;

/** Runs of an open model, which concurrent calls of one spectrum share where each gets the same answer as alone. */
async function startRun(model: OpenModel, watch: BatchWatch | undefined): Promise<Run> {
  if (!(await mayRunTogether(model))) return spectra => runModel(model, spectra);
  const shared = batched((calls: Spectra) => runTogether(model, calls), {
    most: MOST_TOGETHER,
    room: 5000,
    watch,
  });
  return async spectra => {
    const [spectrum, ...others] = spectra;
    if (!spectrum || others.length > 0) return await runModel(model, spectra);
    const outcome = await shared(spectrum);
    if (outcome instanceof ModelFailed) throw outcome;
    return outcome;
  };
}

export interface ModelCacheOptions {
  /** most sessions kept open */
  maxModels?: number;
  /** most bytes of ONNX files whose sessions are kept open; a session takes a few times its file */
  maxBytes?: number;
  /** is told of the runs that calls share */
  watch?: BatchWatch | undefined;
}

export interface ModelCache {
  /**
   * Runs a model over spectra as `runModel` does, opening it first where it is not open.
   *
   * @throws what `load`, `openModel` and `runModel` throw; one that failed to open is tried anew
   */
  run(modelId: string, spectra: Spectra): Promise<Outcome>;
  /** Lets no run begin any more, and resolves when those under way are over and every session is released. */
  close(): Promise<void>;
}

interface Entry {
  readonly opening: Promise<OpenModel>;
  readonly running: Promise<Run>;
  readonly over: PromiseWithResolvers<void>;
  /** runs that wait for the model or use it */
  uses: number;
  evicted: boolean;
}

/**
 * A bounded cache of open models. Models are immutable, so an entry is never stale.
 *
 * An entry is in use from the moment a run asks for it, before its file is even loaded: `LRUCache.fetch`
 * would leave a gap between the end of the loading and the first use, in which an eviction could release it.
 *
 * @param load gives the bytes of a model's ONNX file; called once for any number of concurrent runs
 */
export function modelCache(
  load: (modelId: string) => Promise<Uint8Array>,
  { maxModels = 64, maxBytes = 256 * 1024 * 1024, watch }: ModelCacheOptions = {},
): ModelCache {
  const live = new Set<Entry>();
  let closed = false;
  const cache = new LRUCache<string, { entry: Entry }>({
    max: maxModels,
    maxSize: maxBytes,
    dispose: ({ entry }) => {
      entry.evicted = true;
      releaseIfUnused(entry);
    },
  });

  function releaseIfUnused(entry: Entry): void {
    if (!entry.evicted || entry.uses > 0) return;
    live.delete(entry);
    // A model that never opened has nothing to release; its run has already told why.
    entry.over.resolve(entry.opening.then(closeModel, () => undefined));
  }

  function begin(modelId: string): Entry {
    const known = cache.get(modelId);
    if (known) return known.entry;
    const bytes = load(modelId);
    const opening = bytes.then(openModel);
    const entry: Entry = {
      opening,
      running: opening.then(model => startRun(model, watch)),
      over: Promise.withResolvers<void>(),
      uses: 0,
      evicted: false,
    };
    live.add(entry);
    // The size is known only once the file is loaded; until then the entry counts as one byte.
    cache.set(modelId, { entry }, { size: 1 });
    const isCurrent = () => cache.peek(modelId)?.entry === entry;
    bytes.then(
      ({ byteLength }) => {
        // A new object around the same entry: lru-cache 11.5 ignores the size where the value is identical.
        const size = Math.max(1, byteLength);
        if (isCurrent()) cache.set(modelId, { entry }, { size, noDisposeOnSet: true });
      },
      () => undefined,
    );
    entry.running.catch(() => {
      if (isCurrent()) cache.delete(modelId);
    });
    return entry;
  }

  return {
    async run(modelId, spectra) {
      if (closed) throw new Error('The model cache is closed');
      const entry = begin(modelId);
      entry.uses += 1;
      try {
        return await (await entry.running)(spectra);
      } finally {
        entry.uses -= 1;
        releaseIfUnused(entry);
      }
    },
    async close() {
      closed = true;
      const ending = [...live].map(entry => entry.over.promise);
      cache.clear();
      await Promise.all(ending);
    },
  };
}
