import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../generated/database.ts';
import { markRevoked, type RevocationOrigin } from './revoke-by-holder.ts';

/** Digests in one statement, which takes some milliseconds. */
const BATCH_DIGESTS = 1000;

/** A key of this server that was found in public. */
export interface ReportedKey {
  id: string;
  /** SHA-256 of the raw key. */
  digest: Buffer;
  revokedAt: Date | null;
}

/** Finds the keys of this server with these digests, in the order of their ids in each batch. */
export async function findReported(db: Kysely<DB>, digests: readonly Buffer[]): Promise<ReportedKey[]> {
  const found: ReportedKey[] = [];
  for (let from = 0; from < digests.length; from += BATCH_DIGESTS) {
    const batch = digests.slice(from, from + BATCH_DIGESTS);
    const keys = await db
      .selectFrom('apiKeys')
      .select(['id', 'digest', 'revokedAt'])
      .where('digest', '=', sql<Buffer>`any(${batch}::bytea[])`)
      .orderBy('id')
      .execute();
    found.push(...keys);
  }
  return found;
}

/**
 * Revokes a key that GitHub's secret scanning found in public. One that is revoked already, or was deleted, is not changed.
 *
 * @param url where it was found
 * @param lockMs max wait for a lock, as others may hold that of its row
 */
export async function revokeReported(
  trx: Transaction<DB>,
  { id, url, lockMs }: { id: string; url: string; lockMs: number },
  origin: RevocationOrigin,
): Promise<void> {
  await sql`select set_config('lock_timeout', ${`${lockMs}ms`}, true)`.execute(trx);
  const key = await trx
    .selectFrom('apiKeys')
    .select('revokedAt')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (key?.revokedAt !== null) return;
  await markRevoked(trx, id, 'SECRET_SCANNING', origin, { by: 'GitHub secret scanning', url });
}
