import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LongText, NumberList } from '../src/graphql/large-values.ts';
import { JSON_BUDGET, startJsonBudget } from '../src/http/json-budget.ts';
import { type LargeJson, startLargeJson } from '../src/http/large-json.ts';
import {
  codes,
  createKey,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  refusal,
  type Service,
  spectraOf,
  startService,
} from './harness.ts';

let service: Service;
let lab: Lab;
let key: { rawKey: string };
let largeJson: LargeJson;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  largeJson = startLargeJson();
});
afterAll(async () => {
  await largeJson.close();
  await service.close();
});

const viewerWith = (more: string) => `{"query":"{ viewer { id } }","more":${more}}`;

async function post(body: string, as: Record<string, string> = { cookie: lab.owner.cookie }) {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...as },
    body,
  });
  const text = await response.text();
  return { status: response.status, code: JSON.parse(text).errors?.[0]?.extensions.code, text };
}

describe('a body may hold as much as the limit, and no more', () => {
  const list = (count: number, item: string | ((at: number) => string)) =>
    `[${Array.from({ length: count }, (_, at) => (typeof item === 'string' ? item : item(at))).join()}]`;
  const names = (count: number) => `{${Array.from({ length: count }, (_, at) => `"a${at}": ${at}`).join()}}`;
  const { containers, names: maxNames, values } = JSON_BUDGET;
  const kinds: [string, number, (count: number) => string][] = [
    ['objects', containers - 2, count => list(count, '{}')],
    ['lists', containers - 2, count => list(count, '[]')],
    ['lists of numbers', containers - 2, count => list(count, '[1, 2]')],
    ['objects within each other', containers - 2, count => `[${'{"a":'.repeat(count)}1${'}'.repeat(count)}]`],
    ['lists within each other', containers - 2, count => `[${'['.repeat(count)}${']'.repeat(count)}]`],
    ['names of fields', maxNames - 2, names],
    ['texts', values - 1, count => list(count, '"a"')],
    ['texts of brackets, quotes and backslashes', values - 1, count => list(count, '"[{\\"\\\\:,"')],
    ['words', values - 1, count => list(count, at => ['true', 'false', 'null'][at % 3] ?? '')],
  ];
  test.for(kinds)('%s', async ([, max, make]) => {
    expect(await post(viewerWith(make(max)))).toMatchObject({ status: 200 });
    for (const count of [max + 3, 3 * max]) {
      const refused = await post(viewerWith(make(count)));
      expect(refused).toMatchObject(refusal(codes.BAD_USER_INPUT));
      expect(refused.text).toMatch(/The body holds more than (10000 objects and lists|20000 )/);
    }
  });

  test('numbers are not counted, in any notation', async () => {
    for (const number of ['1', '-1.5e-300', '0.000', '1E+2']) {
      expect(await post(viewerWith(list(200_000, number)))).toMatchObject({ status: 200 });
    }
  });

  test('a call of 1000 spectra is accepted, however long its names are', async () => {
    const [spectrum] = gasoline();
    const spectra = Array.from({ length: 1000 }, (_, at) => ({
      ...spectrum,
      sampleName: `${at}`.padEnd(200, '['),
    }));
    const answer = await service.call(PREDICT, { deploymentId: lab.deploymentId, spectra }, key);
    expect(answer.data?.predict.predictions).toHaveLength(1000);
  });

  test('the count is that of the whole, however the body is split into chunks', () => {
    const value = fc.letrec(tie => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.string({ unit: 'binary' }),
        fc.constantFrom('"', '\\', '[{', '\\"', 'true'),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(true, false, null),
        fc.array(tie('value')),
        fc.dictionary(fc.string(), tie('value')),
      ),
    })).value;
    const filler = `[${'{},'.repeat(JSON_BUDGET.containers - 1)}`;
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 9 }), (written, size) => {
        const text = Buffer.from(JSON.stringify(written));
        let held = 0;
        JSON.parse(text.toString(), (_name, inner) => {
          if (typeof inner === 'object' && inner !== null) held += 1;
          return inner;
        });
        const exceeds = startJsonBudget();
        expect(exceeds(Buffer.from(filler))).toBeUndefined();
        let refused: string | undefined;
        for (let at = 0; at < text.length; at += size) refused ??= exceeds(text.subarray(at, at + size));
        expect(refused !== undefined).toBe(held > 0);
      }),
    );
  });
});

describe('a large body is parsed as JSON.parse parses it', () => {
  const sender = { id: 'a', reserved: true };
  const parse = async (text: string) =>
    await largeJson.parse(Uint8Array.from(Buffer.from(text)), sender, async rest => JSON.parse(rest));
  /** With arrays in place of the thread's typed arrays. */
  const plain = (value: unknown): unknown => {
    if (value instanceof NumberList || Array.isArray(value)) return Array.from(value, plain);
    if (typeof value !== 'object' || value === null || value instanceof LongText) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  };

  test('for any value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.boolean(), async (text, spaced) => {
        const written = spaced ? JSON.stringify(JSON.parse(text), null, 3) : text;
        expect(plain(await parse(written))).toEqual(plain(JSON.parse(written)));
      }),
      { numRuns: 300 },
    );
  });

  test('lists of numbers, in every notation of numbers', async () => {
    const digits = fc.constantFrom(
      '0',
      '-0',
      '1',
      '-1.5',
      '1e5',
      '1E-5',
      '0.1',
      '1e400',
      '-1e400',
      '5e-324',
      '12345678901234567890',
    );
    const space = fc.constantFrom('', ' ', '\n', '\t', '\r\n');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(space, digits, space), { minLength: 1 }), async items => {
        const text = `{"a":[${items.map(item => item.join('')).join()}],"b":[[1],[ ],[2,[3]]]}`;
        expect(plain(await parse(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  test.for([
    '[1,]',
    '[,1]',
    '[1,,2]',
    '[01]',
    '[+1]',
    '[1 2]',
    '[.5]',
    '[1.]',
    '[1e]',
    '[--1]',
    '[1}',
    '[1',
    '{"a":[1]',
    '"a',
    '[NaN]',
    '',
  ])('and refused where JSON.parse refuses it: %s', async text => {
    expect(() => JSON.parse(text)).toThrow();
    await expect(parse(text)).rejects.toThrow();
  });

  test('long texts too, and files are decoded', async () => {
    const file = Buffer.alloc(300_000, 'model');
    const answer = await parse(
      `{"file":"${file.toString('base64')}","text":"${'é'.repeat(200_000)}","${'n'.repeat(200_000)}":[1],"end":"x"}`,
    );
    const { file: decoded, text, end, ...more } = Object(answer);
    expect(decoded).toBeInstanceOf(LongText);
    expect(decoded.file.bytes.equals(file)).toBe(true);
    expect(text).toBeInstanceOf(LongText);
    expect(text.file).toBeUndefined();
    expect(end).toBe('x');
    expect(Object.keys(more)).toEqual(['n'.repeat(200_000)]);
    await expect(parse(`["${'x'.repeat(200_000)}\\q"]`)).rejects.toThrow(/not valid JSON/);
    await expect(parse(`["${'x'.repeat(200_000)}\n"]`)).rejects.toThrow(/not valid JSON/);
  });

  test('so that its predictions equal those of small ones, to the last bit', async () => {
    const known = spectraOf('gasoline-test.csv');
    const spectra = Array.from({ length: 1000 }, (_, at) => {
      const { yValues = [] } = known[at % known.length] ?? {};
      // With all the digits of a double.
      return { sampleName: `sample ${at}`, yValues: yValues.map(value => value + at / 3e5) };
    });
    const variables = { deploymentId: lab.deploymentId, spectra };
    expect(JSON.stringify(variables).length).toBeGreaterThan(5 * 1024 * 1024);
    const answer = await service.call(PREDICT, variables, key);
    for (const at of [0, 1, 499, 999]) {
      const alone = await service.call(PREDICT, { ...variables, spectra: spectra.slice(at, at + 1) }, key);
      expect(answer.data?.predict.predictions[at]).toEqual(alone.data?.predict.predictions[0]);
    }
  });

  test('so that its errors have the same texts', async () => {
    const wrong = (padding: string) => [
      { sampleName: 'a', yValues: [1, 2, null, 'x', 3] },
      { sampleName: padding, yValues: [1] },
    ];
    const document = PREDICT;
    const small = await service.call(document, { deploymentId: 'a', spectra: wrong('a') }, key);
    const numbers = Array.from({ length: 1_000_000 }, () => 12.25);
    const large = await service.call(
      document,
      { deploymentId: 'a', spectra: [...wrong('a'), { sampleName: 'b', yValues: numbers }] },
      key,
    );
    expect(small.errors.length).toBe(2);
    expect(large.errors).toEqual(small.errors);
    expect(large).toMatchObject(refusal(codes.BAD_USER_INPUT));
  });
});
