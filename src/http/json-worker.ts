import { isUtf8 } from 'node:buffer';
import { move, transferableSymbol, valueSymbol } from 'piscina';

// Loaded by worker threads alone (large-json.ts).

/** A large body in JSON, without what takes long to parse. */
export interface SplitBody {
  /** The JSON with a text in the place of each list of numbers (`<nonce>n<index>`) and each long text (`<nonce>t<index>`). */
  rest: string;
  /** All the numbers, one list after the other. */
  numbers: Float64Array<ArrayBuffer>;
  /** Whether none of them is beyond what a double holds. */
  allFinite: boolean;
  /** Where each list ends in them. */
  ends: number[];
  /** What the long texts encode, where they have the form of base64. */
  files: (Uint8Array<ArrayBuffer> | undefined)[];
}

/** What a large body turned out to be. */
export type Split =
  | { status: 'split'; body: SplitBody }
  | { status: 'not-utf8' | 'not-json' | 'too-much-rest' };

/** From this many bytes on a text is kept here: no other text of the schema than a file may be so long. */
const LONG_TEXT = 128 * 1024;
/** What is then left to be parsed on the event loop: as much as of a body that is parsed there as a whole. */
const MAX_REST_BYTES = 4 * 1024 * 1024;

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

/** A stretch of the body that is handed back apart. */
interface Cut {
  kind: 'numbers' | 'text' | 'base64';
  start: number;
  end: number;
}

/** Splits a body that came in pieces, whose budget was checked. `nonce` is nothing that a client could know. */
export function split({ pieces, nonce }: { pieces: Uint8Array[]; nonce: string }): unknown {
  const bytes = Buffer.concat(pieces);
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
      files.push(kind === 'base64' ? decode(bytes.toString('latin1', start + 1, end - 1)) : undefined);
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
  const answer: Split = {
    status: 'split',
    body: { rest: rest.join(''), numbers, allFinite: numbers.every(Number.isFinite), ends, files },
  };
  return move({
    [transferableSymbol]: [numbers.buffer, ...files.flatMap(file => file?.buffer ?? [])],
    [valueSymbol]: answer,
  });
}

function findCuts(bytes: Uint8Array): { cuts: Cut[]; count: number } {
  const cuts: Cut[] = [];
  let count = 0;
  /** Where the innermost list begins, as long as it holds nothing but numbers. */
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
        if (end - at > LONG_TEXT && !isName(bytes, end)) {
          cuts.push({ kind: isBase64 ? 'base64' : 'text', start: at, end });
        }
        at = end - 1;
      }
    }
  }
  return { cuts, count };
}

/** The text that begins at a quote: behind which byte it ends, and whether base64 (RFC 4648, section 4) is all it holds. */
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

/** Whether what ends here is the name of a field. */
function isName(bytes: Uint8Array, end: number): boolean {
  let at = end;
  while ((TRAITS[bytes[at] ?? 0] ?? 0) & SPACE) at += 1;
  return bytes[at] === COLON;
}

/** Undefined where it is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** In memory of its own, which can be handed over. */
function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}
