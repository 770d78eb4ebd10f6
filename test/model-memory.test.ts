import { totalmem } from 'node:os';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { divideMemory } from '../src/onnx/hosts.ts';
import { startModels } from '../src/onnx/models.ts';
import { hostsFromNow } from './host-processes.ts';
import { constant, holdingRegression, node, onnxFile, registered, tensorInfo } from './onnx-files.ts';

const MIB = 1024 * 1024;
const ENDLESS = 1e15;
/** Longer than the second after which memory is measured. */
const LONG = 1_200_000;
/** Numbers of 4 bytes in this many MiB. */
const mebibytesOf = (count: number) => (count * MIB) / 4;

/** A model with matrices of this many MiB and of half as many, which takes about twelve times as many when it is open. */
function largeRegression(mebibytes: number): Uint8Array {
  const width = mebibytesOf(mebibytes) / 2;
  return onnxFile({
    input: [tensorInfo('X', 'float32', ['n', 2])],
    output: [tensorInfo('variable', 'float32', ['n', 1])],
    initializer: [
      constant(
        'weights',
        'float32',
        [2, width],
        Array.from({ length: 2 * width }, () => 1 / width),
      ),
      constant(
        'ones',
        'float32',
        [width, 1],
        Array.from({ length: width }, () => 1),
      ),
    ],
    node: [node('MatMul', ['X', 'weights'], ['wide']), node('MatMul', ['wide', 'ones'], ['variable'])],
  });
}

/** Models without a server, of one organization, in one host. */
function modelsOf(files: Record<string, Uint8Array>, bytesPerHost = 256 * MIB) {
  const loads: string[] = [];
  const models = startModels({
    load: async id => {
      loads.push(id);
      return registered(files[id] ?? new Uint8Array());
    },
    onNotStarted: () => undefined,
    limits: { hosts: 1, bytesPerHost, runMs: 25_000 },
  });
  onTestFinished(models.close);
  const run = (id: string, greatest = 1) =>
    models.run({ id, tenant: { id: 'a', reserved: true }, rowIndependent: false }, [[1, greatest]]);
  return { run, loads };
}

test('all hosts together, with the spare one and those of trials, are within MODEL_MEMORY', () => {
  fc.assert(
    fc.property(fc.integer({ min: 768, max: 64 * 1024 }), megabytes => {
      const { count, trials, hasSpare, bytesPerHost } = divideMemory(megabytes);
      const all = count + trials + (hasSpare ? 1 : 0);
      expect(all * bytesPerHost).toBeLessThanOrEqual(megabytes * MIB);
      expect((all + 1) * 256).toBeGreaterThan(megabytes);
      expect(bytesPerHost).toBeGreaterThanOrEqual(256 * MIB);
      expect(count).toBeGreaterThanOrEqual(2);
      expect([1, 2]).toContain(trials);
    }),
  );
  expect(divideMemory(768)).toMatchObject({ count: 2, trials: 1, hasSpare: false });
  expect(divideMemory(1024)).toMatchObject({ count: 2, trials: 1, hasSpare: true });
  expect(divideMemory(1280)).toMatchObject({ count: 2, trials: 2, hasSpare: true });
});

test('without MODEL_MEMORY there are two to sixteen hosts in a quarter of the machine', () => {
  const { count, trials, bytesPerHost } = divideMemory(undefined);
  expect(count).toBeGreaterThanOrEqual(2);
  expect(count).toBeLessThanOrEqual(16);
  expect((count + trials) * bytesPerHost).toBeLessThanOrEqual(Math.max(totalmem() / 4, 768 * MIB));
});

test('a host whose native memory exceeds its share is killed, and its model is to blame', async () => {
  const { run } = modelsOf({ holding: holdingRegression(mebibytesOf(300)) });
  await expect(run('holding', ENDLESS)).rejects.toMatchObject({
    message: 'The model needs more memory than it may use.',
    endedHost: true,
  });
});

test('a model is not to blame for the memory of those that are open beside it', async () => {
  // With both open a host has 357 MiB, which is below the 384 above which it closes models; a run takes 180 more, and twice
  // as much for a moment at its end (measured).
  const large = largeRegression(12.5);
  const holding = holdingRegression(mebibytesOf(180));
  const { run, loads } = modelsOf({ a: large, b: large, holding }, 512 * MIB);
  await run('a');
  await run('b');
  expect(await run('holding', LONG)).toMatchObject({ values: [(LONG + 1) / 2] });
  expect(loads).toEqual(['a', 'b', 'holding', 'holding']);
});

test('but it is where it takes too much alone as well', async () => {
  const { run, loads } = modelsOf({
    other: holdingRegression(1),
    holding: holdingRegression(mebibytesOf(300)),
  });
  await run('other');
  await expect(run('holding', ENDLESS)).rejects.toMatchObject({ endedHost: true });
  expect(loads).toEqual(['other', 'holding', 'holding']);
});

test('a host closes the least recently used models before it exceeds its share', async () => {
  const started = hostsFromNow();
  const names = Array.from({ length: 10 }, (_, i) => `${i}`);
  const { run, loads } = modelsOf(Object.fromEntries(names.map(name => [name, largeRegression(6)])));
  for (const name of names) await run(name);
  const pids = started();
  expect(loads).toEqual(names);
  // The newest is open still, and the oldest is not.
  await run('9');
  expect(loads).toHaveLength(10);
  await run('0');
  expect(loads).toEqual([...names, '0']);
  // One host and the spare one: no host was killed for its memory.
  expect(started()).toEqual(pids);
});
