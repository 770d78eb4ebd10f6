import { createHash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
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
  const name = checkName(key, 'An idempotencyKey', MAX_KEY_LENGTH);
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
 * Claims the keys of requests. Waits while another transaction holds one of them: if that one rolls back, the key is
 * claimed here; if it commits, its request has been executed.
 *
 * @param trx the transaction that makes the results, so that key and result are committed together.
 * @param requests each with the id that its result will have; all keys must differ.
 * @returns the result ids of the requests whose key was claimed. The others were executed before: see `findStoredResult`.
 */
export async function claimKeys(
  trx: Transaction<DB>,
  requests: (IdempotentRequest & { resultId: string })[],
): Promise<Set<string>> {
  const [first] = requests;
  if (!first) return new Set();
  const rows = requests
    .map(({ digest, request, resultId, at }) => ({ digest, request, resultId, createdAt: at }))
    // In the order of locking, so that servers cannot deadlock.
    .sort((a, b) => a.digest.compare(b.digest));
  const claimed = await trx
    .insertInto('idempotencyKeys')
    .values(rows)
    .onConflict(conflict =>
      conflict
        .column('digest')
        .doUpdateSet(eb => ({
          request: eb.ref('excluded.request'),
          resultId: eb.ref('excluded.resultId'),
          createdAt: eb.ref('excluded.createdAt'),
        }))
        .where('idempotencyKeys.createdAt', '<=', expiry(first.at)),
    )
    .returning('resultId')
    .execute();
  return new Set(claimed.map(({ resultId }) => resultId));
}

/** Releases keys that this transaction claimed for results that it did not make. */
export async function releaseKeys(trx: Transaction<DB>, requests: IdempotentRequest[]): Promise<void> {
  await trx
    .deleteFrom('idempotencyKeys')
    .where(
      'digest',
      'in',
      requests.map(({ digest }) => digest),
    )
    .execute();
}

/** Deletes the keys that are older than 24 hours. Several servers may do so at once. */
export async function dropExpiredKeys(db: Kysely<DB>, now: Date): Promise<void> {
  let dropped: number;
  do {
    const result = await db
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
    dropped = Number(result.numDeletedRows);
  } while (dropped === MAX_DROPPED);
}

const expiry = (now: Date) => new Date(now.getTime() - LIFETIME_MS);
