import type { FastifyInstance, FastifyRequest } from 'fastify';
import { unavailable } from '../errors.ts';
import { networkOf, siteOf } from '../requests/network.ts';
import { memoryBudget, partOfBudget, tenantOf } from './memory-budget.ts';
import { writeError } from './send-error.ts';

/** Bytes of an answer that count against no share. */
const FREE_BYTES = 16 * 1024;
/** Answers of changes and predictions up to this size are always sent: they were made, and a 503 would say otherwise. */
const MAX_CHANGE_BYTES = 1024 * 1024;
/** The part of the memory for all anonymous callers. */
const ANONYMOUS_PART = 1 / 8;

/**
 * Limits the memory of large answers, each until its client has read it, as a client may read slowly or not at all. An
 * answer that exceeds the share of its caller is replaced by an error. A person who holds more than their share is refused
 * before the next request is handled.
 *
 * Register it before other hooks that change payloads.
 */
export function limitAnswers(app: FastifyInstance, maxBytes: number): void {
  const budget = memoryBudget(maxBytes);
  const ofAnonymous = partOfBudget(budget, { id: 'anonymous', reserved: false }, maxBytes * ANONYMOUS_PART);

  /** Reserves memory for an answer. @returns what releases it; undefined if there is none for it */
  function reserve(request: FastifyRequest, bytes: number): (() => void) | undefined {
    const tenant = tenantIn(request);
    if (!tenant) {
      const network = networkOf(request.ip);
      const client = { id: siteOf(network) ?? network, reserved: false };
      return ofAnonymous.reserve(client, bytes) ? () => ofAnonymous.release(client, bytes) : undefined;
    }
    if (!budget.reserve(tenant, bytes)) {
      if (bytes > MAX_CHANGE_BYTES || !mayHaveChanged(request)) return undefined;
      budget.hold(tenant, bytes);
    }
    return () => budget.release(tenant, bytes);
  }

  app.addHook('preHandler', (request, _reply, done) => {
    const tenant = tenantIn(request);
    // Not a program: whoever found its key could block the calls and the revocation of the organization's keys.
    const isPerson = request.identified?.identity.kind === 'person';
    done(tenant && isPerson && !budget.hasShare(tenant) ? unavailable() : undefined);
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const bytes = typeof payload === 'string' ? Buffer.byteLength(payload) - FREE_BYTES : 0;
    if (bytes <= 0 || reply.raw.closed) return done(null, payload);
    const release = reserve(request, bytes);
    if (!release) return done(null, writeError(reply, unavailable()));
    reply.raw.once('close', release);
    done(null, payload);
  });
}

const tenantIn = ({ identified }: FastifyRequest) => identified && tenantOf(identified.identity);

const mayHaveChanged = ({ method, operation }: FastifyRequest) =>
  method === 'POST' && operation?.operation !== 'query';
