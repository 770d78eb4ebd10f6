import { LRUCache } from 'lru-cache';
import { kindOf, type Tenant } from '../concurrency/fair-share.ts';
import type { Database } from '../database/pool.ts';
import { ModelGone } from '../onnx/outcome.ts';
import type { Axis } from '../spectra/axis.ts';

/** Max size of the axes cached for tenants with a reservation, and for all others, in bytes: half of the cache each. */
const MAX_BYTES = 8 * 1024 * 1024;
/** Max size of the axes cached for one tenant: two of the longest, or 130 of 2 000 points. */
const MAX_BYTES_OF_TENANT = MAX_BYTES / 4;
/** Bytes that an axis takes in addition to its values. */
const BYTES_PER_AXIS = 500;

/** The x axes of models. */
export interface XAxes {
  /**
   * Finds the x axis of a model that has one. Calls at the same time share one read.
   *
   * @param tenant the organization of the model
   * @throws ModelGone when the model does not exist
   */
  find: (modelId: string, tenant: Tenant) => Promise<Axis>;
}

/**
 * Starts a cache of x axes, in 16 MiB, of which each tenant has a share. An x axis is set once and never changes, so an
 * entry is always right.
 */
export function startXAxes(db: Database): XAxes {
  const caches = { reserved: startCache(), others: startCache() };
  const reads = new Map<string, Promise<Axis>>();

  return {
    async find(modelId, tenant) {
      const cache = caches[kindOf(tenant)];
      const cached = cache.get(modelId, tenant.id);
      if (cached) return cached;
      const reading = reads.get(modelId);
      if (reading) return await reading;
      const read = readXAxis(db, modelId).finally(() => reads.delete(modelId));
      reads.set(modelId, read);
      const axis = await read;
      cache.add(modelId, tenant.id, axis);
      return axis;
    },
  };
}

async function readXAxis(db: Database, modelId: string): Promise<Axis> {
  const { quantity, unit, values } = await db
    .selectFrom('models')
    .select(['xQuantity as quantity', 'xUnit as unit', 'xValues as values'])
    .where('id', '=', modelId)
    .executeTakeFirstOrThrow(() => new ModelGone());
  if (!values) throw new ModelGone();
  return { quantity, unit, values };
}

const bytesOf = ({ values }: Axis) => BYTES_PER_AXIS + values.length * Float64Array.BYTES_PER_ELEMENT;

/** Starts a cache that removes the axes that were not used for longest: of a tenant over its share, else of all. */
function startCache() {
  /** The size of the axes of each tenant, by model; the last used last. */
  const held = new Map<string, Map<string, number>>();
  const axes = new LRUCache<string, { tenantId: string; axis: Axis }>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ axis }) => bytesOf(axis),
    dispose({ tenantId }, modelId) {
      const own = held.get(tenantId);
      own?.delete(modelId);
      if (own?.size === 0) held.delete(tenantId);
    },
  });

  function use(modelId: string, tenantId: string, axis: Axis): Map<string, number> {
    const own = held.get(tenantId) ?? new Map<string, number>();
    held.set(tenantId, own);
    own.delete(modelId);
    return own.set(modelId, bytesOf(axis));
  }

  return {
    get(modelId: string, tenantId: string): Axis | undefined {
      const entry = axes.get(modelId);
      if (entry) use(modelId, tenantId, entry.axis);
      return entry?.axis;
    },
    add(modelId: string, tenantId: string, axis: Axis): void {
      axes.set(modelId, { tenantId, axis });
      const own = use(modelId, tenantId, axis);
      let bytes = [...own.values()].reduce((sum, size) => sum + size, 0);
      for (const [oldest, size] of [...own]) {
        if (bytes <= MAX_BYTES_OF_TENANT) return;
        axes.delete(oldest);
        bytes -= size;
      }
    },
  };
}
