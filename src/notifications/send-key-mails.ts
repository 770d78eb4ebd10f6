import { type Kysely, sql } from 'kysely';
import { mailerOf, mailProbeOf, type SendMail } from '../accounts/mailer.ts';
import type { Config } from '../config.ts';
import type { DB } from '../generated/database.ts';
import { EVENT_TYPES } from '../outbox/events.ts';
import { startRateLimits } from '../requests/rate-limits.ts';
import { countKeyMail, takeBackKeyMail } from './mail-limits.ts';
import { formatMail, type MailedEvent } from './mail-text.ts';

// Mails to people about the events that webhooks receive (outbox/mail-queue.ts queues them). Events in the hour after a
// mail stay queued, so that nobody gets more than one an hour, in however many organizations they are. Predictions outside
// alone make one mail a day: they would use up the mails of a day (mail-limits.ts), and a revocation would be mailed late.

const HOUR_MS = 60 * 60 * 1000;
/** An event that could not be mailed for this time is forgotten. */
const MAX_AGE_MS = 24 * HOUR_MS;
/** How much longer than the hour predictions outside wait after a mail. They are forgotten `MAX_AGE_MS` after that. */
const OUTSIDE_MS = 22 * HOUR_MS;
/** Max events that a mail lists. */
const MAX_LINES = 20;
/** Max events that a mail lists or counts. More stay queued for the next mail. */
const MAX_COUNTED = 10_000;
/** Max mails of a run, which is once a minute. */
const MAX_MAILS = 100;

export interface KeyMails {
  sendMail: SendMail;
  /** Whether the mail server accepts connections. */
  isReachable: () => Promise<boolean>;
  /** The origin of links. */
  publicUrl: string;
}

/** How mails about keys are sent; null without a mail server. */
export function keyMailsOf({
  SMTP_URL,
  MAIL_FROM,
  PUBLIC_URL,
}: Pick<Config, 'SMTP_URL' | 'MAIL_FROM' | 'PUBLIC_URL'>): KeyMails | null {
  const publicUrl = PUBLIC_URL?.[0];
  if (SMTP_URL === undefined || MAIL_FROM === undefined || publicUrl === undefined) return null;
  const server = { SMTP_URL, MAIL_FROM };
  return { sendMail: mailerOf(server), isReachable: mailProbeOf(server), publicUrl };
}

interface Recipient {
  userId: string;
  email: string;
}

interface QueuedEvent {
  id: number;
  /** Whether the recipient wants it, and it is in a project whose keys they may still change. */
  isMailed: boolean;
}

/** Deletes all queued mails, for a server that sends none. */
export async function dropMails(db: Kysely<DB>): Promise<void> {
  await db.deleteFrom('keyMails').execute();
}

/**
 * Sends the mails that are due. If the mail server cannot be reached, they are due again in the next run. A mail that it
 * does not accept is due again after an hour, and delays no other: the address and names in it are the tenant's choice.
 *
 * @param onFailed is called for a mail that could not be sent
 */
export async function sendKeyMails(
  db: Kysely<DB>,
  { sendMail, isReachable, publicUrl }: KeyMails,
  { now, signal, onFailed }: { now: Date; signal: AbortSignal; onFailed: (error: unknown) => void },
): Promise<void> {
  const rateLimits = startRateLimits(db);
  const inAnHour = new Date(now.getTime() + HOUR_MS);
  await dropOldMails(db, now);
  for (const recipient of await findRecipients(db, now)) {
    if (signal.aborted) return;
    const queued = await findQueued(db, recipient);
    const mailed = queued.filter(({ isMailed }) => isMailed);
    const events = await findEvents(db, mailed.slice(0, MAX_LINES));
    if (events.length > 0) {
      const counted = await countKeyMail(rateLimits, recipient.email, now);
      if (!counted.isWithin) {
        await postpone(db, recipient, dueAt(events, counted.endsAt));
        continue;
      }
      try {
        await sendMail({
          to: recipient.email,
          ...formatMail({ events, total: mailed.length }, publicUrl),
        });
      } catch (error) {
        onFailed(error);
        await takeBackKeyMail(rateLimits, recipient.email);
        if (isRefusedSender(error) || !(await isReachable())) return;
        await postpone(db, recipient, dueAt(events, inAnHour));
        continue;
      }
      await postpone(db, recipient, inAnHour);
    }
    await db
      .deleteFrom('keyMails')
      .where('id', '=', sql<number>`any(${queued.map(({ id }) => id)}::bigint[])`)
      .execute();
  }
}

/** Deletes what could not be mailed in time. */
async function dropOldMails(db: Kysely<DB>, now: Date): Promise<void> {
  const oldest = now.getTime() - MAX_AGE_MS;
  await sql`
    delete from key_mails
    where created_at < ${new Date(oldest)} and (
      type <> ${EVENT_TYPES.PREDICTION_OUTSIDE} or created_at < ${new Date(oldest - HOUR_MS - OUTSIDE_MS)}
    )`.execute(db);
}

/** The `next_at` with which these events are due at a time, also if they are predictions outside alone. */
function dueAt(events: readonly MailedEvent[], at: Date): Date {
  const isOutside = events.every(({ type }) => type === EVENT_TYPES.PREDICTION_OUTSIDE);
  return isOutside ? new Date(at.getTime() - OUTSIDE_MS) : at;
}

/**
 * The people to mail now: once `next_at`, an hour after their last mail, has come, or `OUTSIDE_MS` later if only
 * predictions outside are queued. Those who were never mailed, or whose turn has been longest, come first.
 */
async function findRecipients(db: Kysely<DB>, now: Date): Promise<Recipient[]> {
  const { rows } = await sql<Recipient>`
    select users.id as user_id, users.email
    from key_mails as mails
    join users on users.id = mails.user_id
    left join key_mail_settings as settings
      on settings.organization_id = mails.organization_id and settings.user_id = mails.user_id
    left join key_mail_receivers as recipients on recipients.user_id = mails.user_id
    where coalesce(settings.enabled, true) and coalesce(recipients.next_at, '-infinity') <= ${now}
    group by users.id, recipients.next_at
    having coalesce(recipients.next_at, '-infinity') <= ${new Date(now.getTime() - OUTSIDE_MS)}
      or bool_or(mails.type <> ${EVENT_TYPES.PREDICTION_OUTSIDE})
    order by recipients.next_at nulls first, min(mails.id)
    limit ${MAX_MAILS}`.execute(db);
  return rows;
}

/** What is queued for a person, in the order in which a mail lists it: organizations take turns. */
async function findQueued(db: Kysely<DB>, { userId }: Recipient): Promise<QueuedEvent[]> {
  const { rows } = await sql<QueuedEvent>`
    select id, is_mailed from (
      select mails.id, mails.organization_id,
        access.role is not null and coalesce(settings.enabled, true) as is_mailed
      from key_mails as mails
      left join project_access as access on access.project_id = mails.project_id and access.user_id = mails.user_id
        and access.role in ('OWNER', 'CONTRIBUTOR')
      left join key_mail_settings as settings
        on settings.organization_id = mails.organization_id and settings.user_id = mails.user_id
      where mails.user_id = ${userId}
    ) as queued
    order by is_mailed desc, row_number() over (partition by organization_id, is_mailed order by id), id
    limit ${MAX_COUNTED}`.execute(db);
  return rows;
}

/** The events that a mail lists, oldest first. */
async function findEvents(db: Kysely<DB>, listed: readonly QueuedEvent[]): Promise<MailedEvent[]> {
  const { rows } = await sql<MailedEvent>`
    select mails.type, mails.created_at, mails.data, projects.id as project_id, projects.name as project_name,
      organizations.name as organization_name, organizations.slug, (
        select sum(outside)::bigint from deployment_usage as usage
        where mails.type = ${EVENT_TYPES.PREDICTION_OUTSIDE} and usage.month = mails.data ->> 'month'
          and usage.deployment_id = (mails.data -> 'deployment' ->> 'id')::uuid
      ) as outside
    from key_mails as mails
    join projects on projects.id = mails.project_id
    join organizations on organizations.id = projects.organization_id
    where mails.id = any(${listed.map(({ id }) => id)}::bigint[])
    order by mails.id`.execute(db);
  return rows;
}

/** Sets when a person may be mailed again, unless their account was deleted. */
async function postpone(db: Kysely<DB>, { userId }: Recipient, nextAt: Date): Promise<void> {
  await sql`
    insert into key_mail_receivers (user_id, next_at)
    select id, ${nextAt}::timestamptz from users where id = ${userId} for key share
    on conflict (user_id) do update set next_at = excluded.next_at`.execute(db);
}

/**
 * Whether the mail server refuses the operator's address, and so every mail. Other errors do not identify the cause: it
 * may also close the connection, or not answer in time, because of a recipient or a text.
 */
const isRefusedSender = (error: unknown) =>
  error instanceof Error && 'command' in error && error.command === 'MAIL FROM';
