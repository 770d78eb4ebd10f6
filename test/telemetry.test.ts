import { fork } from 'node:child_process';
import { on } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Question, Reply } from '../src/onnx/model-worker.ts';
import { addressOf, paste, run, temporaryFolder } from './commands.ts';

// Where ONNX Runtime reports to its makers it keeps an identifier and what it has yet to send in the home folder, from
// the moment at which the first model opens. It would not under `CI`, nor does a person's server have that variable.

/** What lies in a new folder by the end. */
async function watched(): Promise<{ folder: string; found: () => Promise<string[]> }> {
  const folder = await temporaryFolder();
  return { folder, found: () => readdir(folder, { recursive: true }) };
}

test('a server that ran a model has gathered nothing to report to anybody', async () => {
  const [home, temporary] = await Promise.all([watched(), watched()]);
  const env = {
    HOME: home.folder,
    TMPDIR: temporary.folder,
    DATA_DIR: join(await temporaryFolder(), 'data'),
  };
  const server = run('node', ['src/main.ts', 'serve'], { env });
  await addressOf(server);
  const [command] = await server.printed(/^curl .*$/m);
  expect(await paste(command)).toContain('"value":87.9');
  expect(await home.found()).toEqual([]);
  expect(await temporary.found()).toEqual([]);
});

test('nor has the process in which a model is tried', async () => {
  const [home, temporary] = await Promise.all([watched(), watched()]);
  const worker = fileURLToPath(new URL('../src/onnx/model-worker.ts', import.meta.url));
  const tried = fork(worker, [String(process.pid)], {
    env: { HOME: home.folder, TMPDIR: temporary.folder },
    serialization: 'advanced',
  });
  onTestFinished(() => void tried.kill('SIGKILL'));
  const onnx = await readFile(new URL('../src/demonstration/data/octane.onnx', import.meta.url));
  tried.send({ name: 'inspect', given: onnx } satisfies Question);
  const replies: Reply[] = [];
  for await (const [reply] of on(tried, 'message')) {
    replies.push(reply);
    if (reply !== 'begun') break;
  }
  expect(replies.at(-1)).toMatchObject({ found: { kind: 'REGRESSION' } });
  expect(await home.found()).toEqual([]);
  expect(await temporary.found()).toEqual([]);
});

test('nor is anything reported to Apollo where its variables happen to be set', async () => {
  const env = {
    APOLLO_KEY: 'service:laboratory:secret',
    APOLLO_GRAPH_REF: 'laboratory@current',
    APOLLO_SCHEMA_REPORTING: 'true',
    LOG_LEVEL: 'info',
    DATA_DIR: join(await temporaryFolder(), 'data'),
  };
  const server = run('node', ['src/main.ts', 'serve'], { env });
  await addressOf(server);
  // Each of the two plugins says so when it begins.
  expect(server.output()).not.toMatch(/apollo/i);
});
