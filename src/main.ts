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
import { pruneActivity } from './activity/prune.ts';
import {
  type Config,
  ConfigError,
  readConfig,
  reasonForInvitations,
  settings,
  wantsTraces,
} from './config.ts';
import { migrate } from './database/migrate.ts';
import { connect, keepTimeouts } from './database/pool.ts';
import { curlOf } from './demonstration/curl.ts';
import { DEMONSTRATION_EMAIL, isUnused, seed } from './demonstration/seed.ts';
import type { DB, PlanName } from './generated/database.ts';
import { listeningUrl } from './observability/listening-url.ts';
import { makePartitions } from './predictions/partitions.ts';
import { homeFolder } from './private-postgres/data-directory.ts';
import { findEmbedded, startEmbedded } from './private-postgres/start.ts';
import { type RunningServer, startServer } from './services.ts';

/** What goes wrong for a reason that the operator can mend: one clear line, no stack. */
class Refusal extends Error {}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const USAGE = `Usage: npm run spectrakey -- <command>

  serve                              start the server (npm start does this)
  migrate                            bring the database to the newest migration
  plan <organization> <plan>         put an organization (its slug) on free, pro or enterprise
  invite <e-mail>                    print a link with which a person makes an account and an organization
  password <e-mail>                  give a person a new password, print it once, end their sessions
  prune --activity-months <months>   remove the rows of activity that are older
  --help                             show this

Settings, from the environment:

${settings()
  .map(({ name, preset, meaning }) => `  ${name.padEnd(28)} ${meaning}${preset ? ` (${preset})` : ''}`)
  .join('\n')}

The commands use DATABASE_URL when it is set, else the private PostgreSQL in DATA_DIR, also while a server runs it.`;

// Databases

interface OpenDatabase {
  db: Kysely<DB>;
  /** Ends the connections and, where this process started it, the private PostgreSQL. */
  close: () => Promise<void>;
}

/** The configured database, migrated. */
async function openDatabase(config: Config, { alone }: { alone: boolean }): Promise<OpenDatabase> {
  // A mistyped DATA_DIR must not become a new database.
  if (!alone && !config.DATABASE_URL && (await homeFolder(resolve(config.DATA_DIR))) === null) {
    throw new Refusal(
      `There is no database in ${resolve(config.DATA_DIR)}: start the server, or set DATA_DIR.`,
    );
  }
  const shared = config.DATABASE_URL ?? (alone ? null : await findEmbedded(config.DATA_DIR));
  const embedded = shared === null ? await embeddedOrRefusal(config.DATA_DIR) : null;
  const url = embedded?.url ?? shared ?? '';
  const { DATABASE_POOL: max, DATABASE_PREPARE: prepare } = config;
  const db = connect({ url, max, prepare, onIdleError: () => {} });
  const close = async () => {
    await db.destroy();
    await embedded?.stop();
  };
  try {
    await checkVersion(db);
    await migrate(db);
    if (!prepare) await keepTimeouts(db);
    await makePartitions(db, new Date());
    return { db, close };
  } catch (error) {
    await close();
    throw config.DATABASE_URL && !(error instanceof Refusal)
      ? new Refusal(`Cannot use the database of DATABASE_URL: ${reasonOf(error)}`)
      : error;
  }
}

async function embeddedOrRefusal(dataDir: string) {
  try {
    return await startEmbedded(dataDir, say);
  } catch (error) {
    throw new Refusal(reasonOf(error));
  }
}

async function checkVersion(db: Kysely<DB>): Promise<void> {
  const { rows } = await sql<{ version: number }>`
    select current_setting('server_version_num')::int / 10000 as version`.execute(db);
  const version = rows[0]?.version ?? 0;
  if (version < 15) throw new Refusal(`PostgreSQL ${version} is too old: Spectrakey needs 15 or later.`);
}

/** Why something failed, without what an error object may hold besides (a connection string, a query). */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join('; ');
  return error instanceof Error ? error.message : String(error);
}

// Commands

async function serve(config: Config): Promise<void> {
  const stop = stopSignal();
  const { db, close } = await openDatabase(config, { alone: true });
  let server: RunningServer | null = null;
  try {
    server = await startServer({
      db,
      config,
      tracing: wantsTraces(config) ? config : null,
      log: process.stderr,
    }).catch((error: ListenError) => {
      const ofMetrics = error.port === config.METRICS_PORT || error.hostname === config.METRICS_HOST;
      const [host, port, name] =
        config.METRICS_PORT !== undefined && ofMetrics
          ? [config.METRICS_HOST, config.METRICS_PORT, 'METRICS_PORT']
          : [config.HOST, config.PORT, 'PORT'];
      if (error.code === 'EADDRINUSE') {
        throw new Refusal(`Port ${port} of ${host} is in use: set ${name} to another one.`);
      }
      if (error.syscall === 'listen' || error.syscall === 'getaddrinfo') {
        throw new Refusal(`Cannot listen on ${host}, port ${port}: ${error.message}`);
      }
      throw error;
    });
    await welcome(config, db, server);
    await stop;
  } finally {
    // The database goes too, and the private PostgreSQL with it, if closing the server fails.
    await (server?.close() ?? Promise.resolve()).finally(close);
  }
  // A PostgreSQL that hangs keeps its connections open, and a collector of traces its export: nothing else ends these.
  process.exit();
}

/** What listening fails with: the port, or the host that has no address. */
interface ListenError extends NodeJS.ErrnoException {
  port?: number;
  hostname?: string;
}

/** Resolves at the first signal to stop. A terminal's Ctrl-C may arrive twice, from it and through npm. */
function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, resolve);
  });
}

async function welcome(config: Config, db: Kysely<DB>, { url, metricsUrl }: RunningServer): Promise<void> {
  const rows = [`Dashboard  ${url}/`];
  if (config.GRAPHIQL) rows.push(`GraphiQL   ${url}/graphiql`);
  if (metricsUrl) rows.push(`Metrics    ${metricsUrl}`);
  rows.push(`Sign up    ${signUpLine(config)}`);
  if (config.DATABASE_URL) {
    say(['', ...rows, 'Sign in    with your account'].join('\n'));
    return;
  }
  if (await isUnused(db)) {
    say('Adding demonstration data');
    const demonstration = await seed(db, new Date());
    rows.push(
      `Sign in    ${demonstration.email} with ${demonstration.password}`,
      '',
      'An API key predicts the octane number of a gasoline sample. It is shown this once:',
      '',
      await curlOf(config, url, demonstration),
    );
  } else {
    rows.push(
      `Sign in    ${DEMONSTRATION_EMAIL} with the password of the first start`,
      '           (for a new one: npm run spectrakey -- password <e-mail>)',
      'API keys   are shown only when they are made. Make a new one in the dashboard, or with createApiKey',
    );
  }
  say(['', ...rows].join('\n'));
}

/** Who may make an account, and why. */
function signUpLine(config: Config): string {
  const reason = reasonForInvitations(config);
  if (config.SIGN_UP === 'open') {
    return reason ? 'open to everybody (SIGN_UP=open)' : 'open to everybody who reaches this address';
  }
  const why = reason ? `${reason} is set for others; SIGN_UP=open opens it` : 'SIGN_UP=invited';
  return `by invitation: npm run spectrakey -- invite <e-mail> (${why})`;
}

async function plan(config: Config, slug: string, name: string): Promise<void> {
  const plans: Record<string, PlanName> = { free: 'FREE', pro: 'PRO', enterprise: 'ENTERPRISE' };
  const chosen = Object.hasOwn(plans, name.toLowerCase()) ? plans[name.toLowerCase()] : undefined;
  if (!chosen) throw new Refusal(`"${name}" is no plan: choose free, pro or enterprise.`);
  await withDatabase(config, async db => {
    if (!(await setPlan(db, slug, chosen))) {
      const known = await listSlugs(db);
      throw new Refusal(
        `No organization has the slug "${slug}". ${known.length > 0 ? `Known: ${known.join(', ')}` : ''}`,
      );
    }
    say(`${slug} is on the plan ${name.toLowerCase()}.`);
  });
}

async function prune(config: Config, text: string): Promise<void> {
  const months = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (months < 1 || months > 1200)
    throw new Refusal('--activity-months must be a whole number from 1 to 1200.');
  await withDatabase(config, async db => {
    const pruned = await pruneActivity(db, new Date(), months);
    say(`Removed ${pruned} rows of activity that were older than ${months} months.`);
  });
}

async function invite(config: Config, given: string): Promise<void> {
  const email = normalizeEmail(given);
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new Refusal(`"${given}" is not an e-mail address.`);
  await withDatabase(config, async db => {
    if (await findPersonByEmail(db, email)) throw new Refusal(`${email} has an account already.`);
    const { token, digest } = generateInvitationToken();
    const invitation = { email, digest, actor: OPERATOR, now: new Date() };
    const expiresAt = await db.transaction().execute(trx => inviteAsOperator(trx, invitation));
    const { HOST, PORT, PUBLIC_URL } = config;
    const origin = PUBLIC_URL?.[0] ?? listeningUrl({ address: HOST, family: '', port: PORT }, HOST);
    say(`${email} signs up here, once, until ${expiresAt.toISOString()}:\n\n${linkOf(origin, token)}`);
  });
}

async function password(config: Config, email: string): Promise<void> {
  const passwords = startPasswords();
  try {
    await withDatabase(config, async db => {
      const text = randomBytes(15).toString('base64url');
      const passwordHash = await passwords.hash(text, LOCAL_REQUEST);
      if (!(await replacePassword(db, { email, passwordHash, now: new Date() }))) {
        throw new Refusal(`Nobody has an account with the e-mail "${email}".`);
      }
      say(`${normalizeEmail(email)} signs in with ${text}`);
    });
  } finally {
    await passwords.close();
  }
}

async function withDatabase(config: Config, work: (db: Kysely<DB>) => Promise<void>): Promise<void> {
  const { db, close } = await openDatabase(config, { alone: false });
  try {
    await work(db);
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
  if (values.help || command === 'help') return say(USAGE);
  const config = readConfig();
  const [first, second] = rest;
  if (command === 'serve' && rest.length === 0) return await serve(config);
  if (command === 'migrate' && rest.length === 0) {
    return await withDatabase(config, async () => {
      say('The database is up to date.');
    });
  }
  if (command === 'plan' && first && second && rest.length === 2) return await plan(config, first, second);
  const months = values['activity-months'];
  if (command === 'prune' && months && rest.length === 0) return await prune(config, months);
  if (command === 'invite' && first && rest.length === 1) return await invite(config, first);
  if (command === 'password' && first && rest.length === 1) return await password(config, first);
  process.stderr.write(`${USAGE}\n\nspectrakey: no such command: ${positionals.join(' ') || '(none)'}\n`);
  process.exitCode = 2;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof Refusal || error instanceof ConfigError;
  const misused =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  const lines = known || misused ? reasonOf(error) : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`spectrakey: ${lines}\n`);
  process.exitCode = misused ? 2 : 1;
}
