import { getIntrospectionQuery } from 'graphql';
import { expect, test } from 'vitest';
import { createKey, gasoline, openLab, PREDICT, startServiceForTest } from './harness.ts';
import { report } from './report.ts';
import { startFlood } from './request-flood.ts';
import { startServerProcess } from './server-process.ts';

/** Connections of a stranger. */
const CLIENTS = 32;
/** Calls of a tenant meanwhile, one after the other. */
const CALLS = 12;
/** Without scheduling, half of these calls take longer than a second beside most of the floods below. */
const MAX_MEDIAN_MS = 250;

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const bodyOf = (query: string, variables?: object) => JSON.stringify({ query, variables });
/** Requests with a hundred texts of a document, each of which is parsed and validated. */
const variants = (document: string) => Array.from({ length: 100 }, (_, at) => bodyOf(`${document} #${at}`));

const aliases = Array.from(
  { length: 12 },
  (_, at) => `a${at}: types { fields { type { fields { args { name } } } } }`,
);
const unknownFields = Array.from({ length: 6900 }, (_, at) => [at.toString(36).padStart(4, 'q'), 1]);

/** The bodies that a stranger repeats as fast as they are answered. */
const FLOODS: Record<string, string[]> = {
  'introspection, in another text each time': variants(getIntrospectionQuery()),
  'introspection, in the same text': [bodyOf(getIntrospectionQuery())],
  'introspection close to the maximum cost': [bodyOf(`{ __schema { ${aliases.join(' ')} } }`)],
  'long invalid documents': variants(`{ ${'a: viewer { id } '.repeat(3500)} }`),
  'long documents that do not parse': variants(`{ ${'a: viewer { id } '.repeat(2500)} (`),
  'predictions with 6900 unknown fields': [
    bodyOf(PREDICT, { deploymentId: 'a', spectra: [Object.fromEntries(unknownFields)] }),
  ],
};

test('a stranger who keeps the server busy with documents does not delay predictions for long', {
  timeout: 120_000,
}, async () => {
  const service = await startServiceForTest();
  const { owner, deploymentId } = await openLab(service);
  const key = await createKey(service, owner, { deploymentId });
  const server = await startServerProcess(service.databaseUrl);
  const predict = async () => {
    const since = performance.now();
    const variables = { deploymentId, spectra: gasoline() };
    expect(await server.call(PREDICT, variables, key)).toMatchObject({ status: 200, errors: [] });
    return performance.now() - since;
  };
  await predict();
  const medians: Record<string, number> = {};
  for (const [what, bodies] of Object.entries(FLOODS)) {
    const requests = bodies.map(body => ({ headers: {}, body }));
    const flood = startFlood({ url: `${server.url}/graphql`, requests, clients: CLIENTS });
    await flood.started;
    const times: number[] = [];
    while (times.length < CALLS) times.push(await predict());
    medians[what] = Math.round(median(times));
    const answered = Object.values(await flood.stop()).reduce((sum, count) => sum + count, 0);
    expect(answered, what).toBeGreaterThan(CLIENTS / 2);
  }
  report('median of a call in ms, beside', medians);
  expect(Object.entries(medians).filter(([, ms]) => ms > MAX_MEDIAN_MS)).toEqual([]);
});
