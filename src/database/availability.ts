import pg from 'pg';
import { DatabaseHungError } from './hang-detector.ts';

// https://www.postgresql.org/docs/15/errcodes-appendix.html: class 08 is the connection; 53300 too many connections;
// 57P01–57P03 shutdown, crash and start-up; 55P03 a lock and 57014 a statement that took too long (pool.ts).
const unavailableStates = /^(08|53300|55P03|57014|57P0[123])/;
const unavailableSystemErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);
// pg reports these three as bare errors without a code (pg 8.23, lib/client.js and pg-pool's index.js).
const unavailableMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Whether a statement failed because it waited too long for a lock. */
export const isLockTimeout = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '55P03';

/** Whether the database is unavailable, rather than the query wrong, according to the error of a query. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  if (error instanceof pg.DatabaseError) return unavailableStates.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  if ('syscall' in error && 'code' in error) return unavailableSystemErrors.has(String(error.code));
  return error instanceof DatabaseHungError || unavailableMessages.test(error.message);
}
