import { getIntrospectionQuery } from 'graphql';
import { expect, test } from 'vitest';
import {
  codes,
  createKey,
  gasoline,
  openLab,
  PREDICT,
  REVOKE_THIS_KEY,
  startServiceForTest,
} from './harness.ts';
import { report } from './report.ts';
import { startFlood } from './request-flood.ts';
import { startServerProcess } from './server-process.ts';

/** Connections of the sender. */
const CLIENTS = 32;
/** Calls of another tenant meanwhile, one after the other. */
const CALLS = 12;
/** Most of the senders below made half of these calls longer than a second, some longer than 5 s. */
const MAX_MEDIAN_MS = 250;

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
/** A hundred different texts of a document: each is parsed and validated. */
const variants = (document: string) => Array.from({ length: 100 }, (_, at) => `${document} #${at}`);
const bodyOf = (query: string, variables?: object) => JSON.stringify({ query, variables });

/** Starts a server in its own process, with a laboratory that predicts, another one, and a person on the plan Free. */
async function start() {
  const service = await startServiceForTest();
  const [lab, other, free] = [
    await openLab(service, 'ENTERPRISE'),
    await openLab(service, 'ENTERPRISE', 'Otto Other'),
    await openLab(service, 'FREE', 'Fritz Free'),
  ];
  const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  const otherKey = await createKey(service, other.owner, { deploymentId: other.deploymentId });
  const server = await startServerProcess(service.databaseUrl);
  return { lab, key, other, otherKey, free, server };
}
type Started = Awaited<ReturnType<typeof start>>;

const withKey = ({ otherKey }: Started) => ({ authorization: `Api-Key ${otherKey.rawKey}` });
const withCookie = ({ free }: Started) => ({ cookie: free.owner.cookie });
const introspection = variants(getIntrospectionQuery());

/** What a sender repeats as fast as it is answered. */
const FLOODS: Record<string, (started: Started) => { headers?: Record<string, string>; bodies: string[] }> = {
  'a stranger with introspection, in another text each time': () => ({
    bodies: introspection.map(document => bodyOf(document)),
  }),
  'a stranger with introspection, in the same text': () => ({ bodies: [bodyOf(getIntrospectionQuery())] }),
  'a stranger with long invalid documents': () => ({
    bodies: variants(`{ ${'a: viewer { id } '.repeat(3500)} }`).map(document => bodyOf(document)),
  }),
  'a stranger with long documents that do not parse': () => ({
    bodies: variants(`{ ${'a: viewer { id } '.repeat(2500)} (`).map(document => bodyOf(document)),
  }),
  'a person on the plan Free with introspection': started => ({
    headers: withCookie(started),
    bodies: introspection.map(document => bodyOf(document)),
  }),
  'a key of another organization with introspection': started => ({
    headers: withKey(started),
    bodies: introspection.map(document => bodyOf(document)),
  }),
  'a person on the plan Free with spectra of 1 MB': started => ({
    headers: withCookie(started),
    bodies: [bodyOf(PREDICT, { deploymentId: started.free.deploymentId, spectra: gasoline(390) })],
  }),
  'a key of another organization with spectra of 1 MB': started => ({
    headers: withKey(started),
    bodies: [bodyOf(PREDICT, { deploymentId: started.other.deploymentId, spectra: gasoline(390) })],
  }),
  'a key of another organization with wrong spectra of 1 MB': started => ({
    headers: withKey(started),
    bodies: [bodyOf(PREDICT, { deploymentId: started.lab.deploymentId, spectra: gasoline(390) })],
  }),
};

test('a sender that keeps the server busy does not delay the predictions of another tenant for long', {
  timeout: 180_000,
}, async () => {
  const started = await start();
  const { server, lab, key } = started;
  const variables = { deploymentId: lab.deploymentId, spectra: gasoline() };
  const predict = async () => {
    const since = performance.now();
    expect(await server.call(PREDICT, variables, key)).toMatchObject({ status: 200, errors: [] });
    return performance.now() - since;
  };
  await predict();
  const medians: Record<string, number> = {};
  for (const [sender, floodOf] of Object.entries(FLOODS)) {
    const { headers = {}, bodies } = floodOf(started);
    const requests = bodies.map(body => ({ headers, body }));
    const flood = startFlood({ url: `${server.url}/graphql`, requests, clients: CLIENTS });
    await flood.started;
    const times: number[] = [];
    while (times.length < CALLS) times.push(await predict());
    medians[sender] = Math.round(median(times));
    const answered = Object.values(await flood.stop()).reduce((sum, count) => sum + count, 0);
    expect(answered, sender).toBeGreaterThan(CLIENTS / 2);
  }
  report('median of a call in ms, beside', medians);
  expect(Object.entries(medians).filter(([, ms]) => ms > MAX_MEDIAN_MS)).toEqual([]);
});

test('a key that keeps the server busy is revoked at once', { timeout: 60_000 }, async () => {
  const started = await start();
  const { server, otherKey } = started;
  const requests = introspection.map(document => ({ headers: withKey(started), body: bodyOf(document) }));
  // Their turns take 3 s.
  const flood = startFlood({ url: `${server.url}/graphql`, requests, clients: 200 });
  await flood.started;
  const since = performance.now();
  expect(await server.call(REVOKE_THIS_KEY, {}, otherKey)).toMatchObject({ status: 200, errors: [] });
  expect(performance.now() - since).toBeLessThan(1000);
  expect(await flood.stop()).toMatchObject({ [codes.API_KEY_REVOKED]: expect.any(Number) });
});
