import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { chromiumPath } from './test/browser/chromium.ts';
import { pgbouncerPath } from './test/pgbouncer-program.ts';
import { postgresqlPrograms } from './test/postgresql-programs.ts';

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

export default defineConfig({
  resolve: {
    // Vite prefers graphql's "module" entry, and Node, with it Apollo, its "main" entry. These would be two copies that do
    // not recognize each other's errors and types.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/torture/**',
      ...(chromiumPath ? [] : ['test/browser/**']),
      ...(pgbouncerPath ? [] : ['test/pgbouncer.test.ts']),
      ...(postgresqlPrograms ? [] : ['test/backup.test.ts']),
    ],
    globalSetup: 'test/global-setup.ts',
    // Each file starts its own servers; two cores run two files at once.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
