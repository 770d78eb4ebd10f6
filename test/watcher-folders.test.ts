import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { codes } from '../src/errors.ts';
import { page, predicted, problem, startFakeServer } from './fake-predictions.ts';
import { journalOf, makeFolders, oneSpectrum, startWatcher, targetOf } from './watcher.ts';

test('a file is sent once, as a whole, when it has stopped growing', async () => {
  const folders = makeFolders();
  const fake = await startFakeServer(predicted);
  const text = oneSpectrum('slow');
  const watcher = startWatcher(folders, targetOf(fake.url), ['--interval', '0.4']);
  for (let length = 100; length < 1200; length += 100) {
    folders.put('slow.csv', text.slice(0, length));
    await pause(100);
    expect(fake.calls).toEqual([]);
  }
  folders.put('slow.csv', text);
  await expect.poll(() => folders.list('done')).toEqual(['slow.csv']);
  await watcher.kill();
  expect(fake.calls).toEqual([{ key: expect.any(String), name: 'slow.csv', text }]);
});

test('a file that grows while others are sent is sent as a whole', async () => {
  const folders = makeFolders();
  const text = oneSpectrum('slow');
  const fake = await startFakeServer(async (response, { name }) => {
    if (name === 'a.csv') folders.put('b.csv', text.slice(0, 200));
    predicted(response);
    await pause(100);
    if (name === 'a.csv') folders.put('b.csv', text);
  });
  folders.put('a.csv');
  folders.put('b.csv', text.slice(0, 100));
  const watcher = startWatcher(folders, targetOf(fake.url), ['--once', '--interval', '0.4']);
  expect(await watcher.ended).toBe(0);
  expect(fake.calls.map(call => call.text)).toEqual([oneSpectrum('a.csv'), text]);
});

test('a file that is overwritten while it is sent stays, and its new content is sent', async () => {
  const folders = makeFolders();
  const [first, second] = [oneSpectrum('first'), oneSpectrum('second')];
  const fake = await startFakeServer((response, _call, count) => {
    if (count === 1) folders.put('current.csv', second);
    predicted(response);
  });
  folders.put('current.csv', first);
  const watcher = startWatcher(folders, targetOf(fake.url), ['--once']);
  expect(await watcher.ended).toBe(0);
  expect(fake.calls.map(({ text }) => text)).toEqual([first, second]);
  expect(new Set(fake.calls.map(({ key }) => key)).size).toBe(2);
  expect(folders.list('done')).toEqual(['current.csv']);
  expect(readFileSync(join(folders.in, 'done/current.csv'), 'utf8')).toBe(second);
  expect(folders.list('out').filter(name => name.endsWith('.json'))).toHaveLength(2);
});

test('a file that was answered and not moved is not sent again, also once its predictions were collected', async () => {
  const folders = makeFolders();
  const fake = await startFakeServer(predicted);
  // Nothing can be moved there.
  writeFileSync(join(folders.in, 'done'), '');
  folders.put('open.csv');
  const first = startWatcher(folders, targetOf(fake.url));
  await expect.poll(() => folders.list('out')).toEqual(['open.csv.csv', 'open.csv.json']);
  await expect.poll(first.output).toContain('EEXIST');
  await first.kill();
  for (const name of folders.list('out')) rmSync(join(folders.out, name));
  rmSync(join(folders.in, 'done'));
  expect(await startWatcher(folders, targetOf(fake.url), ['--once']).ended).toBe(0);
  expect(fake.calls).toHaveLength(1);
  expect(folders.list('done')).toEqual(['open.csv']);
  expect(folders.list('out')).toEqual([]);
});

test('a file that cannot be moved does not block others, and is moved once it can be', async () => {
  const folders = makeFolders();
  const fake = await startFakeServer((response, { name }) =>
    name === 'bad.csv' ? problem(response, 400, codes.BAD_USER_INPUT) : predicted(response),
  );
  writeFileSync(join(folders.in, 'failed'), '');
  folders.put('bad.csv');
  const watcher = startWatcher(folders, targetOf(fake.url), ['--once']);
  await expect.poll(watcher.output).toMatch(/bad\.csv: EEXIST.* Sent again/);
  folders.put('good.csv');
  await expect.poll(() => folders.list('done')).toEqual(['good.csv']);
  rmSync(join(folders.in, 'failed'));
  expect(await watcher.ended).toBe(0);
  expect(folders.list('failed')).toEqual(['bad.csv', 'bad.csv.reason.txt']);
});

test('with --once it ends with status 2 when what is left cannot be sent soon, and says why', async () => {
  const folders = makeFolders();
  for (const name of ['a.csv', 'b.csv']) folders.put(name);
  folders.put('empty.csv', '');
  const fake = await startFakeServer((response, { name }) =>
    name === 'a.csv'
      ? problem(response, 429, codes.QUOTA_EXCEEDED, { 'retry-after': '900000' })
      : predicted(response),
  );
  const watcher = startWatcher(folders, targetOf(fake.url), ['--once']);
  expect(await watcher.ended).toBe(2);
  expect(folders.list()).toEqual(['a.csv', 'empty.csv']);
  expect(folders.list('done')).toEqual(['b.csv']);
  expect(watcher.output()).toContain('a.csv: 429 QUOTA_EXCEEDED');
  expect(watcher.output().match(/empty\.csv: It is empty/g)).toHaveLength(1);
});

test('a second watcher of the same folder of predictions is refused until the first ends', async () => {
  const folders = makeFolders();
  const fake = await startFakeServer(response => page(response, 404));
  const first = startWatcher(folders, targetOf(fake.url));
  folders.put('a.csv');
  await expect.poll(() => fake.calls).not.toEqual([]);
  // By another name, too.
  const link = `${folders.out}-link`;
  symlinkSync(folders.out, link);
  for (const out of [folders.out, link]) {
    const second = startWatcher({ ...folders, out }, targetOf(fake.url), ['--once']);
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('Another watcher writes to');
  }
  await first.kill();
  const answering = await startFakeServer(predicted);
  expect(await startWatcher(folders, targetOf(answering.url), ['--once']).ended).toBe(0);
});

test('a missing option or folder, or an address that is none, is named, and nothing is sent', async () => {
  const folders = makeFolders();
  folders.put('a.csv');
  const link = `${folders.in}-link`;
  symlinkSync(folders.in, link);
  const mistakes: [RegExp, { in?: string; out?: string; server?: string }][] = [
    [/none is not a folder\.[\s\S]*Usage:/, { in: join(folders.in, 'none') }],
    [/are the same folder/, { out: link }],
    [/--server is not an address .*: localhost:4000/, { server: 'localhost:4000' }],
    [/--server is not an address/, { server: 'http://user:secret@localhost:4000' }],
  ];
  for (const [message, { server = 'http://localhost:1', ...wrong }] of mistakes) {
    const watcher = startWatcher({ ...folders, ...wrong }, targetOf(server));
    expect(await watcher.ended).toBe(1);
    expect(watcher.output()).toMatch(message);
  }
  expect(journalOf(folders)).toEqual([]);
});

test('the key is read from a file as Windows writes it; what is not a key is not sent, and can be corrected', async () => {
  const folders = makeFolders();
  mkdirSync(folders.out);
  const keyFile = join(folders.out, 'key');
  folders.put('a.csv');
  const fake = await startFakeServer(predicted);
  const { rawKey, ...target } = targetOf(fake.url);
  for (const wrong of ['', `${rawKey}\n${rawKey}`, Buffer.from(rawKey, 'utf16le')]) {
    writeFileSync(keyFile, wrong);
    const watcher = startWatcher(folders, { ...target, rawKey: '' }, ['--key-file', keyFile]);
    await expect.poll(watcher.output).toMatch(/does not hold an API key.* Sent again/);
    await watcher.kill();
    expect(journalOf(folders)).toEqual([]);
  }
  const watcher = startWatcher(folders, { ...target, rawKey: '' }, ['--key-file', keyFile, '--once']);
  writeFileSync(keyFile, Buffer.from(`\ufeff${rawKey}\r\n`, 'utf16le'));
  expect(await watcher.ended).toBe(0);
  expect(folders.list('done')).toEqual(['a.csv']);
});
