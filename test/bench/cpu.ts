import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

/** CPU time used so far, in milliseconds, by component. */
export interface CpuMs {
  server: number;
  hosts: number;
  postgres: number;
}

/** The unit of the times in /proc, on every Linux that Node.js supports. */
const MS_PER_TICK = 10;

interface Process {
  pid: number;
  parent: number;
  ms: number;
  /** Of its children that have ended. */
  endedMs: number;
}

/**
 * Reads how much CPU a server, its model hosts and its PostgreSQL have used so far, from /proc.
 *
 * @param server the pid of the server; its other descendants are model hosts
 * @param postmaster the pid of PostgreSQL's first process
 */
export function readCpu(server: number, postmaster: number): CpuMs {
  const all = readdirSync('/proc').flatMap(readProcess);
  const own = all.find(({ pid }) => pid === server)?.ms ?? 0;
  return { server: own, hosts: sum(all, [server]) - own, postgres: sum(all, [postmaster]) };
}

/** What the machine did beside the bench. Shares are of all cores, from 0 to 1. */
export interface OtherWork {
  /** Average number of processes that ran in the minute before the start. */
  loadBefore: number;
  /** Used by other processes; undefined where there is no /proc, as is the next. */
  others?: number;
  /** Used by other virtual machines while processes of this one were ready to run. */
  stolen?: number;
}

/**
 * Starts watching what the machine does beside the bench. The result returns what it did so far.
 *
 * @param postmasters the pids of the first processes of PostgreSQL, which do not descend from this process
 */
export function watchMachine(postmasters: readonly number[]): () => OtherWork {
  const [loadBefore = 0] = loadavg();
  if (!existsSync('/proc/stat')) return () => ({ loadBefore });
  const read = () => {
    // See proc_stat(5); the times of guests are included in the first two.
    const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.trim().split(/\s+/) ?? [];
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, stolen = 0] =
      fields.map(field => Number(field) * MS_PER_TICK);
    const busy = user + nice + system + irq + softirq;
    const own = sum(readdirSync('/proc').flatMap(readProcess), [process.pid, ...postmasters]);
    return { all: busy + idle + iowait + stolen, others: busy - own, stolen };
  };
  const before = read();
  return () => {
    const now = read();
    const share = (of: 'others' | 'stolen') =>
      Math.max(0, (now[of] - before[of]) / (now.all - before.all || 1));
    return { loadBefore, others: share('others'), stolen: share('stolen') };
  };
}

export const describeOtherWork = ({ loadBefore, others, stolen }: OtherWork): string =>
  [
    `load average ${loadBefore.toFixed(2)} before`,
    ...(others === undefined ? [] : [`other processes used ${(others * 100).toFixed(1)} % of the machine`]),
    ...(stolen === undefined ? [] : [`steal time ${(stolen * 100).toFixed(1)} %`]),
  ].join(', ');

/** CPU time of processes and all their descendants. */
function sum(all: readonly Process[], roots: readonly number[]): number {
  const pids = descendantsOf(all, roots);
  return all.filter(({ pid }) => pids.has(pid)).reduce((total, { ms, endedMs }) => total + ms + endedMs, 0);
}

function descendantsOf(all: readonly Process[], roots: readonly number[]): Set<number> {
  const found = new Set(roots);
  // A process can be listed before its parent.
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return found;
}

function readProcess(pid: string): Process[] {
  if (!/^\d+$/.test(pid)) return [];
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces. See proc(5): fields 4 and 14 to 17.
    const [, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = rest
      .slice(9, 13)
      .map(ticks => Number(ticks) * MS_PER_TICK);
    return [
      { pid: Number(pid), parent: Number(parent), ms: user + system, endedMs: endedUser + endedSystem },
    ];
  } catch {
    // The process has ended.
    return [];
  }
}
