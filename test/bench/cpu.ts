import { readdirSync, readFileSync } from 'node:fs';

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
}

/**
 * Reads how much CPU a server, its model hosts and its PostgreSQL have used so far, from /proc.
 *
 * @param server the pid of the server; its other descendants are model hosts
 * @param postmaster the pid of PostgreSQL's first process
 */
export function readCpu(server: number, postmaster: number): CpuMs {
  const all = readdirSync('/proc').flatMap(readProcess);
  const sum = (root: number) => {
    const pids = descendantsOf(all, root);
    return all.filter(({ pid }) => pids.has(pid)).reduce((total, { ms }) => total + ms, 0);
  };
  const own = all.find(({ pid }) => pid === server)?.ms ?? 0;
  return { server: own, hosts: sum(server) - own, postgres: sum(postmaster) };
}

function descendantsOf(all: readonly Process[], root: number): Set<number> {
  const found = new Set([root]);
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
    // The name, in parentheses, may hold spaces. See proc(5): fields 4, 14 and 15.
    const [, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [
      { pid: Number(pid), parent: Number(parent), ms: (Number(rest[9]) + Number(rest[10])) * MS_PER_TICK },
    ];
  } catch {
    // The process has ended.
    return [];
  }
}
