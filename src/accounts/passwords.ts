import { Piscina } from 'piscina';
import { fairQueue } from '../concurrency/fair-queue.ts';
import { badUserInput } from '../errors.ts';
import { siteOf } from '../requests/network.ts';
import type { hash, verify } from './password-worker.ts';

const MIN_CHARACTERS = 15;
/** bcrypt ignores everything after byte 72. */
const MAX_BYTES = 72;

/** 2^12 rounds of bcrypt: OWASP's Password Storage Cheat Sheet asks for 10 or more. */
const COST = 12;

/**
 * The bcrypt hash of an unknown password. Checking against it takes as long for an e-mail without an account as for a
 * wrong password.
 */
export const dummyHash = (cost = COST) =>
  `$2b$${String(cost).padStart(2, '0')}$aY/fbZgh7zqLETJEHYvP4eT0hUAnPVQA4i1XakK3qnqYfENWCaJe6`;

/** In UTF-16 units. Longer texts are refused before they are normalized, which can make them 18 times as long. */
const MAX_TEXT_UNITS = 1000;

/** Requests in each queue: about 30 s of hashing. More throw UNAVAILABLE. */
const MAX_WAITING = 100;
/** Requests of one address in each queue: about 10 s of hashing, enough for a course that signs in at once. */
const MAX_WAITING_OF_ADDRESS = 30;

/** Normalizes equivalent spellings: keyboards differ in how they compose an "é" (NIST SP 800-63B, 3.1.1.2). */
const normalize = (password: string) => password.normalize('NFKC');

/**
 * Checks a new password.
 *
 * @throws BAD_USER_INPUT when it has fewer than 15 characters or more than 72 bytes, or is not valid text.
 */
export function checkNewPassword(password: string): void {
  // bcrypt repeats a short key, separated by NUL, so "a", "a\0a" and so on would be the same password.
  if (!password.isWellFormed() || password.includes('\0')) {
    throw badUserInput(
      'The password has characters that are not valid text (NUL or half of a surrogate pair). Remove them.',
    );
  }
  if (password.length > MAX_TEXT_UNITS) {
    throw badUserInput(`The password must have at most ${MAX_BYTES} bytes in UTF-8.`);
  }
  if ([...password].length < MIN_CHARACTERS) {
    throw badUserInput(
      `The password must have at least ${MIN_CHARACTERS} characters; a few words make a good one.`,
    );
  }
  if (Buffer.byteLength(normalize(password)) > MAX_BYTES) {
    throw badUserInput(`The password must have at most ${MAX_BYTES} bytes in UTF-8.`);
  }
}

/** The queue in which a password is hashed or checked. */
export interface PasswordRequest {
  /** `sign-in` for everything that people with an account do; `sign-up` for new accounts. */
  queue: 'sign-in' | 'sign-up';
  /** The network of the request, as `networkOf` groups addresses. Each IPv6 /48 counts as one sender. */
  network: string;
}

/** For passwords that the server hashes itself: at the command line and at the first start. */
export const LOCAL_REQUEST: PasswordRequest = { queue: 'sign-up', network: 'local' };

export interface Passwords {
  /** Hashes a password that passed `checkNewPassword`, with bcrypt. */
  hash(password: string, request: PasswordRequest): Promise<string>;
  /** Whether the password matches. Without a hash the result is false, after the same time. */
  verify(password: string, passwordHash: string | undefined, request: PasswordRequest): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Hashes and checks passwords in one worker thread; a second one would take the other core from predictions. Sign-ins
 * and sign-ups have separate queues that are served in turn, and within a queue the addresses are served in turn. So
 * 100 concurrent sign-ups delay a sign-in by one hash. A full queue throws UNAVAILABLE.
 *
 * @param cost of new hashes, the binary logarithm of the rounds. Tests that are not about passwords take a small one
 */
export function startPasswords({ cost = COST }: { cost?: number | undefined } = {}): Passwords {
  const dummy = dummyHash(cost);
  const pool = new Piscina<
    { password: string; passwordHash: string } | { password: string; cost: number },
    ReturnType<typeof hash> | ReturnType<typeof verify>
  >({
    filename: new URL('./password-worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: 60_000,
  });
  const limits = { concurrency: 1, maxWaiting: MAX_WAITING, maxWaitingOfSender: MAX_WAITING_OF_ADDRESS };
  const queues = { 'sign-in': fairQueue(limits), 'sign-up': fairQueue(limits) };
  // Each of the two queues runs one task here at a time.
  const worker = fairQueue({ concurrency: 1, maxWaiting: 2, maxWaitingOfSender: 1 });
  const run = <Result>({ queue, network }: PasswordRequest, task: () => Promise<Result>) =>
    queues[queue](siteOf(network) ?? network, () => worker(queue, task));
  return {
    async hash(password, request) {
      return String(
        await run(request, () => pool.run({ password: normalize(password), cost }, { name: 'hash' })),
      );
    },
    async verify(password, passwordHash = dummy, request) {
      // A text longer than any stored password is wrong, but takes the same time.
      const normalized = password.length > MAX_TEXT_UNITS ? '' : normalize(password);
      const possible = normalized !== '' && Buffer.byteLength(normalized) <= MAX_BYTES;
      const check = () => pool.run({ password: normalized, passwordHash }, { name: 'verify' });
      const matches = await run(request, check);
      return matches === true && possible && passwordHash !== dummy;
    },
    close: () => pool.close(),
  };
}
