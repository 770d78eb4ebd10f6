import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { addressOf, type OnFinished, run, type Started } from './commands.ts';
import { type Service, send } from './harness.ts';

/** A server in a separate process. */
export interface ServerProcess extends Pick<Service, 'url' | 'call' | 'ask'> {
  started: Started;
  /** Fails unless the process that was started still runs, and has reported no crash. */
  expectAlive: () => void;
  /** For how long its main thread was ready to run and waited for a core; 0 where the system does not report it. */
  waitedMs: () => number;
  /** Its resident memory, read from outside; 0 where the system does not report it. */
  residentBytes: () => number;
}

/**
 * Starts a server on a database that exists. It is stopped after the test, or as `onFinished` says.
 *
 * @param nodeArgs options of Node.js, such as `--import`
 */
export async function startServerProcess(
  databaseUrl: string,
  {
    env = {},
    nodeArgs = [],
    onFinished,
  }: { env?: Record<string, string>; nodeArgs?: readonly string[]; onFinished?: OnFinished } = {},
): Promise<ServerProcess> {
  const started = run('node', [...nodeArgs, 'src/main.ts', 'serve'], {
    env: { DATABASE_URL: databaseUrl, ...env },
    ...(onFinished && { onFinished }),
  });
  const url = await addressOf(started);
  const call: Service['call'] = (document, variables, as) => send(`${url}/graphql`, document, variables, as);
  return {
    started,
    url,
    call,
    async ask(document, variables, as) {
      const answer = await call(document, variables, as);
      if (!answer.data || answer.errors.length > 0) throw new Error(`${answer.status} ${answer.text}`);
      return answer.data;
    },
    expectAlive() {
      expect([started.process.exitCode, started.process.signalCode]).toEqual([null, null]);
      expect(started.output()).not.toMatch(/uncaught|unhandled|Warning:/i);
    },
    waitedMs() {
      if (process.platform !== 'linux') return 0;
      return Number(readFileSync(`/proc/${started.process.pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
    },
    residentBytes() {
      if (process.platform !== 'linux') return 0;
      const status = readFileSync(`/proc/${started.process.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
    },
  };
}
