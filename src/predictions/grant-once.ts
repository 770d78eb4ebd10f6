import type { Kysely } from 'kysely';
import { giveKeysBack, takeKeys } from '../database/idempotency.ts';
import type { DB } from '../generated/database.ts';
import { type Call, type Grant, type GrantAll, prepareGrants } from './grant.ts';

/**
 * Grants calls that their callers may repeat, each once: the charge, the log and the idempotency key are on disk together
 * or not at all. In a transaction, so that calls without such a key pay nothing for those with one.
 */
export function prepareGrantsOnce(db: Kysely<DB>): GrantAll {
  const grant = prepareGrants(db, 'wait');
  return async calls => {
    const firsts = new Map<string, Call>();
    for (const call of calls) if (!firsts.has(digestOf(call))) firsts.set(digestOf(call), call);
    const grants = await db.transaction().execute(trx => grantFirsts(trx, grant, [...firsts.values()]));
    return new Map(
      calls.map(call => {
        const first = firsts.get(digestOf(call)) ?? call;
        const granted = grants.get(first.logId) ?? 'repeated';
        return [call.logId, granted === 'granted' && call !== first ? 'repeated' : granted];
      }),
    );
  };
}

/** Takes their keys, and grants those whose key nobody has. */
async function grantFirsts(trx: Kysely<DB>, grant: GrantAll, calls: Call[]): Promise<Map<string, Grant>> {
  const taken = await takeKeys(
    trx,
    calls.flatMap(({ repeated, logId }) => (repeated ? [{ ...repeated, resultId: logId }] : [])),
  );
  const fresh = calls.filter(({ logId }) => taken.has(logId));
  if (fresh.length === 0) return new Map();
  const grants = await grant(fresh, trx);
  const others = fresh.filter(({ logId }) => grants.get(logId) !== 'granted');
  const unused = others.flatMap(({ repeated }) => repeated ?? []);
  if (unused.length > 0) await giveKeysBack(trx, unused);
  return grants;
}

const digestOf = ({ repeated, logId }: Call) => repeated?.digest.toString('latin1') ?? logId;
