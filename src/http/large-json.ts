import { randomUUID } from 'node:crypto';
import { Piscina } from 'piscina';
import type { Tenant } from '../concurrency/fair-share.ts';
import { badUserInput, unavailable } from '../errors.ts';
import { LongText, NumberList } from '../graphql/large-values.ts';
import { Upload } from '../requests/upload.ts';
import type { Split, SplitBody } from './json-worker.ts';

/** Max bodies that wait for each of the two threads. */
const MAX_WAITING = 32;
/** 24 MiB of "1," take 96 MB as an array and another 96 MB as doubles. */
const MAX_HEAP_MB = 512;

/** Parses the rest of a large body on the event loop. */
type ParseText = (text: string) => Promise<unknown>;

/** Parses large JSON bodies in worker threads. */
export interface LargeJson {
  /**
   * @param bytes the body; its memory is transferred to the worker.
   * @returns what JSON.parse would, with a `NumberList` for each list of numbers and a `LongText` for each long text.
   * @throws BAD_USER_INPUT, UNAVAILABLE when too many wait, and what `parseText` throws.
   */
  parse: (bytes: Uint8Array<ArrayBuffer>, owner: Tenant, parseText: ParseText) => Promise<unknown>;
  close: () => Promise<void>;
}

/**
 * Starts two worker threads, one of them reserved for organizations on a plan with API access. JSON.parse of 24 MiB of
 * numbers takes 400 ms and decoding a model 60 ms, which would block the event loop.
 */
export function startLargeJson(): LargeJson {
  const startThread = () =>
    new Piscina<{ bytes: Uint8Array<ArrayBuffer>; nonce: string }, Split>({
      filename: new URL('./json-worker.ts', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      maxQueue: MAX_WAITING,
      // Its heap is freed when it ends.
      idleTimeout: 5000,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
  const threads = { reserved: startThread(), others: startThread() };

  return {
    async parse(bytes, { reserved }, parseText) {
      const thread = reserved ? threads.reserved : threads.others;
      if (thread.queueSize >= MAX_WAITING) throw unavailable();
      const nonce = randomUUID();
      const split = await thread.run({ bytes, nonce }, { name: 'split', transferList: [bytes.buffer] });
      switch (split.status) {
        case 'split':
          return replaceMarks(await parseText(split.body.rest), split.body, nonce);
        case 'not-utf8':
          throw notUtf8();
        case 'not-json':
          throw badUserInput(
            'The request cannot be read. A list of numbers or a long text in its body is not valid JSON: write numbers with a point, as 0.12.',
          );
        case 'too-much-rest':
          throw badUserInput(
            'The body holds more than 4 MiB beside lists of numbers and long texts. Send what the schema asks for.',
          );
      }
    },
    async close() {
      await Promise.all([threads.reserved.destroy(), threads.others.destroy()]);
    },
  };
}

/** The error for a body in another encoding, whose letters would be stored as replacement characters. */
export const notUtf8 = () =>
  badUserInput('The body is not UTF-8. Encode it as UTF-8, which is what JSON is sent in.');

/** Replaces the marks in a parsed rest by the lists and files. */
function replaceMarks(
  parsed: unknown,
  { numbers, allFinite, ends, files }: SplitBody,
  nonce: string,
): unknown {
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
