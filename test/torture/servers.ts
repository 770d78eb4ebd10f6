import { type ServerProcess, startServerProcess } from '../server-process.ts';

/** Server processes on one database, for one test. */
export const startProcesses = (count: number, databaseUrl: string): Promise<ServerProcess[]> =>
  Promise.all(
    Array.from({ length: count }, () => startServerProcess(databaseUrl, { env: { LOG_LEVEL: 'error' } })),
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
