// Answers of a compromised model host, which runs foreign machine code. The model file contains a behaviour's name.

type Answer =
  | { reply: string; [more: string]: unknown }
  | { header: object; payload?: Uint8Array }
  /** Bytes that may not be a frame. */
  | Uint8Array
  | 'exit'
  | 'stop'
  | 'close';
type Answers = readonly Answer[] | ((calls: number) => Iterable<Answer> | AsyncIterable<Answer>);

export interface Behaviour {
  /** Answers to the request to open the model; by default, that it is open. */
  open?: readonly Answer[];
  /** Answers to a frame of calls. */
  run?: Answers;
}

const MIB = 1024 * 1024;
/** The largest header that the server accepts, in bytes. */
const MAX_HEADER_BYTES = 2 * MIB;

const opened = { reply: 'opened', inputType: 'float32', inputLength: 2 };
const value = (...numbers: number[]) => new Uint8Array(Float64Array.from(numbers).buffer);
const answers = (calls: unknown, done: unknown = true, payload = value(1)): Answer => ({
  header: { reply: 'answers', calls, done },
  payload,
});
const good = answers([{ values: 1 }]);
const categories = (...texts: unknown[]) => answers([{ categories: texts }]);

function* forever(...given: Answer[]): Generator<Answer> {
  for (;;) yield* given;
}

/** An encoded frame with a header of these bytes, which states the given lengths. */
function raw(header: string, { body, head }: { body?: number; head?: number } = {}): Uint8Array {
  const bytes = Buffer.from(header);
  const padded = Math.ceil(bytes.byteLength / 8) * 8;
  const frame = Buffer.alloc(8 + padded);
  frame.writeUInt32LE(body ?? padded, 0);
  frame.writeUInt32LE(head ?? bytes.byteLength, 4);
  bytes.copy(frame, 8);
  return frame;
}

/** A valid answer whose header is padded to the maximal size. */
const bomb = (item: string, [open, close]: readonly [string, string] = ['[', ']']) => {
  const rest = '{"reply":"answers","calls":[{"values":1}],"done":true,"more":';
  const count = Math.floor((MAX_HEADER_BYTES - rest.length - 16) / item.length);
  const json = `${rest}${open}${item.repeat(count)}${open === '{' ? '"z":0' : '0'}${close}}`;
  const frame = raw(json, { body: Math.ceil(json.length / 8) * 8 + 8 });
  return Buffer.concat([frame, value(1)]);
};
const names = () => {
  let item = '';
  for (let i = 0; item.length < MAX_HEADER_BYTES - 100; i++) item += `"${i.toString(36)}":0,`;
  return raw(`{"reply":"answers","calls":[{"values":1}],"done":true,"more":{${item}"z":0}}`);
};
const depth = (open: string, close: string, levels: number) =>
  raw(`${open.repeat(levels)}1${close.repeat(levels)}`);

/** The result of a trial, with some metadata. */
export const inspected = (more: object = {}, payload = new Uint8Array()): Answer => ({
  header: {
    reply: 'inspected',
    found: {
      kind: 'REGRESSION',
      inputLength: 2,
      rowIndependent: false,
      statistics: { t2: false, q: false },
    },
    lengths: [],
    ...more,
  },
  payload,
});
const metadata = (lengths: unknown, bytes: number, fill = 0x61) =>
  inspected({ lengths }, new Uint8Array(bytes).fill(fill));

const withLone = String.fromCharCode(0xd800);

/** Behaviours of the other end of the socket, by name. */
export const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  'answers another question': { run: [{ reply: 'inspected', found: {} }] },
  'reports again that it is ready': { run: () => forever({ reply: 'ready' }) },
  'sends an unknown reply': { run: [{ reply: 'constructor' }] },
  'sends a header without a reply': { run: [{ header: {} }] },
  ...Object.fromEntries(
    [null, true, 1, 'answers', [], [[]]].map(header => [
      `answers ${JSON.stringify(header)}`,
      { run: [raw(JSON.stringify(header))] },
    ]),
  ),
  'answers malformed JSON': { run: [raw('{"reply":')] },
  'answers bytes that are not UTF-8': { run: [raw(Buffer.alloc(64, 0xff).toString('latin1'))] },
  'answers empty frames': { run: () => forever(new Uint8Array(8)) },
  'answers no calls without an end': { run: () => forever(answers([], false)) },
  'answers no calls and states that it is done': { run: [answers([], true)] },
  'answers fewer calls than it states': { run: [answers([{ values: 1 }], false)] },
  'answers more calls than there are': { run: [answers([{ values: 1 }, { values: 1 }])] },
  'answers more and more calls': { run: () => forever(answers([{ values: 1 }], false)) },
  ...Object.fromEntries(
    [null, 1, 'x', {}, { length: 1 }, [null], [1], ['values'], [[]], [{}]].map(calls => [
      `answers the calls ${JSON.stringify(calls)}`,
      { run: [answers(calls)] },
    ]),
  ),
  ...Object.fromEntries(
    [0, 2, -1, 1e300, 0.5, 'x', null, [1], {}].map(values => [
      `answers ${JSON.stringify(values)} values`,
      { run: [answers([{ values }])] },
    ]),
  ),
  ...Object.fromEntries(
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(number => [
      `answers ${number}`,
      { run: [answers([{ values: 1 }], true, value(number))] },
    ]),
  ),
  'answers values without numbers': { run: [answers([{ values: 1 }], true, new Uint8Array())] },
  'answers half a number': { run: [answers([{ values: 1 }], true, new Uint8Array(4))] },
  'is done with 1': { run: [answers([{ values: 1 }], 1)] },
  'answers a category with a zero character': { run: [categories('a\0b')] },
  'answers a category with half a character': { run: [categories(`a${withLone}b`)] },
  'answers a category that is too long': { run: [categories('a'.repeat(1001))] },
  'answers a text as categories': { run: [answers([{ categories: 'a' }])] },
  'answers a number as a category': { run: [categories(1)] },
  'answers null as a category': { run: [categories(null)] },
  'answers categories that are not a list': { run: [answers([{ categories: { length: 1 } }])] },
  'answers a category that is a list': { run: [categories(['a'])] },
  'fails with a long text': { run: [answers([{ failed: 'x'.repeat(MIB) }])] },
  'fails with a text of control characters': {
    run: [answers([{ failed: '\u001b[2J\n{"level":60}\n'.repeat(9000) }])],
  },
  'fails with an object': { run: [answers([{ failed: { toString: 1 } }])] },
  'fails with a list': { run: [answers([{ failed: Array.from({ length: 200_000 }, () => []) }])] },
  'fails on a spectrum that does not exist': { run: [answers([{ failed: 'x', spectrum: 1e300 }])] },
  'fails on a negative spectrum': { run: [answers([{ failed: 'x', spectrum: -1 }])] },
  'refuses a model that runs': { run: [{ reply: 'refused', message: 'x'.repeat(MIB) }] },
  'refuses with an object': { run: [{ reply: 'refused', message: { toString: 1 } }] },
  'reports a fault of its own': { run: [{ reply: 'fault', message: 'x'.repeat(MIB) }] },
  'reports a fault with an object': { run: [{ reply: 'fault', message: { toString: 1 } }] },
  'has lost the model each time': { run: [{ reply: 'missing' }] },
  'has lost the model without an end': { run: () => forever({ reply: 'missing' }) },
  'opens without an end': { open: Array.from({ length: 10_000 }, () => opened), run: [good] },
  'opens a model of another length': { open: [{ ...opened, inputLength: 3 }], run: [good] },
  'opens a model of a huge length': { open: [{ ...opened, inputLength: 1e15 }], run: [good] },
  'opens a model of a negative length': { open: [{ ...opened, inputLength: -1 }], run: [good] },
  'opens a model of no length': { open: [{ reply: 'opened' }], run: [good] },
  'opens a model whose length is a list': { open: [{ ...opened, inputLength: [2] }], run: [good] },
  'refuses to open with an object': { open: [{ reply: 'refused', message: { toString: 1 } }] },
  'refuses to open with a long text': { open: [{ reply: 'refused', message: 'x'.repeat(MIB) }] },
  'opens with a fault': { open: [{ reply: 'fault', message: 'x'.repeat(MIB) }] },
  'opens with an answer': { open: [good] },
  'answers repeatedly': { run: [good, good, good, { reply: 'opened' }] },
  'answers without a request': {
    run: async function* () {
      yield good;
      await new Promise(resolve => setTimeout(resolve, 100));
      yield good;
    },
  },
  'states a length of 4 GB': { run: [raw('{}', { body: 0xffffffff })] },
  'states a header of 4 GB': { run: [raw('{}', { head: 0xffffffff })] },
  'states a header that is longer than the frame': { run: [raw('{}', { head: 64 })] },
  'states more than it sends': { run: [raw('{}', { body: 4 * MIB, head: 2 })] },
  'sends 15 MB in one frame': { run: [raw(' '.repeat(15_000_000))] },
  'sends 15 MB of bytes': { run: [Buffer.alloc(15_000_000, 0xff)] },
  'sends 4 MB of numbers that no call states': {
    run: [answers([{ values: 1 }], true, new Uint8Array(3.9 * MIB))],
  },
  'sends one byte at a time': {
    run: async function* () {
      for (const byte of raw('{}', { body: 64 * 1024 })) {
        yield Uint8Array.of(byte);
        await new Promise(resolve => setTimeout(resolve, 20));
      }
    },
  },
  'sends a header of objects': { run: [bomb('{},')] },
  'sends a header of lists': { run: [bomb('[],')] },
  'sends a header of objects in objects': { run: [bomb('{"a":{"a":{}}},')] },
  'sends a header of numbers': { run: [bomb('1,')] },
  'sends a header of long numbers': { run: [bomb('-1.2345678901234567e-123,')] },
  'sends a header of texts': { run: [bomb('"",')] },
  'sends a header of escapes': { run: [bomb('"\\u0041\\n",')] },
  'sends a header of one name again and again': { run: [bomb('"a":0,', ['{', '}'])] },
  'sends a header of indexes': { run: [bomb('"4294967294":0,', ['{', '}'])] },
  'sends a header of names': { run: [names()] },
  'sends a header of lists within each other': { run: [depth('[', ']', MIB - 8)] },
  'sends a header of objects within each other': { run: [depth('{"a":', '}', 300_000)] },
  'sends a header that opens lists': { run: [raw('['.repeat(MAX_HEADER_BYTES - 8))] },
  exits: { run: ['exit'] },
  stops: { run: ['stop'] },
  'closes the socket': { run: ['close'] },
  'exits instead of opening': { open: ['exit'] },
  'closes the socket instead of opening': { open: ['close'] },
  'never answers': { run: [] },
};

/** Results of a trial, by name. Those named `accepted` are valid. */
export const INSPECTIONS: Readonly<Record<string, readonly Answer[]>> = {
  ...Object.fromEntries(
    [null, 1, 'x', [], {}, { kind: 'REGRESSION' }, { statistics: null }].map(found => [
      `finds ${JSON.stringify(found)}`,
      [inspected({ found })],
    ]),
  ),
  'answers values instead of a result': [good],
  'reports a fault instead of a result': [{ reply: 'fault', message: 'x'.repeat(MIB) }],
  'exits instead of a result': ['exit'],
  'never has a result': [],
  'sends metadata of 8 MiB that is accepted': [metadata([1, 8 * MIB - 1], 8 * MIB)],
  'sends metadata of 8 MiB in 100 values that is accepted': [
    metadata(
      Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0 : 80_000)),
      8_000_000,
    ),
  ],
  'sends metadata of 8 MiB that is not UTF-8': [metadata([1, 8 * MIB - 1], 8 * MIB, 0xff)],
  'sends metadata of 9 MiB': [metadata([1, 9 * MIB - 1], 9 * MIB)],
  'sends metadata of 60 MiB': [metadata([1, 60 * MIB - 1], 60 * MIB)],
  'sends metadata without lengths': [metadata(undefined, 100)],
  'sends metadata of one length': [metadata([100], 100)],
  'sends metadata of negative lengths': [metadata([-1, 101], 100)],
  'sends metadata of 9000 lengths': [
    metadata(
      Array.from({ length: 9000 }, () => 0),
      0,
    ),
  ],
  'sends metadata of a million lengths': [
    metadata(
      Array.from({ length: 1_000_000 }, () => 0),
      0,
    ),
  ],
};
