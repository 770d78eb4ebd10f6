import { Piscina } from 'piscina';
import { badUserInput, unavailable } from '../errors.ts';
import type { hash, verify } from './password-worker.ts';

const FEWEST_CHARACTERS = 15;
/** bcrypt reads no further: what follows would silently not count. */
const MOST_BYTES = 72;

/**
 * The bcrypt hash, at the cost in use, of a password that nobody knows: checking against it makes an unknown e-mail
 * cost the time of a wrong password. A test holds its cost to the cost in use.
 */
export const NOBODYS_HASH = '$2b$12$aY/fbZgh7zqLETJEHYvP4eT0hUAnPVQA4i1XakK3qnqYfENWCaJe6';

/** Longer texts are refused before anything is computed from them: normalizing can make them 18 times as long. */
const MOST_UNITS = 1000;

/** Half a minute's worth; what comes from many addresses at once is refused beyond. */
const MOST_WAITING = 100;

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
  if (password.length > MOST_UNITS) {
    throw badUserInput(`The password must have at most ${MOST_BYTES} bytes in UTF-8.`);
  }
  if ([...password].length < FEWEST_CHARACTERS) {
    throw badUserInput(
      `The password must have at least ${FEWEST_CHARACTERS} characters; a few words make a good one.`,
    );
  }
  if (Buffer.byteLength(spell(password)) > MOST_BYTES) {
    throw badUserInput(`The password must have at most ${MOST_BYTES} bytes in UTF-8.`);
  }
}

export interface Passwords {
  /** The bcrypt hash of a checked password. */
  hash(password: string): Promise<string>;
  /** Whether the password matches; without a hash the answer is false after the same work. */
  verify(password: string, passwordHash: string | undefined): Promise<boolean>;
  close(): Promise<void>;
}

/** Hashes and checks passwords in a worker thread of its own, never on the event loop. Too many throw UNAVAILABLE. */
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
  const checkQueue = () => {
    if (pool.queueSize >= MOST_WAITING) throw unavailable();
  };
  return {
    async hash(password) {
      checkQueue();
      return String(await pool.run(spell(password), { name: 'hash' }));
    },
    async verify(password, passwordHash = NOBODYS_HASH) {
      checkQueue();
      // Longer than any stored password can be: it is wrong, but says so after the same work.
      const spelled = password.length > MOST_UNITS ? '' : spell(password);
      const possible = spelled !== '' && Buffer.byteLength(spelled) <= MOST_BYTES;
      const matches = await pool.run({ password: spelled, passwordHash }, { name: 'verify' });
      return matches === true && possible && passwordHash !== NOBODYS_HASH;
    },
    close: () => pool.close(),
  };
}
