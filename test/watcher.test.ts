import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer as createProxy, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { urlOf } from './fake-predictions.ts';
import { createKey, type Lab, openLab, ROTATE_KEY, recordOf, type Service, startPair } from './harness.ts';
import { killRepeatedly, makeFolders, oneSpectrum, startWatcher } from './watcher.ts';

let service: Service;
/** A second server on the same database. */
let elsewhere: Service;
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  const pair = await startPair();
  ({ service, elsewhere } = pair);
  lab = await openLab(service, 'ENTERPRISE');
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  return pair.close;
});

const target = (server = service.url, { rawKey } = key) => ({
  server,
  deploymentId: lab.deploymentId,
  rawKey,
});
const charged = async () => (await recordOf(service, lab.deploymentId))?.charged ?? 0;

/** Forwards to the service, and cuts connections before the answer to a file while `cuts` returns true. */
async function startCutter(cuts: () => boolean): Promise<string> {
  const sockets = new Set<Socket>();
  const proxy = createProxy(client => {
    const upstream = connect(Number(new URL(service.url).port), '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    let isFile = false;
    client.on('data', chunk => {
      isFile ||= chunk.includes('POST ');
      upstream.write(chunk);
    });
    upstream.on('data', chunk => {
      if (isFile && cuts()) {
        client.destroy();
        upstream.destroy();
      } else client.write(chunk);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return urlOf(proxy);
}

test('a file is answered as CSV and JSON and moves to done; a refused one moves to failed with the reason', async () => {
  const folders = makeFolders();
  folders.put('good.csv');
  folders.put('bad.csv', 'sample,900,902\na,1,x\n');
  folders.put('notes.doc', 'not sent');
  const watcher = startWatcher(folders, target(), ['--once']);
  expect([await watcher.ended, watcher.output()]).toEqual([0, expect.stringContaining('1 predictions')]);
  expect(folders.list()).toEqual(['notes.doc']);
  expect(folders.list('done')).toEqual(['good.csv']);
  expect(folders.list('failed')).toEqual(['bad.csv', 'bad.csv.reason.txt']);
  expect(readFileSync(join(folders.in, 'failed/bad.csv.reason.txt'), 'utf8')).toContain('bad.csv, line 2');
  expect(folders.list('out')).toEqual(['good.csv.csv', 'good.csv.json']);
  const { predictions } = JSON.parse(readFileSync(join(folders.out, 'good.csv.json'), 'utf8'));
  expect(predictions).toMatchObject([{ sample_name: 'good.csv', file: 'good.csv' }]);
  expect(predictions[0].value).toBeCloseTo(87.9412, 3);
  expect(readFileSync(join(folders.out, 'good.csv.csv'), 'utf8')).toMatch(/\r\ngood\.csv,87\.94/);
});

test('a watcher that is killed again and again loses no file and is charged once for each', async () => {
  const folders = makeFolders();
  const before = await charged();
  const files = 120;
  const killed = await killRepeatedly(folders, target(), { files, kills: 12 });
  expect(killed).toBe(12);
  expect(folders.list()).toEqual([]);
  expect(folders.list('done')).toHaveLength(files);
  expect(folders.list('out').filter(name => /\.(json|csv)$/.test(name))).toHaveLength(2 * files);
  expect((await charged()) - before).toBe(files);
}, 120_000);

test('answers that are lost on the network are fetched again without a second charge', async () => {
  const folders = makeFolders();
  for (let index = 0; index < 4; index++) folders.put(`lost-${index}.csv`);
  const before = await charged();
  let cut = 0;
  const url = await startCutter(() => cut++ < 3);
  const watcher = startWatcher(folders, target(url), ['--once']);
  expect(await watcher.ended).toBe(0);
  expect(cut).toBeGreaterThan(3);
  expect(watcher.output()).toContain('No answer');
  expect(folders.list('done')).toHaveLength(4);
  expect((await charged()) - before).toBe(4);
}, 60_000);

/** Rotates a key, which can no longer be used then. @returns its successor */
async function rotate({ id }: { id: string }): Promise<{ rawKey: string }> {
  const input = { id, overlapSeconds: 0 };
  return (await service.ask(ROTATE_KEY, { input }, lab.owner)).rotateApiKey;
}

test('a file without an answer gets it with the successor of its key, on another server too, and is charged once', async () => {
  const first = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  const folders = makeFolders();
  folders.put('a.csv');
  const before = await charged();
  const watcher = startWatcher(folders, target(await startCutter(() => true), first));
  await expect.poll(charged).toBe(before + 1);
  await watcher.kill();
  const successor = await rotate(first);
  const again = startWatcher(folders, target(elsewhere.url, successor), ['--once']);
  expect([await again.ended, folders.list('done'), folders.list('unclear')]).toEqual([0, ['a.csv'], []]);
  expect(await charged()).toBe(before + 1);
});

test('a key file that gets the successor, or another key, is noticed before a file is sent again', async () => {
  const first = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  const replacements = [
    ['done', () => rotate(first)],
    ['unclear', () => createKey(service, lab.owner, { deploymentId: lab.deploymentId })],
  ] as const;
  const [keyFile, folders] = [join(makeFolders().in, 'key'), makeFolders()];
  writeFileSync(keyFile, first.rawKey);
  let isCut = false;
  const url = await startCutter(() => isCut);
  const watcher = startWatcher(folders, target(url, first), ['--key-file', keyFile]);
  for (const [kind, replace] of replacements) {
    const before = await charged();
    isCut = true;
    folders.put(`${kind}.csv`);
    await expect.poll(charged).toBe(before + 1);
    writeFileSync(keyFile, (await replace()).rawKey);
    // With another key it stays cut: the last call with the first one may be under way.
    isCut = kind === 'unclear';
    await expect.poll(() => folders.list(kind), { timeout: 20_000 }).toContain(`${kind}.csv`);
    expect(await charged()).toBe(before + 1);
  }
  expect(watcher.output()).toContain('another key');
}, 60_000);

test('names that are longer than the server or a file system takes, or have a backslash, lose no file', async () => {
  const folders = makeFolders();
  // 253 bytes, and 204 characters.
  const [wide, long] = [`${'試'.repeat(83)}.csv`, `${'a'.repeat(200)}.csv`];
  for (const name of [wide, long, 'a\\b.csv', 'x\\.csv']) folders.put(name, oneSpectrum('S-1'));
  expect(await startWatcher(folders, target(), ['--once']).ended).toBe(0);
  const done = folders.list('done');
  expect(done).toEqual(['a\\b.csv', 'x\\.csv', expect.stringMatching(/^試+\.[0-9a-f]{8}\.csv$/)]);
  expect(folders.list('out')).toEqual(done.flatMap(name => [`${name}.csv`, `${name}.json`]));
  const [refused = ''] = folders.list('failed');
  expect(refused).toMatch(/^a{100}\.[0-9a-f]{8}\.csv$/);
  expect(readFileSync(join(folders.in, 'failed', `${refused}.reason.txt`), 'utf8')).toContain(
    'longer than 200 characters',
  );
});

test('files of one name keep their own predictions', async () => {
  const folders = makeFolders();
  for (const name of ['one', 'two']) {
    folders.put('same.csv', oneSpectrum(name));
    expect(await startWatcher(folders, target(), ['--once']).ended).toBe(0);
  }
  expect(folders.list('done')).toHaveLength(2);
  expect(folders.list('out')).toHaveLength(4);
});
