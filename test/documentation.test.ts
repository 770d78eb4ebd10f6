import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { settings } from '../src/config.ts';
import { CATALOGUE } from '../src/errors.ts';
import { readResults, tablesInReadme, tablesOf } from './bench/report.ts';

const file = (path: string) => new URL(`../${path}`, import.meta.url);
const readme = readFileSync(file('README.md'), 'utf8');

/** The cells of the table that follows a heading. */
function table(heading: string): string[][] {
  const [, section = ''] = readme.split(`\n${heading}\n`);
  const lines = section.split('\n').slice(1);
  const start = lines.findIndex(line => line.startsWith('|'));
  const length = lines.slice(start).findIndex(line => !line.startsWith('|'));
  return lines
    .slice(start + 2, start + length)
    .map(line => line.split(/(?<!\\)\|/).slice(1, -1))
    .map(cells => cells.map(cell => cell.trim()));
}

const plain = (cell: string | undefined) => cell?.replaceAll('`', '');

test('the README’s errors table is the catalogue', () => {
  const documented = table('## Errors').map(([code, status]) => [plain(code), Number(status)]);
  expect(documented).toEqual(Object.entries(CATALOGUE).map(([code, { status }]) => [code, status]));
});

test('the README’s configuration table is what the server reads', () => {
  const documented = table('## Configuration').map(([name, preset, meaning]) => ({
    name: plain(name),
    preset: plain(preset),
    meaning,
  }));
  expect(documented).toEqual(settings());
});

test('every dependency has its reason in the README', () => {
  const named = table('### Why each dependency is there').flatMap(([packages = '']) =>
    [...packages.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
  const covers = (dependency: string) =>
    named.some(
      name => name === dependency || (name.endsWith('/*') && dependency.startsWith(name.slice(0, -1))),
    );
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  const all = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  expect(all.filter(dependency => !covers(dependency))).toEqual([]);
});

test('the README’s bench tables are those of the last bench', () => {
  expect(tablesInReadme()).toBe(tablesOf(readResults()));
});

test('every promise of the README links a test that exists', () => {
  const promises = table('## What is promised');
  expect(promises.length).toBeGreaterThan(10);
  for (const [, link = ''] of promises) {
    const [, path = ''] = /\(([^)]+)\)/.exec(link) ?? [];
    expect(existsSync(file(path)), link).toBe(true);
  }
});
