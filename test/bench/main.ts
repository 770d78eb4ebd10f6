import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { compareWith } from './against.ts';
import type { Bench } from './comparison.ts';
import { watchMachine } from './cpu.ts';
import { parts } from './parts.ts';
import { tablesOf, writeResults } from './report.ts';
import { type System, startPostgres, startSystem } from './system.ts';

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    only: { type: 'string', default: [...parts.keys()].join() },
    against: { type: 'string' },
    rounds: { type: 'string', default: '10' },
  },
});
const SECONDS = 4;
/** Fewer have no 95 % interval that is worth storing. */
const MIN_ROUNDS = 10;
const rounds = Number(values.rounds);
const began = performance.now();
const progress = (text: string) =>
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}\n`);

if (values.against !== undefined) {
  await compareWith(values.against, { rounds, seconds: SECONDS }, progress);
  process.exit();
}

const chosen = values.only.split(',').map(name => {
  const run = parts.get(name);
  if (!run) throw new Error(`--only takes these parts, comma-separated: ${[...parts.keys()].join(', ')}`);
  return { name, run };
});
/** A factor for all counts and times, for trying the bench itself: the figures are printed and not stored. */
const scale = Number(values.scale);
const whole = scale === 1;

const postgres = await startPostgres();
const otherWork = watchMachine([postgres.postmaster]);
let system: System | undefined;
try {
  system = await startSystem(postgres.url, 'bench_empty');
  const bench: Bench = {
    postgresUrl: postgres.url,
    system,
    rounds: whole ? rounds : 1,
    seconds: whole ? SECONDS : 1,
    count: full => Math.ceil(full * scale),
    results: {
      date: new Date().toISOString().slice(0, 10),
      machine: `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB`,
      versions: await readVersions(system),
      rows: [],
      figures: [],
      memoryMb: {},
      records: { answered: 0, logged: 0, counted: 0 },
    },
    progress,
  };
  for (const { name, run } of chosen) {
    progress(name);
    await run(bench);
  }
  const results = { ...bench.results, otherWork: otherWork() };
  process.stdout.write(`\n${tablesOf(results)}`);
  if (whole && rounds >= MIN_ROUNDS && chosen.length === parts.size) writeResults(results);
} finally {
  await system?.stop();
  await postgres.stop();
}

async function readVersions({ db }: System): Promise<Record<string, string>> {
  const { rows } = await sql<{ version: string }>`show server_version`.execute(db);
  const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
  const packages = ['@apollo/server', 'graphql', 'fastify', 'onnxruntime-node', 'autocannon'];
  return {
    'Node.js': process.version.slice(1),
    PostgreSQL: Object.values(rows[0] ?? {})[0] ?? '',
    ...Object.fromEntries(packages.map(name => [name, lock.packages[`node_modules/${name}`].version])),
  };
}
