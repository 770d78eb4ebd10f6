import { sql, type Transaction } from 'kysely';
import { type ActivityEntry, recordActivity, SERVER } from '../activity/activity.ts';
import { isUsableRow } from '../api-keys/queries.ts';
import type { DB } from '../generated/database.ts';
import { EVENT_TYPES, type Event } from '../outbox/events.ts';
import { writeEvents } from '../outbox/outbox.ts';

/** Max events of a transaction. */
const MAX_EVENTS = 100;
const DAY_MS = 24 * 60 * 60 * 1000;
/** How late an expiry is reported after the server was stopped. */
const MAX_LATE_MS = 30 * DAY_MS;
/** Notices of an expiry: this many days before it; 0: when the key has expired. */
const DAYS = [14, 3, 0];

interface DueKey {
  id: string;
  organizationId: string;
  projectId: string;
  name: string;
  prefix: string;
  expiresAt: Date;
  days: number;
  /** Whether a webhook or people are notified. */
  hasListeners: boolean;
  /** The prefix of the key that replaces it and can be used; null: none. */
  successorPrefix: string | null;
}

/**
 * Writes the events of keys that expire in 14 and in 3 days, and of those that have expired, for organizations with a
 * webhook or, if the server sends mails, for all. A key that was created later than such a moment has no event of it, and
 * one that retires beside its successor none before its expiry. An
 * expiry is recorded in the activity of every organization. A job calls this once a minute (jobs/jobs.ts).
 *
 * @returns whether there may be more
 */
export async function writeExpiryEvents(
  trx: Transaction<DB>,
  now: Date,
  { forMails }: { forMails: boolean },
): Promise<boolean> {
  const moments = DAYS.map(days => new Date(now.getTime() + days * DAY_MS));
  const { rows } = await sql<DueKey>`
    select keys.id, projects.organization_id, keys.project_id, keys.name, keys.prefix, keys.expires_at, due.days,
      listeners.has_listeners, successor.prefix as successor_prefix
    from api_keys as keys
    join projects on projects.id = keys.project_id
    join lateral (
      select days from unnest(${DAYS}::int[], ${moments}::timestamptz[]) as moment (days, until)
      where keys.expires_at <= until
        and (days = 0 or keys.created_at < keys.expires_at - make_interval(days => days))
      order by days limit 1
    ) as due on true
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
    left join api_key_notices as notice on notice.api_key_id = keys.id and notice.expires_at = keys.expires_at
    where keys.revoked_at is null
      and keys.expires_at between ${new Date(now.getTime() - MAX_LATE_MS)} and ${moments[0]}
      and due.days < coalesce(notice.days, 100)
      -- With a usable successor the expiry is the planned end of a rotation, and not announced.
      and (due.days = 0 or (has_listeners and successor.prefix is null))
    order by keys.id
    limit ${MAX_EVENTS}
    for no key update of keys skip locked`.execute(trx);
  if (rows.length === 0) return false;
  await sql`
    insert into api_key_notices (api_key_id, expires_at, days)
    select * from unnest(
      ${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ expiresAt }) => expiresAt)}::timestamptz[],
      ${rows.map(({ days }) => days)}::smallint[]
    )
    on conflict (api_key_id) do update set expires_at = excluded.expires_at, days = excluded.days`.execute(
    trx,
  );
  await recordActivity(trx, SERVER, now, rows.filter(({ days }) => days === 0).map(entryOf));
  await writeEvents(trx, now, rows.filter(({ hasListeners }) => hasListeners).map(expiryOf));
  return rows.length === MAX_EVENTS;
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
