import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { mayConnectTo } from '../src/webhooks/addresses.ts';
import { send } from '../src/webhooks/send.ts';
import { checkTarget, parsePolicy } from '../src/webhooks/target.ts';
import { makeCertificate } from './certificates.ts';
import { codes, refusal, signUp, startServiceForTest } from './harness.ts';
import { startReceiverForTest } from './receiver.ts';

/** Hosts of URLs that lead to an address which is not public, as they can be written. */
const INSIDE = [
  // This machine.
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '127.255.255.254',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '017700000001',
  '127.0.0.1.',
  '①②⑦.⓪.⓪.①',
  '%31%32%37.0.0.1',
  '0.0.0.0',
  '0',
  '0.0.0.1',
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::127.0.0.1]',
  '[::7f00:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:ffff:7f00:0001]',
  '[::FFFF:7F00:1]',
  '[::ffff:0:127.0.0.1]',
  '[::ffff:0.0.0.0]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '[2002:7f00:0001:1234::1]',
  // Metadata services of clouds, and other link-local addresses.
  '169.254.169.254',
  '0xa9fea9fe',
  '2852039166',
  '[::ffff:169.254.169.254]',
  '[::a9fe:a9fe]',
  '[64:ff9b::a9fe:a9fe]',
  '[2002:a9fe:a9fe::1]',
  '[fd00:ec2::254]',
  '100.100.100.200',
  '192.0.0.192',
  '169.254.170.2',
  '168.63.129.16',
  '2822734096',
  '[::ffff:168.63.129.16]',
  '[64:ff9b::a83f:8110]',
  '[fe80::1]',
  '[febf:ffff::1]',
  // Private networks.
  '10.0.0.1',
  '0x0a000001',
  '012.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '3232235521',
  '100.64.0.1',
  '[::ffff:10.0.0.1]',
  '[::ffff:0:a00:1]',
  '[64:ff9b::c0a8:101]',
  '[64:ff9b:1::a00:1]',
  '[2002:a00:1::]',
  '[2002:c0a8:101::1]',
  '[2002:ac10:1::1]',
  '[fc00::1]',
  '[fdff:ffff::1]',
  '[fec0::1]',
  // Not for one host, or for documentation, tests and protocols.
  '192.0.2.1',
  '198.51.100.1',
  '203.0.113.1',
  '198.18.0.1',
  '198.19.255.255',
  '192.88.99.1',
  '192.0.0.1',
  '192.31.196.1',
  '192.52.193.1',
  '192.175.48.1',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  '[ff02::1]',
  '[ff0e::1]',
  '[100::1]',
  '[2001::1]',
  '[2001:0:7f00:1::1]',
  '[2001:2::1]',
  '[2001:10::1]',
  '[2001:20::1]',
  '[2001:db8::1]',
  '[3fff::1]',
  '[4000::1]',
  '[5f00::1]',
  '[e000::1]',
  '[::1:2:3]',
];

const OUTSIDE = [
  '8.8.8.8',
  '93.184.215.14',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '168.63.129.15',
  '168.63.129.17',
  '[2606:4700:4700::1111]',
  '[2a00:1450:4001:80b::200e]',
  '[::ffff:8.8.8.8]',
  '[64:ff9b::808:808]',
  '[2002:808:808::1]',
];

/** What an operator allows and refuses, and http. */
const policyOf = (networks: string[], refusedNetworks: string[] = []) =>
  parsePolicy({ allowHttp: true, networks, refusedNetworks });
const NOTHING = policyOf([]);
const loopback = policyOf(['127.0.0.1', '127.0.0.2']);
const message = (url: string) => ({ url, headers: {}, body: '{}' });

/** The address of a host, as `new URL` writes it. */
const addressIn = (host: string) => new URL(`https://${host}/`).hostname.replace(/^\[|\]$/g, '');

describe('no webhook reaches an address that is not public', () => {
  test(`in any of ${INSIDE.length} notations, whether it is in the URL or what a name resolves to`, async () => {
    expect(INSIDE.length).toBeGreaterThanOrEqual(60);
    const receiver = await startReceiverForTest({ host: '0.0.0.0' });
    for (const host of INSIDE) {
      const url = `http://${host}:${receiver.port}/`;
      expect(() => checkTarget(url, NOTHING), host).toThrow(
        expect.objectContaining({ extensions: { code: codes.BAD_USER_INPUT } }),
      );
      expect((await send(message(url), { policy: NOTHING })).kind, host).toBe('refused');
      const resolve = async () => [addressIn(host)];
      const named = message(`http://receiver.example:${receiver.port}/`);
      expect((await send(named, { policy: NOTHING, resolve })).kind, host).toBe('refused');
    }
    expect(receiver.connections()).toBe(0);
  });

  test('if one of several addresses of its name is not public', async () => {
    const receiver = await startReceiverForTest();
    const url = `http://receiver.example:${receiver.port}/`;
    for (const addresses of [
      ['8.8.8.8', '10.0.0.1'],
      ['127.0.0.1', '10.0.0.1'],
      ['2606:4700:4700::1111', '::1'],
    ]) {
      const outcome = await send(message(url), { policy: loopback, resolve: async () => addresses });
      expect(outcome).toMatchObject({ kind: 'refused' });
    }
    expect(receiver.connections()).toBe(0);
  });

  test('when a redirect leads there', async () => {
    const inner = await startReceiverForTest();
    for (const status of [301, 302, 303, 307, 308]) {
      const outer = await startReceiverForTest({ answer: () => status, headers: { location: inner.url } });
      expect(await send(message(outer.url), { policy: loopback })).toEqual({ kind: 'answered', status });
    }
    expect(inner.connections()).toBe(0);
  });

  test('when its name resolves to another address the second time: it is resolved once, and connected there', async () => {
    const inner = await startReceiverForTest({ host: '127.0.0.2' });
    const outer = await startReceiverForTest({ port: inner.port });
    let asked = 0;
    const resolve = async () => (asked++ === 0 ? ['127.0.0.1'] : ['127.0.0.2']);
    const url = `http://receiver.example:${outer.port}/`;
    expect(await send(message(url), { policy: loopback, resolve })).toEqual({
      kind: 'answered',
      status: 204,
    });
    expect(asked).toBe(1);
    expect(outer.received.map(({ headers }) => headers.host)).toEqual([`receiver.example:${outer.port}`]);
    expect(inner.connections()).toBe(0);
  });

  test('through a proxy of the environment', async () => {
    const [proxy, receiver] = [await startReceiverForTest(), await startReceiverForTest()];
    const code = `
      const { send } = await import('./src/webhooks/send.ts');
      const { parsePolicy } = await import('./src/webhooks/target.ts');
      const policy = parsePolicy({ allowHttp: true, networks: ['127.0.0.1'], refusedNetworks: [] });
      console.log(JSON.stringify(await send({ url: ${JSON.stringify(receiver.url)}, headers: {}, body: '{}' }, { policy })));`;
    const { stdout } = await promisify(execFile)('node', ['--input-type=module', '-e', code], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: {
        ...process.env,
        NODE_USE_ENV_PROXY: '1',
        HTTP_PROXY: `http://127.0.0.1:${proxy.port}`,
        NO_PROXY: '',
      },
    });
    expect(JSON.parse(stdout)).toEqual({ kind: 'answered', status: 204 });
    expect(proxy.connections()).toBe(0);
  });

  test('unless the operator lists its network', async () => {
    expect(mayConnectTo('10.1.2.3', policyOf(['10.0.0.0/8']))).toBe(true);
    expect(mayConnectTo('::ffff:10.1.2.3', policyOf(['10.0.0.0/8']))).toBe(true);
    expect(mayConnectTo('64:ff9b::a01:203', policyOf(['10.0.0.0/8']))).toBe(true);
    expect(mayConnectTo('fd12::1', policyOf(['fd12::/16']))).toBe(true);
    expect(mayConnectTo('::1', policyOf(['::1']))).toBe(true);
    expect(mayConnectTo('11.0.0.1', policyOf(['10.0.0.0/8']))).toBe(true);
    expect(mayConnectTo('192.168.0.1', policyOf(['10.0.0.0/8', 'fd12::/16']))).toBe(false);
    expect(mayConnectTo('fd13::1', policyOf(['10.0.0.0/8', 'fd12::/16']))).toBe(false);
  });
});

test('no webhook reaches a public address that the operator refuses, unless it is allowed by itself', async () => {
  const policy = policyOf(['198.18.0.7', '8.8.8.9'], ['8.8.8.0/24', '2606:4700::/32']);
  for (const host of [
    '8.8.8.8',
    '134744072',
    '[::ffff:8.8.8.8]',
    '[64:ff9b::808:808]',
    '[2606:4700:4700::1111]',
  ]) {
    expect(() => checkTarget(`https://${host}/`, policy), host).toThrow(
      'the operator of this server refuses',
    );
    const resolve = async () => ['93.184.215.14', addressIn(host)];
    const named = message('http://receiver.example/');
    expect((await send(named, { policy, resolve })).kind, host).toBe('refused');
  }
  for (const host of ['8.8.9.8', '8.8.8.9', '[2a00:1450:4001:80b::200e]', '198.18.0.7'])
    expect(mayConnectTo(addressIn(host), policy), host).toBe(true);
  // All but one receiver.
  const one = policyOf(['93.184.215.14'], ['0.0.0.0/0', '::/0']);
  expect([...OUTSIDE, ...INSIDE].filter(host => mayConnectTo(addressIn(host), one))).toEqual([
    '93.184.215.14',
  ]);

  const service = await startServiceForTest({ webhookRefusedNetworks: ['8.8.8.0/24'] });
  const owner = await signUp(service, 'Olga Owner');
  const create = (url: string) =>
    service.call(
      'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { url } } }',
      { input: { organizationId: owner.organization.id, url, events: ['API_KEY_CREATED'] } },
      owner,
    );
  expect(await create('https://8.8.8.8/hook')).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect(await create('https://8.8.4.4/hook')).toMatchObject({ status: 200 });
});

test('public addresses are allowed, in IPv6 too', () => {
  for (const host of OUTSIDE) {
    expect(mayConnectTo(addressIn(host), NOTHING), host).toBe(true);
    expect(checkTarget(`https://${host}/hook`, NOTHING)).toBe(new URL(`https://${host}/hook`).href);
  }
  for (const text of ['0x8.8.8.8', '08.8.8.8', '8.8.8', '8.8.8.8/8', '', 'receiver.example'])
    expect(mayConnectTo(text, NOTHING), text).toBe(false);
});

test('a URL needs https, unless the operator allows http, and has no user name and password', () => {
  const strict = { ...NOTHING, allowHttp: false };
  expect(checkTarget('https://lims.example/hook?a=b#c', strict)).toBe('https://lims.example/hook?a=b');
  expect(checkTarget('http://lims.example/', NOTHING)).toBe('http://lims.example/');
  for (const [url, policy] of [
    ['http://lims.example/', strict],
    ['ftp://lims.example/', NOTHING],
    ['file:///etc/passwd', NOTHING],
    ['gopher://lims.example/', NOTHING],
    ['javascript:alert(1)', NOTHING],
    ['data:text/plain,a', NOTHING],
    ['https://user@lims.example/', NOTHING],
    ['https://user:password@lims.example/', NOTHING],
    ['https://:password@lims.example/', NOTHING],
    ['https://8.8.8.8@10.0.0.1/', NOTHING],
    ['lims.example', NOTHING],
    ['https://', NOTHING],
    ['', NOTHING],
    [`https://lims.example/${'a'.repeat(2000)}`, NOTHING],
  ] as const) {
    expect(() => checkTarget(url, policy), url).toThrow(
      expect.objectContaining({ extensions: { code: codes.BAD_USER_INPUT } }),
    );
  }
});

test('a receiver that does not answer, answers too slowly or endlessly holds a delivery for at most its time', async () => {
  const slow = await startReceiverForTest({ delayMs: 2000 });
  const began = performance.now();
  expect(await send(message(slow.url), { policy: loopback, maxMs: 300 })).toMatchObject({ kind: 'failed' });
  const unresolved = send(message('http://receiver.example/'), {
    policy: loopback,
    maxMs: 300,
    resolve: (_name, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  });
  expect(await unresolved).toMatchObject({ kind: 'failed' });
  expect(performance.now() - began).toBeLessThan(1500);
  const endless = createServer((_request, reply) => {
    const write = () => {
      while (!reply.destroyed && reply.write('x'.repeat(1024)));
    };
    reply.on('drain', write);
    write();
  });
  endless.listen(0, '127.0.0.1');
  await once(endless, 'listening');
  onTestFinished(() => void endless.close());
  const address = endless.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const cut = await send(message(`http://127.0.0.1:${port}/`), { policy: loopback, maxMs: 2000 });
  expect(cut).toEqual({ kind: 'answered', status: 200 });
});

test('a receiver that switches the protocol, or closes its connection, ends a delivery at once', async () => {
  for (const [answer, outcome] of [
    [
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
      { kind: 'failed', reason: 'The connection closed without an answer.' },
    ],
    ['HTTP/1.1 101 Switching Protocols\r\n\r\n', { kind: 'answered', status: 101 }],
    ['', { kind: 'failed' }],
    ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut', { kind: 'failed' }],
    // Its end is that of the connection.
    ['HTTP/1.1 200 OK\r\n\r\nThank you', { kind: 'answered', status: 200 }],
    ['HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', { kind: 'answered', status: 200 }],
    [`HTTP/1.1 503 No\r\nConnection: close\r\n\r\n${'x'.repeat(50_000)}`, { kind: 'answered', status: 503 }],
  ] as const) {
    const port = await listen(socket => socket.once('data', () => void socket.end(answer)));
    const began = performance.now();
    const sent = await send(message(`http://127.0.0.1:${port}/`), { policy: loopback, maxMs: 10_000 });
    expect(sent, answer.slice(0, 40)).toMatchObject(outcome);
    expect(performance.now() - began, answer.slice(0, 40)).toBeLessThan(5000);
  }
});

test('a receiver that sends 1xx answers without end is cut off', async () => {
  let isCut = false;
  const port = await listen(socket => {
    const write = () => {
      while (!socket.destroyed && socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100)));
    };
    socket
      .once('data', write)
      .on('drain', write)
      .on('close', () => {
        isCut = true;
      });
  });
  const began = performance.now();
  const sent = await send(message(`http://127.0.0.1:${port}/`), { policy: loopback, maxMs: 10_000 });
  expect(sent).toMatchObject({ kind: 'failed', reason: expect.stringContaining('1xx') });
  expect(performance.now() - began).toBeLessThan(2000);
  await expect.poll(() => isCut).toBe(true);
});

describe('over TLS', () => {
  const NAME = 'receiver.example';
  /** Listens with a certificate that this process trusts, and sends a message there by another name. */
  async function sendTo(name: string, padding = 0) {
    const { key, cert } = makeCertificate(NAME, padding);
    const trusted = tls.getCACertificates('default');
    tls.setDefaultCACertificates([...trusted, cert]);
    onTestFinished(() => tls.setDefaultCACertificates(trusted));
    const bodies: string[] = [];
    const server = createHttpsServer({ key, cert }, async (request, reply) => {
      bodies.push(await text(request));
      reply.writeHead(204).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const url = `https://${name}:${port}/hook`;
    const outcome = await send(message(url), { policy: loopback, resolve: async () => ['127.0.0.1'] });
    return { outcome, bodies };
  }

  test('a message arrives at the receiver whose certificate is for its name', async () => {
    const { outcome, bodies } = await sendTo(NAME);
    expect(outcome).toEqual({ kind: 'answered', status: 204 });
    expect(bodies).toEqual([message('').body]);
    expect(await sendTo('other.example')).toMatchObject({ outcome: { kind: 'failed' }, bodies: [] });
  });

  test('a receiver that sends too many certificates is cut off', async () => {
    expect((await sendTo(NAME, 8 * 1024)).outcome).toEqual({ kind: 'answered', status: 204 });
    const { outcome, bodies } = await sendTo(NAME, 32 * 1024);
    expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining('too much') });
    expect(bodies).toEqual([]);
  });
});

test('a receiver cannot choose a key exchange whose cost it sets', async () => {
  const hello = Promise.withResolvers<Buffer>();
  const port = await listen(socket => void socket.once('data', hello.resolve));
  const sending = send(message(`https://127.0.0.1:${port}/`), { policy: loopback, maxMs: 1000 });
  const record = await hello.promise;
  // RFC 8446, 4.1.2: after the headers, the version and the random number, the session id and the cipher suites.
  const suitesAt = 44 + (record[43] ?? 0);
  const count = record.readUInt16BE(suitesAt) / 2;
  const suites = Array.from({ length: count }, (_, index) => record.readUInt16BE(suitesAt + 2 + 2 * index));
  // TLS 1.3, and ECDHE with AES-GCM or ChaCha20; 0x00ff is a signal, not a suite.
  const allowed = [0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9, 0x00ff];
  expect(count).toBeGreaterThan(3);
  expect(suites.filter(suite => !allowed.includes(suite))).toEqual([]);
  expect(await sending).toMatchObject({ kind: 'failed' });
});

/** Listens on a free port. @returns it */
async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createTcpServer(socket => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return (typeof address === 'object' && address?.port) || 0;
}
