import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

// The command that starts a model host, as restricted as this system allows. docs/model-hosts.md says what holds where.
//
// Every step of the chain ends in `exec`, so the pid of `spawn` is the host's own and SIGKILL reaches it. Limits come first,
// namespaces next, and rights are given up last. The chain takes 7 ms to start, --permission 50 ms more (medians of 10).

const HOST = realpathSync(fileURLToPath(new URL('./host.ts', import.meta.url)));
/** The packages that the host loads; --permission denies every other file. */
const PACKAGES = ['onnxruntime-node', 'onnxruntime-common', 'protobufjs', '@protobufjs', 'long'];
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
const TRY_MS = 5_000;

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
const works = (command: readonly string[]): Promise<boolean> => {
  const [program = '', ...args] = command;
  return run(program, args, { env: HOST_ENVIRONMENT, timeout: TRY_MS }).then(
    () => true,
    () => false,
  );
};

const isRoot = () => process.getuid?.() === 0;

/** Ends every process of a host's own uid. */
export function endProcessesOf(uid: number): void {
  const identity = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  execFile('setpriv', [...identity, '/bin/sh', '-c', 'kill -KILL -1'], { env: HOST_ENVIRONMENT }, () => {});
}

let detected: Promise<Sandbox> | undefined;

/** Finds out what this system allows, by trying each step once. */
export function detectSandbox(uids: UidRange = DEFAULT_UIDS): Promise<Sandbox> {
  detected ??= detect(uids);
  return detected;
}

async function detect(uids: UidRange): Promise<Sandbox> {
  if (process.platform !== 'linux') return { ownUid: false, network: null, rights: false };
  const [rights, asRoot, asUser, ownUid] = await Promise.all([
    works([...RIGHTS, 'true']),
    isRoot() && works([...NAMESPACES.root, 'true']),
    works([...NAMESPACES.user, 'true']),
    // A uid without account cannot enter a folder that is closed to others; then the host could not read its own code.
    isRoot() &&
      works([
        ...withUid(newUid(uids)),
        '/bin/sh',
        '-c',
        'cat "$0" > /dev/null && "$1" --version',
        HOST,
        process.execPath,
      ]),
  ]);
  return { ownUid, network: asRoot ? 'root' : asUser ? 'user' : null, rights };
}

/** Two live hosts never share a uid: those of one uid may kill and read each other. */
const newUid = ({ first, last }: UidRange) => randomInt(first, last + 1);

/** How a model host is started, and the uid that is its own, where it has one. */
export interface HostCommand {
  program: string;
  args: string[];
  uid: number | undefined;
}

/** The command that starts a model host. */
export async function hostCommand({ memoryBytes, uids = DEFAULT_UIDS }: HostLimits): Promise<HostCommand> {
  const args = [String(process.pid), String(memoryBytes)];
  if (process.platform === 'win32') {
    return { program: process.execPath, args: [...permissions(true), HOST, ...args], uid: undefined };
  }
  const { ownUid, network, rights } = await detectSandbox(uids);
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
  const program = [realpathSync(process.execPath), ...permissions(!rights), HOST, ...args];
  const command = ['-c', limits, kib, ...chain, ...program, ...(rights ? [] : ['watch'])];
  return { program: '/bin/sh', args: command, uid };
}

/** What JavaScript in the host may do. Native code is not bound by this, nor does Node.js 24 restrict the network. */
function permissions(allowWorker: boolean): string[] {
  const entry = realpathSync(fileURLToPath(import.meta.resolve('onnxruntime-node')));
  const modules = entry.slice(0, entry.lastIndexOf(`${sep}onnxruntime-node${sep}`));
  return [
    '--permission',
    '--allow-addons',
    ...(allowWorker ? ['--allow-worker'] : []),
    '--disable-warning=SecurityWarning',
    `--allow-fs-read=${dirname(HOST)}/`,
    // Its own memory, of which a trial reads the peak.
    '--allow-fs-read=/proc/self/status',
    ...PACKAGES.map(name => `--allow-fs-read=${modules}/${name}/`),
  ];
}
