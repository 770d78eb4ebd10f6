import { existsSync, globSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { settings } from '../src/config.ts';
import { CATALOGUE } from '../src/errors.ts';
import { QUERY_LIMITS } from '../src/graphql/query-limits.ts';
import { documentedTables, readResults, tablesOf } from './bench/report.ts';
import { cloneDatabase } from './databases.ts';
import { PAGES, plain, readPage, sectionsOf, tableUnder } from './pages.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const number = (cell: string | undefined) => Number(cell?.replaceAll(/\D/g, ''));

test('docs/errors.md lists the codes of the catalogue', () => {
  const documented = tableUnder('docs/errors.md', 'Codes').map(([code, status]) => [
    plain(code),
    Number(status),
  ]);
  expect(documented).toEqual(Object.entries(CATALOGUE).map(([code, { status }]) => [code, status]));
});

test('docs/errors.md lists the limits of a document', () => {
  const documented = tableUnder('docs/errors.md', 'Document limits').map(([, max]) => number(max));
  const { errors: _, ...limits } = QUERY_LIMITS;
  // A mutation document has one root field, independently of these limits.
  expect(documented.toSorted()).toEqual([1, ...Object.values(limits)].toSorted());
});

test('docs/configuration.md lists the settings that the server reads', () => {
  const documented = tableUnder('docs/configuration.md', 'Settings').map(([name, preset, meaning]) => ({
    name: plain(name),
    preset: plain(preset),
    meaning,
  }));
  expect(documented).toEqual(settings());
});

test('docs/configuration.md lists the plans of a new database', async () => {
  const client = new pg.Client(await cloneDatabase(inject('postgresUrl')));
  await client.connect();
  onTestFinished(() => client.end());
  const { rows } = await client.query(`
    select name::text, allow_api_predict, max_api_keys, monthly_predictions::float8, max_projects, max_models,
      max_deployments, max_storage_mb::float8
    from plans order by max_projects`);
  const documented = tableUnder('docs/configuration.md', 'Plans').map(
    ([name, api, keys, predictions, projects, models, deployments, storage]) => ({
      name: name?.toUpperCase(),
      allow_api_predict: api === 'yes',
      max_api_keys: number(keys),
      monthly_predictions: predictions === 'unlimited' ? null : number(predictions),
      max_projects: number(projects),
      max_models: number(models),
      max_deployments: number(deployments),
      max_storage_mb: number(storage),
    }),
  );
  expect(documented).toEqual(rows);
});

test('docs/dependencies.md gives a reason for every dependency', () => {
  const named = tableUnder('docs/dependencies.md', 'Dependencies').flatMap(([packages = '']) =>
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

test('docs/benchmarks.md shows the results of the last run', () => {
  expect(documentedTables()).toBe(tablesOf(readResults()));
});

test('docs/promises.md names every test file exactly once', () => {
  const rows = readPage('docs/promises.md')
    .split('\n')
    .filter(line => /^\| .*\]\(/.test(line));
  const named = rows.map(row => normalize(join('docs', /\]\(([^)]+)\)/.exec(row)?.[1] ?? '')));
  expect(named.toSorted()).toEqual(globSync('test/**/*.test.ts', { cwd: root }).map(normalize).sort());
});

test('docs/architecture.md has a sentence for every folder of src', () => {
  const [, marked = ''] = readPage('docs/architecture.md').split(/<!-- \/?folders -->/);
  const sentences = new Map(
    [...marked.matchAll(/^\| `([^`]+)\/` \| (.+) \|$/gm)].map(([, folder = '', sentence = '']) => [
      folder,
      sentence,
    ]),
  );
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => name);
  expect(folders.filter(folder => !/^[A-Z].*\.$/.test(sentences.get(folder) ?? ''))).toEqual([]);
});

/** The text of a page without its code, in which brackets have another meaning. */
const proseOf = (page: string) =>
  readPage(page)
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, '');

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const { heading } of sectionsOf(page)) {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The links of a page to files of the repository. */
function linksOf(page: string): { path: string; anchor: string | undefined }[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter(target => !/^[a-z]+:/.test(target))
    .map(target => {
      const [path = '', anchor] = target.split('#');
      return { path: path === '' ? page : normalize(join(dirname(page), path)), anchor };
    });
}

test('every link of the documentation leads to a file and, where it has an anchor, to a heading', () => {
  const all = PAGES.flatMap(page => linksOf(page).map(link => ({ page, ...link })));
  expect(all.length).toBeGreaterThan(50);
  const broken = all.filter(
    ({ path, anchor }) =>
      !existsSync(join(root, path)) || (anchor !== undefined && !anchorsOf(path).has(anchor)),
  );
  expect(broken).toEqual([]);
});

test('every page and picture of the documentation can be reached from the README', () => {
  const all = [...PAGES, ...globSync('docs/images/*', { cwd: root }).map(normalize)];
  const reached = new Set(['README.md']);
  // The loop also visits what it adds to the set.
  for (const page of reached) {
    if (!PAGES.includes(page)) continue;
    for (const { path } of linksOf(page)) reached.add(path);
  }
  expect(all.filter(path => !reached.has(path))).toEqual([]);
});

test('every npm script that the documentation names exists', () => {
  const named = PAGES.flatMap(page =>
    [...readPage(page).matchAll(/npm run ([a-z:]+)/g)].map(([, name = '']) => name),
  );
  expect(named).toContain('spectrakey');
  expect(named.filter(name => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
});
