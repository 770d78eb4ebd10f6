import { sql, type Transaction } from 'kysely';
import type { DB } from '../generated/database.ts';
import { markRevoked, type RevocationOrigin } from './revoke-by-holder.ts';

/**
 * Revokes keys that GitHub's secret scanning found in public. Those that are revoked already are not changed.
 *
 * @param found where each was found, by the SHA-256 of the raw key in hexadecimal
 * @returns the digests of those that are keys of this server
 */
export async function revokeReported(
  trx: Transaction<DB>,
  found: ReadonlyMap<string, { url: string }>,
  origin: RevocationOrigin,
): Promise<string[]> {
  const digests = [...found.keys()].map(digest => Buffer.from(digest, 'hex'));
  // Locked in the order of ids, as `deleteApiKeys` does.
  const keys = await trx
    .selectFrom('apiKeys')
    .select(['id', 'digest', 'revokedAt'])
    .where('digest', '=', sql<Buffer>`any(${digests}::bytea[])`)
    .orderBy('id')
    .forUpdate()
    .execute();
  for (const { id, digest, revokedAt } of keys) {
    const url = found.get(digest.toString('hex'))?.url ?? '';
    if (!revokedAt)
      await markRevoked(trx, id, 'SECRET_SCANNING', origin, { by: 'GitHub secret scanning', url });
  }
  return keys.map(({ digest }) => digest.toString('hex'));
}
