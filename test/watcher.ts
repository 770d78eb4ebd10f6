import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../docs/clients/spectrakey-watch.mjs', import.meta.url));
const [HEADING = '', ROW = ''] = readFileSync(
  new URL('cases/spectra/plain.csv', import.meta.url),
  'utf8',
).split('\n');

/** A file with one spectrum of gasoline. */
export const oneSpectrum = (sampleName: string) => `${HEADING}\n${ROW.replace(/^[^,]*/, sampleName)}\n`;

/** The folders of a watcher. */
export interface WatchedFolders {
  in: string;
  out: string;
  journal: string;
  /** Puts a file into the watched folder. */
  put: (name: string, text?: string) => void;
  /** The names of the files in a folder; those that wait without one. */
  list: (kind?: 'done' | 'failed' | 'unclear' | 'out') => string[];
}

export function makeFolders(): WatchedFolders {
  const root = mkdtempSync(join(tmpdir(), 'spectrakey-watch-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [input, out] = [join(root, 'in'), join(root, 'out')];
  mkdirSync(input);
  return {
    in: input,
    out,
    journal: `${out}.journal.jsonl`,
    put: (name, text = oneSpectrum(name)) => writeFileSync(join(input, name), text),
    list(kind) {
      const folder = kind === undefined ? input : kind === 'out' ? out : join(input, kind);
      try {
        return readdirSync(folder, { withFileTypes: true })
          .filter(entry => entry.isFile())
          .map(({ name }) => name)
          .sort();
      } catch {
        return [];
      }
    },
  };
}

/** What the journal records, without empty lines. */
export function journalOf(folders: Pick<WatchedFolders, 'journal'>): { state: string; at: string }[] {
  if (!existsSync(folders.journal)) return [];
  const lines = readFileSync(folders.journal, 'utf8').split('\n');
  return lines.filter(line => line !== '').map(line => JSON.parse(line));
}

/** What a watcher calls on a server that looks at neither the deployment nor the key. */
export const targetOf = (server: string) => ({
  server,
  deploymentId: '01a20881-bb48-761f-bcab-7ec1b0fb9cf1',
  rawKey: `sk_${'a'.repeat(46)}`,
});

export interface Watcher {
  process: ChildProcess;
  /** What it printed. */
  output: () => string;
  /** Ends it at once, as a power failure does. */
  kill: () => Promise<void>;
  /** Its exit code. */
  ended: Promise<number | null>;
}

/** Starts the watcher on folders. */
export function startWatcher(
  folders: Pick<WatchedFolders, 'in' | 'out'>,
  call: { server: string; deploymentId: string; rawKey: string },
  more: readonly string[] = [],
  env: Record<string, string> = {},
): Watcher {
  const child = spawn(
    process.execPath,
    [
      SCRIPT,
      '--in',
      folders.in,
      '--out',
      folders.out,
      '--deployment',
      call.deploymentId,
      '--interval',
      '0.03',
      ...more,
    ],
    {
      env: { PATH: process.env.PATH, SPECTRAKEY_API_KEY: call.rawKey, SPECTRAKEY_URL: call.server, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = once(child, 'exit').then(() => child.exitCode);
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  return { process: child, output: () => output, kill, ended };
}

/** The share of the files that is left for the last watcher, which is not killed. */
const RESERVE = 0.1;

/**
 * Kills a watcher again and again while it works through files, at any moment, and lets the last one finish.
 *
 * @returns how often it was killed while files waited
 */
export async function killRepeatedly(
  folders: WatchedFolders,
  call: Parameters<typeof startWatcher>[1],
  { files, kills }: { files: number; kills: number },
): Promise<number> {
  for (let index = 0; index < files; index++) folders.put(`sample-${index}.csv`);
  let killed = 0;
  for (let life = 0; life < kills; life++) {
    const watcher = startWatcher(folders, call);
    // After a share of the files, or early: before the journal is read, or before the first file is sent.
    const left = folders.list().length;
    const goal = left - Math.random() * 2 * Math.max(0, (left - files * RESERVE) / (kills - life));
    const deadline = performance.now() + (Math.random() < 0.2 ? Math.random() * 200 : 10_000);
    while (performance.now() < deadline && folders.list().length > Math.max(goal, files * RESERVE))
      await pause(5);
    await pause(Math.random() * 15);
    await watcher.kill();
    if (folders.list().length > 0) killed += 1;
  }
  await startWatcher(folders, call, ['--once']).ended;
  return killed;
}
