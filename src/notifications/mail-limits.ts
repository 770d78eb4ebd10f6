import type { Counted, Limit, RateLimits } from '../requests/rate-limits.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * An address may be another person's, as nobody confirms it. Invitations to it are counted separately: with both together,
 * anyone could use up the mails of an owner with invitations, and then create keys unnoticed.
 */
const KEY_MAILS_OF_RECIPIENT: Limit = { id: 'key mails of a recipient', max: 5, windowMs: DAY_MS };

/** Counts a mail about keys to an address. @returns also whether it is within the limit and may be sent */
export async function countKeyMail(
  { count }: RateLimits,
  email: string,
  now: Date,
): Promise<Counted & { isWithin: boolean }> {
  const counted = await count(KEY_MAILS_OF_RECIPIENT, email, now);
  return { ...counted, isWithin: counted.used <= KEY_MAILS_OF_RECIPIENT.max };
}

/** Takes back the count of a mail that was not sent. */
export async function takeBackKeyMail({ takeBack }: RateLimits, email: string): Promise<void> {
  await takeBack(KEY_MAILS_OF_RECIPIENT, email, 'one');
}
