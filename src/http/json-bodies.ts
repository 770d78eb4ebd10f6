import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ALWAYS_WITHIN_BUDGET_BYTES, startJsonBudget } from './json-budget.ts';
import { notUtf8, startLargeJson } from './large-json.ts';
import { MAX_ANONYMOUS_BODY_BYTES } from './limits.ts';
import { startMemoryRelease } from './memory.ts';
import { type BodyAllowance, declaredBytesOf, type ReadBodyOptions, readBody } from './read-body.ts';

/** Longer bodies are parsed in a worker. A thousand spectra are shorter, and parsed in 15 ms. */
const MAX_INLINE_BYTES = 4 * 1024 * 1024;
/** Longer bodies of anonymous callers are parsed when they are scheduled: 64 KiB can take 4 ms. */
const MAX_UNSCHEDULED_BYTES = 8 * 1024;

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether the body is longer than an anonymous caller may send. */
    isLarge: boolean;
  }
}

export interface JsonBodiesOptions extends Pick<ReadBodyOptions, 'budget' | 'limits'> {
  /** The allowance of a request whose caller was identified. */
  allowanceOf: (request: FastifyRequest) => BodyAllowance;
  /** Waits until a body may be parsed; undefined if its caller is not anonymous. */
  schedule: (request: FastifyRequest) => Promise<void> | undefined;
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
      const slot = body.length > MAX_UNSCHEDULED_BYTES ? options.schedule(request) : undefined;
      if (slot) slot.then(parseInline, done);
      else parseInline();
    });
  });
}
