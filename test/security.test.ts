import { existsSync, readFileSync } from 'node:fs';
import { buildSchema, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { generateRawKey } from '../src/api-keys/raw-key.ts';
import { linesUnder, tableUnder } from './pages.ts';

const file = (path: string) => new URL(`../${path}`, import.meta.url);

test('every promise of SECURITY.md names tests that exist', () => {
  const rows = tableUnder('SECURITY.md', 'What is promised');
  expect(rows.length).toBeGreaterThan(10);
  for (const [promise, tests = ''] of rows) {
    const named = [...tests.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
    expect(named.length, promise).toBeGreaterThan(0);
    expect(
      named.filter(path => !existsSync(file(path))),
      promise,
    ).toEqual([]);
  }
});

test('every operation that SECURITY.md recommends is in the schema', () => {
  const schema = buildSchema(readFileSync(file('schema.graphql'), 'utf8'));
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const fields = Object.fromEntries(types.flatMap(type => Object.entries(type.getFields())));
  const section = linesUnder('SECURITY.md', 'After a leak').join('\n');
  const named = [...section.matchAll(/`(?:(?:mutation )?\{ )?([a-z]+[A-Z][A-Za-z]+)(?=\(|`)/g)].map(
    ([, name = '']) => name,
  );
  expect(named).toEqual(
    expect.arrayContaining(['createApiKey', 'revokeApiKey', 'apiKeys', 'predictionLogs', 'signOut']),
  );
  expect(named.filter(name => !Object.hasOwn(fields, name))).toEqual([]);
});

test('the pattern for secret scanners finds a raw key in a text', () => {
  const [, pattern = ''] =
    /^`([^`]+)`/m.exec(linesUnder('SECURITY.md', 'For secret scanners').join('\n')) ?? [];
  const { text: rawKey } = generateRawKey();
  expect(new RegExp(pattern).exec(`key="${rawKey}"`)?.[0]).toBe(rawKey);
});
