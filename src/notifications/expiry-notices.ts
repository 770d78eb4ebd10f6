import { sql, type Transaction } from 'kysely';
import { type ActivityEntry, recordActivity, SERVER } from '../activity/activity.ts';
import { isUsableRow } from '../api-keys/queries.ts';
import type { DB } from '../generated/database.ts';
import { EVENT_TYPES, type Event } from '../outbox/events.ts';
import { writeEvents } from '../outbox/outbox.ts';

/** Max keys that a transaction looks at. */
const MAX_KEYS = 100;
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** How late an expiry is reported after the server was stopped. */
const MAX_LATE_MS = 30 * DAY_MS;
/** Notices of an expiry: this many days before it; 0: when the key has expired. */
const DAYS = [14, 3, 0];
/** When to look again for a webhook, or whether the successor has ended, if either is why a notice was not written. */
const LOOK_AGAIN_MS = HOUR_MS;

interface CheckedKey {
  id: string;
  organizationId: string;
  projectId: string;
  name: string;
  prefix: string;
  expiresAt: Date;
  /** The notice that is due and was not written yet; null: none. */
  days: number | null;
  /** When the next notice is due; null: there is none. */
  nextAt: Date | null;
  /** Whether a webhook or people are notified. */
  hasListeners: boolean;
  /** The prefix of the key that replaces it and can be used; null: none. */
  successorPrefix: string | null;
}

/** A key with a notice to write. */
type DueKey = CheckedKey & { days: number };

/**
 * Writes the events of keys that expire in 14 and in 3 days, and of those that have expired, for organizations with a
 * webhook or, if the server sends mails, for all. A key that was created later than such a moment has no event of it, and
 * one that retires beside its successor none before its expiry. An expiry is recorded in the activity of every
 * organization. A job calls this once a minute (jobs/jobs.ts).
 *
 * `api_key_expiry_checks` has the time at which to look at a key next. A trigger sets it when an expiry is set, so a run
 * reads only keys with a new expiry and those whose next moment has come.
 *
 * @returns whether there may be more
 */
export async function writeExpiryEvents(
  trx: Transaction<DB>,
  now: Date,
  { forMails }: { forMails: boolean },
): Promise<boolean> {
  const moments = DAYS.map(days => new Date(now.getTime() + days * DAY_MS));
  const { rows } = await sql<CheckedKey>`
    with due_check as materialized (
      select api_key_id from api_key_expiry_checks
      where at <= ${now} order by at limit ${MAX_KEYS} for no key update skip locked
    ), checked as materialized (
      select id, project_id, name, prefix, created_at, expires_at, revoked_at from api_keys
      where id = any(array(select api_key_id from due_check)) for no key update skip locked
    )
    select keys.id, projects.organization_id, keys.project_id, keys.name, keys.prefix, keys.expires_at, due.days,
      next.at as next_at, listeners.has_listeners, successor.prefix as successor_prefix
    from checked as keys
    join projects on projects.id = keys.project_id
    left join lateral (
      select days from api_key_notices as earlier
      where earlier.api_key_id = keys.id and earlier.expires_at = keys.expires_at limit 1
    ) as notice on true
    left join lateral (
      select days from unnest(${DAYS}::int[], ${moments}::timestamptz[]) as moment (days, until)
      where keys.expires_at <= until
        and (days = 0 or keys.created_at < keys.expires_at - make_interval(hours => 24 * days))
      order by days limit 1
    ) as due on keys.revoked_at is null and keys.expires_at >= ${new Date(now.getTime() - MAX_LATE_MS)}
      and due.days < coalesce(notice.days, 100)
    cross join lateral (
      select min(keys.expires_at - make_interval(hours => 24 * days)) as at
      from unnest(${DAYS}::int[], ${moments}::timestamptz[]) as moment (days, until)
      where keys.revoked_at is null and keys.expires_at > until
    ) as next
    cross join lateral (
      -- Not for a webhook that was created after the expiry.
      select exists (
        select from webhooks where webhooks.organization_id = projects.organization_id
          and webhooks.created_at <= keys.expires_at
          and webhooks.events && ${[EVENT_TYPES.API_KEY_EXPIRING, EVENT_TYPES.API_KEY_EXPIRED]}::text[]
      ) or (${forMails} and keys.expires_at > ${new Date(now.getTime() - DAY_MS)}) as has_listeners
    ) as listeners
    left join lateral (
      select prefix from api_keys as successor
      where successor.predecessor_id = keys.id and ${isUsableRow('successor', now)}
      order by id desc limit 1
    ) as successor on true
    order by keys.id`.execute(trx);
  if (rows.length === 0) return false;
  const due = rows.filter(isReported);
  await planChecks(trx, now, rows);
  await sql`
    insert into api_key_notices (api_key_id, expires_at, days)
    select * from unnest(
      ${due.map(({ id }) => id)}::uuid[], ${due.map(({ expiresAt }) => expiresAt)}::timestamptz[],
      ${due.map(({ days }) => days)}::smallint[]
    )
    on conflict (api_key_id) do update set expires_at = excluded.expires_at, days = excluded.days`.execute(
    trx,
  );
  await recordActivity(trx, SERVER, now, due.filter(({ days }) => days === 0).map(entryOf));
  await writeEvents(trx, now, due.filter(({ hasListeners }) => hasListeners).map(expiryOf));
  return rows.length === MAX_KEYS;
}

/** With a usable successor the expiry is the planned end of a rotation, and not announced. */
function isReported(key: CheckedKey): key is DueKey {
  const { days, hasListeners, successorPrefix } = key;
  return days === 0 || (days !== null && hasListeners && successorPrefix === null);
}

/** Sets when to look at keys next. Those without a further notice are not looked at again. */
async function planChecks(trx: Transaction<DB>, now: Date, keys: readonly CheckedKey[]): Promise<void> {
  const lookAgainAt = new Date(now.getTime() + LOOK_AGAIN_MS);
  const checks = keys.map(key => {
    const { id, days, nextAt } = key;
    const isHeldBack = days !== null && !isReported(key);
    return { id, at: isHeldBack && nextAt !== null && nextAt > lookAgainAt ? lookAgainAt : nextAt };
  });
  const [ended, planned] = [checks.filter(({ at }) => at === null), checks.filter(({ at }) => at !== null)];
  await sql`
    delete from api_key_expiry_checks where api_key_id = any(${ended.map(({ id }) => id)}::uuid[])`.execute(
    trx,
  );
  const ids = planned.map(({ id }) => id);
  await sql`
    update api_key_expiry_checks
    set at = (${planned.map(({ at }) => at)}::timestamptz[])[array_position(${ids}::uuid[], api_key_id)]
    where api_key_id = any(${ids}::uuid[])`.execute(trx);
}

const entryOf = ({
  id,
  organizationId,
  projectId,
  name,
  prefix,
  expiresAt,
  successorPrefix,
}: DueKey): ActivityEntry => ({
  action: 'api_key.expired',
  organizationId,
  projectId,
  subjectId: id,
  subject: name,
  details: {
    prefix,
    expiresAt: expiresAt.toISOString(),
    ...(successorPrefix !== null && { successorPrefix }),
  },
});

const expiryOf = ({
  id,
  organizationId,
  projectId,
  name,
  prefix,
  expiresAt,
  days,
  successorPrefix,
}: DueKey): Event => ({
  type: days === 0 ? EVENT_TYPES.API_KEY_EXPIRED : EVENT_TYPES.API_KEY_EXPIRING,
  organizationId,
  subjectId: id,
  data: {
    organizationId,
    projectId,
    // With a successor the expiry is the planned end of a rotation.
    apiKey: { id, name, prefix, expiresAt, ...(successorPrefix !== null && { successorPrefix }) },
  },
});
