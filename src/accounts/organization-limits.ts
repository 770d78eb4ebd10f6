import { countNetwork, takeNetworkBack } from '../requests/network-limits.ts';
import { checkLimit, type Limit, type RateLimits } from '../requests/rate-limits.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Includes organizations that were deleted since, because each new organization has new quotas. */
const OF_PERSON: Limit = { id: 'organizations of a person', max: 10, windowMs: DAY_MS };
/** Limits a person who signs up several times, which is free. */
const OF_ADDRESS: Limit = { id: 'organizations of an address', max: 20, windowMs: DAY_MS };

/**
 * Applies the rate limits of new organizations. Counts before `create` runs, so that concurrent requests count too, and
 * takes the count back if `create` throws.
 *
 * @returns what `create` returns. @throws RATE_LIMITED, or what `create` throws
 */
export async function limitOrganizations<Result>(
  rateLimits: RateLimits,
  { personId, network, now }: { personId: string; network: string; now: Date },
  create: () => Promise<Result>,
): Promise<Result> {
  const { count, takeBack } = rateLimits;
  // The person's limit first, so that further attempts beyond it do not count against others at the same address.
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
