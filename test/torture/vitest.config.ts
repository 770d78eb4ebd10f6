import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] },
  test: {
    include: ['test/torture/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    provide: { rounds: Number(process.env.TORTURE_ROUNDS) },
    pool: 'forks',
    // One after the other: each starts its own servers, and measures.
    fileParallelism: false,
    testTimeout: 20 * MINUTE,
    hookTimeout: MINUTE,
  },
});
