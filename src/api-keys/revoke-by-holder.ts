import type { Kysely, Transaction } from 'kysely';
import type { KeyHolder } from '../auth/caller.ts';
import type { DB } from '../generated/database.ts';
import { recordEvent } from './manage-keys.ts';
import { digestOf, isRawKey } from './raw-key.ts';

// Whoever finds a leaked key can end it: the key itself is the credential.

/** The result of looking up who holds a key. */
export type HolderVerdict = { status: 'known'; key: KeyHolder } | { status: 'unknown' | 'malformed' };

/**
 * Finds the key of a request that revokes it. Unlike `authenticate` it does not judge the key: it may be revoked,
 * expired or rehearsed, sent from any network, and its organization may be on any plan.
 */
export async function findHolder(db: Kysely<DB>, rawKey: string): Promise<HolderVerdict> {
  if (!isRawKey(rawKey)) return { status: 'malformed' };
  const key = await db
    .selectFrom('apiKeys')
    .select(['id', 'name', 'prefix'])
    .where('digest', '=', digestOf(rawKey))
    .executeTakeFirst();
  return key ? { status: 'known', key } : { status: 'unknown' };
}

/**
 * Revokes a key in the name of its holder, from its next request on. A key that is already revoked is not changed.
 *
 * @param network of the holder, for the activity
 * @returns when the key was revoked, which may be earlier; null if it was deleted meanwhile
 */
export async function revokeByHolder(
  trx: Transaction<DB>,
  id: string,
  { network, now }: { network: string; now: Date },
): Promise<Date | null> {
  const key = await trx
    .selectFrom('apiKeys')
    .select('revokedAt')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!key) return null;
  if (key.revokedAt) return key.revokedAt;
  await trx
    .updateTable('apiKeys')
    .set({ revokedAt: now, revokedByHolder: true })
    .where('id', '=', id)
    .execute();
  const holder = { id: null, email: null, network, kind: 'KEY_HOLDER' } as const;
  await recordEvent(trx, id, 'api_key.revoked', holder, now, { by: 'holder' });
  return now;
}
