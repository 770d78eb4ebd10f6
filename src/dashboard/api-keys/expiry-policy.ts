import type { ApiKeysQuery } from '../generated/graphql';
import { expiryOf, LIFETIMES, LONGEST, NO_EXPIRY, ON_DATE } from './expiry.ts';

/** What an organization requires of the expiry of its keys. */
export type ExpiryPolicy = Pick<
  NonNullable<ApiKeysQuery['project']>['organization']['apiKeyPolicy'],
  'maxLifetimeDays' | 'expiryRequired'
>;

/** While the policy is not loaded. */
export const NO_POLICY: ExpiryPolicy = { maxLifetimeDays: null, expiryRequired: false };

const DAY_MS = 86_400_000;
/** The clock of the server may be this much behind that of the browser. */
const CLOCK_DIFFERENCE_MS = 60_000;

/** The latest expiry of a key that was created at a time; null: no limit. */
export function latestExpiry({ maxLifetimeDays }: ExpiryPolicy, createdAt: Date): Date | null {
  if (maxLifetimeDays == null) return null;
  return new Date(createdAt.getTime() + maxLifetimeDays * DAY_MS - CLOCK_DIFFERENCE_MS);
}

/**
 * The latest expiry that a key can be given: that of the policy, but the present one is never too late, as an earlier expiry
 * is always allowed. Null: no limit.
 */
export function latestChange(
  policy: ExpiryPolicy,
  { createdAt, expiresAt }: { createdAt: string; expiresAt?: string | null | undefined },
): Date | null {
  const latest = latestExpiry(policy, new Date(createdAt));
  if (!latest || !expiresAt) return null;
  const present = new Date(expiresAt);
  return present > latest ? present : latest;
}

/** The lifetime that a new key has unless the person chooses another one. */
export const usualLifetime = ({ maxLifetimeDays }: ExpiryPolicy): string =>
  maxLifetimeDays != null && maxLifetimeDays <= 90 ? LONGEST : '90-days';

/**
 * The choices of an expiry that a policy allows. A key's longest lifetime is a choice of its own, so those that would be
 * cut to it are left out.
 *
 * @param latest the latest expiry; null: any
 */
export function allowedExpiries(
  policy: ExpiryPolicy,
  latest: Date | null,
  now: Date,
): { value: string; label: string }[] {
  const isWithin = (lifetime: string) => {
    const expiresAt = expiryOf(lifetime, '', now);
    return !latest || (expiresAt instanceof Date && expiresAt <= latest);
  };
  const lifetimes = LIFETIMES.filter(({ value }) => isWithin(value)).map(({ value, label }) => ({
    value: String(value),
    label,
  }));
  const longest = latest && latest > now ? [{ value: LONGEST, label: labelOf(policy) }] : [];
  const never =
    policy.expiryRequired || policy.maxLifetimeDays != null ? [] : [{ value: NO_EXPIRY, label: 'Never' }];
  return [...lifetimes, ...longest, { value: ON_DATE, label: 'On a date…' }, ...never];
}

const labelOf = ({ maxLifetimeDays }: ExpiryPolicy) =>
  `Maximum (${maxLifetimeDays === 1 ? '1 day' : `${maxLifetimeDays} days`})`;

/** What a policy requires, for people; null: nothing. */
export function requirementOf({ maxLifetimeDays, expiryRequired }: ExpiryPolicy): string | null {
  if (maxLifetimeDays != null)
    return `The organization allows a key to live for ${maxLifetimeDays === 1 ? 'a day' : `${maxLifetimeDays} days`}.`;
  return expiryRequired ? 'Keys of the organization must expire.' : null;
}
