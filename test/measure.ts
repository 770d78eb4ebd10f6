/** What a function uses: CPU time in ms, as other processes take the machine's time, and growth of the heap in MB. */
export function measure<T>(run: () => T): { result: T; ms: number; mb: number } {
  const before = process.memoryUsage();
  const start = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(start);
  const after = process.memoryUsage();
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  return { result, ms: (user + system) / 1000, mb: grown / 1e6 };
}
