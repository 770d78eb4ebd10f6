import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { badUserInput, bodyTooSlow, unavailable } from '../errors.ts';
import { ALWAYS_WITHIN_BUDGET_BYTES, startJsonBudget } from './json-budget.ts';
import type { BodyBudget, Sender } from './large-bodies.ts';
import { notUtf8, startLargeJson } from './large-json.ts';
import { type HttpLimits, MAX_ANONYMOUS_BODY_BYTES } from './limits.ts';
import { memoryGiver } from './memory.ts';

/** From this many bytes on. A thousand spectra are below, and parsed in 15 ms. */
const LARGE_BYTES = 4 * 1024 * 1024;
const FIRST_PIECE_BYTES = 64 * 1024;
const MAX_PIECE_BYTES = 1024 * 1024;
/** A chunk takes a microsecond even if it holds one byte: nobody sends a body in such. */
const MIN_CHUNK_BYTES = 64;
const FREE_CHUNKS = 1000;

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether its body is longer than anyone may send. */
    isLarge: boolean;
    /** Gives back what its body counts against the budget, once its bytes are in memory no more. */
    giveBodyBack: () => void;
  }
}

/** Whose body it is, and how much of it is read. */
export interface BodyAllowance {
  /** Undefined: nobody's, which has at most `MAX_ANONYMOUS_BODY_BYTES`. */
  sender: Sender | undefined;
  maxBytes: number;
  /** The refusal of a longer one. */
  tooLarge: () => Error;
  /** Calls back when the request is answered or given up: what its body held is then free. */
  onceAnswered: (callback: () => void) => void;
}

export interface JsonBodiesOptions {
  budget: BodyBudget;
  limits: Pick<HttpLimits, 'slowBodyMs' | 'slowBodyBytes'>;
  /** What the sender of a request may send, once that is known. */
  allowanceOf: (request: FastifyRequest) => BodyAllowance;
}

/**
 * Reads and parses bodies of JSON as Fastify does, within what their sender may send. Large bodies also
 * count against a budget, are cut off when too slow, hold a bounded number of objects, and are parsed in a worker.
 */
export function parseJsonBodies(app: FastifyInstance, options: JsonBodiesOptions): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  const memory = memoryGiver();
  const largeJson = startLargeJson();
  app.addHook('onClose', async () => {
    memory.close();
    await largeJson.close();
  });
  app.decorateRequest('isLarge', false);
  app.decorateRequest('giveBodyBack', () => {});
  app.addContentTypeParser('application/json', (request, payload: IncomingMessage, done) => {
    const allowance = options.allowanceOf(request);
    readBody(request, payload, { ...options, allowance }, (error, pieces, bytes) => {
      if (error) return done(error);
      const { sender } = allowance;
      request.isLarge = bytes > MAX_ANONYMOUS_BODY_BYTES;
      if (bytes > LARGE_BYTES && sender) {
        memory.giveBackLater();
        const parseText = (text: string) =>
          new Promise<unknown>((resolve, reject) => {
            parse(request, text, (error, body) => (error ? reject(error) : resolve(body)));
          });
        largeJson.parse(pieces, sender, parseText).then(body => done(null, body), done);
        return;
      }
      const [first] = pieces;
      const body = pieces.length === 1 && first ? first : Buffer.concat(pieces, bytes);
      if (!isUtf8(body)) return done(notUtf8());
      return parse(request, body.toString('utf8'), done);
    });
  });
}

/** Reads a body to its end, or until it is refused. The pieces are its own: no other buffer shares their memory. */
function readBody(
  request: FastifyRequest,
  payload: IncomingMessage,
  { budget, limits, allowance }: JsonBodiesOptions & { allowance: BodyAllowance },
  done: (error: Error | null, pieces: Buffer<ArrayBuffer>[], bytes: number) => void,
): void {
  const announced = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY);
  const { sender, maxBytes, tooLarge } = allowance;
  const exceeds = announced > ALWAYS_WITHIN_BUDGET_BYTES ? startJsonBudget() : undefined;
  let pieces: Buffer<ArrayBuffer>[] = [];
  let filled = 0;
  let received = 0;
  let chunks = 0;
  let counted = 0;
  let moving: NodeJS.Timeout | undefined;

  function append(chunk: Buffer<ArrayBuffer>): void {
    // The whole body, as it mostly is.
    if (received === announced && pieces.length === 0) {
      pieces.push(chunk);
      return;
    }
    for (let at = 0; at < chunk.length; ) {
      let last = pieces.at(-1);
      if (!last || filled === last.length) {
        last = Buffer.allocUnsafeSlow(last ? Math.min(2 * last.length, MAX_PIECE_BYTES) : FIRST_PIECE_BYTES);
        pieces.push(last);
        filled = 0;
      }
      const length = chunk.copy(last, filled, at);
      filled += length;
      at += length;
    }
  }

  /** Sees to it that a large body keeps moving. */
  function watch(): void {
    let before = received;
    moving = setInterval(() => {
      // After the sockets were read: the server itself may have been what stood.
      setImmediate(() => {
        if (moving && received - before < limits.slowBodyBytes) end(bodyTooSlow());
        before = received;
      });
    }, limits.slowBodyMs);
  }

  /** What is wrong with the body, now that this came. */
  function refusalOf(chunk: Buffer): Error | undefined {
    if (received > maxBytes) return tooLarge();
    if (chunks > FREE_CHUNKS + received / MIN_CHUNK_BYTES) {
      return badUserInput('The body comes in too many chunks. Send it in larger ones.');
    }
    if (received > MAX_ANONYMOUS_BODY_BYTES && sender) {
      const more = received - MAX_ANONYMOUS_BODY_BYTES - counted;
      if (!budget.take(sender, more)) return unavailable();
      counted += more;
      if (!moving) watch();
    }
    const excess = exceeds?.(chunk);
    return excess === undefined
      ? undefined
      : badUserInput(`The body holds more than ${excess}. Send what the schema asks for.`);
  }

  function onData(chunk: Buffer<ArrayBuffer>): void {
    received += chunk.length;
    chunks += 1;
    const refusal = refusalOf(chunk);
    if (refusal) end(refusal);
    else append(chunk);
  }

  function end(error: Error | null): void {
    clearInterval(moving);
    moving = undefined;
    payload.off('data', onData).off('end', onEnd).off('error', end);
    // What fails later has been answered by then.
    payload.on('error', () => {});
    const last = pieces.at(-1);
    if (error) {
      pieces = [];
      giveBack();
    } else if (last && pieces.length > 1) {
      pieces[pieces.length - 1] = last.subarray(0, filled);
    } else if (last && last.length > received) {
      pieces[0] = last.subarray(0, received);
    }
    done(error, pieces, received);
  }
  const onEnd = () => end(null);

  function giveBack(): void {
    if (sender && counted > 0) budget.giveBack(sender, counted);
    counted = 0;
  }

  payload.on('data', onData).on('end', onEnd).on('error', end);
  request.giveBodyBack = giveBack;
  allowance.onceAnswered(giveBack);
}
