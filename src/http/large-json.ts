import { randomUUID } from 'node:crypto';
import { Piscina } from 'piscina';
import { badUserInput, unavailable } from '../errors.ts';
import { LongText, NumberList } from '../graphql/large-values.ts';
import { Upload } from '../requests/upload.ts';
import type { Split, SplitBody } from './json-worker.ts';
import type { Sender } from './large-bodies.ts';

/** Bodies that wait for a thread, for each of the halves. */
const MAX_WAITING = 32;
/** 24 MiB of "1," are 96 MB as an array and as much again in doubles. */
const MAX_HEAP_MB = 512;

/** Parses the rest of a large body, in which nothing takes long. */
type ParseText = (text: string) => Promise<unknown>;

/** Parses large bodies of JSON beside the event loop. */
export interface LargeJson {
  /**
   * @param pieces the body, whose memory goes to the thread that parses it.
   * @returns the body as JSON.parse would, with `NumberList` and `LongText` in the places of lists of numbers and long texts.
   * @throws BAD_USER_INPUT, UNAVAILABLE when too many wait, and what `parseText` throws.
   */
  parse: (pieces: Uint8Array<ArrayBuffer>[], sender: Sender, parseText: ParseText) => Promise<unknown>;
  close: () => Promise<void>;
}

/**
 * Starts the threads, one for organizations on a plan with API access and one for all others. JSON.parse of 24 MiB of
 * numbers takes 400 ms, and decoding a model 60 ms: too long for the event loop.
 */
export function startLargeJson(): LargeJson {
  const startThread = () =>
    new Piscina<{ pieces: Uint8Array[]; nonce: string }, Split>({
      filename: new URL('./json-worker.ts', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      maxQueue: MAX_WAITING,
      // Its heap ends with it.
      idleTimeout: 5000,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
  const threads = { apiPlan: startThread(), others: startThread() };

  return {
    async parse(pieces, { onApiPlan }, parseText) {
      const thread = onApiPlan ? threads.apiPlan : threads.others;
      if (thread.queueSize >= MAX_WAITING) throw unavailable();
      const nonce = randomUUID();
      const split = await thread.run(
        { pieces, nonce },
        { name: 'split', transferList: pieces.map(({ buffer }) => buffer) },
      );
      switch (split.status) {
        case 'split':
          return putBack(await parseText(split.body.rest), split.body, nonce);
        case 'not-utf8':
          throw notUtf8();
        case 'not-json':
          throw badUserInput(
            'The request cannot be read. A list of numbers or a long text in its body is not valid JSON.',
          );
        case 'too-much-rest':
          throw badUserInput(
            'The body holds more than 4 MiB beside lists of numbers and long texts. Send what the schema asks for.',
          );
      }
    },
    async close() {
      await Promise.all([threads.apiPlan.destroy(), threads.others.destroy()]);
    },
  };
}

/** A body in another encoding, whose letters would be stored as replacement characters. */
export const notUtf8 = () =>
  badUserInput('The body is not UTF-8. Encode it as UTF-8, which is what JSON is sent in.');

/** Puts the lists and files of a body where their marks are. */
function putBack(parsed: unknown, { numbers, allFinite, ends, files }: SplitBody, nonce: string): unknown {
  function resolve(value: unknown): unknown {
    if (typeof value !== 'string' || !value.startsWith(nonce)) return value;
    const index = Number(value.slice(nonce.length + 1));
    if (value[nonce.length] === 't') {
      const file = files[index];
      return new LongText(file && new Upload(Buffer.from(file.buffer, file.byteOffset, file.byteLength)));
    }
    const start = index === 0 ? 0 : (ends[index - 1] ?? 0);
    const end = ends[index] ?? start;
    const list = new NumberList(numbers.buffer, start * Float64Array.BYTES_PER_ELEMENT, end - start);
    list.allFinite = allFinite;
    return list;
  }

  const root = { parsed };
  const open: object[] = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    if (Array.isArray(node)) {
      for (const [index, value] of node.entries()) {
        if (typeof value === 'string') node[index] = resolve(value);
        else if (typeof value === 'object' && value !== null) open.push(value);
      }
      continue;
    }
    for (const [name, value] of Object.entries(node)) {
      if (typeof value === 'string') Reflect.set(node, name, resolve(value));
      else if (typeof value === 'object' && value !== null) open.push(value);
    }
  }
  return root.parsed;
}
