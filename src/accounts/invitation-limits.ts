import { countNetwork } from '../requests/network-limits.ts';
import { checkLimit, type Limit, type RateLimits } from '../requests/rate-limits.ts';

const HOUR_MS = 60 * 60 * 1000;

const OF_ORGANIZATION: Limit = { name: 'invitations of an organization', max: 60, windowMs: HOUR_MS };
/** Sign-ups and organizations may be free, so that many organizations can belong to one hand. */
const OF_ADDRESS: Limit = { name: 'invitations of an address', max: 200, windowMs: HOUR_MS };
/** Invitations are made as ever beyond this, and their links shown: somebody's mailbox just gets no more of them. */
const MAILS_OF_RECIPIENT: Limit = { name: 'mails of a recipient', max: 5, windowMs: 24 * HOUR_MS };

/** Counts an invitation. @throws RATE_LIMITED */
export async function limitInvitations(
  { count }: RateLimits,
  { organizationId, address, now }: { organizationId: string; address: string; now: Date },
): Promise<void> {
  checkLimit(OF_ORGANIZATION, await count(OF_ORGANIZATION, organizationId, now), now);
  await countNetwork(count, OF_ADDRESS, { network: address, now });
}

/** Counts a mail. @returns whether the recipient may get it. */
export async function countMail({ count }: RateLimits, email: string, now: Date): Promise<boolean> {
  return (await count(MAILS_OF_RECIPIENT, email, now)).used <= MAILS_OF_RECIPIENT.max;
}
