import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'vite';
import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../src/errors.ts';

/** The folders of `src`, and the files at its root, in their order: each imports from itself and from those before it. */
const ORDER = [
  'errors.ts',
  'config.ts',
  'generated',
  'spectra',
  'concurrency',
  'database',
  'requests',
  'observability',
  'private-postgres',
  'auth',
  'outbox',
  'activity',
  'accounts',
  'projects',
  'onnx',
  'deployments',
  'api-keys',
  'predictions',
  'deletions',
  'notifications',
  'webhooks',
  'jobs',
  'graphql',
  'http',
  'services.ts',
  'demonstration',
  'main.ts',
];
/** The browser's code is separate. */
const APART = 'dashboard';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The parts of a source file that the rules check, found in its syntax rather than its text. */
interface Source {
  path: string;
  /** Its imports: paths from the root for the repository's own files, otherwise package names. */
  imports: string[];
  /** Every string literal. */
  texts: string[];
  /** Breaches of rules that hold for any file, with their lines. */
  breaches: string[];
  readsEnvironment: boolean;
}

type Node = Readonly<{ start: number }>;

function read(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const { program, module, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const source: Source = { path, imports: [], texts: [], breaches: [], readsEnvironment: false };
  const breach = (what: string, { start }: Node) =>
    source.breaches.push(`${path}:${text.slice(0, start).split('\n').length}: ${what}`);
  const imported = (specifier: string) =>
    source.imports.push(specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : specifier);

  for (const { moduleRequest } of module.staticImports) imported(moduleRequest.value);
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries) if (moduleRequest) imported(moduleRequest.value);
  }
  for (const { value, start } of comments) {
    if (/@ts-(?:ignore|expect-error|nocheck)/.test(value))
      breach('a comment switches the type checker off', { start });
  }

  const assigned = new Set<number>();
  new Visitor({
    // Setting a variable for a library is not reading one; a node comes before its children.
    AssignmentExpression({ left, operator }) {
      if (left.type === 'MemberExpression' && operator === '=') assigned.add(left.start);
    },
    Literal({ value }) {
      if (typeof value === 'string') source.texts.push(value);
    },
    TemplateElement({ value }) {
      source.texts.push(value.cooked ?? value.raw);
    },
    ImportExpression({ source: from }) {
      if (from.type === 'Literal' && typeof from.value === 'string') imported(from.value);
    },
    TSImportType({ source: from }) {
      imported(from.value);
    },
    // A worker's file is loaded by its URL.
    NewExpression({ callee, arguments: [first] }) {
      if (callee.type !== 'Identifier' || callee.name !== 'URL' || first?.type !== 'Literal') return;
      if (typeof first.value === 'string' && /^\.{1,2}\/.*\.tsx?$/.test(first.value)) imported(first.value);
    },
    MemberExpression({ object, property, start }) {
      if (object.type !== 'Identifier') return;
      const name =
        property.type === 'Identifier' ? property.name : property.type === 'Literal' ? property.value : '';
      if (object.name === 'process' && name === 'env' && !assigned.has(start)) source.readsEnvironment = true;
      const isSuite = ['test', 'it', 'describe', 'suite'].includes(object.name);
      const leavesOut = ['skip', 'only', 'todo', 'fails', 'skipIf', 'runIf'].includes(String(name));
      if (isSuite && leavesOut) breach(`${object.name}.${name}`, { start });
    },
    ImportDeclaration({ source: from, specifiers }) {
      const names = specifiers.map(({ local }) => local.name);
      if (/^(node:)?process$/.test(from.value) && names.length > 0) source.readsEnvironment = true;
    },
    VariableDeclarator({ id, init }) {
      const destructured =
        id.type === 'ObjectPattern' && init?.type === 'Identifier' && init.name === 'process';
      if (destructured) source.readsEnvironment = true;
    },
    TSAnyKeyword({ start }) {
      breach('any', { start });
    },
    TSAsExpression({ expression, typeAnnotation, start }) {
      let inner = expression;
      while (inner.type === 'ParenthesizedExpression') inner = inner.expression;
      const viaUnknown = inner.type === 'TSAsExpression' && inner.typeAnnotation.type === 'TSUnknownKeyword';
      if (viaUnknown || typeAnnotation.type === 'TSNeverKeyword') breach('a cast to any type', { start });
    },
  }).visit(program);
  return source;
}

const files = (...patterns: string[]) => globSync(patterns, { cwd: root }).map(normalize).sort();
const isGenerated = (path: string) => /^src\/(dashboard\/)?generated\//.test(path);
const written = files('*.ts', '{src,test,migrations}/**/*.{ts,tsx,mts}')
  .filter(path => !isGenerated(path))
  .map(read);
const within = (folder: string) => written.filter(({ path }) => path.startsWith(`${folder}/`));
const server = within('src').filter(({ path }) => !path.startsWith(`src/${APART}/`));

/** The folder of `src`, or the file directly in it. */
const folderOf = (path: string) => path.split('/')[1] ?? '';
const placeOf = (path: string) => ORDER.indexOf(folderOf(path));

/** The cycles in a graph of imports, each as a path through its nodes. */
function findCycles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (node: string, path: string[]) => {
    if (path.includes(node)) cycles.push([...path.slice(path.indexOf(node)), node].join(' → '));
    if (path.includes(node) || done.has(node)) return;
    for (const target of imports.get(node) ?? []) visit(target, [...path, node]);
    done.add(node);
  };
  for (const node of imports.keys()) visit(node, []);
  return cycles;
}

test('the rules read the repository', () => {
  for (const folder of ['src', 'test', 'migrations']) expect(within(folder).length).toBeGreaterThan(3);
  const edges = server.flatMap(({ imports }) => imports.filter(path => path.startsWith('src/')));
  expect(edges.length).toBeGreaterThan(100);
  expect(server.find(({ path }) => path === 'src/accounts/passwords.ts')?.imports).toContain(
    'src/accounts/password-worker.ts',
  );
});

describe('imports go in one direction', () => {
  test('every file of the server is in a folder of the order', () => {
    expect(server.filter(({ path }) => placeOf(path) < 0).map(({ path }) => path)).toEqual([]);
  });

  test('no import leads to a later folder, to the dashboard or out of src', () => {
    const wrong = server.flatMap(({ path, imports }) =>
      imports
        .filter(target => /\.tsx?$/.test(target))
        .filter(
          target => !target.startsWith('src/') || placeOf(target) < 0 || placeOf(target) > placeOf(path),
        )
        .map(target => `${path} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('there is no cycle between files or between folders', () => {
    const ofFiles = new Map(server.map(({ path, imports }) => [path, imports]));
    const ofFolders = new Map<string, string[]>();
    for (const [path, imports] of ofFiles) {
      const folders = imports.filter(target => target.startsWith('src/')).map(folderOf);
      const others = folders.filter(folder => folder !== folderOf(path));
      ofFolders.set(folderOf(path), [...(ofFolders.get(folderOf(path)) ?? []), ...others]);
    }
    expect(ofFolders.get('http')).toContain('graphql');
    expect([...findCycles(ofFiles), ...findCycles(ofFolders)]).toEqual([]);
  });

  test('no file imports main.ts', () => {
    expect(written.filter(({ imports }) => imports.includes('src/main.ts')).map(({ path }) => path)).toEqual(
      [],
    );
  });

  test("the dashboard imports packages, its own files and src/spectra; nothing of the server's", () => {
    const wrong = within(`src/${APART}`).flatMap(({ path, imports }) =>
      imports
        .filter(
          target =>
            /^(src|test|migrations|\.\.)(\/|$)/.test(target) &&
            !target.startsWith(`src/${APART}/`) &&
            !target.startsWith('src/spectra/'),
        )
        .map(target => `${path} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('shared widgets of the dashboard import nothing of its pages, except limits, error texts and spectra', () => {
    const allowed = [
      `src/${APART}/ui/`,
      `src/${APART}/generated`,
      `src/${APART}/app/client.ts`,
      `src/${APART}/limits.ts`,
      'src/spectra/',
    ];
    const wrong = within(`src/${APART}/ui`).flatMap(({ path, imports }) =>
      imports
        .filter(target => target.startsWith('src/'))
        .filter(target => !allowed.some(start => `${target}.ts`.startsWith(start)))
        .map(target => `${path} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('src/spectra, which runs in the browser too, imports a CSV parser and its own files', () => {
    const wrong = within('src/spectra').flatMap(({ path, imports }) =>
      imports
        .filter(target => target !== 'papaparse' && !target.startsWith('src/spectra/'))
        .map(target => `${path} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('migrations import kysely alone, so that they never change', () => {
    const wrong = within('migrations').flatMap(({ path, imports }) =>
      imports.filter(target => target !== 'kysely').map(target => `${path} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('the server imports nothing of the tests', () => {
    const wrong = within('src').filter(({ imports }) => imports.some(target => target.startsWith('test/')));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});

test("the dashboard's components and CSS modules are named in PascalCase, other files in kebab-case", () => {
  const entries = ['', 'graphiql/', 'reference/'].map(folder => `src/${APART}/${folder}main.tsx`);
  const wrong = files(`src/${APART}/**/*.{ts,tsx,css}`)
    .filter(path => !isGenerated(path) && !entries.includes(path))
    .filter(path => {
      const isComponent = /\.(tsx|module\.css)$/.test(path);
      const pattern = isComponent
        ? /^[A-Z][A-Za-z0-9]*\.(tsx|module\.css)$/
        : /^[a-z0-9]+(-[a-z0-9]+)*\.(ts|css)$/;
      return !pattern.test(basename(path));
    });
  expect(wrong).toEqual([]);
});

test('Notice.tsx alone draws yellow alerts, whose titles Mantine gives a contrast of 2.7:1', () => {
  const wrong = files(`src/${APART}/**/*.tsx`)
    .filter(path => path !== `src/${APART}/ui/Notice.tsx`)
    .filter(path => /<Alert[^>]*color="yellow"/.test(readFileSync(join(root, path), 'utf8')));
  expect(wrong).toEqual([]);
});

test('src/config.ts alone reads the environment', () => {
  const programs = written.filter(({ path }) => path === 'dev.ts' || path === 'seed.ts');
  expect(programs).toHaveLength(2);
  const readers = [...within('src'), ...within('migrations'), ...programs].filter(
    ({ readsEnvironment }) => readsEnvironment,
  );
  expect(readers.map(({ path }) => path)).toEqual(['src/config.ts']);
});

test('src/errors.ts alone contains the codes of errors', () => {
  const schema = readFileSync(join(root, 'schema.graphql'), 'utf8');
  // A name that is also a value of an enum, such as an event, is not spelled as a code.
  const values = new Set([...schema.matchAll(/^ {2}([A-Z][A-Z0-9_]*)$/gm)].map(([, name]) => name));
  const codes = new Set(Object.keys(CATALOGUE).filter(code => !values.has(code)));
  expect(codes.size).toBeGreaterThan(20);
  const spelled = written
    .filter(({ path }) => path !== 'src/errors.ts')
    .flatMap(({ path, texts }) => texts.filter(text => codes.has(text)).map(text => `${path}: ${text}`));
  expect(spelled).toEqual([]);
});

test('no test is skipped, and no file uses "any" or a cast to an arbitrary type', () => {
  expect(written.flatMap(({ breaches }) => breaches)).toEqual([]);
});
