import { fileURLToPath } from 'node:url';
import fastifyCompress from '@fastify/compress';
import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Config } from '../config.ts';

const built = fileURLToPath(new URL('../../dist/', import.meta.url));

// Monaco, GraphiQL's editor, sets styles of its own (hundreds of violations without 'unsafe-inline'); scripts and
// everything else come from this server's files alone.
const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  workerSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

/** Serves the pages that `npm run build` made: the dashboard, GraphiQL where it is on, and the files that they load. */
export async function servePages(
  app: FastifyInstance,
  { GRAPHIQL }: Pick<Config, 'GRAPHIQL'>,
): Promise<void> {
  await app.register(fastifyCompress, { encodings: ['br', 'gzip'] });
  // Here alone: it works its headers out anew for each request, which a call of predict need not pay for.
  await app.register(fastifyHelmet, {
    // Its own directives would be added, "upgrade-insecure-requests" among them, which breaks plain HTTP.
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    // Browsers heed it over HTTPS alone. What else runs under the host's name is not for this server to say.
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
    frameguard: { action: 'deny' },
  });
  await app.register(fastifyStatic, {
    root: `${built}assets/`,
    prefix: '/assets/',
    // Their names hold a hash of their content.
    maxAge: '1y',
    immutable: true,
    index: false,
  });
  const send = (reply: FastifyReply, file: string) =>
    reply.header('cache-control', 'no-cache').sendFile(file, built, { cacheControl: false });
  const serve = (paths: string[], file: string) => {
    for (const path of paths) app.get(path, (_request, reply) => send(reply, file));
  };
  if (GRAPHIQL) serve(['/graphiql', '/graphiql/'], 'graphiql/index.html');
  // The addresses within the dashboard, which finds out by itself what they name.
  serve(
    [
      '/',
      '/sign-in',
      '/sign-up',
      '/account',
      '/invitations',
      '/organizations/*',
      '/projects/*',
      '/deployments/*',
    ],
    'index.html',
  );
  // A person who mistyped an address gets the dashboard's words for that; programs get those of the catalogue.
  app.get('/*', ({ headers }, reply) => {
    if (headers.accept?.includes('text/html')) return send(reply.code(404), 'index.html');
    return reply.callNotFound();
  });
}
