import type { OnFinished } from '../commands.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';

/** Starts server processes on one database. They are stopped after the test, or as `onFinished` says. */
export const startProcesses = (
  count: number,
  databaseUrl: string,
  onFinished?: OnFinished,
): Promise<ServerProcess[]> =>
  Promise.all(
    Array.from({ length: count }, () =>
      startServerProcess(databaseUrl, { env: { LOG_LEVEL: 'error' }, ...(onFinished && { onFinished }) }),
    ),
  );

/** Calls a function for each number below `count`, this many at once. */
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
