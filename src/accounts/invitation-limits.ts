import { countNetwork } from '../requests/network-limits.ts';
import { checkLimit, type Limit, type RateLimits } from '../requests/rate-limits.ts';

const HOUR_MS = 60 * 60 * 1000;

const OF_ORGANIZATION: Limit = { id: 'invitations of an organization', max: 60, windowMs: HOUR_MS };
/** Limits a sender who uses many organizations, which are free to create. */
const OF_ADDRESS: Limit = { id: 'invitations of an address', max: 200, windowMs: HOUR_MS };
/** Beyond this, invitations are created and their links shown as usual, but not mailed. */
const MAILS_OF_RECIPIENT: Limit = { id: 'mails of a recipient', max: 5, windowMs: 24 * HOUR_MS };

/** Counts an invitation. @throws RATE_LIMITED */
export async function limitInvitations(
  { count }: RateLimits,
  { organizationId, address, now }: { organizationId: string; address: string; now: Date },
): Promise<void> {
  checkLimit(OF_ORGANIZATION, await count(OF_ORGANIZATION, organizationId, now), now);
  await countNetwork(count, OF_ADDRESS, { network: address, now });
}

/** Counts a mail to a recipient. @returns whether it is within the limit and may be sent. */
export async function countMail({ count }: RateLimits, email: string, now: Date): Promise<boolean> {
  return (await count(MAILS_OF_RECIPIENT, email, now)).used <= MAILS_OF_RECIPIENT.max;
}
