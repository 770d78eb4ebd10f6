import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_CHARACTERS = 40;
const CHECKSUM_CHARACTERS = 6;
const PREFIX_CHARACTERS = 12;
const SHAPE = /^sk_[0-9A-Za-z]{46}$/;

/** A new secret: `sk_`, 40 random base62 characters (238 bits), 6 of checksum. */
export interface RawKey {
  /** Shown once, stored nowhere. */
  text: string;
  /** The first 12 characters, by which people recognise the key. */
  prefix: string;
  /** SHA-256 of the whole text: what is stored, and looked up. */
  digest: Buffer;
}

/** @param random gives that many random bytes. */
export function generateRawKey(random: (bytes: number) => Buffer = randomBytes): RawKey {
  const body = `sk_${randomText(random)}`;
  const text = body + checksum(body);
  return { text, prefix: text.slice(0, PREFIX_CHARACTERS), digest: digestOf(text) };
}

/**
 * Whether the text can be a raw key: shape and checksum. Typing errors and random strings fail here, without a look
 * at the database; secret scanners can confirm a leak with the same check.
 */
export function isRawKey(text: string): boolean {
  if (!SHAPE.test(text)) return false;
  const body = text.slice(0, -CHECKSUM_CHARACTERS);
  return checksum(body) === text.slice(-CHECKSUM_CHARACTERS);
}

/** The text that an Authorization header presents as a raw key; undefined for other schemes. `Bearer` is what many clients know. */
export function rawKeyIn(authorization: string): string | undefined {
  return /^(?:Api-Key|Bearer) +(\S+) *$/i.exec(authorization)?.[1];
}

/** Whether a text has something of the shape of a raw key in it. */
export const holdsRawKey = (text: string): boolean => /sk_[0-9A-Za-z]{46}/.test(text);

/** What is stored of a raw key. A fast hash suffices: nobody can guess 238 random bits at any speed. */
export function digestOf(rawKey: string): Buffer {
  return createHash('sha256').update(rawKey).digest();
}

function randomText(random: (bytes: number) => Buffer): string {
  // Bytes of 248 and more are thrown away, as 248 is the largest multiple of 62 in a byte: a plain remainder would
  // make the first eight characters likelier than the others.
  const fair = Math.floor(256 / ALPHABET.length) * ALPHABET.length;
  let text = '';
  while (text.length < RANDOM_CHARACTERS) {
    for (const byte of random(RANDOM_CHARACTERS)) {
      if (byte < fair && text.length < RANDOM_CHARACTERS) text += ALPHABET[byte % ALPHABET.length];
    }
  }
  return text;
}

/** CRC-32 in base62, most significant digit first, padded to 6 characters. */
function checksum(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let digit = 0; digit < CHECKSUM_CHARACTERS; digit++) {
    text = ALPHABET[rest % ALPHABET.length] + text;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
}
