import { createHash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import type { Database } from '../database/pool.ts';
import { idempotencyKeyReused } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { checkName } from './names.ts';

const LIFETIME_MS = 24 * 60 * 60 * 1000;
const MAX_KEY_LENGTH = 200;
/** Max rows deleted in one statement. */
const MAX_DROPPED = 10_000;

/** A request with an idempotency key, which is executed once however often it is sent. */
export interface IdempotentRequest {
  /** SHA-256 of the operation, the caller's id and the idempotency key. */
  digest: Buffer;
  /** Digest of the rest of the request. */
  request: Buffer;
  at: Date;
}

/**
 * Makes an idempotent request. The scope of its key is one caller and operation.
 *
 * @param request a digest of the rest of the request; different requests must have different digests.
 * @throws BAD_USER_INPUT when the key is not a name of 1 to 200 characters.
 */
export function idempotentRequest(
  { operation, callerId, key, at }: { operation: string; callerId: string; key: string; at: Date },
  request: Buffer,
): IdempotentRequest {
  const name = checkName(key, 'An idempotency key', MAX_KEY_LENGTH);
  return {
    digest: createHash('sha256').update(`${operation}\0${callerId}\0${name}`).digest(),
    request,
    at,
  };
}

/** The stored result of a request: the id of the row that it made, and when. */
export interface StoredResult {
  resultId: string;
  createdAt: Date;
}

/**
 * Finds the result of the same request within the last 24 hours.
 *
 * @throws IDEMPOTENCY_KEY_REUSED when the key was used with a different request.
 */
export async function findStoredResult(
  db: Database,
  { digest, request, at }: IdempotentRequest,
): Promise<StoredResult | null> {
  const row = await db
    .selectFrom('idempotencyKeys')
    .select(['request', 'resultId', 'createdAt'])
    .where('digest', '=', digest)
    .where('createdAt', '>', expiry(at))
    .executeTakeFirst();
  if (!row) return null;
  if (!row.request.equals(request)) throw idempotencyKeyReused();
  return { resultId: row.resultId, createdAt: row.createdAt };
}

/**
 * Claims the key of a request. Waits while another transaction holds it: if that one rolls back, the key is claimed here; if
 * it commits, its request has been executed. Settlement of predictions claims keys in its own statement.
 *
 * @param trx the transaction that makes the result, so that key and result are committed together.
 * @param resultId the id that the result will have.
 * @returns false if the request was executed before: see `findStoredResult`.
 */
export async function claimKey(
  trx: Transaction<DB>,
  { digest, request, at }: IdempotentRequest,
  resultId: string,
): Promise<boolean> {
  const claimed = await trx
    .insertInto('idempotencyKeys')
    .values({ digest, request, resultId, createdAt: at })
    .onConflict(conflict =>
      conflict
        .column('digest')
        .doUpdateSet({ request, resultId, createdAt: at })
        .where('idempotencyKeys.createdAt', '<=', expiry(at)),
    )
    .returning('resultId')
    .executeTakeFirst();
  return claimed !== undefined;
}

/** Deletes the keys that are older than 24 hours. Several servers may do so at once. */
export async function dropExpiredKeys(db: Kysely<DB>, now: Date): Promise<void> {
  await deleteInBatches(MAX_DROPPED, async () => {
    const { numDeletedRows } = await db
      .deleteFrom('idempotencyKeys')
      .where('digest', 'in', from =>
        from
          .selectFrom('idempotencyKeys')
          .select('digest')
          .where('createdAt', '<=', expiry(now))
          .limit(MAX_DROPPED)
          .forUpdate()
          .skipLocked(),
      )
      .executeTakeFirst();
    return numDeletedRows;
  });
}

const expiry = (now: Date) => new Date(now.getTime() - LIFETIME_MS);
