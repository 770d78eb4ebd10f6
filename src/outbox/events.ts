import type { WebhookEvent } from '../generated/graphql.ts';

/** The events that webhooks can receive, with the type in their messages. A new one needs no migration. */
export const EVENT_TYPES = {
  API_KEY_CREATED: 'api_key.created',
  API_KEY_ROTATED: 'api_key.rotated',
  API_KEY_REVOKED: 'api_key.revoked',
  API_KEY_REHEARSED: 'api_key.rehearsed',
  API_KEY_EXPIRING: 'api_key.expiring',
  API_KEY_EXPIRED: 'api_key.expired',
  QUOTA_80: 'quota.80',
  QUOTA_100: 'quota.100',
  PREDICTION_OUTSIDE: 'prediction.outside',
  TEST: 'webhook.test',
} as const satisfies Record<WebhookEvent, string>;

export type EventType = (typeof EVENT_TYPES)[keyof typeof EVENT_TYPES];

/** The names of the events in the schema, by type. */
export const EVENT_NAMES = {
  'api_key.created': 'API_KEY_CREATED',
  'api_key.rotated': 'API_KEY_ROTATED',
  'api_key.revoked': 'API_KEY_REVOKED',
  'api_key.rehearsed': 'API_KEY_REHEARSED',
  'api_key.expiring': 'API_KEY_EXPIRING',
  'api_key.expired': 'API_KEY_EXPIRED',
  'quota.80': 'QUOTA_80',
  'quota.100': 'QUOTA_100',
  'prediction.outside': 'PREDICTION_OUTSIDE',
  'webhook.test': 'TEST',
} as const satisfies { [Name in WebhookEvent as (typeof EVENT_TYPES)[Name]]: Name };

/** Something that happened, for the webhooks of its organization. */
export interface Event {
  type: EventType;
  organizationId: string;
  /** The id of the key or deployment that it is about. Events of one subject are delivered in order. */
  subjectId: string;
  /** The content of the message, without secrets and names of people. */
  data: Record<string, unknown>;
}

/** The fields of an activity entry (activity/activity.ts) that its event has. */
interface Entry {
  action: string;
  organizationId: string | null;
  projectId: string | null;
  subjectId: string;
  subject: string;
  details?: Record<string, string | number | boolean | null>;
}

/**
 * The types of events that are written with an entry of the activity, which has the same action. Not `API_KEY_EXPIRED`:
 * notifications/expiry-notices.ts writes it, for webhooks that are older than the expiry.
 */
const OF_ACTIVITY: ReadonlySet<string> = new Set<EventType>([
  EVENT_TYPES.API_KEY_CREATED,
  EVENT_TYPES.API_KEY_ROTATED,
  EVENT_TYPES.API_KEY_REVOKED,
  EVENT_TYPES.API_KEY_REHEARSED,
]);

const isOfActivity = (action: string): action is EventType => OF_ACTIVITY.has(action);

/** The event of an activity entry; null if webhooks are not notified of such an entry. */
export function eventOf({
  action,
  organizationId,
  projectId,
  subjectId,
  subject,
  details,
}: Entry): Event | null {
  if (organizationId === null || !isOfActivity(action)) return null;
  const data = { organizationId, projectId, apiKey: { id: subjectId, name: subject, ...details } };
  return { type: action, organizationId, subjectId, data };
}
