import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { frameReader, writeFrame } from '../src/onnx/frames.ts';
import type { Reply, Request } from '../src/onnx/protocol.ts';
import { HOST } from '../src/onnx/sandbox.ts';
import { addressOf, paste, run, temporaryFolder } from './commands.ts';

// Where ONNX Runtime reports to its makers it keeps an identifier and what it has yet to send in the home folder, from
// the moment at which the first model opens. It would not under `CI`, nor does a person's server have that variable.

/** The files that a new folder holds at the end. */
async function watched(): Promise<{ folder: string; found: () => Promise<string[]> }> {
  const folder = await temporaryFolder();
  return { folder, found: () => readdir(folder, { recursive: true }) };
}

test('a server that ran a model has collected nothing to report', async () => {
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

test('nor has the host in which a model is tried', async () => {
  const [home, temporary] = await Promise.all([watched(), watched()]);
  const tried = spawn(process.execPath, [HOST, String(process.pid), '1e9'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: { HOME: home.folder, TMPDIR: temporary.folder },
  });
  onTestFinished(() => void tried.kill('SIGKILL'));
  const onnx = await readFile(new URL('../src/demonstration/data/octane.onnx', import.meta.url));
  const socket = tried.stdio[3] as Duplex;
  const found = new Promise(resolve => {
    const read = frameReader<Reply>({ header: 1e6, body: 1e6 }, ({ header }) => {
      if (header.reply !== 'ready') resolve(header);
    });
    socket.on('data', read);
  });
  writeFrame(socket, { ask: 'inspect' } satisfies Request, onnx);
  expect(await found).toMatchObject({ reply: 'inspected', found: { kind: 'REGRESSION' } });
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
  // Each of the two plugins logs a line when it starts.
  expect(server.output()).not.toMatch(/apollo/i);
});
