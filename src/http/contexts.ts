import type { FastifyReply, FastifyRequest } from 'fastify';
import { buildContext, type Context, type Services } from '../graphql/context.ts';
import type { Attempt } from '../predictions/attempt.ts';
import type { GetIdentity, IdentitySource } from './api-scope.ts';

/** Builds the context of the first attempt at a request. @throws what `identify` throws */
export type ContextOf = (
  request: FastifyRequest,
  reply: FastifyReply,
  from: IdentitySource,
) => Promise<Context>;

/** Starts building contexts for the requests of any API. @param identityOf from `protectApi` */
export function startContexts(services: Services, identityOf: GetIdentity): ContextOf {
  async function contextOf(
    request: FastifyRequest,
    reply: FastifyReply,
    from: IdentitySource,
    runs?: Attempt['runs'],
  ): Promise<Context> {
    const identity = await identityOf(request, reply, from);
    const again: Context['again'] = () => contextOf(request, reply, 'new look-up', context.attempt.runs);
    const context = buildContext(services, request, reply, { identity, runs, again });
    return context;
  }
  return (request, reply, from) => contextOf(request, reply, from);
}
