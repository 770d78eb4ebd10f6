import { countNetwork, takeNetworkBack } from '../requests/network-limits.ts';
import { checkLimit, type Limit, type RateLimits } from '../requests/rate-limits.ts';

const MINUTE_MS = 60 * 1000;

/**
 * Limits of failed sign-ins. An attacker cannot lock a person out from another address: failures elsewhere count
 * against the person too, but beyond that limit only addresses that have failed for this person before are refused.
 */
const SIGN_IN = {
  /** 20, because that many attempts may be in flight before the first has succeeded. */
  ofPersonAtAddress: { id: 'sign-in', max: 20, windowMs: 15 * MINUTE_MS },
  /** Limits trying one password with many e-mails. Some dozens of people may share an address. */
  ofAddress: { id: 'sign-in of an address', max: 50, windowMs: 15 * MINUTE_MS },
  /** Limits guessing from many addresses: beyond this, each address has one attempt. */
  ofPerson: { id: 'sign-in of a person', max: 100, windowMs: 60 * MINUTE_MS },
} satisfies Record<string, Limit>;

/** Enough for a course or a laboratory behind one address. */
const SIGN_UP: Limit = { id: 'sign-up of an address', max: 100, windowMs: 60 * MINUTE_MS };

/**
 * Throttles password attempts before the password is hashed, for sign-ins and for requests that ask for the password
 * again. An attempt counts as failed from its start, so that concurrent attempts count too.
 *
 * @param network the network of the attempt, as `networkOf` groups addresses.
 * @param verify returns null when the password is wrong.
 * @returns what `verify` returns. @throws RATE_LIMITED, or what `verify` throws
 */
export async function limitSignIn<Result>(
  rateLimits: RateLimits,
  { email, network, now }: { email: string; network: string; now: Date },
  verify: () => Promise<Result | null>,
): Promise<Result | null> {
  const { count, takeBack } = rateLimits;
  const { ofPersonAtAddress, ofAddress, ofPerson } = SIGN_IN;

  // The person's limit first: a program that keeps trying an old password does not use up the limit of its address.
  const atAddress = await countNetwork(count, ofPersonAtAddress, { network, of: email, now });
  await countNetwork(count, ofAddress, { network, now });
  const ofAllAddresses = await count(ofPerson, email, now);
  // The networks of an IPv6 /48, which has 65 536 of them, count as one address here.
  if (atAddress.used > 1) checkLimit(ofPerson, ofAllAddresses, now);

  const takeBackAttempts = async (attempts: 'one' | 'all') => {
    await takeNetworkBack(rateLimits, ofPersonAtAddress, { network, of: email }, attempts);
    await takeNetworkBack(rateLimits, ofAddress, { network }, 'one');
    await takeBack(ofPerson, email, 'one');
  };
  const result = await verify().catch(async (error: unknown) => {
    // No password was checked: the queue was full, or the database unreachable.
    await takeBackAttempts('one');
    throw error;
  });
  if (result === null) {
    checkLimit(ofPerson, ofAllAddresses, now);
    return null;
  }
  await takeBackAttempts('all');
  return result;
}

/** Throttles sign-ups before the password is hashed. @throws RATE_LIMITED */
export async function limitSignUp({ count }: RateLimits, network: string, now: Date): Promise<void> {
  await countNetwork(count, SIGN_UP, { network, now });
}
