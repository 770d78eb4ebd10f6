import { siteOf } from './network.ts';
import { type Counted, checkLimit, type Limit, type RateLimits } from './rate-limits.ts';

/**
 * How much more an IPv6 /48 may do than one of its /64: one customer may have all of it, and so may the subscribers of
 * a mobile network.
 */
const SITE_FACTOR = 4;

/** What is counted for a network beside the network itself, for example the e-mail that it tries. */
interface NetworkAttempt {
  network: string;
  /** Empty, or what the limit is for beside the network. */
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
 * Counts an attempt against the limit of its network and, if that allows it, against the larger one of its IPv6 /48: a
 * single network cannot use up what its neighbours have.
 *
 * @param count counts one attempt, as RateLimits does.
 * @returns the attempts of the network or, for IPv6, of its /48. @throws RATE_LIMITED
 */
export async function countNetwork(
  count: (limit: Limit, who: string, now: Date) => Counted | Promise<Counted>,
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

/** Takes back what `countNetwork` counted: one attempt, or all of them. */
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
