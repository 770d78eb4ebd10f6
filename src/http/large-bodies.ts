import { Transform } from 'node:stream';
import type { preParsingHookHandler } from 'fastify';
import { unavailable } from '../errors.ts';
import { ANYBODYS_BODY_BYTES } from './limits.ts';

/**
 * Bounds what large bodies take together. What a body has beyond what anybody may send is counted as it comes, and no
 * longer than until its request is answered or given up: who announces much and sends little holds up nobody.
 *
 * @param most bytes. The body that would exceed them is refused: UNAVAILABLE.
 */
export function boundLargeBodies(most: number): preParsingHookHandler {
  let held = 0;
  return (request, reply, payload, done) => {
    const announced = request.headers['content-length'];
    const mayBeLarge = announced === undefined || Number(announced) > ANYBODYS_BODY_BYTES;
    if (request.method !== 'POST' || !mayBeLarge) return done(null, payload);

    let received = 0;
    let counted = 0;
    const counting = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        received += chunk.length;
        const more = Math.max(0, received - ANYBODYS_BODY_BYTES) - counted;
        if (held + more > most) {
          void reply.header('connection', 'close');
          return next(unavailable());
        }
        held += more;
        counted += more;
        next(null, chunk);
      },
    });
    reply.raw.once('close', () => {
      held -= counted;
      counting.destroy();
    });
    payload.once('error', error => counting.destroy(error));
    done(null, payload.pipe(counting));
  };
}
