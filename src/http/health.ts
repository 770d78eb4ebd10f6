import type { FastifyInstance } from 'fastify';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../generated/database.ts';
import { withTimeout } from './timeout.ts';

/** Max wait for the database. Load balancers and orchestrators often wait no longer than two or three seconds. */
const MAX_WAIT_MS = 1500;

/**
 * Serves the health probes. `/healthz` answers 200 while the process runs; `/readyz` answers 200 while the database
 * answers too and the server is not stopping, so a load balancer may send requests.
 */
export function serveHealth(app: FastifyInstance, db: Kysely<DB>, isStopping: () => boolean): void {
  let pending: Promise<unknown> | undefined;

  /** Shares one statement among concurrent probes, so that they take no connections from calls. */
  function pingDatabase(): Promise<unknown> {
    pending ??= sql`select 1`.execute(db).finally(() => {
      pending = undefined;
    });
    return pending;
  }

  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (request, reply) => {
    if (isStopping()) return reply.code(503).send({ status: 'stopping' });
    try {
      await withTimeout(pingDatabase(), MAX_WAIT_MS);
      return { status: 'ready' };
    } catch (error) {
      request.log.warn({ err: error }, 'not ready: the database does not answer');
      return reply.code(503).send({ status: 'unavailable' });
    }
  });
}
