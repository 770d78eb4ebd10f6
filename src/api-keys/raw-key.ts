import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_CHARACTERS = 40;
const CHECKSUM_CHARACTERS = 6;
const PREFIX_CHARACTERS = 12;
const SHAPE = /^sk_[0-9A-Za-z]{46}$/;

/** A new raw key. */
export interface RawKey {
  /** `sk_`, 40 random base62 characters (238 bits) and a 6-character checksum. Shown once, never stored. */
  text: string;
  /** The first 12 characters, by which people identify the key. */
  prefix: string;
  /** SHA-256 of the whole text. This is stored, and used for look-ups. */
  digest: Buffer;
}

/** Generates a raw key. @param random returns that many random bytes */
export function generateRawKey(random: (bytes: number) => Buffer = randomBytes): RawKey {
  const body = `sk_${randomText(random)}`;
  const text = body + checksum(body);
  return { text, prefix: text.slice(0, PREFIX_CHARACTERS), digest: digestOf(text) };
}

/**
 * Whether a text has the shape and the checksum of a raw key. Typing errors and random strings fail here, without a
 * database query. Secret scanners can confirm a leak with the same check.
 */
export function isRawKey(text: string): boolean {
  if (!SHAPE.test(text)) return false;
  const body = text.slice(0, -CHECKSUM_CHARACTERS);
  return checksum(body) === text.slice(-CHECKSUM_CHARACTERS);
}

/**
 * The raw key in an Authorization header; undefined for other schemes. `Bearer` is accepted because many clients only
 * offer it.
 */
export function rawKeyIn(authorization: string): string | undefined {
  return /^(?:Api-Key|Bearer) +(\S+) *$/i.exec(authorization)?.[1];
}

/** Whether a text contains something with the shape of a raw key. */
export const containsRawKey = (text: string): boolean => /sk_[0-9A-Za-z]{46}/.test(text);

/** The prefix in a text that contains a raw key, or its beginning as it is shown; undefined if there is none. */
export const prefixIn = (text: string): string | undefined =>
  new RegExp(`sk_[0-9A-Za-z]{${PREFIX_CHARACTERS - 3}}`).exec(text)?.[0];

/** The stored digest of a raw key. A fast hash suffices, because 238 random bits cannot be guessed at any speed. */
export function digestOf(rawKey: string): Buffer {
  return hash('sha256', rawKey, 'buffer');
}

function randomText(random: (bytes: number) => Buffer): string {
  // Bytes from 248, the largest multiple of 62 below 256, are discarded: with a plain remainder, the first eight
  // characters would be more likely than the others.
  const limit = Math.floor(256 / ALPHABET.length) * ALPHABET.length;
  let text = '';
  while (text.length < RANDOM_CHARACTERS) {
    for (const byte of random(RANDOM_CHARACTERS)) {
      if (byte < limit && text.length < RANDOM_CHARACTERS) text += ALPHABET[byte % ALPHABET.length];
    }
  }
  return text;
}

/** CRC-32 in base62, most significant digit first, padded to 6 characters. */
function checksum(body: string): string {
  let remainder = crc32(body);
  let text = '';
  for (let digit = 0; digit < CHECKSUM_CHARACTERS; digit++) {
    text = ALPHABET[remainder % ALPHABET.length] + text;
    remainder = Math.floor(remainder / ALPHABET.length);
  }
  return text;
}
