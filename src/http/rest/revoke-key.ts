import type { FastifyReply, FastifyRequest } from 'fastify';
import { revokeByHolder } from '../../api-keys/revoke-by-holder.ts';
import { requireKeyHolder } from '../../auth/caller.ts';
import type { ContextOf } from '../contexts.ts';
import type { RevokedKeyAnswer } from './schemas.ts';

/** Revokes the key of a request. A repeat is answered alike. */
export async function answerRevokeKey(
  contextOf: ContextOf,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<RevokedKeyAnswer> {
  const { caller, at, address, transaction } = await contextOf(request, reply, 'recent look-up');
  const digest = requireKeyHolder(caller);
  const { id, name, prefix, revokedAt } = await transaction(trx =>
    revokeByHolder(trx, digest, { network: address(), now: at }),
  );
  return { id, name, prefix, status: 'REVOKED', revoked_at: revokedAt.toISOString() };
}
