import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { generateRawKey } from '../src/api-keys/raw-key.ts';
import {
  type Answer,
  type Credential,
  codes,
  createKey,
  gasoline,
  openLab,
  PREDICT,
  REVOKE_KEY,
  refusal,
  type Service,
  SIGN_IN,
  send,
  signIn,
  signUp,
  startService,
} from './harness.ts';

const MINUTE_MS = 60 * 1000;
const VIEWER = '{ viewer { id } }';
const unauthenticated = refusal(codes.UNAUTHENTICATED);
const rateLimited = refusal(codes.RATE_LIMITED);

let now: Date;
/** Two servers on one database, behind a proxy on this machine. */
let servers: [Service, Service];

beforeEach(async () => {
  now = new Date();
  const clock = () => now;
  // A hash takes 90 ms, so that what is refused before one is faster.
  const options = { now: clock, trustedProxies: ['127.0.0.1'], passwordCost: 10 };
  const first = await startService(options);
  const second = await startService({ ...options, databaseUrl: first.databaseUrl });
  servers = [first, second];
  onTestFinished(async () => {
    await Promise.all(servers.map(server => server.close()));
  });
});

const later = (ms: number) => {
  now = new Date(now.getTime() + ms);
};

/** The headers of the proxy for a client's address, and more of the client's own. */
const from = (address: string, more: Record<string, string> = {}): Credential => ({
  headers: { 'x-forwarded-for': address, ...more },
});
const fromWithKey = (address: string, rawKey: string) =>
  from(address, { authorization: `Api-Key ${rawKey}` });

/** Runs this many calls concurrently, alternating between the servers. */
const together = <Result>(times: number, work: (server: Service, index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: times }, (_, index) => work(servers[index % 2] ?? servers[0], index)));

const count = (answers: Answer[], { code }: { code: string }) =>
  answers.filter(answer => answer.code === code).length;

function expectToWait(answer: Answer, seconds: number, words: string): void {
  expect(answer).toMatchObject(rateLimited);
  expect(answer.headers.get('retry-after')).toBe(String(seconds));
  expect(answer.errors[0]?.message).toBe(`Too many attempts. Try again in ${words}.`);
}

describe('sign-ins', () => {
  test('of a person are limited by address and over all addresses, before hashing, without locking the person out', {
    timeout: 240_000,
  }, async () => {
    const [first, second] = servers;
    const ada = await signUp(first, 'Ada Lovelace');
    const attempt = (server: Service, address: string, password = 'not the passphrase') =>
      server.call(SIGN_IN, { email: ada.email, password }, from(address));

    // At one address, also concurrently and with any case of the e-mail.
    const started = performance.now();
    const guesses = await together(25, (server, index) =>
      server.call(
        SIGN_IN,
        { email: index % 3 ? ada.email : ada.email.toUpperCase(), password: `guess ${index}` },
        from('192.0.2.1'),
      ),
    );
    const hashing = performance.now() - started;
    expect(count(guesses, unauthenticated)).toBe(20);
    expect(count(guesses, rateLimited)).toBe(5);

    // Refused without hashing: these 40 take less time than the first 20.
    const restarted = performance.now();
    const refused = await together(40, server => attempt(server, '192.0.2.1', ada.password));
    expect(performance.now() - restarted).toBeLessThan(hashing / 2);
    for (const answer of refused) expectToWait(answer, 15 * 60, '15 minutes');

    // The person can sign in from another address, and other e-mails are not limited at this one.
    expect(await attempt(second, '192.0.2.2', ada.password)).toMatchObject({ status: 200 });
    expect(
      await second.call(SIGN_IN, { email: 'nobody@lab.example', password: 'x' }, from('192.0.2.1')),
    ).toMatchObject(unauthenticated);

    // Guesses from many addresses: 80 more make a hundred.
    const spread = await together(80, (server, index) => attempt(server, `198.51.100.${index % 8}`));
    expect(count(spread, unauthenticated)).toBe(80);
    // Each new address then has one attempt; after a wrong one even the right password is refused there.
    expect(await attempt(first, '203.0.113.1')).toMatchObject(rateLimited);
    expect(await attempt(second, '203.0.113.1', ada.password)).toMatchObject(rateLimited);
    expect(await attempt(first, '198.51.100.3', ada.password)).toMatchObject(rateLimited);
    // The person can sign in from an address without failures, also repeatedly and on the other server.
    expect(await attempt(first, '203.0.113.2', ada.password)).toMatchObject({ status: 200 });
    expect(await attempt(second, '203.0.113.2', ada.password)).toMatchObject({ status: 200 });

    later(15 * MINUTE_MS);
    expect(await attempt(second, '192.0.2.1', ada.password)).toMatchObject({ status: 200 });
    later(45 * MINUTE_MS);
    expect(await attempt(first, '203.0.113.1')).toMatchObject(unauthenticated);
    expect(await attempt(first, '203.0.113.1')).toMatchObject(unauthenticated);
  });

  test('with the right password are not limited', { timeout: 120_000 }, async () => {
    const ada = await signUp(servers[0], 'Ada Lovelace');
    for (let round = 0; round < 4; round++) {
      const answers = await together(15, server =>
        server.call(SIGN_IN, { email: ada.email, password: ada.password }, from('192.0.2.1')),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    }
  });

  test('of an address are limited over all e-mails', { timeout: 120_000 }, async () => {
    const ada = await signUp(servers[0], 'Ada Lovelace');
    const answers = await together(60, (server, index) =>
      server.call(
        SIGN_IN,
        { email: `person.${index}@lab.example`, password: 'Password123!' },
        from('192.0.2.1'),
      ),
    );
    expect(count(answers, unauthenticated)).toBe(50);
    expect(count(answers, rateLimited)).toBe(10);
    const right = { email: ada.email, password: ada.password };
    expectToWait(await servers[1].call(SIGN_IN, right, from('192.0.2.1')), 15 * 60, '15 minutes');
    expect(await servers[1].call(SIGN_IN, right, from('192.0.2.2'))).toMatchObject({ status: 200 });
    later(15 * MINUTE_MS - 30_000);
    expectToWait(await servers[1].call(SIGN_IN, right, from('192.0.2.1')), 30, '30 seconds');
    later(30_000);
    expect(await servers[1].call(SIGN_IN, right, from('192.0.2.1'))).toMatchObject({ status: 200 });
  });

  test('that a program repeats with an outdated password do not block other people at its address', {
    timeout: 120_000,
  }, async () => {
    const ada = await signUp(servers[0], 'Ada Lovelace');
    await together(200, server =>
      server.call(SIGN_IN, { email: 'script@lab.example', password: 'last year’s' }, from('192.0.2.1')),
    );
    expect(
      await servers[0].call(SIGN_IN, { email: ada.email, password: ada.password }, from('192.0.2.1')),
    ).toMatchObject({ status: 200 });
  });
});

describe('an IPv6 /48', () => {
  /** Sets every count to this number. */
  const recount = (used: number) => servers[0].db.updateTable('rateLimits').set({ used }).execute();
  const attempt = (email: string, password: string, address: string) =>
    servers[1].call(SIGN_IN, { email, password }, from(address));

  test('has one attempt at a person over the total limit, not one for each of its 65 536 networks', async () => {
    const ada = await signUp(servers[0], 'Ada Lovelace');
    await attempt(ada.email, 'not the passphrase', '192.0.2.1');
    await recount(100);
    expect(await attempt(ada.email, 'not the passphrase', '2001:db8:1:1::1')).toMatchObject(rateLimited);
    expect(await attempt(ada.email, ada.password, '[2001:db8:1:2::1]:443')).toMatchObject(rateLimited);
    expect(await attempt(ada.email, ada.password, '[2001:db8:2:2::1]:443')).toMatchObject({ status: 200 });
  });

  test('may fail for a person four times as often as one of its networks', async () => {
    const ada = await signUp(servers[0], 'Ada Lovelace');
    await attempt(ada.email, 'not the passphrase', '2001:db8:1:1::1');
    await recount(79);
    expect(await attempt(ada.email, 'not the passphrase', '2001:db8:1:2::1')).toMatchObject(unauthenticated);
    expectToWait(await attempt(ada.email, ada.password, '2001:db8:1:3::1'), 15 * 60, '15 minutes');
    expect(await attempt(ada.email, ada.password, '2001:db8:2:1::1')).toMatchObject({ status: 200 });
    later(15 * MINUTE_MS);
    expect(await attempt(ada.email, ada.password, '2001:db8:1:3::1')).toMatchObject({ status: 200 });
  });

  test('may sign up four times as often as one of its networks', async () => {
    const register = (email: string, address: string) =>
      servers[0].call(
        'mutation ($input: SignUpInput!) { signUp(input: $input) { id } }',
        { input: { name: 'Ada', email, password: 'a passphrase for each' } },
        from(address),
      );
    expect(await register('first@lab.example', '2001:db8:1:1::1')).toMatchObject({ status: 200 });
    await recount(399);
    expect(await register('second@lab.example', '2001:db8:1:2::1')).toMatchObject({ status: 200 });
    expect(await register('third@lab.example', '2001:db8:1:3::1')).toMatchObject(rateLimited);
    expect(await register('third@lab.example', '2001:db8:2:1::1')).toMatchObject({ status: 200 });
  });
});

test('sign-ups of an address are limited', { timeout: 120_000 }, async () => {
  const register = (server: Service, name: string, address: string) =>
    server.call(
      'mutation ($input: SignUpInput!) { signUp(input: $input) { id } }',
      { input: { name, email: `${name}@lab.example`, password: 'a passphrase for each' } },
      from(address),
    );
  expect(await register(servers[0], 'first', '192.0.2.1')).toMatchObject({ status: 200 });
  // Simulates 95 more sign-ups there: each would hash a password.
  await servers[0].db.updateTable('rateLimits').set({ used: 96 }).execute();
  const answers = await together(8, (server, index) => register(server, `person.${index}`, '192.0.2.1'));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
  expect(count(answers, rateLimited)).toBe(4);
  expectToWait(await register(servers[1], 'last', '192.0.2.1'), 60 * 60, '60 minutes');
  expect(await register(servers[1], 'elsewhere', '192.0.2.2')).toMatchObject({ status: 200 });
  // The refused ones created no account and no hash.
  const people = await servers[0].db.selectFrom('users').select('email').execute();
  expect(people).toHaveLength(6);
  later(60 * MINUTE_MS);
  expect(await register(servers[1], 'last', '192.0.2.1')).toMatchObject({ status: 200 });
});

describe('new organizations', () => {
  const CREATE = 'mutation ($name: String!) { createOrganization(name: $name) { id name } }';
  const DELETE =
    'mutation ($id: ID!, $name: String!) { deleteOrganization(id: $id, name: $name) { deletedOrganizationId } }';

  async function create(server: Service, { cookie }: { cookie: string }, address: string): Promise<Answer> {
    const answer = await server.call(CREATE, { name: 'Another' }, from(address, { cookie }));
    const made = answer.data?.createOrganization;
    if (made) await server.ask(DELETE, { id: made.id, name: made.name }, { cookie });
    return answer;
  }

  test('of a person are limited over all servers and addresses, even if earlier ones were deleted', async () => {
    const ada = await signUp(servers[0], 'Ada Lovelace');
    const answers = await together(14, (server, index) => create(server, ada, `192.0.2.${index}`));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(count(answers, rateLimited)).toBe(4);
    expectToWait(await create(servers[0], ada, '192.0.2.100'), 24 * 60 * 60, '24 hours');
    later(24 * 60 * MINUTE_MS);
    const { cookie } = await signIn(servers[1], ada);
    expect(await create(servers[1], { cookie }, '192.0.2.1')).toMatchObject({ status: 200 });
  });

  test('of an address are limited over all people, and those of an IPv6 /48 to four times as many', async () => {
    const [ada, ...others] = await Promise.all(
      ['Ada', 'Grace', 'Emmy', 'Lise'].map(name => signUp(servers[0], `${name} Many`)),
    );
    if (!ada) throw new Error('no one signed up');
    const one = (index: number) => others[index % (others.length + 1)] ?? ada;
    const answers = await together(24, (server, index) => create(server, one(index), '192.0.2.1'));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    // Calls refused for the address do not count for the person at other addresses.
    expect(await create(servers[0], one(0), '192.0.2.2')).toMatchObject({ status: 200 });

    await servers[0].db.updateTable('rateLimits').set({ used: 0 }).execute();
    expect(await create(servers[0], one(0), '2001:db8:1:1::1')).toMatchObject({ status: 200 });
    await servers[0].db.updateTable('rateLimits').set({ used: 80 }).where('used', '=', 1).execute();
    const elsewhere = await create(servers[0], one(1), '2001:db8:1:2::1');
    expect(elsewhere).toMatchObject(rateLimited);
    expect(await create(servers[0], one(1), '2001:db8:2:1::1')).toMatchObject({ status: 200 });
  });

  test('that are refused do not count', async () => {
    const ada = await signUp(servers[0], 'Ada Lovelace');
    const keep = () => servers[0].call(CREATE, { name: 'Kept' }, ada);
    // Ten with the personal one: the maximum that a person may own.
    for (let index = 0; index < 9; index++) expect(await keep()).toMatchObject({ status: 200 });
    for (let index = 0; index < 5; index++) expect(await keep()).toMatchObject(refusal(codes.BAD_USER_INPUT));
    const counts = await servers[0].db
      .selectFrom('rateLimits')
      .select('used')
      .where('used', '=', 9)
      .execute();
    expect(counts).toHaveLength(2);
  });
});

describe('API keys', () => {
  const unknownKey = () => generateRawKey().text;
  const ask = (server: Service, address: string, rawKey: string) =>
    server.call(VIEWER, {}, fromWithKey(address, rawKey));

  test('that are unknown are limited at an address, exactly, across servers', async () => {
    const answers = await together(160, server => ask(server, '192.0.2.1', unknownKey()));
    expect(count(answers, unauthenticated)).toBe(100);
    expect(count(answers, rateLimited)).toBe(60);
    later(20_000);
    expectToWait(await ask(servers[0], '192.0.2.1', unknownKey()), 40, '40 seconds');
    expect(await ask(servers[0], '192.0.2.2', unknownKey())).toMatchObject(unauthenticated);
    later(40_000);
    expect(await ask(servers[1], '192.0.2.1', unknownKey())).toMatchObject(unauthenticated);
  });

  test('that are valid are accepted after any number of failures at their address; a revoked one gets API_KEY_REVOKED', async () => {
    const lab = await openLab(servers[0]);
    const key = await createKey(servers[0], lab.owner, { deploymentId: lab.deploymentId });
    const revoked = await createKey(servers[0], lab.owner, { deploymentId: lab.deploymentId });
    await servers[0].ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
    await together(240, (server, index) => ask(server, '192.0.2.1', index % 2 ? unknownKey() : 'sk_typo'));
    expect(await ask(servers[0], '192.0.2.1', unknownKey())).toMatchObject(rateLimited);
    const call = { deploymentId: lab.deploymentId, spectra: gasoline() };
    for (const server of servers) {
      expect(await server.call(PREDICT, call, fromWithKey('192.0.2.1', key.rawKey))).toMatchObject({
        status: 200,
        errors: [],
      });
      expect(await server.call(PREDICT, call, fromWithKey('192.0.2.1', revoked.rawKey))).toMatchObject(
        refusal(codes.API_KEY_REVOKED),
      );
    }
  });

  test('that are malformed are limited on each server, without a query', async () => {
    const [first] = servers;
    const wrong = [
      { authorization: 'Api-Key sk_typo' },
      { authorization: `Api-Key ${unknownKey().slice(0, -1)}!` },
      { authorization: 'Digest username="admin"' },
    ];
    const answers: Answer[] = [];
    for (let index = 0; index < 110; index++) {
      answers.push(await first.call(VIEWER, {}, from('192.0.2.1', wrong[index % wrong.length])));
    }
    expect(answers.slice(0, 100).every(({ code }) => code === unauthenticated.code)).toBe(true);
    for (const answer of answers.slice(100)) expectToWait(answer, 60, '1 minute');
    expect(await first.db.selectFrom('rateLimits').select('digest').execute()).toEqual([]);
    expect(await ask(first, '192.0.2.2', 'sk_typo')).toMatchObject(unauthenticated);
    later(60_000);
    expect(await ask(first, '192.0.2.1', 'sk_typo')).toMatchObject(unauthenticated);
  });
});

describe('an address', () => {
  const fail = (server: Service, address: string) =>
    server.call(VIEWER, {}, fromWithKey(address, generateRawKey().text));

  test('of IPv6 counts as its /64 network, and one of IPv4 by itself', async () => {
    await together(100, (server, index) => fail(server, `2001:db8:1:2:${index.toString(16)}::${index}`));
    expect(await fail(servers[0], '2001:db8:1:2:ffff:ffff:ffff:ffff')).toMatchObject(rateLimited);
    expect(await fail(servers[0], '2001:db8:1:3::1')).toMatchObject(unauthenticated);

    await together(100, (server, index) => fail(server, index % 2 ? '192.0.2.1' : '::ffff:192.0.2.1'));
    expect(await fail(servers[0], '192.0.2.1')).toMatchObject(rateLimited);
    expect(await fail(servers[0], '::ffff:192.0.2.2')).toMatchObject(unauthenticated);
  });

  test('is the one that the nearest trusted proxy forwards, not one that its client claims', async () => {
    await together(100, (server, index) => fail(server, `10.0.0.${index}, 192.0.2.1`));
    expect(await fail(servers[0], '10.0.0.200, 192.0.2.1')).toMatchObject(rateLimited);
    expect(await fail(servers[0], '192.0.2.1, 10.0.0.1')).toMatchObject(unauthenticated);
  });

  test('is that of the connection if no proxy is trusted', async () => {
    const open = await startService({ now: () => now });
    onTestFinished(open.close);
    for (let index = 0; index < 100; index++) await fail(open, `192.0.2.${index}`);
    expect(await fail(open, '198.51.100.1')).toMatchObject(rateLimited);
  });
});

test('counts are deleted after their window has ended', async () => {
  const [first] = servers;
  const held = () => first.db.selectFrom('rateLimits').select('digest').execute();
  await send(`${first.url}/graphql`, VIEWER, {}, fromWithKey('192.0.2.1', generateRawKey().text));
  later(30_000);
  await send(`${first.url}/graphql`, VIEWER, {}, fromWithKey('192.0.2.2', generateRawKey().text));
  expect(await held()).toHaveLength(2);
  later(30_000);
  // A server does this at its start and every ten minutes.
  const another = await startService({ now: () => now, databaseUrl: first.databaseUrl });
  onTestFinished(another.close);
  expect(await held()).toHaveLength(1);
});
