import { cut, cutText } from './cut.ts';
import { MAX_CATEGORY_CHARACTERS, ModelFailed, type Outcome } from './outcome.ts';
import { unpackMetadata } from './packed-metadata.ts';
import type { CallReply, InputType, Inspected, Predicted, Reply, Request } from './protocol.ts';
import type { Spectra } from './shared-runs.ts';
import { MAX_POINTS, ModelRefused } from './signature.ts';
import type { Inspection } from './trial.ts';

// Encodes requests to a model host, and validates its replies. The host may be running an attacker's machine code, so
// no part of a reply is trusted.

/** The error for a reply that is not valid. It counts for quarantine like a crash. */
export const invalidReply = (cause?: unknown) =>
  new ModelFailed('The model host sent an invalid reply.', {
    endedHost: true,
    ...(cause === undefined ? {} : { cause: cut(cause) }),
  });

/** @throws {ModelRefused} @throws {ModelFailed} when the reply reports an error instead of a result */
export function throwReportedError(reply: Reply, request: Request | null): void {
  if (reply.reply === 'refused') {
    throw request?.ask === 'run' ? invalidReply() : new ModelRefused(cutText(String(reply.message)));
  }
  if (reply.reply === 'fault') {
    throw new ModelFailed(`In a model host: ${cutText(String(reply.message))}`, { endedHost: true });
  }
}

/** The payload of a run request: the points of all spectra, one after the other, as numbers of the input type. */
export function numbersOf(calls: readonly Spectra[], inputType: InputType, inputLength: number): Uint8Array {
  const count = calls.reduce((sum, { length }) => sum + length, 0) * inputLength;
  const numbers = inputType === 'float32' ? new Float32Array(count) : new Float64Array(count);
  let begin = 0;
  for (const spectra of calls) {
    for (const spectrum of spectra) {
      numbers.set(spectrum, begin);
      begin += inputLength;
    }
  }
  return new Uint8Array(numbers.buffer);
}

/**
 * Validates and decodes the answers to calls.
 *
 * @param payload the values of all regressions and all statistics, as float64, one after the other
 * @param counts the number of spectra of each call that is not answered yet
 * @throws {ModelFailed} when a reply is not valid
 */
export function outcomesOf(
  replies: readonly CallReply[],
  payload: Uint8Array<ArrayBuffer>,
  counts: readonly number[],
): (Outcome | ModelFailed)[] {
  if (replies.length > counts.length) throw invalidReply();
  const numbers = new Float64Array(payload.buffer, payload.byteOffset, Math.floor(payload.byteLength / 8));
  let begin = 0;
  /** Takes the next numbers of the payload: one for each spectrum of a call. */
  const take = (stated: number, count: number | undefined) => {
    const taken = stated === count ? Array.from(numbers.subarray(begin, begin + stated)) : [];
    if (taken.length !== count) throw invalidReply();
    begin += count;
    return taken;
  };
  return replies.map((reply, index) => {
    if ('failed' in reply) return failureOf(reply);
    const count = counts[index];
    const outcome = 'categories' in reply ? categoriesOf(reply, count) : valuesOf(take(reply.values, count));
    if (reply.t2 !== undefined) outcome.t2 = take(reply.t2, count);
    if (reply.q !== undefined) outcome.q = take(reply.q, count);
    return outcome;
  });
}

function categoriesOf({ categories }: Extract<Predicted, { categories: string[] }>, count?: number): Outcome {
  if (categories.length !== count || !categories.every(isCategory)) throw invalidReply();
  return { kind: 'CLASSIFICATION', categories };
}

function valuesOf(values: number[]): Outcome {
  if (!values.every(Number.isFinite)) throw invalidReply();
  return { kind: 'REGRESSION', values };
}

/** PostgreSQL stores no text with a NUL character or a lone surrogate. */
const isCategory = (text: unknown) =>
  typeof text === 'string' &&
  text.length <= MAX_CATEGORY_CHARACTERS &&
  text.isWellFormed() &&
  !text.includes('\0');

function failureOf({ failed, spectrum }: Extract<CallReply, { failed: string }>): ModelFailed {
  return new ModelFailed(String(failed), Number.isInteger(spectrum) ? { spectrum } : {});
}

/** Validates and decodes the result of a trial. @throws {ModelFailed} when it is not valid */
export function inspectionOf({ found, lengths }: Inspected, bytes: Uint8Array): Inspection {
  const { kind, inputLength, rowIndependent, statistics } = found;
  const { t2, q } = statistics;
  const metadata = unpackMetadata({ lengths, bytes });
  const isValid =
    (kind === 'REGRESSION' || kind === 'CLASSIFICATION') &&
    Number.isInteger(inputLength) &&
    inputLength >= 1 &&
    inputLength <= MAX_POINTS &&
    [rowIndependent, t2, q].every(flag => typeof flag === 'boolean');
  if (!isValid || !metadata) throw invalidReply();
  return { kind, inputLength, rowIndependent, statistics: { t2, q }, metadata };
}
