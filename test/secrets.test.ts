import { once } from 'node:events';
import { connect as connectTo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { setPlan } from '../src/accounts/plans.ts';
import { addressOf, run } from './commands.ts';
import { databaseUrl } from './databases.ts';
import {
  type Answer,
  CREATE_KEY,
  type Credential,
  codes,
  cookieOf,
  DELETE_KEY,
  deploy,
  gasoline,
  LIST_KEYS,
  PREDICT,
  REVOKE_KEY,
  refusal,
  type Service,
  SIGN_IN,
  send,
  signUp,
  startService,
} from './harness.ts';
import { startPostgresForTest } from './own-postgresql.ts';

/** A secret that may be returned once at most. */
interface Secret {
  what: string;
  text: string;
  /** The one response that may contain it. */
  from: string | null;
}

let service: Service;
const secrets: Secret[] = [];
/** Everything that left the server, headers included. */
const responses: { from: string; text: string }[] = [];

let steps = 0;

/** Sends a GraphQL request and stores its answer under its own name. */
async function ask(what: string, document: string, variables: object = {}, as?: Credential) {
  const answer = await service.call(document, variables, as);
  const from = keep(what, answer.status, answer.headers, answer.text);
  return { ...answer, from };
}

/** Sends any other request, and stores its answer. */
async function request(what: string, path: string, init: RequestInit) {
  const response = await fetch(`${service.url}${path}`, { redirect: 'manual', ...init });
  keep(what, response.status, response.headers, await response.text());
}

function keep(what: string, status: number, headers: Headers, body: string): string {
  steps += 1;
  const from = `${steps}: ${what}`;
  responses.push({ from, text: `${status}\n${JSON.stringify([...headers])}\n${body}` });
  return from;
}

/** Sends bytes that are not an HTTP request, and stores the reply. */
async function sendBytes(what: string, bytes: string) {
  const socket = connectTo(Number(new URL(service.url).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', chunk => chunks.push(chunk));
  socket.write(bytes);
  await once(socket, 'close');
  keep(what, 0, new Headers(), Buffer.concat(chunks).toString());
}

/** A session token, from the cookie that sets it. */
function keepSession(what: string, answer: Pick<Answer, 'headers'> & { from: string }): { cookie: string } {
  const cookie = cookieOf(answer);
  const [, token = ''] = cookie.split('=');
  if (token.length < 40) throw new Error(`no session in ${what}`);
  secrets.push({ what, text: token, from: answer.from });
  return { cookie };
}

async function keepKey(what: string, input: object, as: Credential) {
  const { data, text, from } = await ask(what, CREATE_KEY, { input }, as);
  if (!data) throw new Error(text);
  const { rawKey, apiKey } = data.createApiKey;
  secrets.push({ what, text: rawKey, from });
  return { rawKey, id: apiKey.id };
}

beforeAll(async () => {
  service = await startService({ metrics: true });

  // People
  const password = 'correct horse battery staple';
  const email = 'olga@lab.example';
  const SIGN_UP = `mutation SignUp($input: SignUpInput!) {
    signUp(input: $input) { id organizations { id slug projects { id } } }
  }`;
  secrets.push({ what: 'the password', text: password, from: null });
  const signedUp = await ask('sign up', SIGN_UP, { input: { email, password, name: 'Olga' } });
  const session = keepSession('the session of signUp', signedUp);
  const organization = signedUp.data?.signUp.organizations[0];
  const projectId = organization?.projects[0]?.id ?? '';
  await setPlan(service.db, organization?.slug ?? '', 'PRO');
  const again = keepSession('the session of signIn', await ask('sign in', SIGN_IN, { email, password }));
  await ask('sign up twice', SIGN_UP, { input: { email, password, name: 'Olga' } });
  const second = 'another passphrase, long enough';
  secrets.push({ what: "a wrong sign-in's password", text: second, from: null });
  await ask('sign in with a wrong password', SIGN_IN, { email, password: second });
  await ask('sign in as nobody', SIGN_IN, { email: 'nobody@lab.example', password: second });

  // Passwords in requests that are wrong in other ways
  const inputs = [
    { email, password },
    { email: 'no e-mail', password, name: 'Olga' },
    { email, password, name: 5 },
    { email, password, name: '' },
    { email, password, name: 'Olga', more: true },
    { email, password: { password }, name: 'Olga' },
    { email, password: [password, password], name: 'Olga' },
    { email: password, password, name: 'Olga' },
    { email: { password }, password: 5, name: password.repeat(10) },
    password,
    [password],
  ];
  for (const input of inputs) await ask('sign up with a wrong variable', SIGN_UP, { input });
  await ask('sign in with an e-mail that is none', SIGN_IN, { email: password, password });
  await ask('sign in without variables', SIGN_IN, { email });
  await ask('sign in with more variables', SIGN_IN, { email: 5, password, input: password });
  const quoted = JSON.stringify(password);
  const literals = [
    `mutation { signIn(email: "${email}", password: ${quoted}) { secrets } }`,
    `mutation { signIn(password: ${quoted}) { id } }`,
    `mutation { signUp(input: { email: "${email}", password: ${quoted}, nam: "Olga" }) { id } }`,
    `mutation { signIn(email: "${email}", password: ${quoted}) { id } a: signOut }`,
    `mutation { signIn(email: "${email}", password: ${quoted}) { id }`,
    `mutation { signIn(email: ${quoted}, password: "x") { id } }`,
    `mutation { signIn(email: "${email}", password: [${quoted}]) { id } }`,
    `mutation { signIn(email: "${email}", password: { password: ${quoted} }) { id } }`,
    `mutation { signIn(email: "${email}" password ${quoted}) { id } }`,
    `mutation { signIn(email: "${email}", password: """${password}""" ${quoted}) { id } }`,
    `mutation { signUp(input: ${quoted}) { id } }`,
    `mutation { setOrganizationMember(input: { organizationId: 1, email: "${email}", role: ${quoted} }) { id } }`,
    `mutation { createApiKey(input: { target: {}, name: "x", expiresAt: ${quoted} }) { rawKey } }`,
    `mutation ($password: String! = ${quoted}, $first: Int = ${quoted}) { signIn(email: "${email}", password: $password) { id } }`,
  ];
  for (const literal of literals) await ask('sign in with a wrong document', literal);

  // Keys, used right
  const { deploymentId } = await deploy(service, { ...again, projectId });
  const key = await keepKey('a key', { target: { deploymentId }, name: 'LIMS' }, session);
  const wide = await keepKey('a project-wide key', { target: { projectId }, name: 'Scripts' }, again);
  const revoked = await keepKey('a key to revoke', { target: { deploymentId }, name: 'Old' }, session);
  const call = { deploymentId, spectra: gasoline() };
  await ask('predict', PREDICT, call, key);
  await ask('predict project-wide', PREDICT, call, wide);
  await ask('predict from the web', PREDICT, call, session);
  await ask('list keys', LIST_KEYS, { of: { projectId } }, session);
  await ask('revoke', REVOKE_KEY, { id: revoked.id }, session);
  await ask('predict with a revoked key', PREDICT, call, revoked);
  await ask('delete', DELETE_KEY, { id: revoked.id }, session);
  await ask('predict with a deleted key', PREDICT, call, revoked);

  // Keys, used wrongly
  const { rawKey } = key;
  const headers = [
    { authorization: rawKey },
    { authorization: `Bearer ${rawKey}` },
    { authorization: `Api-Key  ${rawKey} ${rawKey}` },
    { authorization: `Api-Key ${rawKey}x` },
    { authorization: `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}` },
    { 'x-api-key': rawKey },
    { 'x-request-id': rawKey },
    { cookie: `${rawKey}; =${rawKey}; spectrakey_session=${rawKey}` },
    { cookie: `${again.cookie.slice(0, -1)}` },
    { cookie: again.cookie, accept: rawKey },
    { cookie: again.cookie, 'content-type': `application/json; charset=${rawKey}` },
  ];
  for (const wrong of headers) await ask('predict with wrong headers', PREDICT, call, { headers: wrong });
  await ask('a key that lists keys', LIST_KEYS, { of: { projectId } }, key);
  await ask('a key as a deployment', PREDICT, { ...call, deploymentId: rawKey }, session);
  await ask('a key as an id', REVOKE_KEY, { id: rawKey }, session);
  await ask('a key as a cursor', LIST_KEYS, { of: { projectId }, after: rawKey }, session);
  await ask('a key as a number', LIST_KEYS, { of: { projectId }, first: rawKey }, session);
  await ask(
    'a key as a moment',
    CREATE_KEY,
    { input: { target: { projectId }, name: 'x', expiresAt: rawKey } },
    session,
  );
  await ask(
    'a key as a target',
    CREATE_KEY,
    { input: { target: { projectId, deploymentId: rawKey }, name: 'x' } },
    session,
  );
  await ask(
    'a key as spectra',
    PREDICT,
    { deploymentId, spectra: [{ sampleName: 'x', yValues: [rawKey] }] },
    key,
  );
  await ask('a key beyond the end', PREDICT, { deploymentId, spectra: [] }, key);

  // Requests that are not GraphQL
  const json = { 'content-type': 'application/json', authorization: `Api-Key ${rawKey}` };
  const wholes = [
    `{"query": ${JSON.stringify(SIGN_IN)}, "variables": {"password": ${quoted}`,
    quoted,
    `[${quoted}]`,
    JSON.stringify({ query: [password] }),
    JSON.stringify({ query: '{ viewer { id } }', variables: password }),
    JSON.stringify({ query: '{ viewer { id } }', operationName: { password } }),
    JSON.stringify({ [rawKey]: password }),
    JSON.stringify({
      query: `query { viewer { id } }`,
      extensions: { persistedQuery: { version: 1, sha256Hash: rawKey } },
    }),
  ];
  for (const body of wholes)
    await request('a wrong body', '/graphql', { method: 'POST', headers: json, body });
  await request('another type', '/graphql', {
    method: 'POST',
    headers: { ...json, 'content-type': 'text/plain' },
    body: rawKey,
  });
  await request('too much', '/graphql', { method: 'POST', headers: json, body: rawKey.repeat(600_000) });
  const inUrl = new URLSearchParams({
    query: `mutation { signIn(email: "${email}", password: ${quoted}) { id } }`,
    variables: JSON.stringify({ password, rawKey, token: again.cookie }),
    api_key: rawKey,
    password,
  });
  for (const path of [
    '/graphql',
    '/graphiql',
    '/api',
    '/api/key',
    '/',
    '/healthz',
    '/readyz',
    '/nowhere',
    '/assets/nothing.js',
    '/%zz',
  ]) {
    for (const accept of ['application/json', 'text/html']) {
      await request('secrets in a URL', `${path}?${inUrl}`, { headers: { ...json, accept } });
    }
    await request('secrets in a URL', `${path}?${inUrl}`, { method: 'POST', headers: json, body: '{}' });
    await request('secrets in a URL', `${path}?${inUrl}`, { method: 'DELETE' });
  }
  const secretHeaders = `Authorization: Api-Key ${rawKey}\r\nCookie: ${again.cookie}\r\nX-Password: ${password}\r\n`;
  await sendBytes(
    'a header without a colon',
    `GET /readyz HTTP/1.1\r\nHost: x\r\n${secretHeaders}no colon\r\n\r\n`,
  );
  await sendBytes(
    'headers without an end',
    `GET / HTTP/1.1\r\nHost: x\r\n${secretHeaders}X: ${'x'.repeat(40_000)}\r\n\r\n`,
  );
  await sendBytes(
    'two lengths',
    `POST /graphql HTTP/1.1\r\nHost: x\r\n${secretHeaders}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`,
  );
  await sendBytes('no HTTP at all', `${rawKey} ${password}\r\n\r\n`);

  // Errors of the server itself
  await sql`alter table api_keys rename to moved_away`.execute(service.db);
  await ask('a key without its table', PREDICT, call, key);
  await ask(
    'a new key without its table',
    CREATE_KEY,
    { input: { target: { projectId }, name: 'x' } },
    session,
  );
  await sql`alter table moved_away rename to api_keys`.execute(service.db);
  await sql`alter table users add constraint refuse check (name <> 'Refused') not valid`.execute(service.db);
  await ask('a person that the database refuses', SIGN_UP, {
    input: { email: 'r@lab.example', password, name: 'Refused' },
  });
  await sql`alter table sessions rename to moved_away`.execute(service.db);
  await ask('a session without its table', '{ viewer { id } }', {}, session);
  await ask('a sign-in without its table', SIGN_IN, { email, password });
  await sql`alter table moved_away rename to sessions`.execute(service.db);
  await ask('sign out', 'mutation { signOut }', {}, again);
  await signUp(service, 'Somebody else');
});
afterAll(() => service.close());

/** Encodings in which a secret could be stored: as it is, in hex as SQL prints bytes, in Base64 and in a URL. */
function spellings(text: string): string[] {
  const bytes = Buffer.from(text);
  return [
    text,
    bytes.toString('hex'),
    bytes.toString('base64'),
    encodeURIComponent(text),
    new URLSearchParams({ text }).toString().slice('text='.length),
    // Node's own way to write bytes as JSON.
    [...bytes].join(','),
  ];
}

const found = (haystack: string, text: string) =>
  spellings(text).some(spelling => haystack.includes(spelling));

describe('a raw key, a password or a session token', () => {
  test('is returned once: each is in the one response that returns it', () => {
    expect(secrets.map(({ what }) => what)).toHaveLength(7);
    expect(responses.length).toBeGreaterThan(100);
    for (const { what, text, from } of secrets) {
      const holders = responses.filter(response => found(response.text, text)).map(response => response.from);
      expect(holders, what).toEqual(from === null ? [] : [from]);
    }
  });

  test('is never in the log, at its most verbose level', () => {
    const log = service.log.join('\n');
    // The requests are in it: an empty log would prove nothing.
    expect(service.log.length).toBeGreaterThan(2 * 100);
    expect(log).toContain('/graphql');
    for (const { what, text } of secrets) expect(found(log, text), what).toBe(false);
  });

  test('is never in the metrics', async () => {
    const metrics = await (await fetch(service.metricsUrl ?? '')).text();
    // The requests are in them.
    expect(metrics).toMatch(/spectrakey_requests_total\{operation="signUp",code="ok"\} [1-9]/);
    expect(metrics).toMatch(/spectrakey_requests_total\{operation="predict",code="ok"\} [1-9]/);
    for (const { what, text } of secrets) expect(found(metrics, text), what).toBe(false);
  });

  test('is in no column of any table, in text or in bytes', async () => {
    const { rows: tables } = await sql<{ name: string }>`
      select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_type = 'BASE TABLE'`.execute(service.db);
    let read = '';
    for (const { name } of tables) {
      const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.raw(name)} t`.execute(
        service.db,
      );
      read += `${name}\n${rows.map(({ row }) => row).join('\n')}\n`;
    }
    // Partitions, the activity and user texts are among what was read.
    expect(read).toMatch(/public\.prediction_logs_\d{4}_\d{2}\n\(/);
    expect(read).toMatch(/public\.activity\n\(/);
    expect(read).toContain('olga@lab.example');
    for (const { what, text } of secrets) expect(found(read, text), what).toBe(false);

    const { rows: columns } = await sql<{ from: string; name: string }>`
      select format('%I.%I', table_schema, table_name) as from, quote_ident(column_name) as name
      from information_schema.columns join information_schema.tables using (table_schema, table_name)
      where data_type = 'bytea' and table_type = 'BASE TABLE'`.execute(service.db);
    expect(columns.map(column => `${column.from} ${column.name}`)).toEqual(
      expect.arrayContaining(['public.api_keys digest', 'public.sessions digest', 'public.model_files onnx']),
    );
    for (const { from, name } of columns) {
      for (const { what, text } of secrets) {
        const { rows } = await sql`
          select 1 from ${sql.raw(from)} where position(${Buffer.from(text)}::bytea in ${sql.raw(name)}) > 0
        `.execute(service.db);
        expect(rows, `${what} in ${from}`).toEqual([]);
      }
    }
  });
});

test('the password of the database is in no line of a start that fails, or of a server that loses it, no metric and no answer', async () => {
  const password = 'the-password-of-the-database';
  const withPassword = (url: string) => url.replace('//spectrakey@', `//spectrakey:${password}@`);
  const said: string[] = [];

  const nowhere = `postgresql://spectrakey:${password}@127.0.0.1:1/lab`;
  const without = withPassword(databaseUrl(inject('postgresUrl'), 'no_such_database'));
  for (const url of [
    nowhere,
    without,
    `${nowhere}?sslmode=nonsense`,
    `postgresql://spectrakey:${password}@:x/lab`,
  ]) {
    const started = run('node', ['src/main.ts', 'serve'], { env: { DATABASE_URL: url, LOG_LEVEL: 'trace' } });
    expect(await started.ended).toBe(1);
    expect(started.output()).toMatch(/^spectrakey: Cannot use the database of DATABASE_URL: /m);
    said.push(started.output());
  }

  const postgres = await startPostgresForTest();
  const env = { DATABASE_URL: withPassword(postgres.url), LOG_LEVEL: 'trace', METRICS_PORT: '0' };
  expect(env.DATABASE_URL).toContain(password);
  const started = run('node', ['src/main.ts', 'serve'], { env });
  const address = await addressOf(started);
  const [, metricsUrl = ''] = await started.printed(/Metrics {4}(http\S+)/);
  await postgres.freeze();
  const answer = await send(`${address}/graphql`, SIGN_IN, { email: 'olga@lab.example', password: 'x' });
  expect(answer).toMatchObject(refusal(codes.UNAVAILABLE));
  const ready = await fetch(`${address}/readyz`);
  expect(ready.status).toBe(503);
  said.push(answer.text, await ready.text(), await (await fetch(metricsUrl)).text());
  await started.printed(/the database is unavailable/);
  started.process.kill('SIGTERM');
  await started.ended;
  said.push(started.output());
  for (const text of said) expect(found(text, password), text).toBe(false);
});
