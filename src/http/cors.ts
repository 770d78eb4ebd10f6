import fastifyCors, { type FastifyCorsOptions } from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isRestUrl } from './rest/paths.ts';

const ALLOWED_HEADERS = ['authorization', 'content-type'];
const EXPOSED_HEADERS = ['retry-after', 'x-request-id', 'api-key-expires'];

/** What pages of other origins may do with `/graphql`, where a browser may send its cookies. */
const GRAPHQL: FastifyCorsOptions = {
  credentials: true,
  allowedHeaders: ALLOWED_HEADERS,
  exposedHeaders: EXPOSED_HEADERS,
};

/** What they may do with the plain HTTP API, which reads no cookies. */
const REST: FastifyCorsOptions = {
  credentials: false,
  allowedHeaders: [...ALLOWED_HEADERS, 'idempotency-key'],
  exposedHeaders: [...EXPOSED_HEADERS, 'ratelimit', 'ratelimit-policy'],
};

const isGraphQLUrl = (url: string): boolean => /^\/graphql(?:\?|$)/.test(url);

/**
 * Allows pages of other origins to call both APIs from a browser. To be registered before all other hooks, so that a
 * page can read every error.
 *
 * @param origins undefined: none
 */
export async function allowOrigins(
  app: FastifyInstance,
  origins: readonly string[] | undefined,
): Promise<void> {
  if (!origins) return;
  await app.register(fastifyCors, {
    delegator: async ({ url, method, headers }: FastifyRequest): Promise<FastifyCorsOptions> => {
      const ofApi = isRestUrl(url) ? REST : isGraphQLUrl(url) ? GRAPHQL : undefined;
      const { origin } = headers;
      if (!ofApi || origin === undefined || !origins.includes(origin)) return { origin: false };
      return {
        ...ofApi,
        origin,
        methods: ['GET', 'POST'],
        maxAge: 600,
        // Another OPTIONS request is answered by the route.
        preflight: method === 'OPTIONS' && headers['access-control-request-method'] !== undefined,
      };
    },
  });
}
