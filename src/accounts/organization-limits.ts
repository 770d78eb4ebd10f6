import { countNetwork, takeNetworkBack } from '../requests/network-limits.ts';
import { checkLimit, type Limit, type RateLimits } from '../requests/rate-limits.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** A new organization has quotas of its own, also where another one was deleted for it. */
const OF_PERSON: Limit = { name: 'organizations of a person', max: 10, windowMs: DAY_MS };
/** Sign-ups are free, so that many people can be one. */
const OF_ADDRESS: Limit = { name: 'organizations of an address', max: 20, windowMs: DAY_MS };

/**
 * Applies the rate limits of new organizations. One counts from the beginning, so that those under way count too, and no
 * more once it was refused.
 *
 * @returns what `create` does. @throws RATE_LIMITED
 */
export async function limitOrganizations<Result>(
  rateLimits: RateLimits,
  { personId, network, now }: { personId: string; network: string; now: Date },
  create: () => Promise<Result>,
): Promise<Result> {
  const { count, takeBack } = rateLimits;
  // First of the person, so that whoever goes on beyond this uses up nothing of the others at the address.
  checkLimit(OF_PERSON, await count(OF_PERSON, personId, now), now);
  try {
    await countNetwork(count, OF_ADDRESS, { network, now });
  } catch (error) {
    await takeBack(OF_PERSON, personId, 'one');
    throw error;
  }
  try {
    return await create();
  } catch (error) {
    await takeBack(OF_PERSON, personId, 'one');
    await takeNetworkBack(rateLimits, OF_ADDRESS, { network }, 'one');
    throw error;
  }
}
