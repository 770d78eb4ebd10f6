import { LRUCache } from 'lru-cache';
import { modelCache } from './model-cache.ts';
import { type ModelLimits, type ModelProcesses, startModelProcesses } from './model-processes.ts';
import type { ModelRow } from './models.ts';
import { MOST_TOGETHER, ModelRefused, type Outcome } from './onnx.ts';

/** The models of this server, wherever they run. */
export interface Models extends Pick<ModelProcesses, 'inspect'> {
  /** Runs a model over spectra. @throws as `ModelProcesses` and `ModelCache` do. */
  run(
    model: Pick<ModelRow, 'id' | 'msPerSpectrum'>,
    spectra: readonly (readonly number[])[],
  ): Promise<Outcome>;
  close(): Promise<void>;
}

/**
 * The longest for which a run may hold the event loop: ONNX Runtime's binding computes on the calling thread. Reading
 * the JSON of 1000 spectra takes as long.
 */
const LONGEST_INLINE_MS = 20;

/**
 * Starts what runs models: calls that take long by the measure of the model's registration run in processes of their
 * own, the others here.
 *
 * @param load gives the bytes of a model's ONNX file
 */
export function startModels(load: (modelId: string) => Promise<Uint8Array>, limits?: ModelLimits): Models {
  const inline = modelCache(load);
  const processes = startModelProcesses(load, limits);
  /** Of models that were registered before registration measured. One that cannot be measured stays slow. */
  const measured = new LRUCache<string, number>({
    max: 1000,
    fetchMethod: async id => {
      try {
        return (await processes.inspect(await load(id))).msPerSpectrum;
      } catch (error) {
        if (error instanceof ModelRefused) return Number.POSITIVE_INFINITY;
        throw error;
      }
    },
  });

  function measure(id: string): number {
    const known = measured.get(id);
    // What fails for another reason than the model is tried again with the next call.
    if (known === undefined) void measured.fetch(id).catch(() => undefined);
    return known ?? Number.POSITIVE_INFINITY;
  }

  return {
    inspect: processes.inspect,
    run({ id, msPerSpectrum }, spectra) {
      const ms = msPerSpectrum ?? measure(id);
      return ms * spectra.length <= LONGEST_INLINE_MS
        ? inline.run(id, spectra, ms * MOST_TOGETHER <= LONGEST_INLINE_MS)
        : processes.run(id, spectra);
    },
    close: async () => {
      await Promise.all([inline.close(), processes.close()]);
    },
  };
}
