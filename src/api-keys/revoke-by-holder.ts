import type { Kysely, Transaction } from 'kysely';
import type { ActivityEntry } from '../activity/activity.ts';
import { unauthenticated } from '../errors.ts';
import type { DB, RevocationSource } from '../generated/database.ts';
import { recordKeyActivity } from './manage-keys.ts';
import { findHeldKey, type HeldKey } from './queries.ts';
import { digestOf, isRawKey } from './raw-key.ts';

// Anyone who finds a leaked key can revoke it: the key itself is the credential.

/** The result of looking up who holds a key. */
type HolderVerdict = { status: 'known'; digest: Buffer } | { status: 'unknown' | 'malformed' };

/**
 * Finds the key of a request that revokes it. Unlike `authenticate` it does not judge the key: it may be revoked,
 * expired or rehearsed, sent from any network, and its organization may be on any plan.
 */
export async function findHolder(db: Kysely<DB>, rawKey: string): Promise<HolderVerdict> {
  if (!isRawKey(rawKey)) return { status: 'malformed' };
  const digest = digestOf(rawKey);
  const key = await db.selectFrom('apiKeys').select('id').where('digest', '=', digest).executeTakeFirst();
  return key ? { status: 'known', digest } : { status: 'unknown' };
}

/** When and from where a key is revoked by others than people. */
export interface RevocationOrigin {
  /** The network that the revocation came from. */
  network: string;
  now: Date;
}

/**
 * Revokes a key in the name of its holder, from its next request on. A key that is already revoked is not changed.
 *
 * @param digest SHA-256 of the raw key
 * @throws UNAUTHENTICATED if it was deleted meanwhile
 */
export async function revokeByHolder(
  trx: Transaction<DB>,
  digest: Buffer,
  origin: RevocationOrigin,
): Promise<HeldKey & { revokedAt: Date }> {
  const found = await trx
    .selectFrom('apiKeys')
    .select(['id', 'revokedAt'])
    .where('digest', '=', digest)
    .forUpdate()
    .executeTakeFirst();
  if (!found) throw unauthenticated();
  const { id, revokedAt } = found;
  if (!revokedAt) await markRevoked(trx, id, 'HOLDER', origin, { by: 'holder' });
  return { ...(await findHeldKey(trx, id)), revokedAt: revokedAt ?? origin.now };
}

/** Revokes a key that is not revoked and whose row is locked. @param details for the activity */
export async function markRevoked(
  trx: Transaction<DB>,
  id: string,
  revocationSource: RevocationSource,
  { network, now }: RevocationOrigin,
  details: ActivityEntry['details'],
): Promise<void> {
  await trx.updateTable('apiKeys').set({ revokedAt: now, revocationSource }).where('id', '=', id).execute();
  const kind = revocationSource === 'HOLDER' ? 'KEY_HOLDER' : 'SERVER';
  await recordKeyActivity(trx, id, 'api_key.revoked', { id: null, email: null, network, kind }, now, details);
}
