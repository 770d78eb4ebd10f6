import type { FastifyInstance } from 'fastify';
import { type Kysely, sql } from 'kysely';
import { unavailable } from '../errors.ts';
import type { DB } from '../generated/database.ts';

/** Load balancers and orchestrators often wait no longer than two or three seconds. */
const MAX_WAIT_MS = 1500;

/**
 * `/healthz`: the process answers. `/readyz`: and its database does, and it does not stop, so that a load balancer may
 * send it work.
 */
export function serveHealth(app: FastifyInstance, db: Kysely<DB>, isStopping: () => boolean): void {
  let asked: Promise<unknown> | undefined;

  /** One statement for all who ask meanwhile: they take no connections from calls. */
  function askDatabase(): Promise<unknown> {
    asked ??= sql`select 1`.execute(db).finally(() => {
      asked = undefined;
    });
    return asked;
  }

  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (request, reply) => {
    if (isStopping()) return reply.code(503).send({ status: 'stopping' });
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(unavailable()), MAX_WAIT_MS);
    try {
      await Promise.race([askDatabase(), late.promise]);
      return { status: 'ready' };
    } catch (error) {
      request.log.warn({ err: error }, 'not ready: the database does not answer');
      return reply.code(503).send({ status: 'unavailable' });
    } finally {
      clearTimeout(timer);
    }
  });
}
