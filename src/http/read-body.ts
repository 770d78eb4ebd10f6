import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Tenant } from '../concurrency/fair-share.ts';
import { badUserInput, bodyTooSlow, unavailable } from '../errors.ts';
import { type HttpLimits, MAX_ANONYMOUS_BODY_BYTES } from './limits.ts';
import type { MemoryBudget } from './memory-budget.ts';

/** How much a body's buffer grows at once: a resize takes 1 µs. Its pages take memory only once they are written. */
const GROWTH_BYTES = 1024 * 1024;
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
  budget: MemoryBudget;
  limits: Pick<HttpLimits, 'slowBodyMs' | 'slowBodyBytes'>;
  /** The allowance of the caller, who was identified. */
  allowance: BodyAllowance;
  /** Looks at the bytes as they arrive. @returns a limit that their content exceeds, as words for the message */
  findExcess?: ((bytes: Uint8Array) => string | undefined) | undefined;
}

/**
 * Reads a body to its end, or until it is rejected: beyond the allowance or the budget, too slow, or in too many chunks.
 *
 * A body that came in one chunk shares its memory with others of its connection. Any other body has a resizable buffer
 * of its own, which grows as the body arrives. V8 maps resizable buffers as pages and returns them to the system, while
 * the others come from malloc, which kept up to 150 MB resident after twenty bodies of 22 MB (glibc 2.36, whose threshold
 * for mapping grows with each large block that is freed).
 */
export function readBody(
  request: FastifyRequest,
  payload: IncomingMessage,
  { budget, limits, allowance, findExcess }: ReadBodyOptions,
  done: (error: Error | null, body: Buffer<ArrayBuffer>) => void,
): void {
  const declaredBytes = declaredBytesOf(request);
  const { owner, maxBytes, tooLarge } = allowance;
  let body: Buffer<ArrayBuffer> = Buffer.alloc(0);
  let received = 0;
  let chunks = 0;
  let reserved = 0;
  let speedCheck: NodeJS.Timeout | undefined;

  function append(chunk: Buffer<ArrayBuffer>): void {
    // The common case: the whole body in one chunk.
    if (received === declaredBytes && body.length === 0) {
      body = chunk;
      return;
    }
    if (!body.buffer.resizable) {
      body = Buffer.from(new ArrayBuffer(0, { maxByteLength: Math.min(declaredBytes, maxBytes) }));
    }
    const { buffer } = body;
    if (received > buffer.byteLength) {
      buffer.resize(Math.min(buffer.maxByteLength, received + GROWTH_BYTES));
    }
    // The view has grown with its buffer.
    chunk.copy(body, received - chunk.length);
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
    if (error) {
      body = Buffer.alloc(0);
      release();
    } else if (body.buffer.resizable) {
      body.buffer.resize(received);
    }
    done(error, body);
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
