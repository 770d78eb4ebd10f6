import { CamelCasePlugin, Kysely, PostgresDialect, type PostgresPool, type Transaction } from 'kysely';
import pg from 'pg';
import type { DB } from '../generated/database.ts';
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
  most: number;
  /** Hears of connections that break while idle; the pool replaces them by itself. */
  onIdleError: (error: Error) => void;
}

/**
 * A pool of connections as a typed Kysely. Columns are snake_case in SQL and camelCase here. Nothing is connected
 * yet; `destroy()` ends it.
 */
export function connect({ url, most, onIdleError }: ConnectOptions): Kysely<DB> {
  const pool = new pg.Pool({
    connectionString: url,
    max: most,
    connectionTimeoutMillis: 10_000,
    // A statement that hangs, or waits for a lock that somebody forgot, must not take a connection for ever.
    statement_timeout: 30_000,
    lock_timeout: 2_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    application_name: 'spectrakey',
    types,
  });
  pool.on('error', onIdleError);
  // A connection that breaks under a query rejects that query, and then also emits an error, to which pg-pool 3.14
  // listens only while the connection is idle: without a listener it would end the process.
  pool.on('connect', client => client.on('error', () => {}));
  return new Kysely<DB>({
    dialect: new PostgresDialect({ pool: withNames(pool) }),
    plugins: [new CamelCasePlugin()],
  });
}

/** Kysely hands text and values over; a prepared statement needs its name as well. */
function withNames(pool: pg.Pool): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect();
      const query = (text: string, values: unknown[]) => client.query({ name: nameOf(text), text, values });
      return Object.create(client, { query: { value: query } });
    },
  };
}
