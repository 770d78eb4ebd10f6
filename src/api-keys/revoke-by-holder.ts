import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { ActivityEntry } from '../activity/activity.ts';
import { keyFieldForbidden, unauthenticated } from '../errors.ts';
import type { DB, RevocationSource } from '../generated/database.ts';
import { recordEvent } from './manage-keys.ts';
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

/** When and from where a key was revoked. */
interface RevokedBy {
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
  { network, now }: RevokedBy,
): Promise<HeldKey & { revokedAt: Date }> {
  const found = await trx
    .selectFrom('apiKeys')
    .select(['id', 'revokedAt'])
    .where('digest', '=', digest)
    .forUpdate()
    .executeTakeFirst();
  if (!found) throw unauthenticated();
  const { id, revokedAt } = found;
  if (!revokedAt) await endKey(trx, id, 'HOLDER', { network, now }, { by: 'holder' });
  return { ...(await findHeldKey(trx, id)), revokedAt: revokedAt ?? now };
}

async function endKey(
  trx: Transaction<DB>,
  id: string,
  revocationSource: RevocationSource,
  { network, now }: RevokedBy,
  details: ActivityEntry['details'],
): Promise<void> {
  await trx.updateTable('apiKeys').set({ revokedAt: now, revocationSource }).where('id', '=', id).execute();
  const kind = revocationSource === 'HOLDER' ? 'KEY_HOLDER' : 'SERVER';
  await recordEvent(trx, id, 'api_key.revoked', { id: null, email: null, network, kind }, now, details);
}

/**
 * Revokes keys that GitHub's secret scanning found in public. Those that are revoked already are not changed.
 *
 * @param places where each was found, by the SHA-256 of the raw key in hexadecimal
 * @returns the digests of those that are keys of this server
 */
export async function revokeReported(
  trx: Transaction<DB>,
  places: ReadonlyMap<string, string>,
  by: RevokedBy,
): Promise<string[]> {
  const digests = [...places.keys()].map(digest => Buffer.from(digest, 'hex'));
  // Locked in the order of ids, as `deleteApiKeys` does.
  const found = await trx
    .selectFrom('apiKeys')
    .select(['id', 'digest', 'revokedAt'])
    .where('digest', '=', sql<Buffer>`any(${digests}::bytea[])`)
    .orderBy('id')
    .forUpdate()
    .execute();
  for (const { id, digest, revokedAt } of found) {
    const url = places.get(digest.toString('hex')) ?? '';
    if (!revokedAt) await endKey(trx, id, 'SECRET_SCANNING', by, { by: 'GitHub secret scanning', url });
  }
  return found.map(({ digest }) => digest.toString('hex'));
}

/** The fields of a key that its holder may read, who may be anyone: nothing about people, networks and other keys. */
const READABLE = [
  'id',
  'name',
  'prefix',
  'scopes',
  'status',
  'createdAt',
  'expiresAt',
  'revokedAt',
  'revocationSource',
] as const;

const isReadable = (name: string) => name === '__typename' || READABLE.some(readable => readable === name);

/**
 * Checks what a request selects of the key that it revokes, before that is done: a field that fails afterwards would
 * discard the answer.
 *
 * @throws FORBIDDEN for a field that only people may read
 */
export function checkHeldSelection({
  fieldNodes,
  fragments,
}: Pick<GraphQLResolveInfo, 'fragments'> & { fieldNodes: readonly FieldNode[] }): void {
  // Each fragment once: they can be nested to double with every level.
  const visited = new Set<string>();
  function check({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        if (!isReadable(selection.name.value)) throw keyFieldForbidden(selection.name.value, READABLE);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        check(selection.selectionSet);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments[selection.name.value];
        if (fragment) check(fragment.selectionSet);
      }
    }
  }
  for (const { selectionSet } of fieldNodes) if (selectionSet) check(selectionSet);
}
