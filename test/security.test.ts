import { existsSync, readFileSync } from 'node:fs';
import { buildSchema, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { generateRawKey } from '../src/api-keys/raw-key.ts';

const file = (path: string) => new URL(`../${path}`, import.meta.url);
const page = readFileSync(file('SECURITY.md'), 'utf8');

test('every promise of SECURITY.md names tests that exist', () => {
  const rows = page.split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| promise'));
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const named = [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
    expect(named.length, row).toBeGreaterThan(0);
    expect(
      named.filter(path => !existsSync(file(path))),
      row,
    ).toEqual([]);
  }
});

test('every operation that SECURITY.md tells people to use is in the schema', () => {
  const schema = buildSchema(readFileSync(file('schema.graphql'), 'utf8'));
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const fields = Object.fromEntries(types.flatMap(type => Object.entries(type.getFields())));
  const [, section = ''] = page.split('## After a leak\n');
  const named = [...section.matchAll(/`(?:mutation \{ )?([a-z]+[A-Z][A-Za-z]+)(?=\(|`)/g)].map(
    ([, name = '']) => name,
  );
  expect(named).toEqual(
    expect.arrayContaining(['createApiKey', 'revokeApiKey', 'apiKeys', 'predictionLogs', 'signOut']),
  );
  expect(named.filter(name => !Object.hasOwn(fields, name))).toEqual([]);
});

test('the pattern for secret scanners finds a raw key in a text', () => {
  const [, pattern = ''] = /## For secret scanners\n\n`([^`]+)`/.exec(page) ?? [];
  const { text: rawKey } = generateRawKey();
  expect(new RegExp(pattern).exec(`key="${rawKey}"`)?.[0]).toBe(rawKey);
});
