import { sql, type Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import type { DB } from '../generated/database.ts';
import type { Event } from './events.ts';
import { queueMails } from './mail-queue.ts';

/** How long a delivery is attempted. */
const ATTEMPTS_MS = 24 * 60 * 60 * 1000;
/**
 * Max pending deliveries of an organization. Changes of keys are not limited, but attempts are (jobs/deliveries.ts), and
 * each job waiting in the queue of all organizations makes every fetch of a job slower.
 */
const MAX_PENDING = 10_000;
/** Rows in one statement: PostgreSQL allows 65 535 parameters. */
const MAX_ROWS = 1000;

/** When the attempts of a delivery end that is due now. */
export const giveUpAfter = (now: Date) => new Date(now.getTime() + ATTEMPTS_MS);

/** Identifies a stream. */
export interface StreamId {
  webhookId: string;
  subjectId: string;
}

/** A stream: the deliveries of a webhook about one subject, in order. */
export interface DeliveryStream extends StreamId {
  organizationId: string;
}

const streams = new WeakMap<Transaction<DB>, DeliveryStream[]>();

/** Records that a transaction added a delivery to a stream, until `takeStreams`. */
export function recordStream(trx: Transaction<DB>, stream: DeliveryStream): void {
  const added = streams.get(trx) ?? [];
  added.push(stream);
  streams.set(trx, added);
}

/** The streams to which a transaction added deliveries, once for each delivery: each needs a job before the commit. */
export function takeStreams(trx: Transaction<DB>): DeliveryStream[] {
  const taken = streams.get(trx) ?? [];
  streams.delete(trx);
  return taken;
}

/**
 * Writes events for the people who are mailed, and for the webhooks of their organizations that receive them: a
 * delivery each, in the transaction of what happened. `seq` is the order of delivery. It is drawn here, while the
 * transaction holds the lock of the subject, as the time at which a transaction began is not the order of the changes.
 */
export async function writeEvents(
  trx: Transaction<DB>,
  createdAt: Date,
  events: readonly Event[],
): Promise<void> {
  if (events.length === 0) return;
  await queueMails(trx, createdAt, events);
  const receivers = await sql<{ webhookId: string; place: number }>`
    select webhooks.id as webhook_id, event.place::int as place
    from unnest(${events.map(({ organizationId }) => organizationId)}::uuid[], ${events.map(({ type }) => type)}::text[])
      with ordinality as event (organization_id, type, place)
    join webhooks on webhooks.organization_id = event.organization_id and event.type = any (webhooks.events)
    order by event.place, webhooks.id`.execute(trx);
  const deliveries = receivers.rows.flatMap(({ webhookId, place }) => {
    const event = events[place - 1];
    return event ? [{ webhookId, event }] : [];
  });
  await insertDeliveries(trx, createdAt, deliveries);
}

/**
 * Adds deliveries to webhooks, in this order. Those that an organization has beyond `MAX_PENDING` are undelivered at once,
 * without an attempt. Transactions that run at once do not see each other's, so together they may pass it.
 *
 * @returns their ids
 */
export async function insertDeliveries(
  trx: Transaction<DB>,
  createdAt: Date,
  deliveries: readonly { webhookId: string; event: Event }[],
): Promise<string[]> {
  const free = await countFreePlaces(
    trx,
    deliveries.map(({ event }) => event.organizationId),
  );
  const rows = deliveries.map(({ webhookId, event: { type, organizationId, subjectId, data } }) => {
    const left = free.get(organizationId) ?? 0;
    free.set(organizationId, left - 1);
    if (left > 0) recordStream(trx, { webhookId, organizationId, subjectId });
    return {
      id: newId(),
      webhookId,
      subjectId,
      type,
      body: JSON.stringify({ type, timestamp: createdAt, data }),
      createdAt,
      giveUpAt: giveUpAfter(createdAt),
      status: left > 0 ? 'PENDING' : 'UNDELIVERED',
    };
  });
  for (let from = 0; from < rows.length; from += MAX_ROWS)
    await trx
      .insertInto('webhookDeliveries')
      .values(rows.slice(from, from + MAX_ROWS))
      .execute();
  return rows.map(({ id }) => id);
}

/** How many more deliveries of each of these organizations may become pending. */
async function countFreePlaces(
  trx: Transaction<DB>,
  organizationIds: readonly string[],
): Promise<Map<string, number>> {
  if (organizationIds.length === 0) return new Map();
  const { rows } = await sql<{ id: string; pending: number }>`
    select organization.id, (
      select count(*)::int from (
        select from webhooks join webhook_deliveries as delivery on delivery.webhook_id = webhooks.id
        where webhooks.organization_id = organization.id and delivery.status = 'PENDING'
        limit ${MAX_PENDING}
      ) as pending
    ) as pending
    from unnest(${[...new Set(organizationIds)]}::uuid[]) as organization (id)`.execute(trx);
  return new Map(rows.map(({ id, pending }) => [id, MAX_PENDING - pending]));
}
