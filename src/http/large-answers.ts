import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Tenant } from '../concurrency/fair-share.ts';
import { unavailable } from '../errors.ts';
import { networkOf } from '../requests/network.ts';
import { type MemoryBudget, tenantOf } from './memory-budget.ts';

/** Max characters of an answer that counts against no budget. */
const FREE_CHARACTERS = 64 * 1024;

/**
 * Limits the memory of large answers from when they are complete until the client has read them, as a client may read slowly
 * or not at all. What exceeds the share of its tenant is answered with UNAVAILABLE.
 */
export function limitAnswers(scope: FastifyInstance, budget: MemoryBudget): void {
  scope.addHook('onSend', (request, reply, payload, done) => {
    const bytes = typeof payload === 'string' ? payload.length - FREE_CHARACTERS : 0;
    if (bytes <= 0 || reply.raw.closed) return done(null, payload);
    const owner = ownerOf(request);
    if (!budget.reserve(owner, bytes)) return done(unavailable());
    reply.raw.once('close', () => budget.release(owner, bytes));
    done(null, payload);
  });
}

/** Whose share an answer counts against: that of the caller's bodies or, of anonymous callers, of their network. */
const ownerOf = ({ identified, ip }: FastifyRequest): Tenant =>
  (identified && tenantOf(identified.identity)) ?? { id: networkOf(ip), reserved: false };
