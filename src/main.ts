import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Kysely, sql } from 'kysely';
import { replacePassword } from './accounts/change-password.ts';
import { generateInvitationToken, inviteAsOperator, linkOf } from './accounts/invitations.ts';
import { LOCAL_REQUEST, startPasswords } from './accounts/passwords.ts';
import { findPersonByEmail, normalizeEmail } from './accounts/people.ts';
import { listSlugs, setPlan } from './accounts/plans.ts';
import { OPERATOR } from './activity/activity.ts';
import { makeActivityPartitions, pruneActivity } from './activity/partitions.ts';
import {
  type Config,
  ConfigError,
  readConfig,
  reasonForInvitations,
  settings,
  wantsTraces,
} from './config.ts';
import { migrate, NewerDatabaseError } from './database/migrate.ts';
import { connect, setRoleTimeouts } from './database/pool.ts';
import { checkServerRole, grantServerRights, ServerRoleError } from './database/server-role.ts';
import { curlOf } from './demonstration/curl.ts';
import { DEMONSTRATION_EMAIL, isUnused, seed } from './demonstration/seed.ts';
import type { DB, PlanName } from './generated/database.ts';
import { listeningUrl } from './observability/listening-url.ts';
import { dropOldPartitions, makeLogPartitions } from './predictions/partitions.ts';
import { homeFolder } from './private-postgres/data-directory.ts';
import { findEmbedded, startEmbedded } from './private-postgres/start.ts';
import type { RunningServer } from './services.ts';

/** An error that the operator can fix: its message is printed without a stack. */
class OperatorError extends Error {}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const COMMANDS = [
  'serve                              start the server (npm start does this)',
  'migrate                            run the pending migrations',
  'plan <organization> <plan>         set the plan of an organization (its slug) to free, pro or enterprise',
  'invite <e-mail>                    print a link to sign up with and make an organization',
  "password <e-mail>                  set a new password, print it once, and end the person's sessions",
  'prune --activity-months <months>   remove activity, but for this many full months besides the current one',
  '--help                             show this',
];

const USAGE = `Usage: npm run spectrakey -- <command>

${COMMANDS.map(line => `  ${line}`).join('\n')}

Settings, from the environment:

${settings()
  .map(({ name, preset, meaning }) => `  ${name.padEnd(28)} ${meaning}${preset ? ` (${preset})` : ''}`)
  .join('\n')}

Commands use DATABASE_URL if it is set, else the private PostgreSQL in DATA_DIR, also while a server is running.`;

// Databases

interface OpenDatabase {
  db: Kysely<DB>;
  /** The same database, as the role that owns its tables. */
  owner: Kysely<DB>;
  /** Closes the connections, and stops the private PostgreSQL if this process started it. */
  close: () => Promise<void>;
}

/**
 * Opens the configured database, and migrates it.
 *
 * @param exclusive false: use the private PostgreSQL of a running server, if there is one
 */
async function openDatabase(config: Config, { exclusive }: { exclusive: boolean }): Promise<OpenDatabase> {
  // A command with a mistyped DATA_DIR must not make a new database.
  if (!exclusive && !config.DATABASE_URL && (await homeFolder(resolve(config.DATA_DIR))) === null) {
    throw new OperatorError(
      `There is no database in ${resolve(config.DATA_DIR)}: start the server, or set DATA_DIR.`,
    );
  }
  const shared = config.DATABASE_URL ?? (exclusive ? null : await findEmbedded(config.DATA_DIR));
  const embedded = shared === null ? await startPrivatePostgres(config.DATA_DIR) : null;
  const url = embedded?.url ?? shared ?? '';
  const { DATABASE_POOL: max, DATABASE_PREPARE: prepare, DATABASE_MIGRATE_URL: ownerUrl } = config;
  const db = connect({ url, max, prepare, onIdleError: () => {} });
  const owner = ownerUrl ? connect({ url: ownerUrl, max: 2, prepare, onIdleError: () => {} }) : db;
  const close = async () => {
    await Promise.all([...new Set([db, owner])].map(one => one.destroy()));
    await embedded?.stop();
  };
  try {
    await checkVersion(owner);
    if (owner !== db) await checkServerRole(owner, db);
    await migrate(owner);
    if (owner !== db) await grantServerRights(owner, db);
    if (!prepare) await setRoleTimeouts(db);
    await makeLogPartitions(db, new Date());
    await makeActivityPartitions(db, new Date());
    return { db, owner, close };
  } catch (error) {
    await close();
    if (error instanceof OperatorError) throw error;
    if (error instanceof ServerRoleError) throw new OperatorError(error.message);
    if (config.DATABASE_URL) {
      throw new OperatorError(`Cannot use the database of DATABASE_URL: ${reasonOf(error)}`);
    }
    if (error instanceof NewerDatabaseError) {
      throw new OperatorError(`Cannot use the database in ${config.DATA_DIR}: ${error.message}`);
    }
    throw error;
  }
}

async function startPrivatePostgres(dataDir: string) {
  try {
    return await startEmbedded(dataDir, print);
  } catch (error) {
    throw new OperatorError(reasonOf(error));
  }
}

async function checkVersion(db: Kysely<DB>): Promise<void> {
  const { rows } = await sql<{ version: number }>`
    select current_setting('server_version_num')::int / 10000 as version`.execute(db);
  const version = rows[0]?.version ?? 0;
  if (version < 15)
    throw new OperatorError(`PostgreSQL ${version} is too old: Spectrakey needs 15 or later.`);
}

/** The message of an error, without other contents such as a connection string or a query. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join('; ');
  return error instanceof Error ? error.message : String(error);
}

// Commands

async function serve(config: Config): Promise<void> {
  const stop = stopSignal();
  // Loaded only here: it would take half of the time of every other command.
  const { startServer } = await import('./services.ts');
  const { db, owner, close } = await openDatabase(config, { exclusive: true });
  let server: RunningServer | null = null;
  try {
    server = await startServer({
      db,
      owner,
      config,
      tracing: wantsTraces(config) ? config : null,
      log: process.stderr,
    }).catch((error: ListenError) => {
      const isMetrics = error.port === config.METRICS_PORT || error.hostname === config.METRICS_HOST;
      const [host, port, name] =
        config.METRICS_PORT !== undefined && isMetrics
          ? [config.METRICS_HOST, config.METRICS_PORT, 'METRICS_PORT']
          : [config.HOST, config.PORT, 'PORT'];
      if (error.code === 'EADDRINUSE') {
        throw new OperatorError(`Port ${port} of ${host} is in use: set ${name} to another one.`);
      }
      if (error.syscall === 'listen' || error.syscall === 'getaddrinfo') {
        throw new OperatorError(`Cannot listen on ${host}, port ${port}: ${error.message}`);
      }
      throw error;
    });
    await printWelcome(config, db, server);
    await stop;
  } finally {
    // Closes the database, and with it the private PostgreSQL, even if closing the server fails.
    await (server?.close() ?? Promise.resolve()).finally(close);
  }
  // Ends what still keeps the process alive: connections to a hung PostgreSQL, and an export to a hung trace collector.
  process.exit();
}

/** An error of listening: `port` for a port in use, `hostname` for a host without an address. */
interface ListenError extends NodeJS.ErrnoException {
  port?: number;
  hostname?: string;
}

/** Resolves at the first signal to stop. Ctrl-C may arrive twice, from the terminal and from npm; the second is ignored. */
function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, resolve);
  });
}

async function printWelcome(
  config: Config,
  db: Kysely<DB>,
  { url, metricsUrl }: RunningServer,
): Promise<void> {
  const rows = [`Dashboard  ${url}/`];
  if (config.GRAPHIQL) rows.push(`GraphiQL   ${url}/graphiql`);
  if (metricsUrl) rows.push(`Metrics    ${metricsUrl}`);
  rows.push(`Sign up    ${signUpLine(config)}`);
  if (config.DATABASE_URL) {
    print(['', ...rows, 'Sign in    with your account'].join('\n'));
    return;
  }
  if (await isUnused(db)) {
    print('Adding demonstration data');
    const demonstration = await seed(db, new Date());
    rows.push(
      `Sign in    ${demonstration.email} with ${demonstration.password}`,
      '',
      'Predict the octane number of a gasoline sample with this API key, which is shown only once:',
      '',
      await curlOf(config, url, demonstration),
    );
  } else {
    rows.push(
      `Sign in    ${DEMONSTRATION_EMAIL} with the password of the first start`,
      '           (for a new one: npm run spectrakey -- password <e-mail>)',
      'API keys   are shown only when they are created. Create a new one in the dashboard, or with createApiKey',
    );
  }
  print(['', ...rows].join('\n'));
}

/** Who can sign up, and why. */
function signUpLine(config: Config): string {
  const reason = reasonForInvitations(config);
  if (config.SIGN_UP === 'open') {
    return reason ? 'open to anyone (SIGN_UP=open)' : 'open to anyone who can reach this address';
  }
  const why = reason
    ? `the default, as ${reason} makes this a shared server; SIGN_UP=open allows anyone`
    : 'SIGN_UP=invited';
  return `by invitation: npm run spectrakey -- invite <e-mail> (${why})`;
}

async function plan(config: Config, slug: string, name: string): Promise<void> {
  const plans: Record<string, PlanName> = { free: 'FREE', pro: 'PRO', enterprise: 'ENTERPRISE' };
  const chosen = Object.hasOwn(plans, name.toLowerCase()) ? plans[name.toLowerCase()] : undefined;
  if (!chosen) throw new OperatorError(`"${name}" is not a plan: choose free, pro or enterprise.`);
  await withDatabase(config, async db => {
    if (!(await setPlan(db, slug, chosen))) {
      const known = await listSlugs(db);
      throw new OperatorError(
        `No organization has the slug "${slug}". ${known.length > 0 ? `Known: ${known.join(', ')}` : ''}`,
      );
    }
    print(`${slug} is on the plan ${name.toLowerCase()}.`);
  });
}

async function prune(config: Config, text: string): Promise<void> {
  const months = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (months < 1 || months > 1200)
    throw new OperatorError('--activity-months must be a whole number from 1 to 1200.');
  await withDatabase(config, async (_db, owner) => {
    const pruned = await pruneActivity(owner, new Date(), months);
    print(`Removed ${pruned} rows of activity, and kept ${months} months besides the current one.`);
  });
}

async function invite(config: Config, given: string): Promise<void> {
  const email = normalizeEmail(given);
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new OperatorError(`"${given}" is not an e-mail address.`);
  await withDatabase(config, async db => {
    if (await findPersonByEmail(db, email)) throw new OperatorError(`${email} has an account already.`);
    const { token, digest } = generateInvitationToken();
    const invitation = { email, digest, actor: OPERATOR, now: new Date() };
    const expiresAt = await db.transaction().execute(trx => inviteAsOperator(trx, invitation));
    const { HOST, PORT, PUBLIC_URL } = config;
    const origin = PUBLIC_URL?.[0] ?? listeningUrl({ address: HOST, family: '', port: PORT }, HOST);
    print(`${email} can sign up here, once, until ${expiresAt.toISOString()}:\n\n${linkOf(origin, token)}`);
  });
}

async function password(config: Config, email: string): Promise<void> {
  const passwords = startPasswords();
  try {
    await withDatabase(config, async db => {
      const text = randomBytes(15).toString('base64url');
      const passwordHash = await passwords.hash(text, LOCAL_REQUEST);
      if (!(await replacePassword(db, { email, passwordHash, now: new Date() }))) {
        throw new OperatorError(`No account has the e-mail "${email}".`);
      }
      print(`${normalizeEmail(email)} signs in with ${text}`);
    });
  } finally {
    await passwords.close();
  }
}

async function withDatabase(
  config: Config,
  work: (db: Kysely<DB>, owner: Kysely<DB>) => Promise<void>,
): Promise<void> {
  const { db, owner, close } = await openDatabase(config, { exclusive: false });
  try {
    await work(db, owner);
  } finally {
    await close();
  }
}

async function main(args: string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, 'activity-months': { type: 'string' } },
  });
  const [command, ...rest] = positionals;
  if (values.help || command === 'help') return print(USAGE);
  const config = readConfig();
  const [first, second] = rest;
  if (command === 'serve' && rest.length === 0) return await serve(config);
  if (command === 'migrate' && rest.length === 0) {
    return await withDatabase(config, async (_db, owner) => {
      const { LOG_RETENTION_MONTHS: months } = config;
      if (months) await dropOldPartitions(owner, new Date(), months);
      print('The database is up to date.');
    });
  }
  if (command === 'plan' && first && second && rest.length === 2) return await plan(config, first, second);
  const months = values['activity-months'];
  if (command === 'prune' && months && rest.length === 0) return await prune(config, months);
  if (command === 'invite' && first && rest.length === 1) return await invite(config, first);
  if (command === 'password' && first && rest.length === 1) return await password(config, first);
  const usage = COMMANDS.find(line => line.split(' ', 1)[0] === command);
  process.stderr.write(
    usage === undefined
      ? `${USAGE}\n\nspectrakey: no such command: ${positionals.join(' ') || '(none)'}\n`
      : `spectrakey: the arguments of "${command}" are not complete, or too many. Usage:\n\n  ${usage}\n`,
  );
  process.exitCode = 2;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof OperatorError || error instanceof ConfigError;
  const misused =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  const lines = known || misused ? reasonOf(error) : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`spectrakey: ${lines}\n`);
  process.exitCode = misused ? 2 : 1;
}
