import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { compareWith } from './against.ts';
import { load, type Measure } from './load.ts';
import { start } from './processes.ts';
import { type Figure, isWithinBound, median, type Results, rowOf, tablesOf, writeResults } from './report.ts';
import { callOf, fill, headersOf, recorded, startPostgres, startSystem } from './system.ts';

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    against: { type: 'string' },
    rounds: { type: 'string', default: '10' },
  },
});
if (values.against !== undefined) {
  await compareWith(
    values.against,
    { rounds: Number(values.rounds), seconds: 4 },
    progressFrom(performance.now()),
  );
  process.exit();
}

/** A factor for all counts and times, for trying the bench itself: the figures are printed and not stored. */
const scale = Number(values.scale);
const whole = scale === 1;
const count = (full: number) => Math.ceil(full * scale);
const ROUNDS = whole ? 10 : 1;
const SECONDS = whole ? 4 : 1;
const CONNECTIONS = 32;
/** A body of 1000 spectra has 4 MB: more connections would only wait for one another. */
const FOR_LARGE_BODIES = 8;
/** Of the million keys in the grown system: spread over it, their rows lie on different pages. Each moves its last use. */
const USED_KEYS = 1000;
const SIGN_INS = 20;
const SIGN_IN = `mutation SignIn($email: EmailAddress!, $password: String!) {
  signIn(email: $email, password: $password) { id }
}`;

const progress = progressFrom(performance.now());

function progressFrom(began: number) {
  return (text: string) =>
    process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}\n`);
}

const results: Results = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB`,
  versions: {},
  rows: [],
  figures: [],
  memoryMb: {},
  records: { answered: 0, logged: 0, counted: 0 },
};
const promise = (figure: Figure) => {
  results.figures.push(figure);
  progress(`${figure.what}: ${figure.ratio.toFixed(2)}${isWithinBound(figure) ? '' : ', not reached'}`);
};

type Variants<Name extends string> = [Name, () => Promise<Measure>][];

/**
 * Measures the variants in turn, round after round, so that other work of the machine affects all alike; a first round
 * warms up.
 *
 * @returns the measures of a variant.
 */
async function compare<Name extends string>(what: string, variants: Variants<Name>, rounds = ROUNDS) {
  const measures = new Map<Name, Measure[]>();
  for (const [, measure] of variants) await measure();
  for (let round = 1; round <= rounds; round++) {
    for (const [name, measure] of variants) {
      const found = await measure();
      measures.set(name, [...(measures.get(name) ?? []), found]);
      progress(`${what}, round ${round}: ${name} ${found.perSecond.toFixed(0)}/s, p99 ${found.p99Ms} ms`);
    }
  }
  for (const [name, found] of measures) results.rows.push(rowOf(what, name, found));
  return (name: Name) => measures.get(name) ?? [];
}

/** The median of the rounds' own ratios. */
const ratio = (over: Measure[], under: Measure[], of: (measure: Measure) => number = m => m.perSecond) =>
  median(over.map((measure, round) => of(measure) / of(under[round] ?? measure)));

const postgres = await startPostgres();
const system = await startSystem(postgres.url, 'bench_empty');
const fastify = await start(['test/bench/servers/fastify.ts']);
const apollo = await start(['test/bench/servers/apollo.ts']);
progress('started');

const { rows: version } = await sql<{ version: string }>`show server_version`.execute(system.db);
const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
results.versions = {
  'Node.js': process.version.slice(1),
  PostgreSQL: Object.values(version[0] ?? {})[0] ?? '',
  ...Object.fromEntries(
    ['@apollo/server', 'graphql', 'fastify', 'onnxruntime-node', 'autocannon'].map(name => [
      name,
      lock.packages[`node_modules/${name}`].version,
    ]),
  ),
};
results.memoryMb['at rest'] = system.server.residentMb();

async function variants(
  spectra: number,
  connections: number,
): Promise<Variants<'Fastify' | 'Apollo' | 'Spectrakey'>> {
  const call = await callOf(system.demonstration, spectra);
  const on = (url: string) => () => load({ ...call, url, connections, until: { seconds: SECONDS } });
  return [
    ['Fastify', on(fastify.url)],
    ['Apollo', on(apollo.url)],
    ['Spectrakey', on(system.server.url)],
  ];
}

// Against the bare servers

for (const connections of [CONNECTIONS, 1, 256]) {
  const measured = await compare(`${connections} connections`, await variants(1, connections));
  if (connections !== CONNECTIONS) continue;
  promise({
    what: 'Spectrakey / bare Apollo, 32 connections, 1 spectrum',
    ratio: ratio(measured('Spectrakey'), measured('Apollo')),
    atLeast: 1.25,
  });
  promise({
    what: 'p99 of Spectrakey / of bare Apollo, 32 connections',
    ratio: ratio(measured('Spectrakey'), measured('Apollo'), m => m.p99Ms),
    atMost: 1.5,
  });
}
for (const spectra of [10, 100, 1000]) {
  const measured = await compare(
    `${spectra} spectra a call, ${FOR_LARGE_BODIES} connections`,
    await variants(spectra, FOR_LARGE_BODIES),
    Math.min(ROUNDS, 3),
  );
  if (spectra !== 1000) continue;
  promise({
    what: 'Spectrakey / Fastify alone, 1000 spectra a call',
    ratio: ratio(measured('Spectrakey'), measured('Fastify')),
    atLeast: 0.4,
  });
}

// Beside sign-ins

const one = await callOf(system.demonstration, 1);
const calls = { ...one, url: system.server.url, connections: CONNECTIONS, until: { seconds: SECONDS } };
const { email, password } = system.demonstration;
const signIns = {
  url: system.server.url,
  headers: [{}],
  body: JSON.stringify({ query: SIGN_IN, variables: { email, password } }),
  connections: SIGN_INS,
  until: { seconds: SECONDS + 1 },
};
const beside = await compare('beside sign-ins', [
  ['Spectrakey, alone', () => load(calls)],
  [`Spectrakey, ${SIGN_INS} sign-ins`, async () => (await Promise.all([load(calls), load(signIns)]))[0]],
]);
promise({
  what: `p99 with ${SIGN_INS} sign-ins running beside / without`,
  ratio: ratio(beside(`Spectrakey, ${SIGN_INS} sign-ins`), beside('Spectrakey, alone'), m => m.p99Ms),
  atMost: 2,
});

// With metrics for Prometheus

const measuring = await system.another({ METRICS_PORT: '0' });
const metrics = await compare('metrics', [
  ['without', () => load(calls)],
  ['with METRICS_PORT', () => load({ ...calls, url: measuring.url })],
]);
promise({
  what: 'With metrics / without',
  ratio: ratio(metrics('with METRICS_PORT'), metrics('without')),
  atLeast: 0.95,
});
await measuring.stop();

// Two servers on one database

const second = await system.another();
const half = { ...calls, connections: CONNECTIONS / 2 };
await compare('servers on one database', [
  ['one server', () => load(calls)],
  [
    'two servers',
    async () => {
      const [a, b] = await Promise.all([load(half), load({ ...half, url: second.url })]);
      return {
        answered: a.answered + b.answered,
        perSecond: a.perSecond + b.perSecond,
        p50Ms: Math.max(a.p50Ms, b.p50Ms),
        p99Ms: Math.max(a.p99Ms, b.p99Ms),
      };
    },
  ],
]);
await second.stop();
await apollo.stop();
await fastify.stop();

// Memory, and whether every answered call is on record

const before = await recorded(system);
const amounts = { 'after few calls': count(10_000), 'after many calls': count(1_000_000) };
const fresh = await system.another();
let sent = 0;
for (const [when, amount] of Object.entries(amounts)) {
  const { answered } = await load({ ...calls, url: fresh.url, until: { requests: amount - sent } });
  sent += answered;
  results.memoryMb[`${when} (${amount})`] = fresh.residentMb();
  progress(`${sent} calls: ${fresh.residentMb().toFixed(0)} MB`);
}
await fresh.stop();
const after = await recorded(system);
results.records = {
  answered: sent,
  logged: after.logs - before.logs,
  counted: after.counted - before.counted,
};
const [, few = 1, many = 1] = Object.values(results.memoryMb);
promise({ what: 'Resident memory after 1 000 000 calls / after 10 000', ratio: many / few, atMost: 1.3 });
promise({ what: 'Log rows / answered calls', ratio: results.records.logged / sent, atLeast: 1, atMost: 1 });
promise({
  what: 'Counted spectra / answered spectra',
  ratio: results.records.counted / sent,
  atLeast: 1,
  atMost: 1,
});

// A system that has grown

const grown = await startSystem(postgres.url, 'bench_grown');
const small = await startSystem(postgres.url, 'bench_small');
const rawKeys = await fill(
  grown,
  { keys: count(1_000_000), used: USED_KEYS, logs: count(5_000_000) },
  progress,
);
// As many headers in each variant, so that making the load costs the same.
const on = async ({ demonstration, server }: typeof grown, keys: string[]) => ({
  ...calls,
  ...(await callOf(demonstration, 1)),
  headers: headersOf(keys),
  url: server.url,
});
const always = ({ demonstration }: typeof grown) => rawKeys.map(() => demonstration.rawKey);
const onSmall = await on(small, always(small));
const onGrown = await on(grown, always(grown));
const withManyKeys = await on(grown, rawKeys);
const growth = await compare('grown', [
  ['1 key, empty log', () => load(onSmall)],
  ['1 000 000 keys, 5 000 000 log rows', () => load(onGrown)],
  [`the same, ${USED_KEYS} of the keys in turn`, () => load(withManyKeys)],
]);
promise({
  what: 'With 1 000 000 keys and 5 000 000 log rows / empty',
  ratio: ratio(growth('1 000 000 keys, 5 000 000 log rows'), growth('1 key, empty log')),
  atLeast: 0.95,
});
promise({
  what: `The same with ${USED_KEYS} of the keys in turn / empty, with one`,
  ratio: ratio(growth(`the same, ${USED_KEYS} of the keys in turn`), growth('1 key, empty log')),
  atLeast: 0.95,
});

for (const { stop } of [grown, small, system]) await stop();
await postgres.stop();
process.stdout.write(`\n${tablesOf(results)}`);
if (whole) writeResults(results);
