import { countNetwork, takeNetworkBack } from '../requests/network-limits.ts';
import { checkLimit, type Limit, type RateLimits } from '../requests/rate-limits.ts';

const MINUTE_MS = 60 * 1000;

/**
 * Failed sign-ins. Nobody can lock somebody else out from afar: what fails elsewhere counts against the person too, but
 * once that is too much, only addresses that have failed for this person before are refused.
 */
const SIGN_IN = {
  /** Twenty, as so many may be under way at once before the first has succeeded. */
  ofPersonAtAddress: { name: 'sign-in', max: 20, windowMs: 15 * MINUTE_MS },
  /** Whoever tries one password with many e-mails. Some dozens of people may share an address. */
  ofAddress: { name: 'sign-in of an address', max: 50, windowMs: 15 * MINUTE_MS },
  /** Guesses from many addresses: then each of these has one. */
  ofPerson: { name: 'sign-in of a person', max: 100, windowMs: 60 * MINUTE_MS },
} satisfies Record<string, Limit>;

/** A course or a laboratory behind one address may sign up in an hour. */
const SIGN_UP: Limit = { name: 'sign-up of an address', max: 100, windowMs: 60 * MINUTE_MS };

/**
 * Applies the rate limits of password attempts before hashing: signing in, and what asks for the password
 * again. An attempt counts as failed from its beginning, so that those under way count too.
 *
 * @param network whose attempt it is, as `networkOf` groups addresses.
 * @param verify whether the password is right.
 * @returns what `verify` does. @throws RATE_LIMITED
 */
export async function limitSignIn<Result>(
  rateLimits: RateLimits,
  { email, network, now }: { email: string; network: string; now: Date },
  verify: () => Promise<Result | null>,
): Promise<Result | null> {
  const { count, takeBack } = rateLimits;
  const { ofPersonAtAddress, ofAddress, ofPerson } = SIGN_IN;

  // First of the person: a program that keeps trying an old password, also many times at once, does not stop the others
  // at its address.
  const here = await countNetwork(count, ofPersonAtAddress, { network, of: email, now });
  await countNetwork(count, ofAddress, { network, now });
  const everywhere = await count(ofPerson, email, now);
  // The networks of an IPv6 /48 count as one that has tried before: it has 65 536 of them.
  if (here.used > 1) checkLimit(ofPerson, everywhere, now);

  const forgive = async (attempts: 'one' | 'all') => {
    await takeNetworkBack(rateLimits, ofPersonAtAddress, { network, of: email }, attempts);
    await takeNetworkBack(rateLimits, ofAddress, { network }, 'one');
    await takeBack(ofPerson, email, 'one');
  };
  const result = await verify().catch(async (error: unknown) => {
    // No password was tried: the queue was full, or the database out of reach.
    await forgive('one');
    throw error;
  });
  if (result === null) {
    checkLimit(ofPerson, everywhere, now);
    return null;
  }
  await forgive('all');
  return result;
}

/** Counts a sign-up, before its password is hashed. @throws RATE_LIMITED */
export async function limitSignUp({ count }: RateLimits, network: string, now: Date): Promise<void> {
  await countNetwork(count, SIGN_UP, { network, now });
}
