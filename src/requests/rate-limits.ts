import { createHash } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import { batched } from '../concurrency/batcher.ts';
import type { Database } from '../database/pool.ts';
import { statement } from '../database/statement.ts';
import { rateLimited } from '../errors.ts';
import type { DB, RateLimits as RateLimitsTable } from '../generated/database.ts';

/** Max attempts within a window, which begins with the first attempt. */
export interface Limit {
  /** Identifies the limit in the digests of `rate_limits`, and is not shown. A change of the text resets the counts. */
  id: string;
  max: number;
  windowMs: number;
}

/** The count of a window. */
export interface Counted {
  /** Attempts in this window, including the one just counted. */
  used: number;
  endsAt: Date;
}

/** Rate limits that hold across servers, as attempts are counted in PostgreSQL. */
export interface RateLimits {
  /** Counts one attempt. @param subject whose attempts are counted: a network, an e-mail, an id */
  count: (limit: Limit, subject: string, now: Date) => Promise<Counted>;
  /** Takes one attempt back, or all of them. */
  takeBack: (limit: Limit, subject: string, how: 'one' | 'all') => Promise<void>;
}

interface Attempt {
  digest: string;
  windowMs: number;
  now: Date;
}

const BOUNDS = { maxBatchSize: 100, maxWaiting: 5000 };

/** Starts counting in a database. Attempts that arrive together share a statement, so a flood takes a few statements. */
export function startRateLimits(db: Kysely<DB>): RateLimits {
  const count = batched(async (attempts: Attempt[]): Promise<Counted[]> => {
    const bySubject = [...Map.groupBy(attempts, ({ digest }) => digest)];
    const rows = await countAttempts(
      db,
      bySubject.map(([digest]) => Buffer.from(digest, 'base64')),
      bySubject.map(([, those]) => those.length),
      bySubject.map(([, [first]]) => new Date((first?.now.getTime() ?? 0) + (first?.windowMs ?? 0))),
      attempts.at(-1)?.now ?? new Date(0),
    );
    const before = new Map(
      rows.map(({ digest, used, endsAt }) => {
        const key = digest.toString('base64');
        return [key, { used: used - attempts.filter(attempt => attempt.digest === key).length, endsAt }];
      }),
    );
    return attempts.map(({ digest }) => {
      const held = before.get(digest);
      if (!held) throw new Error('the statement must return a count for each attempt');
      held.used += 1;
      return { ...held };
    });
  }, BOUNDS);
  return {
    count: async (limit, subject, now) =>
      await count({ digest: digestOf(limit, subject), windowMs: limit.windowMs, now }),
    async takeBack(limit, subject, how) {
      await db
        .updateTable('rateLimits')
        .set(eb => ({ used: how === 'all' ? 0 : eb.fn<number>('greatest', [eb('used', '-', 1), eb.lit(0)]) }))
        .where('digest', '=', Buffer.from(digestOf(limit, subject), 'base64'))
        .execute();
    },
  };
}

/** @throws RATE_LIMITED when a count is over its limit. */
export function checkLimit({ max }: Limit, { used, endsAt }: Counted, now: Date): void {
  if (used > max) throw rateLimited(secondsUntil(endsAt, now));
}

/** Seconds until a moment for Retry-After: a whole number, at least 1. */
export const secondsUntil = (moment: Date, now: Date): number =>
  Math.max(1, Math.ceil((moment.getTime() - now.getTime()) / 1000));

/** Deletes the counts of windows that have ended. Several servers may do so at once. */
export async function dropEndedCounts(db: Database, now: Date): Promise<void> {
  await db
    .deleteFrom('rateLimits')
    .where('digest', 'in', from =>
      from.selectFrom('rateLimits').select('digest').where('endsAt', '<=', now).forUpdate().skipLocked(),
    )
    .execute();
}

const digestOf = ({ id }: Limit, subject: string) =>
  createHash('sha256').update(`${id}\0${subject}`).digest('base64');

type CountRow = Pick<Selectable<RateLimitsTable>, 'digest' | 'used' | 'endsAt'>;

// Attempts of one batch arrived within milliseconds of each other, so one time is enough. In the order of locking, so that
// servers cannot deadlock.
const countAttempts = statement<[digests: Buffer[], uses: number[], ends: Date[], now: Date], CountRow>(
  'count_attempts',
  `
insert into rate_limits (digest, used, ends_at)
select digest, used, ends_at
from unnest((select $1::bytea[]), (select $2::int[]), (select $3::timestamptz[])) as attempt (digest, used, ends_at)
order by digest
on conflict (digest) do update set
  used = case when rate_limits.ends_at <= $4 then excluded.used else rate_limits.used + excluded.used end,
  ends_at = case when rate_limits.ends_at <= $4 then excluded.ends_at else rate_limits.ends_at end
returning digest, used, ends_at`,
);
