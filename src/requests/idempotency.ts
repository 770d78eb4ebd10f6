import { createHash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../database/pool.ts';
import { idempotencyKeyReused } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { checkName } from './names.ts';

const LIFETIME_MS = 24 * 60 * 60 * 1000;
const MAX_KEY_LENGTH = 200;
/** Rows dropped in one statement. */
const MAX_DROPPED = 10_000;

/** A request that its caller may send again, to be carried out once. */
export interface Repeatable {
  /** Of who calls which operation, and the key that they chose. */
  digest: Buffer;
  /** Of everything else that was asked. */
  request: Buffer;
  at: Date;
}

/**
 * A request with an idempotency key, which means something to this caller and this operation alone.
 *
 * @param request a digest of everything else that the caller asks for, without room for two meanings.
 * @throws BAD_USER_INPUT when the key is no name of 1 to 200 characters.
 */
export function repeatable(
  { operation, callerId, key, at }: { operation: string; callerId: string; key: string; at: Date },
  request: Buffer,
): Repeatable {
  const name = checkName(key, 'An idempotencyKey', MAX_KEY_LENGTH);
  return {
    digest: createHash('sha256').update(`${operation}\0${callerId}\0${name}`).digest(),
    request,
    at,
  };
}

/** What a request made: the row's id, and when. */
export interface Made {
  resultId: string;
  createdAt: Date;
}

/**
 * What the same request made before, within the last 24 hours.
 *
 * @throws IDEMPOTENCY_KEY_REUSED when the key came with another request.
 */
export async function findMade(db: Database, { digest, request, at }: Repeatable): Promise<Made | null> {
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
 * Takes the keys of requests for what this transaction makes. While another transaction holds one of them, this waits:
 * afterwards either that one has failed and this goes on, or its request is carried out.
 *
 * @param trx the transaction that makes the results, so that key and result are on disk both or neither.
 * @param requests each with the id that its result will have; no two of them with the same key.
 * @returns the ids of those whose key is taken for this. The others were made before: `findMade` tells what.
 */
export async function takeKeys(
  trx: Transaction<DB>,
  requests: (Repeatable & { resultId: string })[],
): Promise<Set<string>> {
  const [first] = requests;
  if (!first) return new Set();
  const rows = requests
    .map(({ digest, request, resultId, at }) => ({ digest, request, resultId, createdAt: at }))
    // In the order in which they are locked, so that servers cannot deadlock.
    .sort((a, b) => a.digest.compare(b.digest));
  const taken = await trx
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
  return new Set(taken.map(({ resultId }) => resultId));
}

/** Gives back keys that this transaction took, for results that it did not make. */
export async function giveKeysBack(trx: Transaction<DB>, requests: Repeatable[]): Promise<void> {
  await trx
    .deleteFrom('idempotencyKeys')
    .where(
      'digest',
      'in',
      requests.map(({ digest }) => digest),
    )
    .execute();
}

/** Drops the keys whose 24 hours are over. Several servers may do so at once. */
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
