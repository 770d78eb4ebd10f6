import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Max requests of a connection that are not answered yet. No browser and no common client sends a second one. */
const MAX_PIPELINED = 5;

/**
 * Closes a connection that sends more requests before the first is answered. Node dispatches all requests of a chunk at once,
 * and keeps the responses until the client has read those before them: 1000 requests of a file would hold 165 MB.
 */
export function limitPipelining(app: FastifyInstance): void {
  const unanswered = new WeakMap<Socket, number>();
  app.addHook('onRequest', ({ raw: { socket } }, reply, done) => {
    const count = (unanswered.get(socket) ?? 0) + 1;
    if (count > MAX_PIPELINED || socket.destroyed) {
      socket.destroy();
      reply.hijack();
      return;
    }
    unanswered.set(socket, count);
    reply.raw.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    done();
  });
}
