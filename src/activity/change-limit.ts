import type { Transaction } from 'kysely';
import { statement } from '../database/statement.ts';
import { rateLimited } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { secondsUntil } from '../requests/rate-limits.ts';

/**
 * Max changes of a person in an organization in an hour. The activity keeps each, up to 12 kB, and is deleted only by age. Not
 * of all members together: one of them could keep the others from narrowing or rotating a leaked key.
 */
export const MAX_CHANGES = 5000;
const HOUR_MS = 60 * 60 * 1000;

/**
 * Actions that are never refused: they end an access or delete something, so their number is bounded by what was made
 * before.
 */
const UNLIMITED = /\.(deleted|removed|left|revoked|declined|deactivated|rehearsal_ended)$/;

/** Whether an action counts against the limit of changes. */
export const isLimitedAction = (action: string): boolean => !UNLIMITED.test(action);

/**
 * Refuses a change by a person who made `MAX_CHANGES` changes in the organization within the last hour. Concurrent changes
 * do not see each other, so together they may exceed the limit.
 *
 * @throws RATE_LIMITED
 */
export async function checkChangeLimit(
  trx: Transaction<DB>,
  { organizationId, personId }: { organizationId: string; personId: string },
  now: Date,
): Promise<void> {
  const anHourAgo = new Date(now.getTime() - HOUR_MS);
  const [entry] = await findOldestChange(trx, organizationId, personId, anHourAgo);
  if (!entry) return;
  const allowedAt = new Date(entry.createdAt.getTime() + HOUR_MS);
  if (allowedAt > now) throw rateLimited(secondsUntil(allowedAt, now));
}

// Prepared: planning it for every partition takes longer than running it, while a change holds the lock of its project.
const findOldestChange = statement<
  [organizationId: string, personId: string, since: Date],
  { createdAt: Date }
>(
  'find_oldest_change',
  `
select created_at from activity
where organization_id = $1 and actor_id = $2 and created_at >= date_trunc('month', $3::timestamptz, 'UTC')
order by id desc offset ${MAX_CHANGES - 1} limit 1`,
);
