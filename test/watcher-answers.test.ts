import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codes } from '../src/errors.ts';
import { closedPort, page, predicted, problem, startFakeServer } from './fake-predictions.ts';
import { journalOf, makeFolders, startWatcher, targetOf } from './watcher.ts';

const HOUR_MS = 60 * 60 * 1000;

test('an answer of a proxy does not say that nothing was charged', async () => {
  const folders = makeFolders();
  const statuses = [524, 403, 408];
  const fake = await startFakeServer((response, _call, count) => {
    const status = statuses[count - 1];
    if (status === undefined) predicted(response);
    else page(response, status);
  });
  folders.put('a.csv');
  expect(await startWatcher(folders, targetOf(fake.url), ['--once']).ended).toBe(0);
  expect(journalOf(folders).map(({ state }) => state)).toEqual(['sent', 'answered', 'done']);
  expect(fake.calls).toHaveLength(4);
  expect(new Set(fake.calls.map(({ key }) => key)).size).toBe(1);
});

test('after a temporary refusal the file waits as long as Retry-After says, and is sent with the same key', async () => {
  const refusals = [
    [429, codes.RATE_LIMITED],
    [503, codes.UNAVAILABLE],
    [403, codes.API_KEY_NOT_AUTHORIZED],
    // Its revocation is rehearsed.
    [403, codes.API_KEY_REVOKED],
    [409, codes.DEPLOYMENT_INACTIVE],
    // The model is quarantined.
    [500, codes.MODEL_FAILED],
  ] as const;
  const waits = async ([status, code]: (typeof refusals)[number]) => {
    const folders = makeFolders();
    folders.put('a.csv');
    const times: number[] = [];
    const fake = await startFakeServer((response, _call, count) => {
      times.push(performance.now());
      if (count < 2) problem(response, status, code, { 'retry-after': '1' });
      else predicted(response);
    });
    expect(await startWatcher(folders, targetOf(fake.url), ['--once']).ended, code).toBe(0);
    expect(fake.calls, code).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0), code).toBeGreaterThan(950);
    expect(new Set(fake.calls.map(({ key }) => key)).size, code).toBe(1);
    expect(folders.list('done'), code).toEqual(['a.csv']);
    // A name that a spreadsheet would run.
    expect(readFileSync(join(folders.out, 'a.csv.csv'), 'utf8')).toContain("\r\n'=1+1,88,");
  };
  await Promise.all(refusals.map(waits));
});

test('a file on which the model fails moves to failed', async () => {
  const folders = makeFolders();
  folders.put('a.csv');
  const fake = await startFakeServer(response => problem(response, 500, codes.MODEL_FAILED));
  expect(await startWatcher(folders, targetOf(fake.url), ['--once']).ended).toBe(0);
  expect(folders.list('failed')).toEqual(['a.csv', 'a.csv.reason.txt']);
});

test('files that always fail do not block others', async () => {
  const folders = makeFolders();
  for (const name of ['bad-1.csv', 'bad-2.csv', 'good-1.csv', 'good-2.csv', 'good-3.csv']) folders.put(name);
  const fake = await startFakeServer((response, { name }) => {
    if (name === 'bad-1.csv') page(response, 403);
    else if (name === 'bad-2.csv') problem(response, 503, codes.UNAVAILABLE, { 'retry-after': '0' });
    else predicted(response);
  });
  startWatcher(folders, targetOf(fake.url));
  await expect.poll(() => folders.list('done')).toEqual(['good-1.csv', 'good-2.csv', 'good-3.csv']);
  // A file that comes later, too.
  folders.put('good-4.csv');
  await expect.poll(() => folders.list('done')).toHaveLength(4);
  expect(folders.list()).toEqual(['bad-1.csv', 'bad-2.csv']);
});

test('after two files failed one after the other, all wait as long as Retry-After says', async () => {
  const folders = makeFolders();
  for (let index = 0; index < 5; index++) folders.put(`${index}.csv`);
  const fake = await startFakeServer(response =>
    problem(response, 503, codes.UNAVAILABLE, { 'retry-after': '600' }),
  );
  const watcher = startWatcher(folders, targetOf(fake.url), ['--once']);
  expect(await watcher.ended).toBe(2);
  expect(watcher.output()).toMatch(/all files: .* Sent again in 600 s/);
  expect(fake.calls.map(({ name }) => name)).toEqual(['0.csv', '1.csv']);
});

test('no file is sent while the server cannot answer or refuses the key', async () => {
  const refusals = [
    { url: await closedPort(), calls: [] },
    await startFakeServer(predicted, { greet: response => page(response, 502) }),
    await startFakeServer(predicted, { greet: response => problem(response, 403, codes.API_KEY_REVOKED) }),
  ];
  const working = await startFakeServer(predicted);
  for (const { url, calls } of refusals) {
    const folders = makeFolders();
    folders.put('a.csv');
    const watcher = startWatcher(folders, targetOf(url));
    await expect.poll(watcher.output).toMatch(/all files: .* Sent again in/);
    await watcher.kill();
    expect(calls).toEqual([]);
    expect(journalOf(folders)).toEqual([]);
    expect(await startWatcher(folders, targetOf(working.url), ['--once']).ended).toBe(0);
    expect(folders.list('done')).toEqual(['a.csv']);
  }
});

/** Sends a file that is not answered, and ends. Then starts again with a clock of the server that is `hours` ahead. */
async function repeatAfter(hours: number, rawKey?: string) {
  const folders = makeFolders();
  folders.put('a.csv');
  let ahead = 0;
  // Not the time of this computer.
  const date = () => new Date(Date.now() + (ahead - 1000) * HOUR_MS);
  const fake = await startFakeServer((response, _call, count) => void (count > 1 && predicted(response)), {
    date,
  });
  const watcher = startWatcher(folders, targetOf(fake.url));
  await expect.poll(() => fake.calls).toHaveLength(1);
  await watcher.kill();
  ahead = hours;
  const target = { ...targetOf(fake.url), ...(rawKey && { rawKey }) };
  expect(await startWatcher(folders, target, ['--once']).ended).toBe(0);
  return { folders, calls: fake.calls };
}

test('a file without an answer is sent again while the server, by its own clock, knows the call', async () => {
  const { folders, calls } = await repeatAfter(23);
  expect(folders.list('done')).toEqual(['a.csv']);
  expect(calls).toHaveLength(2);
  expect(calls[0]).toEqual(calls[1]);
});

test.each([
  ['more than 24 hours ago', 25, undefined],
  ['before the clock of the server was set back', -1, undefined],
  ['with another key', 0, `sk_${'b'.repeat(46)}`],
])('a file that was sent %s, without an answer, moves to unclear unsent', async (_when, hours, rawKey) => {
  const { folders, calls } = await repeatAfter(hours, rawKey);
  expect(folders.list('unclear')).toEqual(['a.csv', 'a.csv.reason.txt']);
  expect(calls).toHaveLength(1);
});

test('a file whose earlier call was answered differently moves to unclear', async () => {
  const folders = makeFolders();
  folders.put('a.csv');
  const fake = await startFakeServer(response => problem(response, 422, codes.IDEMPOTENCY_KEY_REUSED));
  expect(await startWatcher(folders, targetOf(fake.url), ['--once']).ended).toBe(0);
  expect(fake.calls).toHaveLength(1);
  expect(folders.list('unclear')).toEqual(['a.csv', 'a.csv.reason.txt']);
  expect(readFileSync(join(folders.in, 'unclear/a.csv.reason.txt'), 'utf8')).toContain(
    'answered differently',
  );
});

test('a clock that is set back does not keep a file waiting', async () => {
  const folders = makeFolders();
  folders.put('a.csv');
  const fake = await startFakeServer((response, _call, count) => {
    if (count < 3) problem(response, 503, codes.UNAVAILABLE);
    else predicted(response);
  });
  // A month back, while the file waits.
  const clock = `const { now } = Date;
    const { log } = console;
    console.log = line => {
      log(line);
      if (!/Sent again/.test(line) || Date.now !== now) return;
      Date.now = () => now() - 2.6e9;
      log('set back');
    };`;
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(clock)}` };
  const watcher = startWatcher(folders, targetOf(fake.url), ['--once', '--interval', '0.2'], env);
  expect(await watcher.ended).toBe(0);
  expect(watcher.output()).toMatch(/Sent again[\s\S]*set back[\s\S]*1 predictions/);
  expect(folders.list('done')).toEqual(['a.csv']);
});
