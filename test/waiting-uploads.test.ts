import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { addressOf, run, temporaryFolder } from './commands.ts';
import { demonstration, send, signUp, startServiceForTest } from './harness.ts';
import { column } from './host-processes.ts';
import { slowRegression } from './onnx-files.ts';

const MIB = 1024 * 1024;
/** The maximum of waiting uploads of one organization. */
const WAITING = 20;
const REGISTER = `mutation ($input: RegisterModelInput!) { registerModel(input: $input) { id } }`;

test('twenty uploads of 16 MiB that wait for their trials are on the disk, and not in the memory of the server', {
  timeout: 120_000,
}, async () => {
  const service = await startServiceForTest();
  const person = await signUp(service, 'Wanda Waiting');
  const folder = await temporaryFolder(0o700);
  const started = run('node', ['src/main.ts', 'serve'], {
    env: { DATABASE_URL: service.databaseUrl, TMPDIR: folder },
  });
  const url = await addressOf(started);
  const waiting = async () => (await readdir(folder)).filter(name => name.includes('upload')).length;
  const residentMb = () => Number(column('-o', 'rss=', '-p', String(started.process.pid))) / 1024;
  const register = (file: Uint8Array) => {
    const onnx = Buffer.from(file).toString('base64');
    const input = { projectId: person.projectId, name: 'Waiting', targetProperty: 'octane number', onnx };
    return send(`${url}/graphql`, REGISTER, { input }, person);
  };

  expect(await register(demonstration('octane.onnx'))).toMatchObject({ status: 200, errors: [] });
  const before = residentMb();
  const answers: Promise<unknown>[] = [];
  for (let at = 0; at <= WAITING; at++) {
    // A trial that never ends, cut off after 10 s, is running; the others wait.
    answers.push(register(padded(slowRegression(2000), 16 * MIB, at)).catch(() => undefined));
    await expect.poll(waiting, { timeout: 10_000 }).toBeGreaterThan(Math.max(0, at - 3));
  }
  // Memory is returned to the system five seconds after the last large body, and that of the parsing thread.
  await expect.poll(residentMb, { timeout: 30_000, interval: 500 }).toBeLessThan(before + 50);
  expect(await waiting()).toBeGreaterThanOrEqual(WAITING - 5);
  started.process.kill('SIGKILL');
  await Promise.all(answers);
});

/** The same model with a description that fills the file up to its size, different for each number. */
function padded(onnx: Uint8Array, bytes: number, number: number): Uint8Array {
  const length = bytes - onnx.length - 5;
  // Field 6 of a model, its doc_string, in the format of protocol buffers: a tag, a length and the text.
  const head = [0x32, ...[0, 7, 14, 21].map(shift => ((length >> shift) & 0x7f) | (shift < 21 ? 0x80 : 0))];
  return Buffer.concat([onnx, Buffer.from(head), Buffer.alloc(length, String.fromCharCode(65 + number))]);
}
