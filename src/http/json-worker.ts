import { isUtf8 } from 'node:buffer';
import { move, transferableSymbol, valueSymbol } from 'piscina';

// Runs in worker threads only (large-json.ts).

/** A large JSON body, with what takes long to parse taken out. */
export interface SplitBody {
  /** The JSON, with a mark for each list of numbers (`"<nonce>n<index>"`) and each long text (`"<nonce>t<index>"`). */
  rest: string;
  /** The numbers of all lists, concatenated. */
  numbers: Float64Array<ArrayBuffer>;
  /** Whether every number fits in a double. */
  allFinite: boolean;
  /** The end of each list in `numbers`. */
  ends: number[];
  /** The decoded long texts; undefined for one that is not base64. */
  files: (Uint8Array<ArrayBuffer> | undefined)[];
}

/** The outcome of splitting a large body. */
export type Split =
  | { status: 'split'; body: SplitBody }
  | { status: 'not-utf8' | 'not-json' | 'too-much-rest' };

/** Longer texts are taken out: only a file may be this long. */
const MAX_TEXT_BYTES = 128 * 1024;
/** Max rest, which is parsed on the event loop: the same as the max body that is parsed there as a whole. */
const MAX_REST_BYTES = 4 * 1024 * 1024;

/** How much base64 is decoded at once: whole groups of four characters, in strings that V8 keeps in its heap. */
const DECODED_BYTES = 256 * 1024;

const NUMERIC = 1;
const DIGIT = 2;
const SPACE = 4;
const BASE64 = 8;
const TRAITS = new Uint8Array(256);
const mark = (characters: string, trait: number) => {
  for (const character of characters) {
    const code = character.charCodeAt(0);
    TRAITS[code] = (TRAITS[code] ?? 0) | trait;
  }
};
mark('0123456789+-.eE, \t\r\n', NUMERIC);
mark('0123456789', DIGIT);
mark(' \t\r\n', SPACE);
mark('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', BASE64);

const [QUOTE = 0, BACKSLASH = 0, OPEN = 0, CLOSE = 0, COMMA = 0, COLON = 0, EQUALS = 0] =
  Buffer.from('"\\[],:=');

/** A range of the body that is taken out. */
interface Cut {
  kind: 'numbers' | 'text' | 'base64';
  start: number;
  end: number;
}

/** Splits a body that is within its budget. `nonce` must be unknown to clients. */
export function split({
  bytes: { buffer },
  nonce,
}: {
  bytes: Uint8Array<ArrayBuffer>;
  nonce: string;
}): unknown {
  const bytes = Buffer.from(buffer);
  if (!isUtf8(bytes)) return { status: 'not-utf8' } satisfies Split;
  const { cuts, count } = findCuts(bytes);

  const numbers = new Float64Array(count);
  const ends: number[] = [];
  const files: SplitBody['files'] = [];
  const rest: string[] = [];
  let restBytes = 0;
  let filled = 0;
  let from = 0;
  const keep = (start: number, end: number) => {
    restBytes += end - start;
    if (restBytes <= MAX_REST_BYTES) rest.push(bytes.toString('utf8', start, end));
  };
  for (const { kind, start, end } of cuts) {
    keep(from, start);
    from = end;
    if (kind !== 'numbers') {
      rest.push(`"${nonce}t${files.length}"`);
      files.push(kind === 'base64' ? decode(bytes.subarray(start + 1, end - 1)) : undefined);
      if (kind === 'text' && parse(bytes.toString('utf8', start, end)) === undefined) {
        return { status: 'not-json' } satisfies Split;
      }
      continue;
    }
    const list = parse(bytes.toString('latin1', start, end));
    if (!Array.isArray(list)) return { status: 'not-json' } satisfies Split;
    numbers.set(list, filled);
    filled += list.length;
    rest.push(`"${nonce}n${ends.length}"`);
    ends.push(filled);
  }
  keep(from, bytes.length);
  if (restBytes > MAX_REST_BYTES) return { status: 'too-much-rest' } satisfies Split;
  const result: Split = {
    status: 'split',
    body: { rest: rest.join(''), numbers, allFinite: numbers.every(Number.isFinite), ends, files },
  };
  return move({
    [transferableSymbol]: [numbers.buffer, ...files.flatMap(file => file?.buffer ?? [])],
    [valueSymbol]: result,
  });
}

function findCuts(bytes: Uint8Array): { cuts: Cut[]; count: number } {
  const cuts: Cut[] = [];
  let count = 0;
  /** Start of the innermost list while it holds only numbers, else -1. */
  let open = -1;
  let commas = 0;
  let hasDigits = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const traits = TRAITS[byte] ?? 0;
    if (traits & NUMERIC) {
      if (byte === COMMA) commas += 1;
      else if (traits & DIGIT) hasDigits = true;
    } else if (byte === OPEN) {
      open = at;
      commas = 0;
      hasDigits = false;
    } else if (byte === CLOSE) {
      if (open >= 0 && hasDigits) {
        cuts.push({ kind: 'numbers', start: open, end: at + 1 });
        count += commas + 1;
      }
      open = -1;
    } else {
      open = -1;
      if (byte === QUOTE) {
        const { end, isBase64 } = readText(bytes, at);
        if (end - at > MAX_TEXT_BYTES && !isName(bytes, end)) {
          cuts.push({ kind: isBase64 ? 'base64' : 'text', start: at, end });
        }
        at = end - 1;
      }
    }
  }
  return { cuts, count };
}

/** Finds the end of the text that starts at a quote (exclusive), and whether it is base64 (RFC 4648, section 4). */
function readText(bytes: Uint8Array, start: number): { end: number; isBase64: boolean } {
  let at = start + 1;
  while (at < bytes.length && (TRAITS[bytes[at] ?? 0] ?? 0) & BASE64) at += 1;
  let padding = 0;
  while (padding < 2 && bytes[at] === EQUALS) {
    at += 1;
    padding += 1;
  }
  if (bytes[at] === QUOTE) return { end: at + 1, isBase64: (at - start - 1) % 4 === 0 };
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return { end: Math.min(at + 1, bytes.length), isBase64: false };
}

/** Whether the text that ends here is the name of a field. */
function isName(bytes: Uint8Array, end: number): boolean {
  let at = end;
  while ((TRAITS[bytes[at] ?? 0] ?? 0) & SPACE) at += 1;
  return bytes[at] === COLON;
}

/** @returns undefined for text that is not JSON */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Decodes base64, with padding, into a resizable buffer of its own: it can be transferred, and is returned to the system
 * (read-body.ts).
 */
function decode(base64: Buffer): Uint8Array<ArrayBuffer> {
  const padding = [-2, -1].filter(at => base64.at(at) === EQUALS).length;
  const length = (base64.length / 4) * 3 - padding;
  const file = Buffer.from(new ArrayBuffer(length, { maxByteLength: length }));
  let written = 0;
  for (let at = 0; at < base64.length; at += DECODED_BYTES) {
    written += file.write(base64.toString('latin1', at, at + DECODED_BYTES), written, 'base64');
  }
  return file;
}
