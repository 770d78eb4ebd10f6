import type { FastifyInstance } from 'fastify';
import type { SentKey } from '../auth/caller.ts';
import type { Services } from '../graphql/context.ts';
import { codeOfAnswer } from '../observability/root-field.ts';
import { networkOf } from '../requests/network.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The key of the request, once it was looked up; undefined for other callers, and for unknown keys. */
    sentKey: SentKey | undefined;
  }
}

/**
 * Counts the requests of a scope that have a known key and are answered with an error, whatever refused them. A request
 * that is answered without one costs a comparison.
 */
export function countRefusals(
  scope: FastifyInstance,
  { refusals, now }: Pick<Services, 'refusals' | 'now'>,
): void {
  scope.decorateRequest('sentKey', undefined);
  scope.addHook('onResponse', (request, reply, done) => {
    const code = codeOfAnswer(request, reply);
    if (code !== undefined && request.sentKey) {
      refusals.count(request.sentKey, { code, network: networkOf(request.ip), at: now() });
    }
    done();
  });
}
