import type { Kysely, Transaction } from 'kysely';
import type { DB } from '../../generated/database.ts';
import { claimKeys, type IdempotentRequest, releaseKeys } from '../../requests/idempotency.ts';
import { type Call, type Grant, type GrantAll, prepareGrants } from './grant.ts';

/**
 * Grants calls with idempotency keys, each at most once. Charge, log and key are stored in one transaction. A separate
 * transaction keeps the statement of calls without a key free of this work.
 */
export function prepareGrantsOnce(db: Kysely<DB>): GrantAll {
  const grant = prepareGrants(db, 'wait');
  return async calls => {
    const firstByKey = new Map<string, Call>();
    for (const call of calls) if (!firstByKey.has(keyOf(call))) firstByKey.set(keyOf(call), call);
    const grants = await db
      .transaction()
      .execute(trx => grantUnclaimed(trx, grant, [...firstByKey.values()]));
    return new Map(
      calls.map(call => {
        const first = firstByKey.get(keyOf(call)) ?? call;
        const granted = grants.get(first.logId) ?? 'repeated';
        return [call.logId, granted === 'granted' && call !== first ? 'repeated' : granted];
      }),
    );
  };
}

/** Claims the keys of calls, and grants the calls whose key was not claimed before. @returns their grants by log id */
async function grantUnclaimed(
  trx: Transaction<DB>,
  grant: GrantAll,
  calls: Call[],
): Promise<Map<string, Grant>> {
  const taken = await claimKeys(
    trx,
    calls.map(call => ({ ...requestOf(call), resultId: call.logId })),
  );
  const fresh = calls.filter(({ logId }) => taken.has(logId));
  if (fresh.length === 0) return new Map();
  const grants = await grant(fresh, trx);
  const others = fresh.filter(({ logId }) => grants.get(logId) !== 'granted');
  if (others.length > 0) await releaseKeys(trx, others.map(requestOf));
  return grants;
}

function requestOf({ repeatable }: Call): IdempotentRequest {
  if (!repeatable) throw new Error('the call has no idempotency key');
  return repeatable;
}

const keyOf = (call: Call) => requestOf(call).digest.toString('latin1');
