import type { Transaction } from 'kysely';
import type { By } from '../activity/activity.ts';
import { badUserInput } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { lockApiKeyAs, recordKeyActivity } from './manage-keys.ts';
import { isUsable } from './queries.ts';

// A rehearsal of a revocation: until a time, the key is refused as a revoked one. No job ends it: authentication compares
// the time (authenticate.ts).

const MINUTE_MS = 60_000;
/** Minutes of a rehearsal. */
const MAX_REHEARSAL_MINUTES = 10;
/** Min time between the beginnings of two rehearsals of a key. */
const MIN_BETWEEN_MS = 60 * MINUTE_MS;

/**
 * Begins a rehearsal of the revocation of a key.
 *
 * @param minutes 1 to 10
 * @throws NOT_FOUND or FORBIDDEN when the viewer may not change the key; BAD_USER_INPUT for other minutes, for a key that
 *   is revoked or expired, and less than an hour after the last rehearsal began
 */
export async function rehearseRevocation(
  trx: Transaction<DB>,
  { id, minutes }: { id: string; minutes: number },
  { viewerId, actor, now }: By,
): Promise<void> {
  if (!(minutes >= 1 && minutes <= MAX_REHEARSAL_MINUTES)) {
    throw badUserInput(`"minutes" must be 1 to ${MAX_REHEARSAL_MINUTES}.`);
  }
  const key = await lockApiKeyAs(trx, id, viewerId);
  if (!isUsable(key, now)) {
    throw badUserInput('The key is revoked or has expired: there is nothing to rehearse.');
  }
  const next = new Date((key.rehearsedAt?.getTime() ?? Number.NEGATIVE_INFINITY) + MIN_BETWEEN_MS);
  if (next > now) {
    throw badUserInput(
      `A revocation can be rehearsed once an hour. Try again after ${next.toISOString()}, or revoke the key.`,
    );
  }
  const until = new Date(now.getTime() + minutes * MINUTE_MS);
  await trx
    .updateTable('apiKeys')
    .set({ rehearsalUntil: until, rehearsedAt: now })
    .where('id', '=', id)
    .execute();
  await recordKeyActivity(trx, id, 'api_key.rehearsed', actor, now, { until: until.toISOString() });
}

/** Ends a rehearsal, if there is one: the next request with the key is answered. @throws NOT_FOUND or FORBIDDEN */
export async function endRehearsal(
  trx: Transaction<DB>,
  id: string,
  { viewerId, actor, now }: By,
): Promise<void> {
  const key = await lockApiKeyAs(trx, id, viewerId);
  if (!key.rehearsalUntil || key.rehearsalUntil <= now || !isUsable(key, now)) return;
  await trx.updateTable('apiKeys').set({ rehearsalUntil: null }).where('id', '=', id).execute();
  await recordKeyActivity(trx, id, 'api_key.rehearsal_ended', actor, now);
}
