import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createProxy, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { codes, createKey, type Lab, openLab, recordOf, type Service, startService } from './harness.ts';
import { killRepeatedly, makeFolders, oneSpectrum, startWatcher } from './watcher.ts';

let service: Service;
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service, 'ENTERPRISE');
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
});
afterAll(() => service.close());

const target = (server = service.url) => ({ server, deploymentId: lab.deploymentId, rawKey: key.rawKey });
const charged = async () => (await recordOf(service, lab.deploymentId))?.charged ?? 0;

/** A server that answers as it is told, and remembers the idempotency keys. */
async function startFake(answer: (response: ServerResponse, count: number) => void) {
  const keys: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    request.resume().on('end', () => {
      keys.push(String(request.headers['idempotency-key']));
      answer(response, keys.length);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: urlOf(server.address()), keys };
}

const urlOf = (address: AddressInfo | string | null) =>
  `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;

/** The address of a port on which nothing listens. */
async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = urlOf(server.address());
  await new Promise(resolve => server.close(resolve));
  return url;
}

/** Forwards to the service, and cuts connections before the answer while `cuts` returns true. */
async function startCutter(cuts: () => boolean): Promise<string> {
  const sockets = new Set<Socket>();
  const proxy = createProxy(client => {
    const upstream = connect(Number(new URL(service.url).port), '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.pipe(upstream);
    upstream.on('data', chunk => {
      if (cuts()) {
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
  return urlOf(proxy.address());
}

const problem = (
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
) =>
  response
    .writeHead(status, { 'content-type': 'application/problem+json', ...headers })
    .end(JSON.stringify({ status, code, detail: 'As the test wants it.' }));
const answered = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(
    JSON.stringify({
      predictions: [{ sample_name: '=1+1', value: 88, file: 'a.csv' }],
      model: { unit: null, target_property: 'octane' },
      log_id: 'log',
    }),
  );

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

test('a file is sent only once it has stopped growing', async () => {
  const folders = makeFolders();
  const fake = await startFake(answered);
  const text = oneSpectrum('slow');
  folders.put('slow.csv', text.slice(0, 100));
  const watcher = startWatcher(folders, target(fake.url), ['--interval', '0.4']);
  for (let length = 200; length < 1200; length += 100) {
    await new Promise(resolve => setTimeout(resolve, 100));
    folders.put('slow.csv', text.slice(0, length));
    expect(fake.keys).toEqual([]);
  }
  await expect.poll(() => folders.list('done')).toEqual(['slow.csv']);
  await watcher.kill();
});

test('a file that is overwritten while it is sent stays, and its new content is sent', async () => {
  const folders = makeFolders();
  const fake = await startFake((response, count) => {
    if (count === 1) folders.put('current.csv', oneSpectrum('second'));
    answered(response);
  });
  folders.put('current.csv', oneSpectrum('first'));
  const watcher = startWatcher(folders, target(fake.url), ['--once']);
  expect(await watcher.ended).toBe(0);
  expect(new Set(fake.keys).size).toBe(2);
  expect(folders.list('done')).toEqual(['current.csv']);
  expect(readFileSync(join(folders.in, 'done/current.csv'), 'utf8')).toBe(oneSpectrum('second'));
  expect(folders.list('out').filter(name => name.endsWith('.json'))).toHaveLength(2);
});

test('a file that was answered and not moved is not sent again, also once its predictions were collected', async () => {
  const folders = makeFolders();
  const fake = await startFake(answered);
  // Nothing can be moved there.
  writeFileSync(join(folders.in, 'done'), '');
  folders.put('open.csv');
  const first = startWatcher(folders, target(fake.url));
  await expect.poll(() => folders.list('out')).toEqual(['open.csv.csv', 'open.csv.json']);
  await expect.poll(first.output).toContain('EEXIST');
  await first.kill();
  for (const name of folders.list('out')) rmSync(join(folders.out, name));
  rmSync(join(folders.in, 'done'));
  expect(await startWatcher(folders, target(fake.url), ['--once']).ended).toBe(0);
  expect(fake.keys).toHaveLength(1);
  expect(folders.list('done')).toEqual(['open.csv']);
});

test('an answer of a proxy does not say that nothing was charged', async () => {
  const folders = makeFolders();
  const fake = await startFake((response, count) => {
    if (count <= 3)
      response.writeHead([524, 403, 408][count - 1] ?? 524, { 'retry-after': '0' }).end('<html>');
    else answered(response);
  });
  folders.put('a.csv');
  expect(await startWatcher(folders, target(fake.url), ['--once']).ended).toBe(0);
  const states = readFileSync(folders.journal, 'utf8').match(/"state":"\w+"/g);
  expect(states).toEqual(['"state":"sent"', '"state":"answered"', '"state":"done"']);
  expect(new Set(fake.keys).size).toBe(1);
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
  expect(watcher.output()).toContain('No answer');
  expect(folders.list('done')).toHaveLength(4);
  expect((await charged()) - before).toBe(4);
}, 60_000);

test.each([
  [429, codes.RATE_LIMITED],
  [503, codes.UNAVAILABLE],
  [403, codes.API_KEY_NOT_AUTHORIZED],
  [409, codes.DEPLOYMENT_INACTIVE],
])(
  'after a temporary %i the file waits as long as Retry-After says, and is sent with the same key',
  async (status, code) => {
    const folders = makeFolders();
    folders.put('a.csv');
    const fake = await startFake((response, count) =>
      count < 3 ? problem(response, status, code, { 'retry-after': '1' }) : answered(response),
    );
    const started = performance.now();
    const watcher = startWatcher(folders, target(fake.url), ['--once']);
    expect(await watcher.ended).toBe(0);
    expect(performance.now() - started).toBeGreaterThan(1900);
    expect(fake.keys).toHaveLength(3);
    expect(new Set(fake.keys).size).toBe(1);
    expect(folders.list('done')).toEqual(['a.csv']);
    // A name that a spreadsheet would run.
    expect(readFileSync(join(folders.out, 'a.csv.csv'), 'utf8')).toContain("\r\n'=1+1,88,");
  },
);

test('a server that cannot be reached is waited for', async () => {
  const folders = makeFolders();
  folders.put('a.csv');
  const fake = await startFake(answered);
  const watcher = startWatcher(folders, target(await closedPort()));
  await expect.poll(() => watcher.output()).toContain('No answer');
  await watcher.kill();
  expect(folders.list()).toEqual(['a.csv']);
  // Never sent, so however long it lasts, the file is not unclear.
  writeFileSync(folders.journal, readFileSync(folders.journal, 'utf8').replaceAll(/20\d\d-/g, '2001-'));
  expect(await startWatcher(folders, target(fake.url), ['--once']).ended).toBe(0);
  expect(folders.list('done')).toEqual(['a.csv']);
});

test('a file that was sent more than 24 hours ago, or with another key, without an answer moves to unclear unsent', async () => {
  const fake = await startFake(() => {});
  const change = [
    (line: string) => line.replace(/"at":"20\d\d-/, '"at":"2001-'),
    (line: string) => line.replace(/"by":"\w+"/, '"by":"0123456789abcdef"'),
  ];
  for (const edit of change) {
    const folders = makeFolders();
    folders.put('a.csv');
    const sent = fake.keys.length;
    const watcher = startWatcher(folders, target(fake.url));
    await expect.poll(() => fake.keys.length).toBe(sent + 1);
    await watcher.kill();
    writeFileSync(folders.journal, edit(readFileSync(folders.journal, 'utf8')));
    expect(await startWatcher(folders, target(fake.url), ['--once']).ended).toBe(0);
    expect(folders.list('unclear')).toEqual(['a.csv', 'a.csv.reason.txt']);
    expect(fake.keys.length).toBe(sent + 1);
  }
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

test('a missing option or folder is named', async () => {
  const folders = makeFolders();
  const watcher = startWatcher({ ...folders, in: join(folders.in, 'none') }, target());
  expect(await watcher.ended).toBe(1);
  expect(watcher.output()).toMatch(/none is not a folder\.[\s\S]*Usage:/);
});
