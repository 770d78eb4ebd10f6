import type { FastifyInstance, FastifyRequest } from 'fastify';
import { unavailable } from '../errors.ts';
import { networkOf, siteOf } from '../requests/network.ts';
import { memoryBudget, partOfBudget, tenantOf } from './memory-budget.ts';
import { writeError } from './send-error.ts';

/** Bytes of an answer that count against no share. */
const FREE_BYTES = 16 * 1024;
/** Texts that are short enough whatever their characters are: three bytes each at most. */
const MAX_SMALL_CHARACTERS = FREE_BYTES / 3;
/** What a person or organization may always hold: several answers of a thousand spectra. */
const MIN_SHARE_BYTES = 1024 * 1024;
/** The max part of the memory for all anonymous callers. */
const ANONYMOUS_PART = 1 / 8;

/**
 * Limits the memory of large answers, each until its client has read it, as a client may read slowly or not at all. An
 * answer beyond the share of its caller is replaced by an error. If it is that of a change or a prediction, which an error
 * would deny, the connection is closed instead.
 *
 * Register it before other hooks that change payloads.
 */
export function limitAnswers(app: FastifyInstance, maxBytes: number): void {
  const budget = memoryBudget(maxBytes, MIN_SHARE_BYTES);
  const everyone = { id: 'anonymous', reserved: false };
  const ofAnonymous = partOfBudget(budget, everyone, maxBytes * ANONYMOUS_PART);

  app.addHook('onSend', (request, reply, payload, done) => {
    const isLarge = typeof payload === 'string' && payload.length > MAX_SMALL_CHARACTERS;
    const bytes = isLarge ? Buffer.byteLength(payload) - FREE_BYTES : 0;
    if (bytes <= 0 || reply.raw.closed) return done(null, payload);
    const tenant = request.identified && tenantOf(request.identified.identity);
    const [share, user] = tenant ? [budget, tenant] : [ofAnonymous, clientOf(request)];
    if (share.reserve(user, bytes)) {
      reply.raw.once('close', () => share.release(user, bytes));
      return done(null, payload);
    }
    if (mayHaveChanged(request)) request.raw.socket.destroy();
    done(null, writeError(reply, unavailable()));
  });
}

/** An anonymous client: an IPv4 address or an IPv6 /48. */
function clientOf({ ip }: FastifyRequest) {
  const network = networkOf(ip);
  return { id: siteOf(network) ?? network, reserved: false };
}

const mayHaveChanged = ({ method, operation }: FastifyRequest) =>
  method === 'POST' && operation?.operation !== 'query';
