import { fileURLToPath } from 'node:url';
import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Config } from '../config.ts';
import { allowOf, REFERENCE } from './rest/paths.ts';

const built = fileURLToPath(new URL('../../dist/', import.meta.url));

// 'unsafe-inline' is for Monaco, GraphiQL's editor, which sets inline styles (hundreds of violations without it). Scripts
// and everything else come only from this server's files.
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

/**
 * Serves the pages that `npm run build` made: the dashboard, the reference of the plain HTTP API, GraphiQL if it is enabled,
 * and the files that they load.
 */
export async function servePages(
  app: FastifyInstance,
  { GRAPHIQL }: Pick<Config, 'GRAPHIQL'>,
): Promise<void> {
  // Only for pages: helmet computes its headers for each request, which would slow down calls of predict.
  await app.register(fastifyHelmet, {
    // Helmet's defaults include "upgrade-insecure-requests", which breaks plain HTTP.
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    // Browsers ignore it over plain HTTP. Subdomains may belong to other services.
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
    frameguard: { action: 'deny' },
  });
  await app.register(fastifyStatic, {
    root: `${built}assets/`,
    prefix: '/assets/',
    // The build writes .br and .gz files beside most of them.
    preCompressed: true,
    // File names contain a hash of the content.
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
  const reference = [REFERENCE, `${REFERENCE}/`];
  serve(reference, 'reference/index.html');
  for (const path of reference) {
    // Before the body is read, as below it.
    app.options(path, {
      onRequest: (_request, reply) => void reply.code(204).header('allow', allowOf(REFERENCE)).send(),
      handler: () => {},
    });
  }
  // Routes of the dashboard, which resolves them in the browser.
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
  // For an unknown path, browsers get the dashboard's not-found page and programs the error of the catalogue.
  app.get('/*', ({ headers }, reply) => {
    if (headers.accept?.includes('text/html')) return send(reply.code(404), 'index.html');
    return reply.callNotFound();
  });
}
