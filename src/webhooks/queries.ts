import { sql } from 'kysely';
import type { Database } from '../database/pool.ts';
import { type PageRequest, pagesTable, toConnections } from '../requests/pagination.ts';

export interface WebhookRow {
  id: string;
  organizationId: string;
  url: string;
  /** Types of events (outbox/events.ts). */
  events: string[];
  createdAt: Date;
  createdBy: string | null;
  creatorName: string | null;
  previousSecretUntil: Date | null;
}

export interface DeliveryRow {
  id: string;
  webhookId: string;
  type: string;
  status: string;
  createdAt: Date;
  attempts: number;
  lastAttemptAt: Date | null;
  httpStatus: number | null;
}

/** A page of the deliveries of a webhook. */
export type DeliveryPage = PageRequest & { webhookId: string };

/** Webhooks of organizations that the viewer owns, without their secrets. */
function selectWebhooks(db: Database, viewerId: string) {
  return db
    .selectFrom('webhooks')
    .innerJoin('organizationMembers as owner', owner =>
      owner
        .onRef('owner.organizationId', '=', 'webhooks.organizationId')
        .on('owner.userId', '=', viewerId)
        .on('owner.role', '=', 'OWNER'),
    )
    .leftJoin('users as creator', 'creator.id', 'webhooks.createdBy')
    .select(['webhooks.id', 'webhooks.organizationId', 'webhooks.url', 'webhooks.events'])
    .select(['webhooks.createdAt', 'webhooks.createdBy', 'creator.name as creatorName'])
    .select('webhooks.previousSecretUntil');
}

/** The given webhooks, without those of organizations that the viewer does not own. */
export async function findWebhooks(db: Database, viewerId: string, ids: string[]): Promise<WebhookRow[]> {
  return await selectWebhooks(db, viewerId)
    .where('webhooks.id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute();
}

/** The webhooks of organizations, oldest first; none of organizations that the viewer does not own. */
export async function findWebhooksOf(
  db: Database,
  viewerId: string,
  organizationIds: string[],
  limit: number,
): Promise<WebhookRow[]> {
  return await selectWebhooks(db, viewerId)
    .where('webhooks.organizationId', '=', sql<string>`any(${organizationIds}::uuid[])`)
    .orderBy('webhooks.id')
    .limit(limit)
    .execute();
}

const DELIVERY_COLUMNS = [
  'delivery.id',
  'delivery.webhookId',
  'delivery.type',
  'delivery.status',
  'delivery.createdAt',
  'delivery.attempts',
  'delivery.lastAttemptAt',
  'delivery.httpStatus',
] as const;

/** Deliveries of webhooks that the viewer sees. */
export async function findDeliveries(db: Database, viewerId: string, ids: string[]): Promise<DeliveryRow[]> {
  return await db
    .selectFrom('webhookDeliveries as delivery')
    .innerJoin(
      () => selectWebhooks(db, viewerId).as('webhook'),
      join => join.onRef('webhook.id', '=', 'delivery.webhookId'),
    )
    .select(DELIVERY_COLUMNS)
    .where('delivery.id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute();
}

/** Pages of deliveries, newest first. The caller checks that the viewer sees the webhooks. */
export async function listDeliveries(db: Database, pages: readonly DeliveryPage[]) {
  const rows = await db
    .selectFrom(pagesTable(pages, 'webhookId'))
    .innerJoinLateral(
      from =>
        from
          .selectFrom('webhookDeliveries as delivery')
          .select(DELIVERY_COLUMNS)
          .whereRef('delivery.webhookId', '=', 'page.webhookId')
          .whereRef('delivery.id', '<', 'page.before')
          .orderBy('delivery.id', 'desc')
          .limit(eb => eb.ref('page.limit'))
          .as('delivery'),
      join => join.onTrue(),
    )
    .selectAll('delivery')
    .select('page.place')
    .execute();
  return toConnections(rows, pages);
}
