import { checkLimit, type Limit, type RateLimits } from '../database/rate-limits.ts';

const MINUTE_MS = 60 * 1000;

/**
 * Failed sign-ins. Nobody can lock somebody else out from afar: what fails elsewhere counts against the person too, but
 * once that is too much, only addresses that have failed for this person before are refused.
 */
const SIGN_IN = {
  /** Twenty, as so many may be under way at once before the first has succeeded. */
  ofPersonAtAddress: { name: 'sign-in', most: 20, windowMs: 15 * MINUTE_MS },
  /** Whoever tries one password with many e-mails. Some dozens of people may share an address. */
  ofAddress: { name: 'sign-in of an address', most: 50, windowMs: 15 * MINUTE_MS },
  /** Guesses from many addresses: then each of these has one. */
  ofPerson: { name: 'sign-in of a person', most: 100, windowMs: 60 * MINUTE_MS },
} satisfies Record<string, Limit>;

/** A course or a laboratory behind one address may sign up in an hour. */
const SIGN_UP: Limit = { name: 'sign-up of an address', most: 100, windowMs: 60 * MINUTE_MS };

/**
 * Lets a sign-in try a password, or refuses it before the work of hashing. An attempt counts as failed from its
 * beginning, so that those under way count too.
 *
 * @param address whose attempt it is, as `networkOf` groups them.
 * @param verify whether the password is right.
 * @returns what `verify` does. @throws RATE_LIMITED
 */
export async function limitSignIn<Result>(
  { count, takeBack }: RateLimits,
  { email, address, now }: { email: string; address: string; now: Date },
  verify: () => Promise<Result | null>,
): Promise<Result | null> {
  const { ofPersonAtAddress, ofAddress, ofPerson } = SIGN_IN;
  const pair = `${address}\0${email}`;

  // First of the person: a program that keeps trying an old password, also many times at once, does not stop the others
  // at its address.
  const here = await count(ofPersonAtAddress, pair, now);
  checkLimit(ofPersonAtAddress, here, now);
  checkLimit(ofAddress, await count(ofAddress, address, now), now);
  const everywhere = await count(ofPerson, email, now);
  if (here.used > 1) checkLimit(ofPerson, everywhere, now);

  const result = await verify();
  if (result === null) {
    checkLimit(ofPerson, everywhere, now);
    return null;
  }
  await takeBack(ofPersonAtAddress, pair, 'all');
  await takeBack(ofAddress, address, 'one');
  await takeBack(ofPerson, email, 'one');
  return result;
}

/** Counts a sign-up, before its password is hashed. @throws RATE_LIMITED */
export async function limitSignUp({ count }: RateLimits, address: string, now: Date): Promise<void> {
  checkLimit(SIGN_UP, await count(SIGN_UP, address, now), now);
}
