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
import { statementNameOf } from './statement.ts';

/** The database, or a transaction on it; the first argument of queries. */
export type Database = Kysely<DB> | Transaction<DB>;

const INT8 = 20;
const FLOAT8_ARRAY: number = 1022;

function exactNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is too large for a number`);
  return value;
}

/**
 * Reads an array of numbers as JSON: pg-types reads one character at a time, which takes eight times as long. An array with
 * other values, such as NaN, is left to pg-types.
 */
function numbers(text: string): (number | null)[] {
  if (/^\{[\d.,e+-]*\}$/.test(text)) return JSON.parse(`[${text.slice(1, -1)}]`);
  return pg.types.getTypeParser(FLOAT8_ARRAY)(text);
}

/** Reads bigint as number: counts stay far below 2^53, the max of the schema's SafeInt. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (oid === INT8) return exactNumber;
    if (oid === FLOAT8_ARRAY) return numbers;
    return pg.types.getTypeParser(oid, format);
  },
};

export interface ConnectOptions {
  url: string;
  /** Max connections. */
  max: number;
  /** Whether to prepare statements and to set timeouts on each connection; false behind PgBouncer. */
  prepare?: boolean;
  /** Called for a connection that breaks while idle; the pool replaces it. */
  onIdleError: (error: Error) => void;
}

/** Timeouts of statements in PostgreSQL, in milliseconds. hang-detector.ts limits the wait for a hung PostgreSQL. */
export const TIMEOUTS = {
  // A slow statement, or one that waits for a lock which is never released, must not hold a connection forever.
  statement_timeout: 30_000,
  lock_timeout: 2_000,
  idle_in_transaction_session_timeout: 30_000,
};

/** Disables Kysely's migration lock, which outlives a failed migration; migrate.ts locks within its transaction. */
class AdapterWithoutMigrationLock extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

/**
 * Makes a typed Kysely on a pool of connections. Columns are snake_case in SQL and camelCase here. Connects on first use;
 * `destroy()` closes it.
 */
export function connect({ url, max, prepare = true, onIdleError }: ConnectOptions): Kysely<DB> {
  const connection = { connectionString: url, application_name: 'spectrakey', keepAlive: true };
  const pool = new pg.Pool({
    ...connection,
    max,
    // Also limits the wait for a free connection; callers then get UNAVAILABLE.
    connectionTimeoutMillis: 2_000,
    // PgBouncer rejects connections with these parameters, so they are set on the role (setRoleTimeouts).
    ...(prepare ? TIMEOUTS : {}),
    types,
  });
  pool.on('error', onIdleError);
  // A connection that breaks during a query rejects it, and then also emits an error. pg-pool 3.14 listens for errors only
  // while a connection is idle, and an error without a listener would end the process.
  pool.on('connect', client => client.on('error', () => {}));
  const guarded = guard(
    pool,
    startHangDetector(() => answersProbe(connection)),
    prepare ? statementNameOf : () => undefined,
  );
  const db = kyselyOn(guarded);
  pools.set(db, { pool, guarded, waitingForShare: 0 });
  return db;
}

function kyselyOn(pool: PostgresPool): Kysely<DB> {
  const dialect = new PostgresDialect({ pool });
  return new Kysely<DB>({
    dialect: Object.assign(dialect, { createAdapter: () => new AdapterWithoutMigrationLock() }),
    plugins: [new CamelCasePlugin()],
  });
}

interface SharedPool {
  pool: pg.Pool;
  guarded: PostgresPool;
  waitingForShare: number;
}

const pools = new WeakMap<Kysely<DB>, SharedPool>();

/** Returns the same database for a caller, whose statements use a share of its pool. */
export type PoolShare = (callerId: string) => Kysely<DB>;

/** Max wait of a statement for a connection of the share. */
const MAX_SHARE_WAIT_MS = 2_000;

/**
 * Shares half of a pool between callers: their statements hold at most half of its connections, and those of one caller
 * half of that, so the other half stays free for everything else. A transaction counts as one statement.
 *
 * Statements throw UNAVAILABLE when they get no connection within two seconds, or when too many wait.
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

  const connectAs = (callerId: string) =>
    new Promise<Awaited<ReturnType<PostgresPool['connect']>>>((resolve, reject) => {
      let isWaiting = true;
      shared.waitingForShare += 1;
      const endWait = () => {
        clearTimeout(timer);
        if (isWaiting) shared.waitingForShare -= 1;
        isWaiting = false;
      };
      const timer = setTimeout(() => {
        endWait();
        reject(unavailable());
      }, MAX_SHARE_WAIT_MS);
      queue(callerId, async () => {
        if (!isWaiting) return;
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

  // Destroying a share must not end the pool.
  return callerId =>
    kyselyOn({ options: guarded.options, connect: () => connectAs(callerId), end: async () => {} });
}

/** Counts the connections of a pool, the idle ones among them, and the statements that wait for one. */
export function connectionsOf(db: Kysely<DB>): { total: number; idle: number; waiting: number } {
  const shared = pools.get(db);
  if (!shared) return { total: 0, idle: 0, waiting: 0 };
  const { totalCount: total, idleCount: idle, waitingCount } = shared.pool;
  const waiting = waitingCount + shared.waitingForShare;
  return { total, idle, waiting };
}

/** Wraps the pool for Kysely: names prepared statements, stops waiting for a hung database, discards broken connections. */
function guard(
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
      // Kysely passes text and values; a prepared statement also needs its name.
      const query = async (text: string, values: unknown[]) => {
        // A rollback would wait for the hung statement.
        if (abandoned) throw new DatabaseHungError();
        try {
          const result = await wait(() => client.query({ name: nameFor(text), text, values }));
          if (!Array.isArray(result)) return result;
          // A text with several statements, as pg-boss sends, has several results; Kysely reads one.
          return { command: '', rowCount: null, rows: result.flatMap(({ rows }) => rows) };
        } catch (error) {
          abandoned = error instanceof DatabaseHungError;
          throw error;
        }
      };
      // Closes a connection with a statement in flight, or in a transaction that could not be ended.
      const release = () => client.release(abandoned || client.getTransactionStatus() !== 'I');
      return Object.create(client, { query: { value: query }, release: { value: release } });
    },
  };
}

/** Sets the timeouts on the role for this database, for connections through PgBouncer, which cannot set them. */
export async function setRoleTimeouts(db: Kysely<DB>): Promise<void> {
  await db.transaction().execute(async trx => {
    // One server at a time, as concurrent changes of a role fail.
    await sql`select pg_advisory_xact_lock(hashtext('spectrakey: timeouts of the role'))`.execute(trx);
    const { rows } = await sql<{ database: string }>`select current_database() as database`.execute(trx);
    for (const [name, milliseconds] of Object.entries(TIMEOUTS)) {
      await sql`
        alter role current_user in database ${sql.id(rows[0]?.database ?? '')}
        set ${sql.raw(name)} = ${sql.lit(milliseconds)}`.execute(trx);
    }
  });
}
