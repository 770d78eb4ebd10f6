import type { Transaction } from 'kysely';
import { statement } from '../database/statement.ts';
import type { DB } from '../generated/database.ts';
import { EVENT_TYPES, type Event } from './events.ts';

/** Max events of an organization in a transaction that are mailed. A mail lists fewer. */
const MAX_EVENTS = 100;

/** Max queued events of an organization for a person; further ones are not mailed. A transaction may exceed it once. */
const MAX_QUEUED = 1000;

/**
 * Queues events for the people who are mailed about them: the owners of the project, who include those of its
 * organization, and the creator of the key or of the first one that it replaces, if they can still change it; not those who want no mails. A job mails what is
 * queued, or deletes it where the server sends no mails (notifications/send-key-mails.ts).
 *
 * Predictions outside may come every minute: of a deployment and month they are queued once until they are mailed. The
 * mail has their number at that time.
 */
export async function queueMails(
  trx: Transaction<DB>,
  createdAt: Date,
  events: readonly Event[],
): Promise<void> {
  const mailed = chooseMailed(events);
  if (mailed.length === 0) return;
  await insertMails(
    trx,
    mailed.map(({ organizationId }) => organizationId),
    mailed.map(({ subjectId }) => subjectId),
    mailed.map(({ type }) => type),
    mailed.map(({ data }) => JSON.stringify(data)),
    createdAt,
  );
}

// Prepared: planning it takes longer than running it, while a change holds its locks.
const insertMails = statement<
  [organizationIds: string[], subjectIds: string[], types: string[], data: string[], createdAt: Date],
  never
>(
  'insert_mails',
  `
with event as (
  select *, (data ->> 'projectId')::uuid as project_id
  from unnest(
    $1::uuid[], $2::uuid[],
    $3::text[], $4::jsonb[]
  ) with ordinality as event (organization_id, subject_id, type, data, place)
), member as (
  select access.project_id, access.user_id, access.role, projects.organization_id
  from project_access as access
  join projects on projects.id = access.project_id
  where access.project_id in (select project_id from event) and access.role in ('OWNER', 'CONTRIBUTOR')
), recipient as materialized (
  -- Once for a person, not for each event: it reads up to MAX_QUEUED rows.
  select one.user_id, one.organization_id
  from (select distinct user_id, organization_id from member) as one
  left join key_mail_settings as settings
    on settings.organization_id = one.organization_id and settings.user_id = one.user_id
  where coalesce(settings.enabled, true) and not exists (
    select from key_mails as earlier
    where earlier.user_id = one.user_id and earlier.organization_id = one.organization_id
    offset ${MAX_QUEUED - 1}
  )
)
insert into key_mails (user_id, organization_id, project_id, type, data, created_at)
select member.user_id, event.organization_id, event.project_id, event.type, event.data, $5::timestamptz
from event
join member on member.project_id = event.project_id
join recipient on recipient.user_id = member.user_id and recipient.organization_id = event.organization_id
left join api_keys on api_keys.id = event.subject_id
left join api_keys as root on root.id = api_keys.root_id
left join key_mails as queued
  on event.type = '${EVENT_TYPES.PREDICTION_OUTSIDE}' and queued.type = event.type
  and queued.user_id = member.user_id and queued.organization_id = event.organization_id
  and queued.data ->> 'month' = event.data ->> 'month'
  and queued.data -> 'deployment' ->> 'id' = event.subject_id::text
where (member.role = 'OWNER' or member.user_id in (api_keys.created_by, root.created_by)) and queued.id is null
order by event.place`,
);

/** The events to mail, in their order. At the limit of an organization, predictions outside are omitted first. */
function chooseMailed(events: readonly Event[]): Event[] {
  const mailed = events.filter(({ type }) => type !== EVENT_TYPES.TEST);
  const ofOrganizations = Map.groupBy(mailed, ({ organizationId }) => organizationId);
  return [...ofOrganizations.values()].flatMap(group =>
    group.toSorted((a, b) => Number(isOutside(a)) - Number(isOutside(b))).slice(0, MAX_EVENTS),
  );
}

const isOutside = ({ type }: Event) => type === EVENT_TYPES.PREDICTION_OUTSIDE;
