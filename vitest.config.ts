import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { chromiumPath } from './test/browser/chromium.ts';
import { hasMono } from './test/mono-programs.ts';
import { pgbouncerPath } from './test/pgbouncer-program.ts';
import { postgresqlPrograms } from './test/postgresql-programs.ts';
import { pythonProgram } from './test/python-program.ts';

if (!chromiumPath) {
  if (process.env.CI) throw new Error('The tests in a browser need Chromium, and CI leaves none out.');
  console.warn('No Chromium found: leaving out the tests in test/browser (set CHROMIUM to its path).');
}
if (!pgbouncerPath) {
  if (process.env.CI) throw new Error('A test goes through PgBouncer, and CI leaves none out.');
  console.warn('No PgBouncer found: leaving out test/pgbouncer.test.ts.');
}
if (!postgresqlPrograms) {
  if (process.env.CI) throw new Error("A test uses PostgreSQL's own programs, and CI leaves none out.");
  console.warn("PostgreSQL's programs not found: leaving out test/backup.test.ts.");
}
if (!pythonProgram) {
  if (process.env.CI)
    throw new Error('A test runs recipes with scikit-learn and onnx, and CI leaves none out.');
  console.warn('No Python with scikit-learn and onnx found: leaving out test/model-recipes.test.ts.');
}
if (!hasMono) {
  if (process.env.CI) throw new Error('A test compiles C# with Mono, and CI leaves none out.');
  console.warn('No Mono found: leaving out test/csharp-snippet.test.ts.');
}

const pathOf = (name: string) => `test/${name}.test.ts`;

/** Files that fill queues, or measure the memory of a server: two run at a time, each with a processor. */
const PAIRED = [
  'hostile-input',
  'json-bodies',
  'metrics',
  'model-inputs',
  'model-labels',
  'model-limits',
  'model-metadata',
  'model-registration',
  'model-runs',
  'model-statistics',
  'password-queues',
  'query-limits',
  'traces',
  'waiting-uploads',
].map(pathOf);

/**
 * Files that measure times: each runs alone. Of those in no list three run at a time: each waits almost half of its time for
 * a browser, a server or PostgreSQL, and two of them use 57 % of two cores.
 */
const ALONE = [
  'api-key-list',
  'body-delay',
  'door-limits',
  'event-loop-scheduling',
  'fake-hosts',
  'floods',
  'full-pool',
  'growth',
  'hangs',
  'health',
  'host-fairness',
  'hostile-files',
  'hostile-models',
  'http-limits',
  'key-limit',
  'large-bodies',
  'last-uses',
  'model-hosts',
  'model-memory',
  'pool-share',
  'quarantine',
  'query-cost',
  'shared-batches',
  'slow-clients',
  'stopping',
  'usage-slots',
].map(pathOf);

const leftOut = [
  'test/torture/**',
  ...(chromiumPath ? [] : ['test/browser/**']),
  ...(pgbouncerPath ? [] : ['test/pgbouncer.test.ts']),
  ...(postgresqlPrograms ? [] : ['test/backup.test.ts']),
  ...(pythonProgram ? [] : ['test/model-recipes.test.ts']),
  ...(hasMono ? [] : ['test/csharp-snippet.test.ts']),
];

export default defineConfig({
  resolve: {
    // Vite prefers graphql's "module" entry where Node takes "main", as Apollo does: two copies, whose errors and
    // types are none to each other.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
  },
  test: {
    globalSetup: 'test/global-setup.ts',
    // Each file starts servers of its own.
    pool: 'forks',
    // Longer than any test takes when it runs alone, as others use the processors too.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The default of one second is too short while a build or another test uses the processor.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'parallel',
          include: ['test/**/*.test.ts'],
          exclude: [...leftOut, ...PAIRED, ...ALONE],
          maxWorkers: 3,
          // A worker imports the code once for all of its files: a fifth of the time of this group.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'paired',
          include: PAIRED,
          exclude: leftOut,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          exclude: leftOut,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
