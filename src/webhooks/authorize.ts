import type { ById } from '../requests/loaders.ts';
import type { DeliveryRow, WebhookRow } from './queries.ts';

// Only owners of an organization see its webhooks, so for others they do not exist.

/** Returns the webhook if the viewer owns its organization. @throws NOT_FOUND */
export const requireWebhook = ({ load }: { load: { webhook: ById<WebhookRow> } }, id: string) =>
  load.webhook.get(id);

/** Returns the delivery if the viewer owns the organization of its webhook. @throws NOT_FOUND */
export const requireDelivery = ({ load }: { load: { delivery: ById<DeliveryRow> } }, id: string) =>
  load.delivery.get(id);
