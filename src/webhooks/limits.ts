import { checkLimit, type Limit, type RateLimits } from '../requests/rate-limits.ts';

const HOUR_MS = 60 * 60 * 1000;

/** Tests and resends make the server call a URL that the person chose. */
const SENT_BY_HAND: Limit = { id: 'deliveries sent by hand', max: 60, windowMs: HOUR_MS };

/** Counts a test or a resend of a delivery in an organization. @throws RATE_LIMITED */
export async function limitSending(
  { count }: RateLimits,
  { organizationId, now }: { organizationId: string; now: Date },
): Promise<void> {
  checkLimit(SENT_BY_HAND, await count(SENT_BY_HAND, organizationId, now), now);
}
