import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Tenant } from '../concurrency/fair-share.ts';
import { badUserInput, bodyTooSlow, unavailable } from '../errors.ts';
import type { BodyBudget } from './large-bodies.ts';
import { type HttpLimits, MAX_ANONYMOUS_BODY_BYTES } from './limits.ts';

const FIRST_PIECE_BYTES = 64 * 1024;
const MAX_PIECE_BYTES = 1024 * 1024;
/** Min mean length of chunks beyond the first `FREE_CHUNKS`. A chunk takes a microsecond even if it holds one byte. */
const MIN_CHUNK_BYTES = 64;
const FREE_CHUNKS = 1000;

declare module 'fastify' {
  interface FastifyRequest {
    /** Releases what the body reserved of the budget. Call it once its bytes are no longer in memory. */
    releaseBodyBudget: () => void;
  }
}

/** What the caller of a request may send. */
export interface BodyAllowance {
  /** Whose share of the budget the body counts against; undefined for one of at most `MAX_ANONYMOUS_BODY_BYTES`. */
  owner: Tenant | undefined;
  maxBytes: number;
  /** The error for a longer body. */
  tooLarge: () => Error;
  /** Calls back when the request is answered or aborted. The reservation of its body then ends. */
  onceAnswered: (callback: () => void) => void;
}

export interface ReadBodyOptions {
  budget: BodyBudget;
  limits: Pick<HttpLimits, 'slowBodyMs' | 'slowBodyBytes'>;
  /** The allowance of the caller, who was identified. */
  allowance: BodyAllowance;
  /** Looks at the bytes as they arrive. @returns a limit that their content exceeds, as words for the message */
  findExcess?: ((bytes: Uint8Array) => string | undefined) | undefined;
}

/**
 * Reads a body to its end, or until it is rejected: beyond the allowance or the budget, too slow, or in too many chunks.
 * No other buffer shares the memory of the pieces, unless there is only one.
 */
export function readBody(
  request: FastifyRequest,
  payload: IncomingMessage,
  { budget, limits, allowance, findExcess }: ReadBodyOptions,
  done: (error: Error | null, pieces: Buffer<ArrayBuffer>[], bytes: number) => void,
): void {
  const declaredBytes = declaredBytesOf(request);
  const { owner, maxBytes, tooLarge } = allowance;
  let pieces: Buffer<ArrayBuffer>[] = [];
  let filled = 0;
  let received = 0;
  let chunks = 0;
  let reserved = 0;
  let speedCheck: NodeJS.Timeout | undefined;

  function append(chunk: Buffer<ArrayBuffer>): void {
    // The common case: the whole body in one chunk.
    if (received === declaredBytes && pieces.length === 0) {
      pieces.push(chunk);
      return;
    }
    for (let at = 0; at < chunk.length; ) {
      let last = pieces.at(-1);
      if (!last || filled === last.length) {
        last = Buffer.allocUnsafeSlow(last ? Math.min(2 * last.length, MAX_PIECE_BYTES) : FIRST_PIECE_BYTES);
        pieces.push(last);
        filled = 0;
      }
      const length = chunk.copy(last, filled, at);
      filled += length;
      at += length;
    }
  }

  /** Rejects a large body that arrives too slowly. */
  function startSpeedCheck(): void {
    let before = received;
    speedCheck = setInterval(() => {
      // After the sockets were read: this process itself may have been blocked.
      setImmediate(() => {
        if (speedCheck && received - before < limits.slowBodyBytes) end(bodyTooSlow());
        before = received;
      });
    }, limits.slowBodyMs);
  }

  /** Why the body is rejected, now that this chunk arrived; undefined if it is not. */
  function rejectionOf(chunk: Buffer): Error | undefined {
    if (received > maxBytes) return tooLarge();
    if (chunks > FREE_CHUNKS + received / MIN_CHUNK_BYTES) {
      return badUserInput('The body comes in too many chunks. Send it in larger ones.');
    }
    if (received > MAX_ANONYMOUS_BODY_BYTES && owner) {
      const more = received - MAX_ANONYMOUS_BODY_BYTES - reserved;
      if (!budget.reserve(owner, more)) return unavailable();
      reserved += more;
      if (!speedCheck) startSpeedCheck();
    }
    const excess = findExcess?.(chunk);
    return excess === undefined
      ? undefined
      : badUserInput(`The body holds more than ${excess}. Send what the schema asks for.`);
  }

  function onData(chunk: Buffer<ArrayBuffer>): void {
    received += chunk.length;
    chunks += 1;
    const rejection = rejectionOf(chunk);
    if (rejection) end(rejection);
    else append(chunk);
  }

  function end(error: Error | null): void {
    clearInterval(speedCheck);
    speedCheck = undefined;
    payload.off('data', onData).off('end', onEnd).off('error', end);
    // The request has been answered when a later error arrives.
    payload.on('error', () => {});
    const last = pieces.at(-1);
    if (error) {
      pieces = [];
      release();
    } else if (last && pieces.length > 1) {
      pieces[pieces.length - 1] = last.subarray(0, filled);
    } else if (last && last.length > received) {
      pieces[0] = last.subarray(0, received);
    }
    done(error, pieces, received);
  }
  const onEnd = () => end(null);

  function release(): void {
    if (owner && reserved > 0) budget.release(owner, reserved);
    reserved = 0;
  }

  payload.on('data', onData).on('end', onEnd).on('error', end);
  request.releaseBodyBudget = release;
  allowance.onceAnswered(release);
}

/** The declared length of a body in bytes: infinity for a chunked one, 0 without a body. */
export const declaredBytesOf = ({ headers }: Pick<FastifyRequest, 'headers'>): number =>
  headers['transfer-encoding'] === undefined
    ? Number(headers['content-length'] ?? 0)
    : Number.POSITIVE_INFINITY;
