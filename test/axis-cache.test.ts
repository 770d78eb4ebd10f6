import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Tenant } from '../src/concurrency/fair-share.ts';
import { startXAxes, type XAxes } from '../src/deployments/x-axes.ts';
import { ModelGone } from '../src/onnx/outcome.ts';
import {
  createDeployment,
  createKey,
  headersOf,
  type Lab,
  openLab,
  type Service,
  startService,
} from './harness.ts';
import { watchLoop } from './loop-delay.ts';

const POINTS = 100_000;
/** Max time for which the event loop may be blocked: reading and writing an axis as text takes longer. */
const MAX_BLOCKED_MS = 50;
const UNKNOWN = '01890a5d-ac96-774b-bcce-b302099a8057';

let service: Service;
let lab: Lab;
let ids: string[];

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service, 'ENTERPRISE');
  const { rows } = await sql<{ id: string }>`
    insert into models (id, project_id, name, version, kind, target_property, input_length, file_id, created_at,
      x_quantity, x_unit, x_values)
    select gen_random_uuid(), project_id, 'Long', number, kind, target_property, ${sql.lit(POINTS)}, file_id, created_at,
      'OTHER', 'point', (select array_agg(x::float8) from generate_series(1, ${sql.lit(POINTS)}) as x)
    from models, generate_series(1, 30) as number where id = ${lab.modelId} returning id`.execute(service.db);
  ids = rows.map(({ id }) => id);
});
afterAll(() => service.close());

/** The axes that are read from the database during `work`. */
async function readsOf(work: () => Promise<unknown>): Promise<number> {
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  await work();
  const reads = spy.mock.calls.filter(([config]) => String(Object(config).text).includes('x_values'));
  spy.mockRestore();
  return reads.length;
}

const tenant = (id: string, reserved = true): Tenant => ({ id, reserved });
const findAll = async (axes: XAxes, models: readonly string[], of: Tenant) => {
  for (const id of models) await axes.find(id, of);
};

test('calls at the same time read an axis once, and later ones do not', async () => {
  const axes = startXAxes(service.db);
  const [id = ''] = ids;
  const find = () => axes.find(id, tenant('one'));
  expect(await readsOf(() => Promise.all(Array.from({ length: 20 }, find)))).toBe(1);
  expect(await readsOf(find)).toBe(0);
  expect((await find()).values).toHaveLength(POINTS);
});

test('a failed read is not remembered', async () => {
  const axes = startXAxes(service.db);
  const find = () => axes.find(UNKNOWN, tenant('one'));
  expect(await readsOf(() => expect(find()).rejects.toThrow(ModelGone))).toBe(1);
  expect(await readsOf(() => expect(find()).rejects.toThrow(ModelGone))).toBe(1);
});

test('axes of one tenant evict only its own, the ones that it did not use for longest', async () => {
  const axes = startXAxes(service.db);
  const [first = '', second = '', third = '', ...others] = ids;
  const one = tenant('one');
  await findAll(axes, [first, second], one);
  await findAll(axes, others, tenant('another'));
  expect(await readsOf(() => findAll(axes, [first, second], one))).toBe(0);
  await findAll(axes, [first, third], one);
  expect(await readsOf(() => findAll(axes, [first, third], one))).toBe(0);
  expect(await readsOf(() => axes.find(second, one))).toBe(1);
});

test('axes of any number of tenants without a reservation evict none of those with one', async () => {
  const axes = startXAxes(service.db);
  const [first = '', ...others] = ids;
  await axes.find(first, tenant('reserved'));
  for (const id of others) await axes.find(id, tenant(`free ${id}`, false));
  expect(await readsOf(() => axes.find(first, tenant('reserved')))).toBe(0);
  // Half of the cache holds ten of these.
  expect(await readsOf(() => axes.find(others.at(-10) ?? '', tenant('free', false)))).toBe(0);
  expect(await readsOf(() => axes.find(others.at(-11) ?? '', tenant('free', false)))).toBe(1);
});

test('a deployment of a long axis is described without reading the axis again, and never holds the event loop', async () => {
  const deploymentId = await createDeployment(service, lab.owner, ids[0] ?? '', 'Long');
  const key = await createKey(service, lab.owner, { deploymentId });
  const describeIt = async () => {
    const response = await fetch(`${service.url}/api/deployments/${deploymentId}`, {
      headers: headersOf(key),
    });
    return await response.arrayBuffer();
  };
  const first = await describeIt();
  expect(JSON.parse(Buffer.from(first).toString()).model.x_axis.values).toHaveLength(POINTS);
  const delay = watchLoop();
  expect(
    await readsOf(async () => {
      for (let turn = 0; turn < 10; turn++) {
        expect((await describeIt()).byteLength).toBe(first.byteLength);
      }
    }),
  ).toBe(0);
  expect(delay().ms).toBeLessThan(MAX_BLOCKED_MS);
});
