import type { Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { lockOrganizationAs } from '../accounts/organizations.ts';
import { type ActivityAction, type By, recordActivity } from '../activity/activity.ts';
import { canOwnOrganization } from '../auth/roles.ts';
import { badUserInput, notFound } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { skipEarlierOutside } from '../notifications/usage-notices.ts';
import { EVENT_TYPES, type EventType } from '../outbox/events.ts';
import { giveUpAfter, insertDeliveries, recordStream } from '../outbox/outbox.ts';
import { generateSecret } from './signature.ts';

// Each change runs in a transaction that holds the lock of the organization, with its activity entry.

/** Max webhooks of an organization. */
export const MAX_WEBHOOKS = 10;
/** How long the previous secret signs too. */
const OVERLAP_MS = 24 * 60 * 60 * 1000;

interface Settings {
  /** From `checkTarget`. */
  url: string;
  events: EventType[];
}

/**
 * Stores a new webhook.
 *
 * @returns its id and its secret, which is not returned again
 * @throws as `lockOrganizationAs`; BAD_USER_INPUT when the organization has `MAX_WEBHOOKS`
 */
export async function insertWebhook(
  trx: Transaction<DB>,
  { organizationId, url, events }: Settings & { organizationId: string },
  by: By,
): Promise<{ id: string; secret: Buffer }> {
  await lockOrganizationAs(trx, organizationId, by.viewerId, canOwnOrganization);
  const existing = await trx
    .selectFrom('webhooks')
    .select('id')
    .where('organizationId', '=', organizationId)
    .execute();
  if (existing.length >= MAX_WEBHOOKS)
    throw badUserInput(`An organization has at most ${MAX_WEBHOOKS} webhooks. Delete one first.`);
  const id = newId();
  const secret = generateSecret();
  await skipEarlierOutside(trx, organizationId, events, by.now);
  await trx
    .insertInto('webhooks')
    .values({ id, organizationId, url, events, secret, createdAt: by.now, createdBy: by.viewerId })
    .execute();
  await record(trx, { id, organizationId, url }, 'webhook.created', by, { events: events.join(' ') });
  return { id, secret };
}

/** Changes the URL and the events of a webhook. What is pending is delivered to the new URL. @throws as `lockWebhook` */
export async function updateWebhook(
  trx: Transaction<DB>,
  { id, url, events }: Partial<Settings> & { id: string },
  by: By,
): Promise<void> {
  const webhook = await lockWebhook(trx, id, by);
  const changed = { url: url ?? webhook.url, events: events ?? webhook.events };
  if (events) await skipEarlierOutside(trx, webhook.organizationId, events, by.now);
  await trx.updateTable('webhooks').set(changed).where('id', '=', id).execute();
  await record(trx, { ...webhook, url: changed.url }, 'webhook.changed', by, {
    'host.from': new URL(webhook.url).host,
    'host.to': new URL(changed.url).host,
    'events.from': webhook.events.join(' '),
    'events.to': changed.events.join(' '),
  });
}

/**
 * Gives a webhook a new secret. For 24 hours messages have a signature with the previous one too, so that the receiver
 * can change it meanwhile.
 *
 * @returns the new secret, which is not returned again
 * @throws as `lockWebhook`
 */
export async function rotateSecret(trx: Transaction<DB>, id: string, by: By): Promise<Buffer> {
  const webhook = await lockWebhook(trx, id, by);
  const secret = generateSecret();
  await trx
    .updateTable('webhooks')
    .set(eb => ({
      previousSecret: eb.ref('secret'),
      previousSecretUntil: new Date(by.now.getTime() + OVERLAP_MS),
      secret,
    }))
    .where('id', '=', id)
    .execute();
  await record(trx, webhook, 'webhook.secret_rotated', by);
  return secret;
}

/** Deletes a webhook with its deliveries; what is pending is not delivered. @throws as `lockWebhook` */
export async function deleteWebhook(trx: Transaction<DB>, id: string, by: By): Promise<void> {
  const webhook = await lockWebhook(trx, id, by);
  await trx.deleteFrom('webhooks').where('id', '=', id).execute();
  await record(trx, webhook, 'webhook.deleted', by);
}

/** Adds a test delivery, which reports no event. @returns its id. @throws as `lockWebhook` */
export async function insertTest(trx: Transaction<DB>, id: string, by: By): Promise<string> {
  const webhook = await lockWebhook(trx, id, by);
  const { organizationId } = webhook;
  const event = { type: EVENT_TYPES.TEST, organizationId, subjectId: id, data: { organizationId } };
  const [delivery = ''] = await insertDeliveries(trx, by.now, [{ webhookId: id, event }]);
  await record(trx, webhook, 'webhook.tested', by);
  return delivery;
}

/**
 * Makes an ended delivery pending again, with the same id and content, after what is pending of its subject. A pending
 * one is not changed.
 *
 * @throws as `lockWebhook`; NOT_FOUND when the delivery was deleted meanwhile
 */
export async function resend(
  trx: Transaction<DB>,
  { id, webhookId }: { id: string; webhookId: string },
  by: By,
): Promise<void> {
  const webhook = await lockWebhook(trx, webhookId, by);
  const delivery = await trx
    .selectFrom('webhookDeliveries')
    .select(['status', 'subjectId'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!delivery) throw notFound('Webhook delivery');
  if (delivery.status === 'PENDING') return;
  await trx
    .updateTable('webhookDeliveries')
    .set(eb => ({
      status: 'PENDING',
      giveUpAt: giveUpAfter(by.now),
      seq: eb.fn<number>('nextval', [
        eb.fn('pg_get_serial_sequence', [eb.val('webhook_deliveries'), eb.val('seq')]),
      ]),
    }))
    .where('id', '=', id)
    .execute();
  const { organizationId } = webhook;
  recordStream(trx, { organizationId, webhookId, subjectId: delivery.subjectId });
  await record(trx, webhook, 'webhook.delivery_resent', by, { delivery: id });
}

interface Webhook {
  id: string;
  organizationId: string;
  url: string;
}

/** Locks the organization of a webhook, then reads the webhook. @throws as `lockOrganizationAs`; NOT_FOUND */
async function lockWebhook(trx: Transaction<DB>, id: string, { viewerId }: By) {
  const read = () =>
    trx
      .selectFrom('webhooks')
      .select(['id', 'organizationId', 'url', 'events'])
      .where('id', '=', id)
      .executeTakeFirst();
  const found = await read();
  if (!found) throw notFound('Webhook');
  await lockOrganizationAs(trx, found.organizationId, viewerId, canOwnOrganization);
  const webhook = await read();
  if (!webhook) throw notFound('Webhook');
  return webhook;
}

/** Records a change, with the host alone: paths of URLs may be secret, and the activity is kept for years. */
async function record(
  trx: Transaction<DB>,
  { id, organizationId, url }: Webhook,
  action: ActivityAction,
  { actor, now }: By,
  details: Record<string, string> = {},
): Promise<void> {
  await recordActivity(trx, actor, now, [
    { action, organizationId, projectId: null, subjectId: id, subject: new URL(url).host, details },
  ]);
}
