import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** How much of refused bodies is read, and for how long. */
export interface DiscardLimits {
  ms: number;
  /** Of one body. */
  bytes: number;
  /** Bodies at once; a further one ends the oldest. */
  bodies: number;
}

export const DISCARD_LIMITS: DiscardLimits = {
  ms: 10_000,
  bytes: 128 * 1024 * 1024,
  bodies: 100,
};

/** Each piece of a body takes a microsecond, whatever it holds: what comes in smaller ones counts as this much. */
const MIN_PIECE_BYTES = 512;

/**
 * Sends a refusal before the body has been read, and discards the rest. An answer that leaves before the body has been read would be lost: the connection is reset
 * while the client still writes, and Python's urllib, which reads nothing before it has written everything, reports a
 * broken pipe (as do 5 of 5 clients with 25 MiB). So the answer is sent at once, and held open while the rest of the body is
 * read and discarded; then the connection is closed.
 */
export function discardRefusedBodies(app: FastifyInstance, limits: DiscardLimits): void {
  /** What ends each, the oldest first. */
  const discarding = new Set<() => void>();

  function discard(request: IncomingMessage, onEnd: () => void): void {
    let bytes = 0;
    const count = (chunk: Buffer) => {
      bytes += Math.max(chunk.length, MIN_PIECE_BYTES);
      if (bytes > limits.bytes) end();
    };
    const end = () => {
      if (!discarding.delete(end)) return;
      clearTimeout(late);
      request.off('data', count);
      request.pause();
      onEnd();
    };
    const late = setTimeout(end, limits.ms);
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
    const answer = new Readable({ read() {} });
    answer.push(payload);
    discard(request.raw, () => answer.push(null));
    done(null, answer);
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
