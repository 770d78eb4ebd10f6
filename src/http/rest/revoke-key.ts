import type { FastifyReply, FastifyRequest } from 'fastify';
import { revokeByHolder } from '../../api-keys/revoke-by-holder.ts';
import { unauthenticated } from '../../errors.ts';
import type { ContextOf } from '../contexts.ts';
import type { RevokedKeyAnswer } from './schemas.ts';

/** Revokes the key of a request. A repeat is answered alike. */
export async function answerRevokeKey(
  contextOf: ContextOf,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<RevokedKeyAnswer> {
  const { caller, at, address, transaction } = await contextOf(request, reply, 'recent look-up');
  if (caller.kind !== 'key-holder') throw unauthenticated();
  const { id, name, prefix } = caller.key;
  const revokedAt = await transaction(trx => revokeByHolder(trx, id, { network: address(), now: at }));
  // Deleted since the look-up.
  if (!revokedAt) throw unauthenticated();
  return { id, name, prefix, status: 'REVOKED', revoked_at: revokedAt.toISOString() };
}
