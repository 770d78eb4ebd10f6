import { fileURLToPath } from 'node:url';

const HOST = fileURLToPath(new URL('./host.ts', import.meta.url));
/** What Node.js reserves before there is a model: 0.6 GB, measured with Node 24. */
const RUNTIME_BYTES = 768 * 1024 * 1024;
const NICENESS = 10;

export interface HostLimits {
  /** The resident memory that its models may take. */
  memoryBytes: number;
}

/** The command that starts a model host. */
export async function hostCommand({ memoryBytes }: HostLimits): Promise<[program: string, args: string[]]> {
  const program = [process.execPath, HOST, String(process.pid), String(NICENESS), String(memoryBytes)];
  if (process.platform === 'win32') return [process.execPath, program.slice(1)];
  // Linux counts every writable page that is the process's own, touched or not. macOS takes the limit and does not heed it.
  const limited = 'ulimit -d "$0"; exec "$@"';
  const kib = String(Math.floor((RUNTIME_BYTES + memoryBytes) / 1024));
  return ['/bin/sh', ['-c', limited, kib, ...program]];
}
