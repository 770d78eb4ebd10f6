import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findEmbedded } from '../../src/private-postgres/start.ts';
import { type CpuMs, describeOtherWork, type OtherWork, readCpu, watchMachine } from './cpu.ts';
import { load, type Measure } from './load.ts';
import { connectionsText, figureOf, median } from './report.ts';
import { checkOneStatement, countStatements, type StatementCount } from './statements.ts';

// Compares this working tree with another commit: `npm run bench -- --against <commit>`. Each gets a data folder with a
// private PostgreSQL of its own; the calls alternate, so that other load on the machine affects both equally.

const root = fileURLToPath(new URL('../..', import.meta.url));
const CONNECTIONS = [32, 1];

interface Tree {
  call: Pick<Parameters<typeof load>[0], 'url' | 'headers' | 'body'>;
  cpu: () => CpuMs;
  /** The pid of the first process of its PostgreSQL. */
  postmaster: number;
  /** Counts the statements of calls, for each number of connections. */
  statements: () => Promise<StatementCount[]>;
  stop: () => Promise<void>;
}

type Round = Measure & { cpuPerCall: CpuMs };

/**
 * Alternates calls with one spectrum between the other commit and this working tree, and prints the ratios, the CPU and the
 * statements that a call takes, and what else the machine did.
 *
 * @param rounds alternations for each number of connections
 * @param seconds of each measurement
 * @throws if a warm call of this working tree takes more than one statement
 */
export async function compareWith(
  commit: string,
  { rounds, seconds }: { rounds: number; seconds: number },
  progress: (text: string) => void,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'spectrakey-bench-'));
  // As root, PostgreSQL and the model hosts run under other accounts, which must be able to enter the folder.
  await chmod(folder, 0o711);
  const other = join(folder, 'tree');
  try {
    execFileSync('git', ['worktree', 'add', '--detach', other, commit], { cwd: root, stdio: 'ignore' });
    progress(`installing ${commit}`);
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: other, stdio: 'ignore' });
    const trees = [
      await start(other, join(folder, 'before')),
      await start(root, join(folder, 'now')),
    ] as const;
    try {
      progress('counting statements');
      const statements = [await trees[0].statements(), await trees[1].statements()] as const;
      for (const [at, connections] of CONNECTIONS.entries()) {
        const otherWork = watchMachine(trees.map(({ postmaster }) => postmaster));
        const pairs: [Round, Round][] = [];
        for (const tree of trees) await measure(tree, connections, seconds);
        for (let round = 1; round <= rounds; round++) {
          // The order alternates, as the first and the second may find the machine in different states.
          const [first, second] = round % 2 === 0 ? ([1, 0] as const) : ([0, 1] as const);
          const found: Round[] = [];
          for (const at of [first, second]) found[at] = await measure(trees[at], connections, seconds);
          const [before, now] = found;
          if (!before || !now) continue;
          pairs.push([before, now]);
          progress(
            `${connectionsText(connections)}, round ${round}: ${before.perSecond.toFixed(0)} and ${now.perSecond.toFixed(0)} calls/s`,
          );
        }
        const perCall = statements.map(counts => median(counts[at]?.perCall ?? []));
        process.stdout.write(`${report(commit, connections, pairs, perCall, otherWork())}\n`);
      }
      for (const count of statements[1]) checkOneStatement(count);
    } finally {
      for (const { stop } of trees) await stop();
    }
  } finally {
    execFileSync('git', ['worktree', 'remove', '--force', other], { cwd: root, stdio: 'ignore' });
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure({ call, cpu }: Tree, connections: number, seconds: number): Promise<Round> {
  const before = cpu();
  const measured = await load({ ...call, connections, until: { seconds } });
  const after = cpu();
  const perCall = (of: keyof CpuMs) => ((after[of] - before[of]) * 1000) / measured.answered;
  return {
    ...measured,
    cpuPerCall: { server: perCall('server'), hosts: perCall('hosts'), postgres: perCall('postgres') },
  };
}

function report(
  commit: string,
  connections: number,
  pairs: readonly (readonly [Round, Round])[],
  statements: readonly number[],
  otherWork: OtherWork,
): string {
  const ratioOf = (of: (round: Round) => number) => {
    const ratios = pairs.map(([before, now]) => of(now) / of(before));
    const { ratio, interval } = figureOf(ratios, { what: 'now / before' });
    return `${ratio.toFixed(3)}${interval ? ` (${interval.map(end => end.toFixed(3)).join(' to ')})` : ''}`;
  };
  const line = (name: string, which: 0 | 1) => {
    const medianOf = (of: (round: Round) => number) => median(pairs.map(pair => of(pair[which])));
    return (
      `  ${name}: ${medianOf(({ perSecond }) => perSecond).toFixed(0)} calls/s, ` +
      `p50 ${medianOf(({ p50Ms }) => p50Ms).toFixed(2)} ms, p99 ${medianOf(({ p99Ms }) => p99Ms).toFixed(2)} ms; ` +
      `${statements[which]?.toFixed(2)} statements a call; CPU a call in µs: ` +
      `server ${medianOf(({ cpuPerCall }) => cpuPerCall.server).toFixed(0)}, ` +
      `hosts ${medianOf(({ cpuPerCall }) => cpuPerCall.hosts).toFixed(0)}, ` +
      `PostgreSQL ${medianOf(({ cpuPerCall }) => cpuPerCall.postgres).toFixed(0)}`
    );
  };
  return [
    `${connectionsText(connections)}, now / ${commit}, median of ${pairs.length} alternations (95 % interval): ` +
      `calls/s ${ratioOf(({ perSecond }) => perSecond)}, p50 ${ratioOf(({ p50Ms }) => p50Ms)}, p99 ${ratioOf(({ p99Ms }) => p99Ms)}`,
    line(commit, 0),
    line('now', 1),
    `  other work: ${describeOtherWork(otherWork)}`,
  ].join('\n');
}

/** Starts a tree as `npm start` does, on its own data folder, and puts its demonstration on an unlimited plan. */
async function start(tree: string, dataDir: string): Promise<Tree> {
  const node = join(tree, 'node_modules/.bin/node');
  const { HOME = '', PATH = '' } = process.env;
  const env = { HOME, PATH, NODE_ENV: 'production', DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' };
  const child = spawn(node, ['src/main.ts', 'serve'], {
    cwd: tree,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [, url = '', key = '', file = ''] = await printed(
    child,
    /curl -sS? '([^']+)'.*Api-Key (sk_\w+)'.*-d '@([^']+)'/,
  );
  execFileSync(node, ['src/main.ts', 'plan', 'demo-laboratory', 'enterprise'], {
    cwd: tree,
    env,
    stdio: 'ignore',
  });
  const postmaster = Number(
    readFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0],
  );
  const call = { url, headers: [{ authorization: `Api-Key ${key}` }], body: readFileSync(file, 'utf8') };
  const databaseUrl = (await findEmbedded(dataDir)) ?? '';
  return {
    call,
    cpu: () => readCpu(child.pid ?? 0, postmaster),
    postmaster,
    statements: () => countStatements(databaseUrl, call, CONNECTIONS, tree),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

function printed(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = pattern.exec(text);
      if (found) resolve(found);
    });
    child.once('exit', code => reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}: ${text}`)));
  });
}
