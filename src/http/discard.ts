import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** How much of the rest of rejected bodies is read and discarded. */
export interface DiscardLimits {
  /** Time for one body. */
  ms: number;
  /** Bytes of one body. */
  bytes: number;
  /** Bodies discarded at once; one more ends the oldest. */
  bodies: number;
}

export const DISCARD_LIMITS: DiscardLimits = {
  ms: 10_000,
  bytes: 128 * 1024 * 1024,
  bodies: 100,
};

/**
 * Smaller chunks count as this many bytes: each takes a microsecond or more, whatever its length. A body of 24 MiB in chunks of
 * 1 KiB is still read to its end.
 */
const MIN_CHUNK_BYTES = 4096;

/**
 * Reads and discards the rest of a body when the response is sent before all of it was read. The response is sent at
 * once but not ended until then, and then the connection is closed. Otherwise the response would be lost: the
 * connection is reset while the client still writes, and Python's urllib, which reads nothing before it has written
 * everything, reports a broken pipe (as do 5 of 5 clients with 25 MiB).
 */
export function discardUnreadBodies(app: FastifyInstance, limits: DiscardLimits): void {
  /** Functions that end a discard, the oldest first. */
  const discarding = new Set<() => void>();

  function discard(request: IncomingMessage, onEnd: () => void): void {
    let bytes = 0;
    const count = (chunk: Buffer) => {
      bytes += Math.max(chunk.length, MIN_CHUNK_BYTES);
      if (bytes > limits.bytes) end();
    };
    const end = () => {
      if (!discarding.delete(end)) return;
      clearTimeout(timer);
      request.off('data', count);
      request.pause();
      onEnd();
    };
    const timer = setTimeout(end, limits.ms);
    const [oldest] = discarding;
    if (oldest && discarding.size >= limits.bodies) oldest();
    discarding.add(end);
    request.on('data', count).once('end', end).once('error', end).once('close', end);
    request.resume();
  }

  app.addHook('onSend', (request, reply, payload, done) => {
    const isText = typeof payload === 'string' || Buffer.isBuffer(payload);
    if (!isText || !hasUnreadBody(request.raw)) return done(null, payload);
    void reply.header('connection', 'close').header('content-length', Buffer.byteLength(payload));
    const response = new Readable({ read() {} });
    response.push(payload);
    discard(request.raw, () => response.push(null));
    done(null, response);
  });
  app.addHook('preClose', async () => {
    for (const end of discarding) end();
  });
}

function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
