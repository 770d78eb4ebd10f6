import { siteOf } from './network.ts';
import { type Counted, checkLimit, type Limit, type RateLimits } from './rate-limits.ts';

/**
 * How many times the limit of a /64 applies to its IPv6 /48, which may belong to one customer or to many subscribers of
 * a mobile network.
 */
const SITE_FACTOR = 4;

/** An attempt from a network. */
interface NetworkAttempt {
  network: string;
  /** What the limit applies to besides the network, e.g. the e-mail of a sign-in. */
  of?: string;
  now: Date;
}

const siteLimit = (limit: Limit): Limit => ({
  ...limit,
  id: `${limit.id}, IPv6 /48`,
  max: limit.max * SITE_FACTOR,
});
const keyOf = (network: string, of: string | undefined) => (of === undefined ? network : `${network}\0${of}`);

/**
 * Counts an attempt against the limit of its network and, if that allows it, against the higher limit of its IPv6 /48.
 * In this order a single network cannot use up the limit of its neighbours.
 *
 * @param count counts one attempt, as `RateLimits.count` does.
 * @returns the attempts of the network or, for IPv6, of its /48. @throws RATE_LIMITED
 */
export async function countNetwork(
  count: (limit: Limit, subject: string, now: Date) => Counted | Promise<Counted>,
  limit: Limit,
  { network, of, now }: NetworkAttempt,
): Promise<Counted> {
  const counted = await count(limit, keyOf(network, of), now);
  checkLimit(limit, counted, now);
  const site = siteOf(network);
  if (site === undefined) return counted;
  const ofSite = await count(siteLimit(limit), keyOf(site, of), now);
  checkLimit(siteLimit(limit), ofSite, now);
  return ofSite;
}

/** Takes back one attempt that `countNetwork` counted, or all of them. */
export async function takeNetworkBack(
  { takeBack }: Pick<RateLimits, 'takeBack'>,
  limit: Limit,
  { network, of }: Omit<NetworkAttempt, 'now'>,
  how: 'one' | 'all',
): Promise<void> {
  await takeBack(limit, keyOf(network, of), how);
  const site = siteOf(network);
  if (site !== undefined) await takeBack(siteLimit(limit), keyOf(site, of), how);
}
