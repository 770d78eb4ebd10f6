import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CpuMs, readCpu } from './cpu.ts';
import { load, type Measure } from './load.ts';
import { interval, median } from './report.ts';

// Compares this working tree with another commit: `npm run bench -- --against <commit>`. Each gets a data folder with a
// private PostgreSQL of its own; the calls alternate, so that other load on the machine affects both equally.

const root = fileURLToPath(new URL('../..', import.meta.url));
const CONNECTIONS = [32, 1];

interface Tree {
  call: Pick<Parameters<typeof load>[0], 'url' | 'headers' | 'body'>;
  cpu: () => CpuMs;
  stop: () => Promise<void>;
}

type Round = Measure & { cpuPerCall: CpuMs };

/**
 * Alternates calls with one spectrum between the other commit and this working tree, and prints the ratios.
 *
 * @param rounds alternations for each number of connections
 * @param seconds of each measurement
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
      for (const connections of CONNECTIONS) {
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
            `${connections} connections, round ${round}: ${before.perSecond.toFixed(0)} and ${now.perSecond.toFixed(0)} calls/s`,
          );
        }
        process.stdout.write(`${report(commit, connections, pairs)}\n`);
      }
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

function report(commit: string, connections: number, pairs: readonly (readonly [Round, Round])[]): string {
  const ratios = pairs.map(([before, now]) => now.perSecond / before.perSecond);
  const [low, high] = interval(ratios);
  const medianOf = (which: 0 | 1, of: (round: Round) => number) => median(pairs.map(pair => of(pair[which])));
  const line = (name: string, which: 0 | 1) =>
    `  ${name}: ${medianOf(which, ({ perSecond }) => perSecond).toFixed(0)} calls/s, ` +
    `${medianOf(which, ({ perSecond }) => (connections * 1e6) / perSecond).toFixed(0)} µs a call, ` +
    `p99 ${medianOf(which, ({ p99Ms }) => p99Ms)} ms; CPU a call in µs: ` +
    `server ${medianOf(which, ({ cpuPerCall }) => cpuPerCall.server).toFixed(0)}, ` +
    `hosts ${medianOf(which, ({ cpuPerCall }) => cpuPerCall.hosts).toFixed(0)}, ` +
    `PostgreSQL ${medianOf(which, ({ cpuPerCall }) => cpuPerCall.postgres).toFixed(0)}`;
  return [
    `${connections} connections: ${median(ratios).toFixed(3)} of the calls/s (95 %: ${low.toFixed(3)} to ${high.toFixed(3)}; ${pairs.length} alternations)`,
    line(commit, 0),
    line('now', 1),
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
    /curl -s '([^']+)'.*Api-Key (sk_\w+)'.*-d '@([^']+)'/,
  );
  execFileSync(node, ['src/main.ts', 'plan', 'demo-laboratory', 'enterprise'], {
    cwd: tree,
    env,
    stdio: 'ignore',
  });
  const postmaster = Number(
    readFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0],
  );
  return {
    call: { url, headers: [{ authorization: `Api-Key ${key}` }], body: readFileSync(file, 'utf8') },
    cpu: () => readCpu(child.pid ?? 0, postmaster),
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
