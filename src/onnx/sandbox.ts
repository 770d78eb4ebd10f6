import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packageFolders } from './host-packages.ts';

// The command that starts a model host, as restricted as this system allows. docs/model-hosts.md says what holds where.
//
// Every step of the chain ends in `exec`, so the pid of `spawn` is the host's own and SIGKILL reaches it. Limits come first,
// namespaces next, and rights are given up last. The chain takes 7 ms to start, --permission 50 ms more (medians of 10).

const HOST = realpathSync(fileURLToPath(new URL('./host.ts', import.meta.url)));
/** What Node.js reserves before there is a model: 0.6 GB, measured with Node 24. */
const RUNTIME_BYTES = 768 * 1024 * 1024;
/**
 * Behind the server, and hosts of organizations without API access behind these (hosts.ts). At 10 a call at one connection
 * took 0.3 ms more (medians of 10 alternations): a host that wakes up late.
 */
const NICENESS = 3;
/** A host has 7 threads, and Node.js does not start where fewer than 16 are allowed. */
const MAX_THREADS = 64;
/** A range of uids that no account has, its ends included. */
export interface UidRange {
  first: number;
  last: number;
}

/** Above the ranges of useradd, of systemd and of subordinate uids. */
const DEFAULT_UIDS: UidRange = { first: 2_000_000_000, last: 2_099_999_999 };
const TRY = { ms: 10_000, memoryBytes: 256 * 1024 * 1024, times: 2 };

/**
 * All of a host's environment. Freed memory goes back to the system at once, so that resident memory follows use: an open
 * forest of 14.6 MiB takes 152 MiB, and 270 without this.
 */
export const HOST_ENVIRONMENT = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  MALLOC_MMAP_THRESHOLD_: '1048576',
  MALLOC_TRIM_THRESHOLD_: '65536',
};

export interface HostLimits {
  /** The resident memory that its models may take. */
  memoryBytes: number;
  /** Where root starts the server: the uids to take one of. */
  uids?: UidRange | undefined;
}

/** What this system allows. */
export interface Sandbox {
  /** Whether each host runs under a uid of its own, which no account has. */
  ownUid: boolean;
  /** How a host gets a network namespace of its own: as root, through a user namespace, or not at all. */
  network: 'root' | 'user' | null;
  /** Whether it can give up the right to gain privileges, and dies with the server. */
  rights: boolean;
  /** Whether its JavaScript starts with --permission. */
  permission: boolean;
}

const NAMESPACES = {
  root: ['unshare', '--net', '--ipc', '--'],
  // A user namespace also keeps the memory of the server, which has the same uid, out of reach.
  user: ['unshare', '--user', '--map-current-user', '--net', '--ipc', '--'],
};
const RIGHTS = ['setpriv', '--no-new-privs', '--inh-caps=-all', '--pdeathsig=KILL'];
const withUid = (uid: number) => [
  ...['prlimit', `--nproc=${MAX_THREADS}`, '--', ...RIGHTS],
  ...[`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'],
];

const run = promisify(execFile);
const isRoot = () => process.getuid?.() === 0;

/** Ends every process of a host's own uid. */
export function endProcessesOf(uid: number): void {
  const identity = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  execFile('setpriv', [...identity, '/bin/sh', '-c', 'kill -KILL -1'], { env: HOST_ENVIRONMENT }, () => {});
}

let detected: Promise<Sandbox> | undefined;

/**
 * Finds out what this system allows: starts whole hosts, the most restricted one first, until one starts.
 *
 * @throws where none starts, or the machine is too busy to say so; the next call tries again
 */
export function detectSandbox(uids: UidRange = DEFAULT_UIDS): Promise<Sandbox> {
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
  let fault: unknown;
  for (const sandbox of sandboxes()) {
    // A restriction is not given up for one failure, which may have another cause.
    for (let tries = 0; tries < TRY.times; tries++) {
      try {
        await tryHost(sandbox, uids);
        return sandbox;
      } catch (error) {
        fault = error;
      }
    }
    if (!hasExited(fault)) break;
  }
  throw new Error('No model host starts, however little it is restricted.', { cause: fault });
}

/** Starts a host that ends once it has loaded everything, as it does when its parent is not the server. */
async function tryHost(sandbox: Sandbox, uids: UidRange): Promise<void> {
  const { program, args } = commandOf(sandbox, { memoryBytes: TRY.memoryBytes, uids }, 0);
  await run(program, args, { env: HOST_ENVIRONMENT, cwd: '/', timeout: TRY.ms, killSignal: 'SIGKILL' });
}

/** Whether a command ended by itself, rather than at the deadline or without having started. */
const hasExited = (error: unknown) => error instanceof Error && 'killed' in error && !error.killed;

/** The ways to restrict a host on a system of this kind, the strictest first. */
function sandboxes(): Sandbox[] {
  const onLinux = process.platform === 'linux';
  const networks = [...(isRoot() ? ['root' as const] : []), 'user' as const, null];
  const ways: Sandbox[] = [];
  for (const permission of [true, false]) {
    for (const ownUid of onLinux && isRoot() ? [true, false] : [false]) {
      for (const network of onLinux ? networks : [null]) {
        // A uid of its own is given with the rights.
        for (const rights of !onLinux ? [false] : ownUid ? [true] : [true, false]) {
          ways.push({ ownUid, network, rights, permission });
        }
      }
    }
  }
  return ways;
}

/** What does not hold for hosts although systems of this kind can allow it, in words for the log. */
export function missingFrom({ ownUid, network, rights, permission }: Sandbox): string[] {
  const [strictest] = sandboxes();
  return [
    ...(strictest?.ownUid && !ownUid ? ['a uid of its own'] : []),
    ...(strictest?.network && !network ? ['no network'] : []),
    ...(strictest?.rights && !rights ? ['no new privileges'] : []),
    ...(permission ? [] : ['no files, processes or threads for JavaScript (--permission)']),
  ];
}

/** Two live hosts never share a uid: those of one uid may kill and read each other. */
const newUid = ({ first, last }: UidRange) => randomInt(first, last + 1);

/** How a model host is started, and the uid that is its own, where it has one. */
export interface HostCommand {
  program: string;
  args: string[];
  uid: number | undefined;
}

/** The command that starts a model host. @throws as `detectSandbox` */
export async function hostCommand(limits: HostLimits): Promise<HostCommand> {
  return commandOf(await detectSandbox(limits.uids), limits, process.pid);
}

function commandOf(
  { ownUid, network, rights, permission }: Sandbox,
  { memoryBytes, uids = DEFAULT_UIDS }: HostLimits,
  serverPid: number,
): HostCommand {
  const args = [String(serverPid), String(memoryBytes)];
  if (process.platform === 'win32') {
    const flags = permission ? permissions(true) : [];
    return { program: process.execPath, args: [...flags, HOST, ...args], uid: undefined };
  }
  const uid = ownUid ? newUid(uids) : undefined;
  // dash takes one limit a call. macOS takes -d and does not heed it; Linux counts every writable page of the process's own,
  // touched or not.
  const limits = 'ulimit -c 0; ulimit -f 0; ulimit -n 64; ulimit -d "$0"; exec "$@"';
  const kib = String(Math.floor((RUNTIME_BYTES + memoryBytes) / 1024));
  const chain = [
    ...(network ? NAMESPACES[network] : []),
    ...['nice', '-n', String(NICENESS)],
    ...(uid !== undefined
      ? withUid(uid)
      : rights
        ? [...RIGHTS, ...(isRoot() ? ['--bounding-set=-all'] : [])]
        : []),
  ];
  // Without setpriv the host watches for the server's death itself, in a thread.
  const flags = permission ? permissions(!rights) : [];
  const program = [realpathSync(process.execPath), ...flags, HOST, ...args];
  const command = ['-c', limits, kib, ...chain, ...program, ...(rights ? [] : ['watch'])];
  return { program: '/bin/sh', args: command, uid };
}

let packages: string[] | undefined;

/** What JavaScript in the host may do. Native code is not bound by this, nor does Node.js 24 restrict the network. */
function permissions(allowWorker: boolean): string[] {
  packages ??= packageFolders(dirname(HOST));
  return [
    '--permission',
    '--allow-addons',
    ...(allowWorker ? ['--allow-worker'] : []),
    '--disable-warning=SecurityWarning',
    `--allow-fs-read=${dirname(HOST)}/`,
    // Its own memory, of which a trial reads the peak.
    '--allow-fs-read=/proc/self/status',
    ...packages.map(folder => `--allow-fs-read=${folder}/`),
  ];
}
