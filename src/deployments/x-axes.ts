import { LRUCache } from 'lru-cache';
import type { Database } from '../database/pool.ts';
import { ModelGone } from '../onnx/outcome.ts';
import type { Axis } from '../spectra/axis.ts';

/** Max size of all cached axes in bytes. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Bytes that an axis takes in addition to its values. */
const BYTES_PER_AXIS = 500;

/** The x axes of models. */
export interface XAxes {
  /** Finds the x axis of a model that has one. @throws ModelGone when the model does not exist */
  find: (modelId: string) => Promise<Axis>;
}

/** Starts a cache of x axes, in 16 MiB. An x axis is set once and never changes, so an entry is always right. */
export function startXAxes(db: Database): XAxes {
  const axes = new LRUCache<string, Axis>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ values }) => BYTES_PER_AXIS + values.length * Float64Array.BYTES_PER_ELEMENT,
  });
  return {
    async find(modelId) {
      const cached = axes.get(modelId);
      if (cached) return cached;
      const { quantity, unit, values } = await db
        .selectFrom('models')
        .select(['xQuantity as quantity', 'xUnit as unit', 'xValues as values'])
        .where('id', '=', modelId)
        .executeTakeFirstOrThrow(() => new ModelGone());
      if (!values) throw new ModelGone();
      const axis = { quantity, unit, values };
      axes.set(modelId, axis);
      return axis;
    },
  };
}
