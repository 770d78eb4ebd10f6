import type { FastifyInstance } from 'fastify';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../generated/database.ts';

/** `/healthz`: the process answers. `/readyz`: and its database does, so that a load balancer may send it work. */
export function serveHealth(app: FastifyInstance, db: Kysely<DB>): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (request, reply) => {
    try {
      await sql`select 1`.execute(db);
      return { status: 'ready' };
    } catch (error) {
      request.log.warn({ err: error }, 'not ready: the database does not answer');
      return reply.code(503).send({ status: 'unavailable' });
    }
  });
}
