import { requireOrganizationOwner } from '../accounts/authorize.ts';
import { canOwnOrganization } from '../auth/roles.ts';
import { badUserInput } from '../errors.ts';
import type { Resolvers, WebhookDeliveryStatus, WebhookEvent } from '../generated/graphql.ts';
import { EVENT_NAMES, EVENT_TYPES, type EventType } from '../outbox/events.ts';
import { checkPage } from '../requests/pagination.ts';
import { requireDelivery, requireWebhook } from './authorize.ts';
import { limitSending } from './limits.ts';
import { deleteWebhook, insertTest, insertWebhook, resend, rotateSecret, updateWebhook } from './manage.ts';
import { formatSecret } from './signature.ts';
import { checkTarget } from './target.ts';

/** The webhooks of organizations. graphql/permissions.ts checks who may call these fields. */
export const webhookResolvers = {
  Query: {
    webhook: (_parent, { id }, { viewer }) => viewer().load.webhook.find(id),
  },

  Mutation: {
    async createWebhook(_parent, { input }, { transaction, by, viewer, webhookTargets }) {
      const { load } = viewer();
      const { id: organizationId } = await requireOrganizationOwner({ load }, input.organizationId);
      const settings = { url: checkTarget(input.url, webhookTargets), events: typesOf(input.events) };
      const made = await transaction(trx => insertWebhook(trx, { organizationId, ...settings }, by()));
      return { webhook: await load.webhook.get(made.id), secret: formatSecret(made.secret) };
    },

    async updateWebhook(_parent, { input }, { transaction, by, viewer, webhookTargets }) {
      const { load } = viewer();
      const { id } = await requireWebhook({ load }, input.id);
      const settings = {
        ...(input.url != null && { url: checkTarget(input.url, webhookTargets) }),
        ...(input.events != null && { events: typesOf(input.events) }),
      };
      await transaction(trx => updateWebhook(trx, { id, ...settings }, by()));
      return await load.webhook.reload(id);
    },

    async rotateWebhookSecret(_parent, args, { transaction, by, viewer }) {
      const { load } = viewer();
      const { id } = await requireWebhook({ load }, args.id);
      const secret = await transaction(trx => rotateSecret(trx, id, by()));
      return { webhook: await load.webhook.reload(id), secret: formatSecret(secret) };
    },

    async deleteWebhook(_parent, args, { transaction, by, viewer }) {
      const { id } = await requireWebhook(viewer(), args.id);
      await transaction(trx => deleteWebhook(trx, id, by()));
      return { deletedWebhookId: id };
    },

    async testWebhook(_parent, args, { transaction, by, viewer, rateLimits, at }) {
      const { load } = viewer();
      const { id, organizationId } = await requireWebhook({ load }, args.id);
      await limitSending(rateLimits, { organizationId, now: at });
      return await load.delivery.get(await transaction(trx => insertTest(trx, id, by())));
    },

    async resendWebhookDelivery(_parent, args, { transaction, by, viewer, rateLimits, at }) {
      const { load } = viewer();
      const { id, webhookId } = await requireDelivery({ load }, args.id);
      const { organizationId } = await requireWebhook({ load }, webhookId);
      await limitSending(rateLimits, { organizationId, now: at });
      await transaction(trx => resend(trx, { id, webhookId }, by()));
      return await load.delivery.reload(id);
    },
  },

  Organization: {
    webhooks: ({ id, role }, _args, { viewer }) =>
      canOwnOrganization(role) ? viewer().load.webhooksOf(id) : [],
  },

  Webhook: {
    events: ({ events }) => events.map(nameOf),
    createdBy: ({ createdBy, creatorName }) =>
      createdBy === null || creatorName === null ? null : { id: createdBy, name: creatorName },
    deliveries: ({ id }, args, { viewer }) => viewer().load.deliveries({ webhookId: id, ...checkPage(args) }),
    previousSecretUntil: ({ previousSecretUntil: until }, _args, { at }) =>
      until !== null && until > at ? until : null,
  },

  WebhookDelivery: {
    event: ({ type }) => nameOf(type),
    status: ({ status }) => statusOf(status),
  },
} satisfies Resolvers;

const STATUSES: WebhookDeliveryStatus[] = ['PENDING', 'DELIVERED', 'UNDELIVERED'];

function nameOf(type: string): WebhookEvent {
  const [, name] = Object.entries(EVENT_NAMES).find(([known]) => known === type) ?? [];
  if (!name) throw new Error(`the event type ${type} has no name`);
  return name;
}

function statusOf(text: string): WebhookDeliveryStatus {
  const status = STATUSES.find(known => known === text);
  if (!status) throw new Error(`${text} is not a status of a delivery`);
  return status;
}

/** The types of events that a webhook is to receive, each once. @throws BAD_USER_INPUT */
function typesOf(names: readonly WebhookEvent[]): EventType[] {
  if (names.includes('TEST'))
    throw badUserInput('TEST is not an event to receive. testWebhook sends it to any webhook.');
  if (names.length === 0) throw badUserInput('Name at least one event that the webhook receives.');
  return [...new Set(names)].map(name => EVENT_TYPES[name]);
}
