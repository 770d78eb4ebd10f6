import { once } from 'node:events';
import { request } from 'node:http';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../commands.ts';
import {
  type Answer,
  CREATE_KEY,
  type Credential,
  codes,
  createKey,
  deploy,
  headersOf,
  openLab,
  refusal,
  type Service,
  startServiceForTest,
} from '../harness.ts';
import { linearRegression } from '../onnx-files.ts';
import { report } from '../report.ts';
import { scaled } from './rounds.ts';
import { startProcesses } from './servers.ts';

const PREDICT = `mutation Predict($deploymentId: ID!, $spectra: [SpectrumInput!]!, $idempotencyKey: String) {
  predict(deploymentId: $deploymentId, spectra: $spectra, idempotencyKey: $idempotencyKey) { logId }
}`;
const SPECTRA = 2;
/** The approximate duration of a call. */
const MAX_CALL_MS = 10;

/** Two server processes, and a client that calls them repeatedly. */
async function prepare(service: Service, databaseUrl = service.databaseUrl) {
  const { db } = service;
  const { owner } = await openLab(service, 'PRO');
  const { deploymentId } = await deploy(service, owner, linearRegression({ weights: [1, 2] }), 'Two points');
  const key = await createKey(service, owner, { deploymentId });
  const [first, second] = await startProcesses(2, databaseUrl);
  if (!first || !second) throw new Error('no servers');
  return {
    db,
    owner,
    deploymentId,
    key,
    server: (index: number) => (index % 2 ? second : first),
    variablesOf: (index: number) => ({
      deploymentId,
      idempotencyKey: `call ${index}`,
      spectra: Array.from({ length: SPECTRA }, () => ({
        sampleName: `sample ${index}`,
        yValues: [index, 1],
      })),
    }),
    /** One log for each answer, and its charge. */
    async expectOnRecord(logIds: unknown[]) {
      const { rows } = await sql<{ ids: string[] | null; counted: number }>`
        select (select array_agg(id order by id) from prediction_logs) as ids,
          (select sum(predictions) from deployment_usage)::int as counted`.execute(db);
      expect(rows).toEqual([{ ids: [...logIds].sort(), counted: SPECTRA * logIds.length }]);
    },
    /** Waits until the servers have completed, or rolled back, the requests of closed connections. */
    async expectQuiet() {
      // By the time of a later request's answer, a server has noticed that earlier connections were closed.
      for (const server of [first, second]) {
        expect(await server.call('{ viewer { id } }')).toMatchObject({ status: 200 });
      }
      const open = async () => {
        const { rows } = await sql<{ count: number }>`
          select count(*)::int as count from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`.execute(
          db,
        );
        return rows[0]?.count;
      };
      await expect.poll(open, { interval: 5, timeout: 5000 }).toBe(0);
    },
    expectAlive() {
      for (const server of [first, second]) server.expectAlive();
    },
  };
}

/** When a connection is destroyed: after some of the milliseconds that a call takes, or when its answer begins to arrive. */
type Moment = 'at random' | 'at the answer';

/** Sends a call and destroys its connection. @returns whether an answer came before. */
function cut(
  url: string,
  document: string,
  variables: object,
  as: Credential,
  moment: Moment = 'at random',
): Promise<boolean> {
  return new Promise(resolve => {
    const headers = { 'content-type': 'application/json', ...headersOf(as) };
    const sent = request(`${url}/graphql`, { method: 'POST', headers, agent: false }, response => {
      if (moment === 'at the answer') {
        sent.destroy();
        return;
      }
      response.resume();
      response.on('end', () => resolve(true));
      response.on('error', () => resolve(false));
    });
    sent.on('error', () => resolve(false));
    sent.end(JSON.stringify({ query: document, variables }));
    const timer =
      moment === 'at random' ? setTimeout(() => sent.destroy(), Math.random() * MAX_CALL_MS) : undefined;
    sent.on('close', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}

/** Repeats a call until it is answered. @returns its log, and how often the service was unavailable before. */
async function untilAnswered(call: (attempt: number) => Promise<Answer>) {
  for (let unavailable = 0; ; unavailable++) {
    const answer = await call(unavailable);
    if (answer.status === 200) return { logId: answer.data?.predict.logId, unavailable };
    expect(answer).toMatchObject(refusal(codes.UNAVAILABLE));
  }
}

test('one log and one charge each, while connections to the servers are cut at random and calls repeated', async () => {
  const times = scaled(1000, 50);
  const { server, variablesOf, key, db, expectOnRecord, expectAlive } = await prepare(
    await startServiceForTest(),
  );
  let [cuts, answeredFromRecord] = [0, 0];
  const logIds: unknown[] = [];
  for (let index = 0; index < times; index++) {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (!(await cut(server(attempt).url, PREDICT, variablesOf(index), key))) cuts += 1;
    }
    const before = await db.selectFrom('predictionLogs').select('id').execute();
    const { data, status } = await server(index).call(PREDICT, variablesOf(index), key);
    expect(status).toBe(200);
    logIds.push(data?.predict.logId);
    if (before.some(({ id }) => id === data?.predict.logId)) answeredFromRecord += 1;
  }
  await expectOnRecord(logIds);
  // Otherwise nothing was cut, or nothing after it was charged, and this would prove nothing.
  expect(cuts).toBeGreaterThan(times / 4);
  expect(answeredFromRecord).toBeGreaterThan(times / 4);
  report('connections to servers cut', { calls: times, cuts, answeredFromRecord });
  expectAlive();
});

test('one API key each, while connections to the servers are cut at random and its creation repeated', async () => {
  const times = scaled(1000, 50);
  const { server, owner, deploymentId, db, expectQuiet, expectAlive } = await prepare(
    await startServiceForTest(),
  );
  await db
    .updateTable('plans')
    .set({ maxApiKeys: times + 1 })
    .execute();
  const counts = { cuts: 0, madeBefore: 0, madeByTheRetry: 0 };
  for (let index = 0; index < times; index++) {
    const input = { target: { deploymentId }, name: `Key ${index}`, idempotencyKey: `key ${index}` };
    // Half of the keys are made before their connection is cut; most of the others are not, as a request whose
    // connection closed is undone unless it was committing.
    const moment = index % 2 ? 'at the answer' : 'at random';
    for (let attempt = 0; attempt < 2; attempt++) {
      if (!(await cut(server(attempt).url, CREATE_KEY, { input }, owner, moment))) counts.cuts += 1;
    }
    await expectQuiet();
    const made = await db.selectFrom('apiKeys').select('id').where('name', '=', input.name).execute();
    const answer = await server(index).call(CREATE_KEY, { input }, owner);
    const [before] = made;
    if (before) {
      expect(made).toHaveLength(1);
      expect(answer).toMatchObject(refusal(codes.API_KEY_ALREADY_CREATED));
      expect(answer.errors[0]?.extensions.apiKeyId).toBe(before.id);
      counts.madeBefore += 1;
    } else {
      expect(moment).toBe('at random');
      expect(answer).toMatchObject({ status: 200, errors: [] });
      counts.madeByTheRetry += 1;
    }
  }
  const keys = await db.selectFrom('apiKeys').select('name').where('name', 'like', 'Key %').execute();
  expect(keys.map(({ name }) => name).sort()).toEqual(
    Array.from({ length: times }, (_, index) => `Key ${index}`).sort(),
  );
  // Otherwise nothing was cut on one of the sides of the commit, and this would prove nothing.
  expect(counts.cuts).toBeGreaterThan(times / 4);
  expect(counts.madeBefore).toBeGreaterThan(times / 4);
  expect(counts.madeByTheRetry).toBeGreaterThan(times / 8);
  report('creations cut', { creations: times, ...counts });
  expectAlive();
});

test('one log and one charge each, while connections to the database are cut at random and calls repeated', async () => {
  const times = scaled(1000, 50);
  const service = await startServiceForTest();
  const { server, variablesOf, key, expectOnRecord, expectAlive } = await prepare(service);
  const admin = new pg.Client(service.databaseUrl);
  await admin.connect();
  let unavailable = 0;
  let done = false;
  const cutting = (async () => {
    while (!done) {
      // A call takes some milliseconds.
      await admin.query('select pg_sleep(random() * 0.02)');
      await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`,
      );
    }
  })();
  onTestFinished(async () => {
    done = true;
    await cutting;
    await admin.end();
  });
  const logIds: unknown[] = [];
  for (let index = 0; index < times; index++) {
    const answered = await untilAnswered(() => server(index).call(PREDICT, variablesOf(index), key));
    logIds.push(answered.logId);
    unavailable += answered.unavailable;
  }
  done = true;
  await cutting;
  await expectOnRecord(logIds);
  expect(unavailable).toBeGreaterThan(times / 4);
  report('connections to the database cut', { calls: times, unavailable });
  expectAlive();
});

/**
 * A proxy to the database that, once enabled, lets every other settlement through and drops its answer together with the
 * connection: the server cannot know whether it was committed.
 *
 * @param databaseUrl has the folder of PostgreSQL's socket as its host.
 */
async function losingAnswers(databaseUrl: string) {
  // A URL without a host, which the class URL cannot parse.
  const [address = '', query] = databaseUrl.split('?');
  const place = new URLSearchParams(query);
  const socketIn = (folder: string) => join(folder, `.s.PGSQL.${place.get('port')}`);
  const postgresql = socketIn(place.get('host') ?? '');
  const folder = await temporaryFolder();
  const state = { losing: false, lost: 0 };
  const proxy = createServer(client => {
    const postgres = createConnection(postgresql);
    const end = () => {
      client.destroy();
      postgres.destroy();
    };
    let doomed = false;
    client.on('data', data => {
      doomed = state.losing && data.includes('settle') && Math.random() < 0.5;
      postgres.write(data);
    });
    postgres.on('data', data => {
      if (!doomed) {
        client.write(data);
        return;
      }
      state.lost += 1;
      end();
    });
    for (const side of [client, postgres]) side.on('error', end).on('close', end);
  });
  proxy.listen(socketIn(folder));
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  place.set('host', folder);
  return { url: `${address}?${place}`, state };
}

test('one log and one charge each, while every other answer to a settlement is lost and calls repeated', async () => {
  const times = scaled(1000, 50);
  const service = await startServiceForTest();
  const way = await losingAnswers(service.databaseUrl);
  const { server, variablesOf, key, expectOnRecord, expectAlive } = await prepare(service, way.url);
  way.state.losing = true;
  let unavailable = 0;
  const logIds: unknown[] = [];
  for (let index = 0; index < times; index++) {
    const answered = await untilAnswered(attempt => server(attempt).call(PREDICT, variablesOf(index), key));
    logIds.push(answered.logId);
    unavailable += answered.unavailable;
  }
  await expectOnRecord(logIds);
  expect(way.state.lost).toBeGreaterThan(times / 4);
  report('answers to settlements lost', { calls: times, lost: way.state.lost, unavailable });
  expectAlive();
});
