import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

// npm run test:torture -- --rounds 1000: the number of rounds; the other counts grow with it (rounds.ts). vitest
// refuses unknown options.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '50' } },
});
const rounds = Number(values.rounds);
if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number from 1');
const config = fileURLToPath(new URL('vitest.config.ts', import.meta.url));
const { status } = spawnSync('vitest', ['run', '--config', config, ...positionals], {
  stdio: 'inherit',
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  env: { ...process.env, TORTURE_ROUNDS: String(rounds) },
});
process.exitCode = status ?? 1;
