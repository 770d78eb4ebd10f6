import { expect } from 'vitest';
import { addressOf, run, type Started } from '../commands.ts';
import { type Answer, type Credential, send } from '../harness.ts';

/** A server in a process of its own. */
export interface ServerProcess {
  url: string;
  started: Started;
  call: (document: string, variables?: object, as?: Credential) => Promise<Answer>;
  /** Fails unless the process still runs and has told of no crash. */
  expectAlive: () => void;
}

/** Server processes on one database, for one test. */
export async function startProcesses(count: number, databaseUrl: string): Promise<ServerProcess[]> {
  const all = Array.from({ length: count }, () =>
    run('node', ['src/main.ts', 'serve'], { env: { DATABASE_URL: databaseUrl, LOG_LEVEL: 'error' } }),
  );
  return await Promise.all(
    all.map(async started => {
      const url = await addressOf(started);
      return {
        url,
        started,
        call: (document: string, variables?: object, as?: Credential) =>
          send(`${url}/graphql`, document, variables, as),
        expectAlive() {
          expect([started.process.exitCode, started.process.signalCode]).toEqual([null, null]);
          expect(started.output()).not.toMatch(/uncaught|unhandled|Warning:/i);
        },
      };
    }),
  );
}

/** Does some work for each number below `count`, so many at once. */
export async function inParallel(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
