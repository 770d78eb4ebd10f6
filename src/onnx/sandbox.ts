import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packageFolders } from './host-packages.ts';

// Builds the command that starts a model host, as restricted as this system allows. docs/model-hosts.md lists the
// restrictions by system.
//
// Each program of the chain replaces itself with the next by `exec`, so the pid of `spawn` is that of the host, and
// SIGKILL reaches it. Limits are set first, then namespaces, and privileges are dropped last. The chain adds 7 ms to a
// start, and --permission another 50 ms (medians of 10).

/** The main module of a host (host.ts), which vite.host.config.ts bundles. */
export const HOST = fileURLToPath(new URL('../../dist-host/host.js', import.meta.url));
/** Address space for Node.js before any model is open: 0.6 GB, measured with Node 24. */
const RUNTIME_BYTES = 768 * 1024 * 1024;
/**
 * Hosts have a lower CPU priority than the server. Hosts of organizations without API access have the lowest
 * (hosts.ts). With 10 instead of 3 a call at one connection took 0.3 ms more (medians of 10 alternations), because the
 * host wakes up later.
 */
const NICENESS = 3;
/** Max threads of a host. It has 7, and Node.js does not start with a limit below 16. */
const MAX_THREADS = 64;

/** A range of uids that no account has; both ends are included. */
export interface UidRange {
  first: number;
  last: number;
}

/** Above the ranges of useradd, of systemd and of subordinate uids. */
const DEFAULT_UIDS: UidRange = { first: 2_000_000_000, last: 2_099_999_999 };
const PROBE = { timeoutMs: 10_000, memoryBytes: 256 * 1024 * 1024, attempts: 2 };

/**
 * The complete environment of a host. With these thresholds, freed memory is returned to the system at once, so that
 * resident memory shows the actual use: an open forest of 14.6 MiB takes 152 MiB, and 270 MiB without them.
 */
export const HOST_ENVIRONMENT = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  MALLOC_MMAP_THRESHOLD_: '1048576',
  MALLOC_TRIM_THRESHOLD_: '65536',
};

export interface HostLimits {
  /** Max resident memory of its models. */
  memoryBytes: number;
  /** The range of uids for hosts, used if root starts the server. */
  uids?: UidRange | undefined;
}

/** The restrictions of hosts on this system. */
export interface Sandbox {
  /** Whether each host runs under a separate uid, which no account has. */
  ownUid: boolean;
  /** How a host gets a separate network namespace: as root, through a user namespace, or not at all. */
  network: 'root' | 'user' | null;
  /** Whether a host drops its privileges, cannot gain new ones, and is killed when the server ends (setpriv). */
  dropsPrivileges: boolean;
  /** Whether a host's JavaScript is restricted with --permission. */
  permission: boolean;
}

const NAMESPACES = {
  root: ['unshare', '--net', '--ipc', '--'],
  // The user namespace also makes the memory of the server unreadable, although it has the same uid.
  user: ['unshare', '--user', '--map-current-user', '--net', '--ipc', '--'],
};
const DROP_PRIVILEGES = ['setpriv', '--no-new-privs', '--inh-caps=-all', '--pdeathsig=KILL'];
const withUid = (uid: number) => [
  ...['prlimit', `--nproc=${MAX_THREADS}`, '--', ...DROP_PRIVILEGES],
  ...[`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'],
];

const run = promisify(execFile);
const isRoot = () => process.getuid?.() === 0;

/** Kills every process with the uid of a host. */
export function endProcessesOf(uid: number): void {
  const identity = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  execFile('setpriv', [...identity, '/bin/sh', '-c', 'kill -KILL -1'], { env: HOST_ENVIRONMENT }, () => {});
}

let detected: Promise<Sandbox> | undefined;

/**
 * Finds out which restrictions this system allows: starts complete hosts, the most restricted first, until one starts.
 * The result is kept.
 *
 * @throws when none starts, or one does not start in time; the next call tries again
 */
export function detectSandbox(uids: UidRange = DEFAULT_UIDS): Promise<Sandbox> {
  if (!existsSync(HOST)) return Promise.reject(new Error('There is no model host: run npm run build.'));
  if (!detected) {
    const detecting = detect(uids);
    detected = detecting;
    detecting.catch(() => {
      detected = undefined;
    });
  }
  return detected;
}

async function detect(uids: UidRange): Promise<Sandbox> {
  let lastError: unknown;
  for (const sandbox of sandboxes()) {
    // Tried twice, because a single failure may have another cause than the restriction.
    for (let attempt = 0; attempt < PROBE.attempts; attempt++) {
      try {
        await tryHost(sandbox, uids);
        return sandbox;
      } catch (error) {
        lastError = error;
      }
    }
    if (!hasExited(lastError)) break;
  }
  throw new Error('No model host starts, not even without restrictions.', { cause: lastError });
}

/** Starts a host that exits after it has loaded its modules, because the server's pid is given as 0. */
async function tryHost(sandbox: Sandbox, uids: UidRange): Promise<void> {
  const { program, args } = commandOf(sandbox, { memoryBytes: PROBE.memoryBytes, uids }, 0);
  await run(program, args, {
    env: HOST_ENVIRONMENT,
    cwd: '/',
    timeout: PROBE.timeoutMs,
    killSignal: 'SIGKILL',
  });
}

/** Whether a command exited by itself, rather than being killed at the timeout or not starting at all. */
const hasExited = (error: unknown) => error instanceof Error && 'killed' in error && !error.killed;

/** All combinations of restrictions on this kind of system, the strictest first. */
function sandboxes(): Sandbox[] {
  const onLinux = process.platform === 'linux';
  const networks = [...(isRoot() ? ['root' as const] : []), 'user' as const, null];
  const all: Sandbox[] = [];
  for (const permission of [true, false]) {
    for (const ownUid of onLinux && isRoot() ? [true, false] : [false]) {
      for (const network of onLinux ? networks : [null]) {
        // setpriv also sets the separate uid.
        for (const dropsPrivileges of !onLinux ? [false] : ownUid ? [true] : [true, false]) {
          all.push({ ownUid, network, dropsPrivileges, permission });
        }
      }
    }
  }
  return all;
}

/** Describes for the log the restrictions that hosts lack although this kind of system can have them. */
export function missingFrom({ ownUid, network, dropsPrivileges, permission }: Sandbox): string[] {
  const [strictest] = sandboxes();
  return [
    ...(strictest?.ownUid && !ownUid ? ['a separate uid'] : []),
    ...(strictest?.network && !network ? ['no network'] : []),
    ...(strictest?.dropsPrivileges && !dropsPrivileges ? ['no new privileges'] : []),
    ...(permission ? [] : ['no files, processes or threads for JavaScript (--permission)']),
  ];
}

/** A random uid. Hosts do not share one: processes of one uid may kill each other and read each other's memory. */
const newUid = ({ first, last }: UidRange) => randomInt(first, last + 1);

/** The command that starts a model host. */
export interface HostCommand {
  program: string;
  args: string[];
  /** The separate uid of the host, if it has one. */
  uid: number | undefined;
}

/** Returns the command that starts a model host. @throws as `detectSandbox` */
export async function hostCommand(limits: HostLimits): Promise<HostCommand> {
  return commandOf(await detectSandbox(limits.uids), limits, process.pid);
}

function commandOf(
  { ownUid, network, dropsPrivileges, permission }: Sandbox,
  { memoryBytes, uids = DEFAULT_UIDS }: HostLimits,
  serverPid: number,
): HostCommand {
  const args = [String(serverPid), String(memoryBytes)];
  if (process.platform === 'win32') {
    const flags = permission ? permissions(true) : [];
    return { program: process.execPath, args: [...flags, realpathSync(HOST), ...args], uid: undefined };
  }
  const uid = ownUid ? newUid(uids) : undefined;
  // dash accepts one limit per `ulimit`. macOS accepts -d but ignores it; Linux counts every private writable page,
  // touched or not.
  const limits = 'ulimit -c 0; ulimit -f 0; ulimit -n 64; ulimit -d "$0"; exec "$@"';
  const kib = String(Math.floor((RUNTIME_BYTES + memoryBytes) / 1024));
  const chain = [
    ...(network ? NAMESPACES[network] : []),
    ...['nice', '-n', String(NICENESS)],
    ...(uid !== undefined
      ? withUid(uid)
      : dropsPrivileges
        ? [...DROP_PRIVILEGES, ...(isRoot() ? ['--bounding-set=-all'] : [])]
        : []),
  ];
  // Without setpriv the host watches the server itself, in a thread.
  const flags = permission ? permissions(!dropsPrivileges) : [];
  const program = [realpathSync(process.execPath), ...flags, realpathSync(HOST), ...args];
  const command = ['-c', limits, kib, ...chain, ...program, ...(dropsPrivileges ? [] : ['watch'])];
  return { program: '/bin/sh', args: command, uid };
}

let packages: string[] | undefined;

/** The flags that restrict JavaScript in a host. They do not restrict native code, nor, in Node.js 24, the network. */
function permissions(allowWorker: boolean): string[] {
  const folder = dirname(realpathSync(HOST));
  packages ??= packageFolders(folder);
  return [
    '--permission',
    '--allow-addons',
    ...(allowWorker ? ['--allow-worker'] : []),
    '--disable-warning=SecurityWarning',
    `--allow-fs-read=${folder}/`,
    // A trial reads the peak memory of the host here.
    '--allow-fs-read=/proc/self/status',
    ...packages.map(path => `--allow-fs-read=${path}/`),
  ];
}
