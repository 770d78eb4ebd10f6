import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { batched } from '../concurrency/batcher.ts';
import type { Database } from '../database/pool.ts';
import { type Placeholder, prepare } from '../database/prepare.ts';
import { rateLimited } from '../errors.ts';
import type { DB } from '../generated/database.ts';

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
  const countAll = prepare(db, (placeholder: Placeholder<Attempt[]>) => countAttempts(db, placeholder));
  const count = batched(async (attempts: Attempt[]): Promise<Counted[]> => {
    const rows = await countAll(attempts);
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

function countAttempts(db: Kysely<DB>, placeholder: Placeholder<Attempt[]>) {
  const distinct = (attempts: Attempt[]) => [...Map.groupBy(attempts, ({ digest }) => digest)];
  const digests = placeholder(attempts => distinct(attempts).map(([key]) => Buffer.from(key, 'base64')));
  const uses = placeholder(attempts => distinct(attempts).map(([, those]) => those.length));
  const ends = placeholder(attempts =>
    distinct(attempts).map(([, [first]]) => new Date((first?.now.getTime() ?? 0) + (first?.windowMs ?? 0))),
  );
  // Attempts of one batch arrived within milliseconds of each other.
  const now = placeholder(attempts => attempts.at(-1)?.now ?? new Date(0));
  return db
    .insertInto('rateLimits')
    .columns(['digest', 'used', 'endsAt'])
    .expression(from =>
      from
        .selectFrom(
          sql<{ digest: Buffer; used: number; endsAt: Date }>`unnest(
            (select ${digests}::bytea[]), (select ${uses}::int[]), (select ${ends}::timestamptz[])
          )`.as<'attempt'>(sql`attempt(digest, used, ends_at)`),
        )
        .select(['digest', 'used', 'endsAt'])
        // In the order of locking, so that servers cannot deadlock.
        .orderBy('digest'),
    )
    .onConflict(conflict =>
      conflict.column('digest').doUpdateSet(eb => {
        const ended = eb('rateLimits.endsAt', '<=', now);
        return {
          used: eb
            .case()
            .when(ended)
            .then(eb.ref('excluded.used'))
            .else(eb('rateLimits.used', '+', eb.ref('excluded.used')))
            .end(),
          endsAt: eb
            .case()
            .when(ended)
            .then(eb.ref('excluded.endsAt'))
            .else(eb.ref('rateLimits.endsAt'))
            .end(),
        };
      }),
    )
    .returning(['digest', 'used', 'endsAt']);
}
