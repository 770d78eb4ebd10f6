import { Piscina } from 'piscina';
import { fairQueue } from '../concurrency/fair-queue.ts';
import { badUserInput } from '../errors.ts';
import { siteOf } from '../requests/network.ts';
import type { hash, verify } from './password-worker.ts';

const FEWEST_CHARACTERS = 15;
/** bcrypt reads no further: what follows would silently not count. */
const MAX_BYTES = 72;

/**
 * The bcrypt hash, at the cost in use, of a password that nobody knows: checking against it makes an unknown e-mail
 * cost the time of a wrong password. A test holds its cost to the cost in use.
 */
export const NOBODYS_HASH = '$2b$12$aY/fbZgh7zqLETJEHYvP4eT0hUAnPVQA4i1XakK3qnqYfENWCaJe6';

/** Longer texts are refused before anything is computed from them: normalizing can make them 18 times as long. */
const MAX_TEXT_UNITS = 1000;

/** Of each queue: half a minute's worth. */
const MAX_WAITING = 100;
/** Of one address: a course whose members all sign in at once waits for 10 s. */
const MAX_WAITING_OF_ADDRESS = 30;

/** One spelling for what looks alike: keyboards differ in how they compose an "é" (NIST SP 800-63B, 3.1.1.2). */
const spell = (password: string) => password.normalize('NFKC');

/**
 * Checks a password that somebody chooses.
 *
 * @throws BAD_USER_INPUT when it is shorter than 15 characters, longer than 72 bytes, or no valid text.
 */
export function checkNewPassword(password: string): void {
  // bcrypt repeats a short key, with a NUL between: "a", "a\0a" and so on would all be the same password.
  if (!password.isWellFormed() || password.includes('\0')) {
    throw badUserInput(
      'The password holds characters that are not valid text (NUL or half of a surrogate pair).',
    );
  }
  if (password.length > MAX_TEXT_UNITS) {
    throw badUserInput(`The password must have at most ${MAX_BYTES} bytes in UTF-8.`);
  }
  if ([...password].length < FEWEST_CHARACTERS) {
    throw badUserInput(
      `The password must have at least ${FEWEST_CHARACTERS} characters; a few words make a good one.`,
    );
  }
  if (Buffer.byteLength(spell(password)) > MAX_BYTES) {
    throw badUserInput(`The password must have at most ${MAX_BYTES} bytes in UTF-8.`);
  }
}

/** For whom a password is hashed or checked. */
export interface PasswordRequest {
  /** `sign-in` for people who have an account, whatever they need their password for; `sign-up` for new ones. */
  queue: 'sign-in' | 'sign-up';
  /** The network of the request, as `networkOf` groups addresses. An IPv6 /48 is one sender. */
  network: string;
}

/** What this server asks for by itself, at its command line or first start. */
export const LOCAL_REQUEST: PasswordRequest = { queue: 'sign-up', network: 'local' };

export interface Passwords {
  /** The bcrypt hash of a checked password. */
  hash(password: string, request: PasswordRequest): Promise<string>;
  /** Whether the password matches; without a hash the answer is false after the same work. */
  verify(password: string, passwordHash: string | undefined, request: PasswordRequest): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Hashes and checks passwords in a worker thread, never on the event loop. One thread, as a second would take the other
 * core from predictions: people who sign in and people who sign up wait in queues of their own that take turns, and in
 * each the addresses take turns. 100 sign-ups at once delay a sign-in by one hash. Too many throw UNAVAILABLE.
 */
export function startPasswords(): Passwords {
  const pool = new Piscina<
    { password: string; passwordHash: string } | string,
    ReturnType<typeof hash> | ReturnType<typeof verify>
  >({
    filename: new URL('./password-worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: 60_000,
  });
  const limits = { concurrency: 1, maxWaiting: MAX_WAITING, maxWaitingOfSender: MAX_WAITING_OF_ADDRESS };
  const queues = { 'sign-in': fairQueue(limits), 'sign-up': fairQueue(limits) };
  // Each queue has one task here at a time.
  const worker = fairQueue({ concurrency: 1, maxWaiting: 2, maxWaitingOfSender: 1 });
  const run = <Result>({ queue, network }: PasswordRequest, task: () => Promise<Result>) =>
    queues[queue](siteOf(network) ?? network, () => worker(queue, task));
  return {
    async hash(password, request) {
      return String(await run(request, () => pool.run(spell(password), { name: 'hash' })));
    },
    async verify(password, passwordHash = NOBODYS_HASH, request) {
      // Longer than any stored password can be: it is wrong, but says so after the same work.
      const spelled = password.length > MAX_TEXT_UNITS ? '' : spell(password);
      const possible = spelled !== '' && Buffer.byteLength(spelled) <= MAX_BYTES;
      const check = () => pool.run({ password: spelled, passwordHash }, { name: 'verify' });
      const matches = await run(request, check);
      return matches === true && possible && passwordHash !== NOBODYS_HASH;
    },
    close: () => pool.close(),
  };
}
