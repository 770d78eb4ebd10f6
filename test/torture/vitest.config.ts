import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

/** Files that measure times, or stop PostgreSQL or servers: each runs alone. Of the others two run at a time. */
const ALONE = ['floods', 'hang', 'hostile-models', 'kill', 'stop'].map(
  name => `test/torture/${name}.test.ts`,
);

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] },
  test: {
    globalSetup: 'test/global-setup.ts',
    provide: { rounds: Number(process.env.TORTURE_ROUNDS) },
    pool: 'forks',
    testTimeout: 20 * MINUTE,
    hookTimeout: MINUTE,
    projects: [
      {
        extends: true,
        test: {
          name: 'paired',
          include: ['test/torture/*.test.ts'],
          exclude: ALONE,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
