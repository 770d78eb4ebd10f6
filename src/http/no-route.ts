import type { FastifyRequest } from 'fastify';
import type { GraphQLError } from 'graphql';
import { methodNotAllowed, pathNotFound, routeNotFound } from '../errors.ts';
import { allowedAt, isRestUrl } from './rest/paths.ts';

/** The error for a request whose method and path no route has. */
export function noRoute({ url }: Pick<FastifyRequest, 'url'>): GraphQLError {
  if (!isRestUrl(url)) return routeNotFound();
  const allow = allowedAt(url);
  return allow === undefined ? pathNotFound() : methodNotAllowed(allow);
}
