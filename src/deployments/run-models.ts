import { LRUCache } from 'lru-cache';
import { modelCache } from './model-cache.ts';
import { type ModelLimits, type ModelProcesses, startModelProcesses } from './model-processes.ts';
import type { ModelRow } from './models.ts';
import type { Outcome } from './onnx.ts';

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
    fetchMethod: async id => (await processes.inspect(await load(id))).msPerSpectrum,
  });

  function measure(id: string): number {
    const known = measured.get(id);
    if (known === undefined) void measured.fetch(id).catch(() => measured.set(id, Number.POSITIVE_INFINITY));
    return known ?? Number.POSITIVE_INFINITY;
  }

  return {
    inspect: processes.inspect,
    run: ({ id, msPerSpectrum }, spectra) =>
      (msPerSpectrum ?? measure(id)) * spectra.length <= LONGEST_INLINE_MS
        ? inline.run(id, spectra)
        : processes.run(id, spectra),
    close: async () => {
      await Promise.all([inline.close(), processes.close()]);
    },
  };
}
