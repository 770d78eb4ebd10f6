import {
  CamelCasePlugin,
  Kysely,
  PostgresAdapter,
  PostgresDialect,
  type PostgresPool,
  sql,
  type Transaction,
} from 'kysely';
import pg from 'pg';
import { fairQueue } from '../concurrency/fair-queue.ts';
import { unavailable } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { answersProbe, DatabaseHungError, type HangDetector, startHangDetector } from './hang-detector.ts';
import { nameOf } from './prepare.ts';

/** The database, or a transaction on it: what every query takes as its first argument. */
export type Database = Kysely<DB> | Transaction<DB>;

const INT8 = 20;

function exactNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is too large for a number`);
  return value;
}

/** Connections answer bigint as number: counts here stay far below 2^53, and the contract's SafeInt holds no more. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? exactNumber : pg.types.getTypeParser(oid, format)),
};

export interface ConnectOptions {
  url: string;
  /** Most connections at once. */
  max: number;
  /** Whether to prepare statements, and to set timeouts as connections start: not through PgBouncer. */
  prepare?: boolean;
  /** Hears of connections that break while idle; the pool replaces them by itself. */
  onIdleError: (error: Error) => void;
}

/** What bounds a statement on the server, in milliseconds; hang-detector.ts bounds the wait for a server that hangs. */
export const TIMEOUTS = {
  // A statement that takes too long, or waits for a lock that somebody forgot, must not take a connection for ever.
  statement_timeout: 30_000,
  lock_timeout: 2_000,
  idle_in_transaction_session_timeout: 30_000,
};

/** Migrations take a lock that ends with their transaction (migrate.ts), where Kysely's own outlives a failed one. */
class MigrationsLockThemselves extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

/**
 * A pool of connections as a typed Kysely. Columns are snake_case in SQL and camelCase here. Nothing is connected
 * yet; `destroy()` ends it.
 */
export function connect({ url, max, prepare = true, onIdleError }: ConnectOptions): Kysely<DB> {
  const connection = { connectionString: url, application_name: 'spectrakey', keepAlive: true };
  const pool = new pg.Pool({
    ...connection,
    max,
    // For a free connection, too: in a pool that is full of waiting statements the rest is told so.
    connectionTimeoutMillis: 2_000,
    // PgBouncer takes no connection that asks for these, so the role keeps them (keepTimeouts).
    ...(prepare ? TIMEOUTS : {}),
    types,
  });
  pool.on('error', onIdleError);
  // A connection that breaks under a query rejects that query, and then also emits an error, to which pg-pool 3.14
  // listens only while the connection is idle: without a listener it would end the process.
  pool.on('connect', client => client.on('error', () => {}));
  const guarded = watched(
    pool,
    startHangDetector(() => answersProbe(connection)),
    prepare ? nameOf : () => undefined,
  );
  const db = kyselyOn(guarded);
  pools.set(db, { pool, guarded, waitingForShare: 0 });
  return db;
}

function kyselyOn(pool: PostgresPool): Kysely<DB> {
  const dialect = new PostgresDialect({ pool });
  return new Kysely<DB>({
    dialect: Object.assign(dialect, { createAdapter: () => new MigrationsLockThemselves() }),
    plugins: [new CamelCasePlugin()],
  });
}

interface SharedPool {
  pool: pg.Pool;
  guarded: PostgresPool;
  waitingForShare: number;
}

const pools = new WeakMap<Kysely<DB>, SharedPool>();

/** Gives each sender the same database, with statements that share a part of its pool. */
export type PoolShare = (sender: string) => Kysely<DB>;

/** For how long a statement waits for a connection of the share. */
const SHARE_WAIT_MS = 2_000;

/**
 * Lets statements of these senders hold half of a pool's connections at most, and those of one sender half of that, so
 * that whatever they ask, the other half is left to everything else. A transaction counts as one.
 *
 * @throws UNAVAILABLE out of a statement that gets no connection within two seconds, or finds too many waiting.
 */
export function sharePool(db: Kysely<DB>): PoolShare {
  const shared = pools.get(db);
  if (!shared) throw new TypeError('only a database from connect() can be shared');
  const { pool, guarded } = shared;
  const half = (count: number) => Math.max(1, Math.floor(count / 2));
  const concurrency = half(pool.options.max);
  const queue = fairQueue({
    concurrency,
    concurrencyOfSender: half(concurrency + 1),
    maxWaiting: 1000,
    maxWaitingOfSender: 300,
  });

  const connectAs = (sender: string) =>
    new Promise<Awaited<ReturnType<PostgresPool['connect']>>>((resolve, reject) => {
      let waits = true;
      shared.waitingForShare += 1;
      const endWait = () => {
        clearTimeout(timer);
        if (waits) shared.waitingForShare -= 1;
        waits = false;
      };
      const timer = setTimeout(() => {
        endWait();
        reject(unavailable());
      }, SHARE_WAIT_MS);
      queue(sender, async () => {
        if (!waits) return;
        endWait();
        const client = await guarded.connect();
        await new Promise<void>(released => {
          const release = () => {
            client.release();
            released();
          };
          resolve(Object.create(client, { release: { value: release } }));
        });
      }).catch((error: unknown) => {
        endWait();
        reject(error);
      });
    });

  // The pool itself is not theirs to end.
  return sender =>
    kyselyOn({ options: guarded.options, connect: () => connectAs(sender), end: async () => {} });
}

/** How many connections a pool holds, how many of them are idle, and how many statements wait for one. */
export function connectionsOf(db: Kysely<DB>): { total: number; idle: number; waiting: number } {
  const shared = pools.get(db);
  if (!shared) return { total: 0, idle: 0, waiting: 0 };
  const { totalCount: total, idleCount: idle, waitingCount } = shared.pool;
  const waiting = waitingCount + shared.waitingForShare;
  return { total, idle, waiting };
}

/** The pool as Kysely sees it: statements by their names, no wait for what hangs, and no broken connection kept. */
function watched(
  pool: pg.Pool,
  { wait, stop }: HangDetector,
  nameFor: (text: string) => string | undefined,
): PostgresPool {
  return {
    options: pool.options,
    end: async () => {
      stop();
      await pool.end();
    },
    async connect() {
      const client = await wait(
        () => pool.connect(),
        late => late.release(),
      );
      let abandoned = false;
      // Kysely hands text and values over; a prepared statement needs its name as well.
      const query = async (text: string, values: unknown[]) => {
        // A rollback would wait behind the statement that hangs.
        if (abandoned) throw new DatabaseHungError();
        try {
          const result = await wait(() => client.query({ name: nameFor(text), text, values }));
          if (!Array.isArray(result)) return result;
          // A text of several statements, as pg-boss sends some, has several results; Kysely reads one.
          return { command: '', rowCount: null, rows: result.flatMap(({ rows }) => rows) };
        } catch (error) {
          abandoned = error instanceof DatabaseHungError;
          throw error;
        }
      };
      // With a statement still under way, or in a transaction that could not be ended, it must serve nobody else.
      const release = () => client.release(abandoned || client.getTransactionStatus() !== 'I');
      return Object.create(client, { query: { value: query }, release: { value: release } });
    },
  };
}

/** Has the role keep the timeouts for this database: what bounds a statement where connections cannot ask for it. */
export async function keepTimeouts(db: Kysely<DB>): Promise<void> {
  await db.transaction().execute(async trx => {
    // One server at a time: PostgreSQL refuses one of two that change a role at once.
    await sql`select pg_advisory_xact_lock(hashtext('spectrakey: timeouts of the role'))`.execute(trx);
    const { rows } = await sql<{ database: string }>`select current_database() as database`.execute(trx);
    for (const [name, milliseconds] of Object.entries(TIMEOUTS)) {
      await sql`
        alter role current_user in database ${sql.id(rows[0]?.database ?? '')}
        set ${sql.raw(name)} = ${sql.lit(milliseconds)}`.execute(trx);
    }
  });
}
