import { getIntrospectionQuery } from 'graphql';
import { uuidv7 as newId } from 'uuidv7';
import { expect, test } from 'vitest';
import {
  codes,
  createKey,
  gasoline,
  insertLogs,
  openLab,
  PREDICT,
  REVOKE_THIS_KEY,
  signIn,
  startServiceForTest,
} from './harness.ts';
import { report } from './report.ts';
import { type Flood, startFlood } from './request-flood.ts';
import { startServerProcess } from './server-process.ts';

/** Connections of the sender. */
const CLIENTS = 32;
/** Calls of another tenant meanwhile, one after the other. */
const CALLS = 12;
/** Without scheduling, half of these calls take longer than a second beside most of the senders below. */
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
  const log = { keyId: newId(), at: new Date() };
  await insertLogs(service, free.deploymentId, Array<typeof log>(100).fill(log));
  const server = await startServerProcess(service.databaseUrl);
  return { service, lab, key, other, otherKey, free, server };
}
type Started = Awaited<ReturnType<typeof start>>;

const withKey = ({ otherKey }: Started) => ({ authorization: `Api-Key ${otherKey.rawKey}` });
const withCookie = ({ free }: Started) => ({ cookie: free.owner.cookie });
const sent = (bodies: string[], headers = {}): Flood['requests'] => bodies.map(body => ({ headers, body }));
const introspection = variants(getIntrospectionQuery());
const times = (count: number, text: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => text(at)).join(' ');
/** Close to the maximum cost. */
const EXPENSIVE = `{ __schema { ${times(12, at => `a${at}: types { fields { type { fields { args { name } } } } }`)} } }`;
const readingLogs = (projectId: string) =>
  `{ ${times(8, at => `r${at}: project(id: "${projectId}") { deployments { predictionLogs(first: 40) { nodes { id } } } }`)} }`;
const withManyLogs = `mutation ($id: ID!) { setDeploymentActive(id: $id, active: true) {
  ${times(20, at => `a${at}: predictionLogs(first: 100) { nodes { id createdAt source durationMs apiKeyName } }`)}
} }`;

/** What a sender repeats as fast as it is answered. */
const FLOODS: Record<string, (started: Started) => Flood['requests']> = {
  'a stranger with predictions of 7000 unknown fields': () => {
    const fields = Array.from({ length: 6900 }, (_, at) => [at.toString(36).padStart(4, 'q'), 1]);
    return sent([bodyOf(PREDICT, { deploymentId: 'a', spectra: [Object.fromEntries(fields)] })]);
  },
  'a stranger with the most expensive introspection': () => sent([bodyOf(EXPENSIVE)]),
  'a stranger with introspection, in another text each time': () =>
    sent(introspection.map(document => bodyOf(document))),
  'a stranger with introspection, in the same text': () => sent([bodyOf(getIntrospectionQuery())]),
  'a stranger with long invalid documents': () =>
    sent(variants(`{ ${'a: viewer { id } '.repeat(3500)} }`).map(document => bodyOf(document))),
  'a stranger with long documents that do not parse': () =>
    sent(variants(`{ ${'a: viewer { id } '.repeat(2500)} (`).map(document => bodyOf(document))),
  'a person on the plan Free with expensive queries, one of which reads the database': started =>
    sent(
      [bodyOf(readingLogs(started.free.owner.projectId)), ...Array<string>(20).fill(bodyOf(EXPENSIVE))],
      withCookie(started),
    ),
  'a person on the plan Free with an unnecessary change that reads many logs': started =>
    sent([bodyOf(withManyLogs, { id: started.free.deploymentId })], withCookie(started)),
  'a person on the plan Free with introspection': started =>
    sent(
      introspection.map(document => bodyOf(document)),
      withCookie(started),
    ),
  'a stranger and a person on the plan Free, both with introspection': started =>
    introspection.flatMap(document => [
      { headers: {}, body: bodyOf(document) },
      { headers: withCookie(started), body: bodyOf(document) },
    ]),
  'a key of another organization with introspection': started =>
    sent(
      introspection.map(document => bodyOf(document)),
      withKey(started),
    ),
  'a person on the plan Free with spectra of 1 MB': started =>
    sent(
      [bodyOf(PREDICT, { deploymentId: started.free.deploymentId, spectra: gasoline(390) })],
      withCookie(started),
    ),
  'a key of another organization with spectra of 1 MB': started =>
    sent(
      [bodyOf(PREDICT, { deploymentId: started.other.deploymentId, spectra: gasoline(390) })],
      withKey(started),
    ),
  'a key of another organization with wrong spectra of 1 MB': started =>
    sent(
      [bodyOf(PREDICT, { deploymentId: started.lab.deploymentId, spectra: gasoline(390) })],
      withKey(started),
    ),
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
    const flood = startFlood({ url: `${server.url}/graphql`, requests: floodOf(started), clients: CLIENTS });
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
  // Opens the connection of the revocation: the flood opens 200, which are accepted one after the other.
  await server.call('{ __typename }', {}, otherKey);
  // Together they take 3 s.
  const flood = startFlood({ url: `${server.url}/graphql`, requests, clients: 200 });
  await flood.started;
  const since = performance.now();
  expect(await server.call(REVOKE_THIS_KEY, {}, otherKey)).toMatchObject({ status: 200, errors: [] });
  expect(performance.now() - since).toBeLessThan(1000);
  expect(await flood.stop()).toMatchObject({ [codes.API_KEY_REVOKED]: expect.any(Number) });
});

test('a session that keeps the server busy is ended at once from another one', {
  timeout: 60_000,
}, async () => {
  const started = await start();
  const { service, server, free } = started;
  const other = await signIn(service, free.owner);
  const requests = introspection.map(document => ({ headers: withCookie(started), body: bodyOf(document) }));
  const flood = startFlood({ url: `${server.url}/graphql`, requests, clients: CLIENTS });
  await flood.started;
  const since = performance.now();
  expect(await server.ask('mutation { endOtherSessions }', {}, other)).toEqual({ endOtherSessions: true });
  expect(performance.now() - since).toBeLessThan(1000);
  expect(await server.ask('{ viewer { id } }', {}, free.owner)).toEqual({ viewer: null });
  await flood.stop();
});
