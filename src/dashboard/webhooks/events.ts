import type { WebhookEvent } from '../generated/graphql';

/** What a webhook can be notified of, in the words of the pages, in their order. */
export const EVENTS: readonly { event: WebhookEvent; label: string }[] = [
  { event: 'API_KEY_CREATED', label: 'Key created' },
  { event: 'API_KEY_ROTATED', label: 'Key rotated' },
  { event: 'API_KEY_REVOKED', label: 'Key revoked' },
  { event: 'API_KEY_REHEARSED', label: 'Revocation rehearsed' },
  { event: 'API_KEY_EXPIRING', label: 'Key expires in 14 or 3 days' },
  { event: 'API_KEY_EXPIRED', label: 'Key expired' },
  { event: 'QUOTA_80', label: '80 % of a quota used' },
  { event: 'QUOTA_100', label: 'Quota used up' },
  { event: 'PREDICTION_OUTSIDE', label: 'Predictions outside the calibration' },
];

/** The words for an event; those of tests are not in `EVENTS`, as nobody chooses them. */
export const labelOf = (event: WebhookEvent): string =>
  EVENTS.find(known => known.event === event)?.label ?? 'Test';
