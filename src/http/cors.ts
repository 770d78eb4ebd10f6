import fastifyCors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

export interface CorsOptions {
  /** Origins whose pages may call the API from a browser; undefined: none. */
  origins: readonly string[] | undefined;
  /** Whether a browser may send its cookies. */
  credentials: boolean;
  /** Headers that a page may send and read, in addition to those of every API. */
  allowedHeaders?: string[];
  exposedHeaders?: string[];
}

/** Allows pages of other origins to call the routes of a scope. A route for OPTIONS answers after a preflight's headers. */
export async function allowOrigins(
  scope: FastifyInstance,
  { origins, credentials, allowedHeaders = [], exposedHeaders = [] }: CorsOptions,
): Promise<void> {
  if (!origins) return;
  await scope.register(fastifyCors, {
    // A list here would send access-control-allow-credentials to other origins too.
    origin: (origin, allow) => allow(null, origin !== undefined && origins.includes(origin)),
    credentials,
    methods: ['GET', 'POST'],
    allowedHeaders: ['authorization', 'content-type', ...allowedHeaders],
    exposedHeaders: ['retry-after', 'x-request-id', 'api-key-expires', ...exposedHeaders],
    maxAge: 600,
  });
}
