import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ALWAYS_WITHIN_BUDGET_BYTES, startJsonBudget } from './json-budget.ts';
import { notUtf8, startLargeJson } from './large-json.ts';
import { MAX_ANONYMOUS_BODY_BYTES } from './limits.ts';
import { startMemoryRelease } from './memory.ts';
import { type BodyAllowance, declaredBytesOf, type ReadBodyOptions, readBody } from './read-body.ts';
import type { Schedule } from './scheduling.ts';

/** Longer bodies are parsed in a worker. A thousand spectra are shorter, and parsed in 15 ms. */
const MAX_INLINE_BYTES = 4 * 1024 * 1024;

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether the body is longer than an anonymous caller may send. */
    isLarge: boolean;
  }
}

export interface JsonBodiesOptions extends Pick<ReadBodyOptions, 'budget' | 'limits'> {
  /** The allowance of a request whose caller was identified. */
  allowanceOf: (request: FastifyRequest) => BodyAllowance;
  schedule: Schedule;
  /** Max bytes of a body that is parsed without being scheduled. */
  maxUnscheduledOf: (request: FastifyRequest) => number;
}

/**
 * Reads and parses JSON bodies as Fastify does, within the allowance of the caller. Large bodies also count against a
 * budget, are rejected when too slow, may hold a limited number of objects, and are parsed in a worker.
 */
export function parseJsonBodies(app: FastifyInstance, options: JsonBodiesOptions): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  const memory = startMemoryRelease();
  const largeJson = startLargeJson();
  app.addHook('onClose', async () => {
    memory.close();
    await largeJson.close();
  });
  app.decorateRequest('isLarge', false);
  app.decorateRequest('releaseBodyBudget', () => {});
  app.addContentTypeParser('application/json', (request, payload: IncomingMessage, done) => {
    const allowance = options.allowanceOf(request);
    const findExcess = declaredBytesOf(request) > ALWAYS_WITHIN_BUDGET_BYTES ? startJsonBudget() : undefined;
    readBody(request, payload, { ...options, allowance, findExcess }, (error, body) => {
      if (error) return done(error);
      const { owner } = allowance;
      request.isLarge = body.length > MAX_ANONYMOUS_BODY_BYTES;
      if (body.length > MAX_INLINE_BYTES && owner) {
        memory.releaseLater();
        const parseText = (text: string) =>
          new Promise<unknown>((resolve, reject) => {
            parse(request, text, (error, parsed) => (error ? reject(error) : resolve(parsed)));
          });
        largeJson.parse(body, owner, parseText).then(parsed => done(null, parsed), done);
        return;
      }
      const parseInline = () => {
        if (isUtf8(body)) parse(request, body.toString('utf8'), done);
        else done(notUtf8());
      };
      if (body.length > options.maxUnscheduledOf(request)) options.schedule(request).then(parseInline, done);
      else parseInline();
    });
  });
}
