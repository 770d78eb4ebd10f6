import type { Kysely, Transaction } from 'kysely';
import type { DB } from '../../generated/database.ts';
import { claimKeys, type IdempotentRequest, releaseKeys } from '../../requests/idempotency.ts';
import { type Call, type Grant, type GrantAll, prepareGrants } from './grant.ts';

/**
 * Grants calls that their callers may repeat, each once: the charge, the log and the idempotency key are on disk together
 * or not at all. In a transaction, so that calls without such a key pay nothing for those with one.
 */
export function prepareGrantsOnce(db: Kysely<DB>): GrantAll {
  const grant = prepareGrants(db, 'wait');
  return async calls => {
    const firsts = new Map<string, Call>();
    for (const call of calls) if (!firsts.has(keyOf(call))) firsts.set(keyOf(call), call);
    const grants = await db.transaction().execute(trx => grantFirsts(trx, grant, [...firsts.values()]));
    return new Map(
      calls.map(call => {
        const first = firsts.get(keyOf(call)) ?? call;
        const granted = grants.get(first.logId) ?? 'repeated';
        return [call.logId, granted === 'granted' && call !== first ? 'repeated' : granted];
      }),
    );
  };
}

/** Takes their keys, and grants those whose key nobody has. */
async function grantFirsts(
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

function requestOf({ repeated }: Call): IdempotentRequest {
  if (!repeated) throw new Error('a call without an idempotency key has nothing to repeat');
  return repeated;
}

const keyOf = (call: Call) => requestOf(call).digest.toString('latin1');
