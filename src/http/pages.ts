import { fileURLToPath } from 'node:url';
import fastifyCompress from '@fastify/compress';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const built = fileURLToPath(new URL('../../dist/', import.meta.url));

// Monaco, GraphiQL's editor, sets styles of its own (hundreds of violations without 'unsafe-inline'); scripts and
// everything else come from this server's files alone.
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the pages that `npm run build` made: the dashboard, GraphiQL at /graphiql, and the files that they load. */
export async function servePages(app: FastifyInstance): Promise<void> {
  await app.register(fastifyCompress, { encodings: ['br', 'gzip'] });
  app.addHook('onSend', async (_request, reply) => {
    void reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
    void reply.header('x-content-type-options', 'nosniff');
    void reply.header('referrer-policy', 'no-referrer');
  });
  await app.register(fastifyStatic, {
    root: `${built}assets/`,
    prefix: '/assets/',
    // Their names hold a hash of their content.
    maxAge: '1y',
    immutable: true,
    index: false,
  });
  const serve = (paths: string[], file: string) => {
    for (const path of paths) {
      app.get(path, (_request, reply) =>
        reply.header('cache-control', 'no-cache').sendFile(file, built, { cacheControl: false }),
      );
    }
  };
  serve(['/graphiql', '/graphiql/'], 'graphiql/index.html');
  // The addresses within the dashboard, which finds out by itself what they name.
  serve(['/', '/sign-in', '/sign-up', '/organizations/*', '/projects/*', '/deployments/*'], 'index.html');
}
