import { type Bench, compare, loadOf, promise, ratios, together, type Variants } from './comparison.ts';
import { keySettings } from './key-settings.ts';
import { load } from './load.ts';
import { start } from './processes.ts';
import { connectionsText } from './report.ts';
import { checkOneStatement, countStatements } from './statements.ts';
import {
  addDeployments,
  callOf,
  fill,
  headersOf,
  noAttempts,
  recorded,
  restCallOf,
  startSystem,
  targetOf,
} from './system.ts';

// The parts of the bench. Each stops what it starts.

const CONNECTIONS = 32;
/** A body of 1000 spectra has 4 MB: more connections would only wait for one another. */
const FOR_LARGE_BODIES = 8;
/** Of the million keys in the grown system: spread over it, their rows and logs lie on different pages. */
const USED_KEYS = 1000;
const SIGN_INS = 20;
const SIGN_IN = `mutation SignIn($email: EmailAddress!, $password: String!) {
  signIn(email: $email, password: $password) { id }
}`;

/** Statements of a warm call. @throws if a call takes more than one */
async function statements(bench: Bench): Promise<void> {
  const { system, progress } = bench;
  const connectionCounts = [1, CONNECTIONS];
  const counts = await countStatements(system.url, await callOf(targetOf(system), 1), connectionCounts);
  for (const [at, connections] of connectionCounts.entries()) {
    const count = counts[at] ?? { perCall: [], byName: new Map<string, number>() };
    promise(bench, count.perCall, {
      what: `Statements of a warm call, ${connectionsText(connections)}`,
      atMost: 1,
    });
    progress([...count.byName].map(([name, sent]) => `${sent} × ${name}`).join(', '));
    checkOneStatement(count);
  }
}

/** Against the bare servers. */
async function bare(bench: Bench): Promise<void> {
  const { system, rounds } = bench;
  const fastify = await start(['test/bench/servers/fastify.ts']);
  const apollo = await start(['test/bench/servers/apollo.ts']);
  const variants = async (
    spectra: number,
    connections: number,
  ): Promise<Variants<'Fastify' | 'Apollo' | 'Spectrakey'>> => {
    const call = await callOf(targetOf(system), spectra);
    const on = (url: string) => () => load(loadOf(bench, { ...call, url }, connections));
    return [
      ['Fastify', on(fastify.url)],
      ['Apollo', on(apollo.url)],
      ['Spectrakey', on(system.server.url)],
    ];
  };
  for (const connections of [CONNECTIONS, 1, 256]) {
    const measured = await compare(bench, connectionsText(connections), await variants(1, connections));
    if (connections !== CONNECTIONS) continue;
    promise(bench, ratios(measured('Spectrakey'), measured('Apollo')), {
      what: 'Spectrakey / bare Apollo, 32 connections, 1 spectrum',
      atLeast: 1.25,
    });
    promise(
      bench,
      ratios(measured('Spectrakey'), measured('Apollo'), m => m.p99Ms),
      { what: 'p99 of Spectrakey / of bare Apollo, 32 connections', atMost: 1.5 },
    );
  }
  for (const spectra of [10, 100, 1000]) {
    const hasBound = spectra === 1000;
    const measured = await compare(
      bench,
      `${spectra} spectra a call, ${FOR_LARGE_BODIES} connections`,
      await variants(spectra, FOR_LARGE_BODIES),
      hasBound ? rounds : Math.min(rounds, 3),
    );
    if (!hasBound) continue;
    promise(bench, ratios(measured('Spectrakey'), measured('Fastify')), {
      what: 'Spectrakey / Fastify alone, 1000 spectra a call',
      atLeast: 0.4,
    });
  }
  await apollo.stop();
  await fastify.stop();
}

/** Plain HTTP against GraphQL, the same calls. */
async function doors(bench: Bench): Promise<void> {
  const { url } = bench.system.server;
  const target = targetOf(bench.system);
  for (const [spectra, connections] of [
    [1, CONNECTIONS],
    [100, FOR_LARGE_BODIES],
  ] as const) {
    const graphql = await callOf(target, spectra);
    const rest = await restCallOf(target, spectra);
    const measured = await compare(bench, `${spectra} spectra a call, ${connectionsText(connections)}`, [
      ['GraphQL', () => load(loadOf(bench, { ...graphql, url }, connections))],
      [
        'plain HTTP',
        () => load(loadOf(bench, { ...rest, url: url.replace('/graphql', rest.path) }, connections)),
      ],
    ]);
    promise(bench, ratios(measured('plain HTTP'), measured('GraphQL')), {
      what: `Plain HTTP / GraphQL, ${spectra} spectra a call, ${connectionsText(connections)}`,
      atLeast: 1,
    });
  }
}

/** The load of calls with one spectrum on the server of the system. */
async function usualLoad(bench: Bench) {
  const { system } = bench;
  const call = await callOf(targetOf(system), 1);
  return loadOf(bench, { ...call, url: system.server.url }, CONNECTIONS);
}

/** Beside sign-ins, which hash passwords. */
async function signIns(bench: Bench): Promise<void> {
  const calls = await usualLoad(bench);
  const { email, password } = bench.system.demonstration;
  const others = {
    url: calls.url,
    headers: [{}],
    body: JSON.stringify({ query: SIGN_IN, variables: { email, password } }),
    connections: SIGN_INS,
    until: { seconds: bench.seconds + 1 },
  };
  const beside = await compare(bench, 'beside sign-ins', [
    ['Spectrakey, alone', () => load(calls)],
    [
      `Spectrakey, ${SIGN_INS} sign-ins`,
      async () => {
        const [measured] = await Promise.all([load(calls), load(others)]);
        // The load leaves sign-ins in flight, and more than 20 at once are refused.
        await noAttempts(bench.system);
        return measured;
      },
    ],
  ]);
  promise(
    bench,
    ratios(beside(`Spectrakey, ${SIGN_INS} sign-ins`), beside('Spectrakey, alone'), m => m.p99Ms),
    { what: `p99 with ${SIGN_INS} sign-ins running beside / without`, atMost: 2 },
  );
}

/** With metrics for Prometheus. */
async function metrics(bench: Bench): Promise<void> {
  const calls = await usualLoad(bench);
  const measuring = await bench.system.another({ METRICS_PORT: '0' });
  const measured = await compare(bench, 'metrics', [
    ['without', () => load(calls)],
    ['with METRICS_PORT', () => load({ ...calls, url: measuring.url })],
  ]);
  promise(bench, ratios(measured('with METRICS_PORT'), measured('without')), {
    what: 'With metrics / without',
    atLeast: 0.95,
  });
  await measuring.stop();
}

/** Several servers on one database: whether calls of one deployment delay each other more than those of several. */
async function servers(bench: Bench): Promise<void> {
  const { system } = bench;
  for (const [count, word] of [
    [2, 'two'],
    [4, 'four'],
  ] as const) {
    const others = await Promise.all(Array.from({ length: count - 1 }, () => system.another()));
    const urls = [system, ...others.map(server => ({ server }))].map(({ server }) => server.url);
    const { targets, projectKey } = await addDeployments(
      system,
      urls.map((_, at) => `Octane, ${word} servers, ${at + 1}`),
    );
    const owned = await Promise.all(targets.map(target => callOf(target, 1)));
    const shared = await Promise.all(targets.map(target => callOf({ ...target, rawKey: projectKey }, 1)));
    const on = (calls: typeof owned) => () =>
      together(
        urls.map((url, at) => {
          // Each server has a deployment, or all have the first one.
          const call = calls[at % calls.length] ?? { headers: [], body: '' };
          return load(loadOf(bench, { ...call, url }, CONNECTIONS / count));
        }),
      );
    const many = `${word} deployments`;
    const measured = await compare(bench, `${word} servers on one database`, [
      ['one deployment, its own key', on(owned.slice(0, 1))],
      [`${many}, each its own key`, on(owned)],
      ['one deployment, key of the project', on(shared.slice(0, 1))],
      [`${many}, key of the project`, on(shared)],
    ]);
    promise(bench, ratios(measured('one deployment, its own key'), measured(`${many}, each its own key`)), {
      what: `${count} servers, one deployment / ${count} deployments, keys of their own`,
      atLeast: 0.95,
    });
    promise(
      bench,
      ratios(measured('one deployment, key of the project'), measured(`${many}, key of the project`)),
      { what: `${count} servers, one deployment / ${count} deployments, key of the project`, atLeast: 0.95 },
    );
    for (const server of others) await server.stop();
  }
}

/** Memory after many calls, and whether every answered call is on record. */
async function records(bench: Bench): Promise<void> {
  const { system, results, count, progress } = bench;
  const calls = await usualLoad(bench);
  const before = await recorded(system);
  const amounts = { 'after few calls': count(10_000), 'after many calls': count(1_000_000) };
  const fresh = await system.another();
  results.memoryMb['at rest'] = fresh.residentMb();
  let sent = 0;
  for (const [when, amount] of Object.entries(amounts)) {
    const { answered } = await load({ ...calls, url: fresh.url, until: { requests: amount - sent } });
    sent += answered;
    results.memoryMb[`${when} (${amount})`] = fresh.residentMb();
    progress(`${sent} calls: ${fresh.residentMb().toFixed(0)} MB`);
  }
  await fresh.stop();
  const after = await recorded(system);
  const found = {
    answered: sent,
    logged: after.logs - before.logs,
    counted: after.counted - before.counted,
  };
  results.records = found;
  const [, few = 1, many = 1] = Object.values(results.memoryMb);
  promise(bench, many / few, { what: 'Resident memory after 1 000 000 calls / after 10 000', atMost: 1.3 });
  promise(bench, found.logged / sent, { what: 'Log rows / answered calls', atLeast: 1, atMost: 1 });
  promise(bench, found.counted / sent, { what: 'Counted spectra / answered spectra', atLeast: 1, atMost: 1 });
}

/** A system that has grown. */
async function grown(bench: Bench): Promise<void> {
  const { postgresUrl, count, progress } = bench;
  const large = await startSystem(postgresUrl, 'bench_grown');
  const small = await startSystem(postgresUrl, 'bench_small');
  const rawKeys = await fill(
    large,
    { keys: count(1_000_000), used: USED_KEYS, logs: count(5_000_000) },
    progress,
  );
  const on = async (system: typeof large, keys: string[]) => {
    const call = { ...(await callOf(targetOf(system), 1)), headers: headersOf(keys), url: system.server.url };
    return loadOf(bench, call, CONNECTIONS);
  };
  // As many headers in each variant, so that making the load costs the same.
  const always = ({ demonstration }: typeof large) => rawKeys.map(() => demonstration.rawKey);
  const onSmall = await on(small, always(small));
  const onLarge = await on(large, always(large));
  const withManyKeys = await on(large, rawKeys);
  const measured = await compare(bench, 'grown', [
    ['1 key, empty log', () => load(onSmall)],
    ['1 000 000 keys, 5 000 000 log rows', () => load(onLarge)],
    [`the same, ${USED_KEYS} of the keys in turn`, () => load(withManyKeys)],
  ]);
  promise(bench, ratios(measured('1 000 000 keys, 5 000 000 log rows'), measured('1 key, empty log')), {
    what: 'With 1 000 000 keys and 5 000 000 log rows / empty',
    atLeast: 0.97,
  });
  promise(
    bench,
    ratios(
      measured(`the same, ${USED_KEYS} of the keys in turn`),
      measured('1 000 000 keys, 5 000 000 log rows'),
    ),
    { what: `The same with ${USED_KEYS} of the keys in turn / with one key`, atLeast: 0.95 },
  );
  for (const { stop } of [large, small]) await stop();
}

/** The parts by name, for `--only`, in their order. */
export const parts = new Map(
  Object.entries({
    statements,
    bare,
    doors,
    'sign-ins': signIns,
    metrics,
    'key-settings': keySettings,
    servers,
    records,
    grown,
  }),
);
