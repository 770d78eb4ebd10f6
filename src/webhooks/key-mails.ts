import { type Kysely, sql, type Transaction } from 'kysely';
import { type Mail, type SendMail, withoutAddresses } from '../accounts/mailer.ts';
import { lockOrganizationAs } from '../accounts/organizations.ts';
import type { Database } from '../database/pool.ts';
import type { DB } from '../generated/database.ts';
import { EVENT_TYPES } from '../outbox/events.ts';

// Mails to people about the events that webhooks receive (outbox/key-mails.ts writes them down). What happens within an
// hour after a mail waits, so that nobody gets more than one an hour from an organization.

const HOUR_MS = 60 * 60 * 1000;
/** An event that could not be mailed for this time is forgotten. */
const MAX_AGE_MS = 24 * HOUR_MS;
/** Max events that a mail lists. */
const MAX_LINES = 20;
/** Max mails of a run, which is once a minute. */
const MAX_MAILS = 100;

export interface KeyMails {
  sendMail: SendMail;
  /** Whether the mail server accepts connections. */
  isReachable: () => Promise<boolean>;
  /** The origin of links. */
  publicUrl: string;
}

interface Receiver {
  userId: string;
  organizationId: string;
  email: string;
  organizationName: string;
  slug: string;
}

interface Waiting {
  id: number;
  /** Whether it is in a project whose keys the receiver may still change. */
  isMailed: boolean;
}

interface MailedEvent {
  type: string;
  createdAt: Date;
  projectId: string;
  projectName: string;
  data: {
    apiKey?: { id: string; name: string; prefix: string; by?: string; expiresAt?: string };
    deployment?: { id: string; name: string };
  };
}

/** Deletes all that was written down for mails. For a server that sends none. */
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
  await db
    .deleteFrom('keyMails')
    .where('createdAt', '<', new Date(now.getTime() - MAX_AGE_MS))
    .execute();
  for (const receiver of await findReceivers(db, now)) {
    if (signal.aborted) return;
    const waiting = await findWaiting(db, receiver);
    const mailed = waiting.filter(({ isMailed }) => isMailed);
    const events = await findEvents(db, mailed.slice(0, MAX_LINES));
    if (events.length > 0) {
      try {
        await sendMail({
          to: receiver.email,
          ...writeMail(receiver, { events, total: mailed.length }, publicUrl),
        });
      } catch (error) {
        onFailed(error);
        if (isRefusedSender(error) || !(await isReachable())) return;
        await noteAttempt(db, receiver, now);
        continue;
      }
      await noteAttempt(db, receiver, now);
    }
    await db
      .deleteFrom('keyMails')
      .where('id', '=', sql<number>`any(${waiting.map(({ id }) => id)}::bigint[])`)
      .execute();
  }
}

async function findReceivers(db: Kysely<DB>, now: Date): Promise<Receiver[]> {
  const { rows } = await sql<Receiver>`
    select mails.user_id, mails.organization_id, users.email, organizations.name as organization_name,
      organizations.slug
    from key_mails as mails
    join users on users.id = mails.user_id
    join organizations on organizations.id = mails.organization_id
    left join key_mail_settings as settings
      on settings.organization_id = mails.organization_id and settings.user_id = mails.user_id
    where coalesce(settings.enabled, true)
      and coalesce(settings.mailed_at, '-infinity') <= ${new Date(now.getTime() - HOUR_MS)}
    group by mails.user_id, mails.organization_id, users.id, organizations.id
    order by min(mails.id)
    limit ${MAX_MAILS}`.execute(db);
  return rows;
}

/** What is written down for a receiver, oldest first. */
async function findWaiting(db: Kysely<DB>, { userId, organizationId }: Receiver): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select mails.id, access.role is not null as is_mailed
    from key_mails as mails
    left join project_access as access on access.project_id = mails.project_id and access.user_id = mails.user_id
      and access.role in ('OWNER', 'CONTRIBUTOR')
    where mails.user_id = ${userId} and mails.organization_id = ${organizationId}
    order by mails.id`.execute(db);
  return rows;
}

/** The events that a mail lists, oldest first. */
async function findEvents(db: Kysely<DB>, listed: readonly Waiting[]): Promise<MailedEvent[]> {
  const { rows } = await sql<MailedEvent>`
    select mails.type, mails.created_at, mails.data, projects.id as project_id, projects.name as project_name
    from key_mails as mails
    join projects on projects.id = mails.project_id
    where mails.id = any(${listed.map(({ id }) => id)}::bigint[])
    order by mails.id`.execute(db);
  return rows;
}

/** Notes that a mail to a member was attempted, unless they have left. */
async function noteAttempt(db: Kysely<DB>, { userId, organizationId }: Receiver, now: Date): Promise<void> {
  await sql`
    insert into key_mail_settings (organization_id, user_id, mailed_at)
    select organization_id, user_id, ${now} from organization_members
    where organization_id = ${organizationId} and user_id = ${userId} for key share
    on conflict (organization_id, user_id) do update set mailed_at = excluded.mailed_at`.execute(db);
}

/**
 * Whether the mail server refuses the operator's address, and so every mail. Other errors do not say whose fault they are:
 * it may also close the connection, or not answer in time, because of a receiver or a text.
 */
const isRefusedSender = (error: unknown) =>
  error instanceof Error && 'command' in error && error.command === 'MAIL FROM';

/**
 * The subject and text of a mail.
 *
 * @param events what it lists, at least one
 * @param total how many there are, with those that it does not list
 */
export function writeMail(
  { organizationName, slug }: Pick<Receiver, 'organizationName' | 'slug'>,
  { events, total }: { events: readonly MailedEvent[]; total: number },
  publicUrl: string,
): Omit<Mail, 'to'> {
  const organization = plain(organizationName);
  const [first] = events;
  const subject = first && total === 1 ? sentenceOf(first) : `${total} events of API keys in ${organization}`;
  const lines = events.map(event => {
    const { createdAt, projectId, projectName, data } = event;
    const place = data.apiKey
      ? `projects/${projectId}/api-keys/${data.apiKey.id}`
      : `deployments/${data.deployment?.id ?? ''}`;
    return `${createdAt.toUTCString()}, project "${plain(projectName)}":\n${sentenceOf(event)}.\n${publicUrl}/${place}\n`;
  });
  const more = total > events.length ? `\nAnd ${total - events.length} more.\n` : '';
  return {
    subject,
    text: `${lines.join('\n')}${more}
You get this mail because you may change API keys of the organization "${organization}" on Spectrakey. You can
switch such mails off at ${publicUrl}/organizations/${slug}
`,
  };
}

/** A name as it is in a mail: in one line, and without what could become a link. */
const plain = (name: string) => withoutAddresses(name).replaceAll(/\s+/g, ' ');

function sentenceOf({ type, data }: MailedEvent): string {
  const { apiKey, deployment } = data;
  const key = `API key "${plain(apiKey?.name ?? '')}" (${apiKey?.prefix}...)`;
  const called = `Deployment "${plain(deployment?.name ?? '')}"`;
  switch (type) {
    case EVENT_TYPES.API_KEY_CREATED:
      return `${key} was created`;
    case EVENT_TYPES.API_KEY_ROTATED:
      return `${key} was rotated`;
    case EVENT_TYPES.API_KEY_REHEARSED:
      return `The revocation of ${key} is rehearsed`;
    case EVENT_TYPES.API_KEY_REVOKED:
      return apiKey?.by === undefined
        ? `${key} was revoked`
        : `${key} leaked and was revoked: ${BY[apiKey.by] ?? ''}`;
    case EVENT_TYPES.API_KEY_EXPIRING:
      return `${key} expires on ${dayOf(apiKey?.expiresAt)}`;
    case EVENT_TYPES.API_KEY_EXPIRED:
      return `${key} has expired`;
    case EVENT_TYPES.QUOTA_80:
      return `${called} has used 80 percent of its predictions of this month`;
    case EVENT_TYPES.QUOTA_100:
      return `${called} has used all of its predictions of this month`;
    default:
      return type;
  }
}

/** Who revoked a key without being signed in, by what its activity says. */
const BY: Record<string, string> = {
  holder: 'someone sent it to end it',
  'GitHub secret scanning': 'GitHub found it in public',
};

const dayOf = (at: string | undefined) => (at === undefined ? '' : new Date(at).toUTCString().slice(0, 16));

/** Whether a person wants mails about keys, by organization. Those without a row do. */
export async function findMailChoices(
  db: Database,
  userId: string,
  organizationIds: readonly string[],
): Promise<{ organizationId: string; enabled: boolean }[]> {
  return await db
    .selectFrom('keyMailSettings')
    .select(['organizationId', 'enabled'])
    .where('userId', '=', userId)
    .where('organizationId', '=', sql<string>`any(${organizationIds}::uuid[])`)
    .execute();
}

/** Sets whether a person wants mails about keys of an organization. @throws NOT_FOUND if they are not a member */
export async function setMailChoice(
  trx: Transaction<DB>,
  { userId, organizationId, enabled }: { userId: string; organizationId: string; enabled: boolean },
): Promise<void> {
  await lockOrganizationAs(trx, organizationId, userId, () => true);
  await trx
    .insertInto('keyMailSettings')
    .values({ organizationId, userId, enabled })
    .onConflict(row => row.columns(['organizationId', 'userId']).doUpdateSet({ enabled }))
    .execute();
}
