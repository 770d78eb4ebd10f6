import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as listen } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type Connect, createServer, type ViteDevServer } from 'vite';
import { environmentWith, isLoopback, readDevelopmentConfig } from './src/config.ts';
import { connect } from './src/database/pool.ts';
import { curlOf } from './src/demonstration/curl.ts';
import { DEMONSTRATION_EMAIL, isUnused, seed } from './src/demonstration/seed.ts';
import { startEmbedded } from './src/private-postgres/start.ts';

// `npm run dev`: the pages from Vite, which reloads them after a change, and the server behind it on the same address. A
// change of the server's files restarts the server; the private PostgreSQL belongs to this process and stays up.

const root = import.meta.dirname;
const SERVER_FILES = ['src', 'migrations', 'schema.graphql'].map(path => join(root, path));
/** Patterns of the paths that the server answers; Vite serves all others. */
const SERVER_PATHS = ['/graphql', '/healthz', '/readyz', '/api/.+'];
/** Pages whose addresses differ from those of their files. */
const PAGES: Record<string, string> = {
  '/graphiql': '/graphiql/',
  '/api': '/reference/',
  '/api/': '/reference/',
};

const print = (text: string) => process.stdout.write(`${text}\n`);

/** Bundles the model host. A process of its own, because a build sets NODE_ENV to production. */
async function bundleHost(): Promise<void> {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  await promisify(execFile)(process.execPath, [vite, 'build', '--config', 'vite.host.config.ts'], {
    cwd: root,
  });
}

/** The server process, which is replaced when the server's files change. */
interface Restartable {
  /** Whether it listens. Waits for a start that is in progress. */
  isUp: () => Promise<boolean>;
  restart: (why: string) => void;
  stop: () => Promise<void>;
}

/** Starts `src/main.ts serve`. Unlike `node --watch`, restarts also for files of workers and for the schema. */
function startServer(env: NodeJS.ProcessEnv): Restartable {
  let child: ChildProcess | null = null;
  let isStopped = false;
  let isUp = start();
  let waiting = false;

  function start(): Promise<boolean> {
    const started = spawn(process.execPath, ['src/main.ts', 'serve'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = started;
    const ended = once(started, 'close').then(([code]) => {
      if (child !== started || isStopped) return false;
      child = null;
      isUp = Promise.resolve(false);
      print(
        `The server ended${code === null ? '' : ` with code ${code}`}. It starts again when a file changes.`,
      );
      return false;
    });
    // Its last line before it serves. Its output is not shown, as the addresses in it are those behind Vite.
    const listens = new Promise<boolean>(done => {
      createInterface(started.stdout).on('line', line => line.startsWith('Sign in') && done(true));
    });
    return Promise.race([listens, ended]);
  }

  async function end(): Promise<void> {
    const ending = child;
    child = null;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    ending.kill('SIGTERM');
    await once(ending, 'close');
  }

  return {
    isUp: () => isUp,
    restart(why) {
      // Changes until the old process has ended belong to the same restart.
      if (waiting || isStopped) return;
      waiting = true;
      isUp = end().then(async () => {
        waiting = false;
        if (isStopped) return false;
        const began = performance.now();
        const up = start();
        if (await up)
          print(`${why} changed: the server restarted in ${Math.round(performance.now() - began)} ms`);
        return await up;
      });
    },
    async stop() {
      isStopped = true;
      await end();
    },
  };
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const probe = listen().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** Sets the server's Content-Security-Policy on pages, and redirects their addresses to those that Vite serves. */
function pages(server: Restartable, target: string): Connect.NextHandleFunction {
  return async (request, response, next) => {
    const [path, query] = request.url?.split('?') ?? [];
    const served = PAGES[path ?? ''];
    if (served !== undefined) {
      response.writeHead(302, { location: `${served}${query ? `?${query}` : ''}` }).end();
      return;
    }
    if (request.headers.accept?.includes('text/html') && (await server.isUp())) {
      const policy = (await fetch(target).catch(() => null))?.headers.get('content-security-policy');
      if (policy) response.setHeader('content-security-policy', policy);
    }
    next();
  };
}

const config = readDevelopmentConfig();
if (!isLoopback(config.HOST))
  throw new Error('npm run dev serves source files: HOST must be a loopback address.');
const signal = new Promise<void>(done => {
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => done());
});

await bundleHost();
const postgres = config.DATABASE_URL ? null : await startEmbedded(config.DATA_DIR, print);
const databaseUrl = config.DATABASE_URL ?? postgres?.url ?? '';
const port = await freePort();
const target = `http://127.0.0.1:${port}`;
const server = startServer(
  environmentWith({
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    // Halves the time of a start: 0.7 s of a core instead of 1.4 s (measured).
    NODE_COMPILE_CACHE: resolve(config.DATA_DIR, 'compile-cache'),
  }),
);
let vite: ViteDevServer | null = null;
const ownListeners = process.listeners('SIGTERM');

try {
  vite = await createServer({
    configFile: join(root, 'vite.config.ts'),
    clearScreen: false,
    logLevel: 'warn',
    server: {
      host: config.HOST,
      port: config.PORT,
      strictPort: true,
      // The server decides itself which origins may call it.
      cors: false,
      allowedHosts: config.PUBLIC_URL?.map(origin => new URL(origin).hostname) ?? [],
      // The Host header is kept: the server checks it, and uses it in links.
      proxy: Object.fromEntries(
        SERVER_PATHS.map(path => [
          `^${path}(\\?|$)`,
          {
            target,
            // Waits for a restart that is in progress.
            async bypass(request, response) {
              if (await server.isUp()) return;
              response?.writeHead(503).end('The server is not running: see the output of npm run dev.\n');
              return request.url;
            },
          },
        ]),
      ),
    },
    plugins: [
      { name: 'pages', configureServer: ({ middlewares }) => void middlewares.use(pages(server, target)) },
    ],
  });
  // Vite's own listener exits before PostgreSQL has stopped.
  for (const listener of process.listeners('SIGTERM')) {
    if (!ownListeners.includes(listener)) process.off('SIGTERM', listener);
  }
  vite.watcher.add(SERVER_FILES).on('all', async (event, path) => {
    const name = relative(root, resolve(path));
    const isServerFile =
      SERVER_FILES.some(file => path.startsWith(file)) && !name.startsWith('src/dashboard/');
    if (!isServerFile || event.endsWith('Dir') || !vite?.httpServer?.listening) return;
    if (name.startsWith('src/onnx/')) await bundleHost().catch((error: Error) => print(error.message));
    server.restart(name);
  });
  await vite.listen();
  void welcome(vite.resolvedUrls?.local[0]?.replace(/\/$/, '') ?? '');
  await signal;
} finally {
  await Promise.all([server.stop(), vite?.close()]);
  await postgres?.stop();
}
process.exit();

/** Prints the addresses and how to sign in, after the server has migrated the database. */
async function welcome(url: string): Promise<void> {
  if (!(await server.isUp())) return;
  const rows = [`Dashboard  ${url}/`, `GraphiQL   ${url}/graphiql`];
  const db = connect({ url: databaseUrl, max: 1, onIdleError: () => {} });
  if (config.DATABASE_URL) {
    rows.push('Sign in    with your account');
  } else if (await isUnused(db)) {
    print('Adding demonstration data');
    const demonstration = await seed(db, new Date());
    rows.push(`Sign in    ${demonstration.email} with ${demonstration.password}`);
    rows.push('', await curlOf(config, url, demonstration));
  } else {
    rows.push(`Sign in    ${DEMONSTRATION_EMAIL} with the password of the first start`);
    rows.push('           (npm run seed prints more accounts)');
  }
  await db.destroy();
  print(['', ...rows].join('\n'));
}
