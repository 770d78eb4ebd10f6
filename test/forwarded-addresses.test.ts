import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { networkOf } from '../src/requests/network.ts';
import {
  type Answer,
  type Credential,
  codes,
  refusal,
  type Service,
  SIGN_IN,
  signUp,
  startService,
  startServiceForTest,
} from './harness.ts';

const VIEWER = '{ viewer { id } }';
const rateLimited = refusal(codes.RATE_LIMITED);
const unauthenticated = refusal(codes.UNAUTHENTICATED);

let service: Service;

beforeAll(async () => {
  service = await startService({ trustedProxies: ['127.0.0.1', '10.0.0.0/8', '2001:db8:ffff::/48'] });
});
afterAll(() => service.close());

const from = (forwarded: string, more: Record<string, string> = {}): Credential => ({
  headers: { 'x-forwarded-for': forwarded, ...more },
});

/** The sender that the log of a request names. */
async function senderOf(forwarded: string, to: Service = service): Promise<unknown> {
  const id = crypto.randomUUID();
  await to.call(VIEWER, {}, from(forwarded, { 'x-request-id': id }));
  const lines = to.log.filter(line => line.includes(id)).map(line => JSON.parse(line));
  return lines.find(({ req }) => req)?.req.remoteAddress;
}

// Addresses and their spellings

const hex = (group: number) => group.toString(16);
const ipv4 = fc.tuple(fc.constantFrom(192, 198, 203), fc.nat(255), fc.nat(255), fc.nat(255));
const ipv6 = fc
  .array(fc.constantFrom(0, 0, 1, 0xab, 0xffff), { minLength: 5, maxLength: 5 })
  .map(rest => [0x2001, 0xdb8, 0x7, ...rest]);
const port = fc.integer({ min: 0, max: 65_535 });
/** Additions of proxies to an address: none, spaces, quotes, a port. */
const wrapped = (address: fc.Arbitrary<string>, isIPv6: boolean) =>
  fc.oneof(
    address,
    address.map(text => `  ${text}\t`),
    address.map(text => `"${text}"`),
    fc.tuple(address, port).map(([text, number]) => (isIPv6 ? `[${text}]:${number}` : `${text}:${number}`)),
    fc.tuple(address, port).map(([text, number]) => `"[${text}]:${number}"`),
    address.map(text => `[${text}]`),
  );

function spellingsOf4(bytes: number[]): fc.Arbitrary<string> {
  const dotted = bytes.join('.');
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const groups = `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
  const mapped = fc.constantFrom(
    `::ffff:${dotted}`,
    `::FFFF:${dotted}`,
    `::ffff:${groups}`,
    `0:0:0:0:0:ffff:${groups}`,
    `0000:0000:0000:0000:0000:ffff:${dotted}`,
    `::ffff:${dotted}%eth0`,
  );
  return fc.oneof(wrapped(fc.constant(dotted), false), wrapped(mapped, true));
}

function spellingsOf6(groups: number[]): fc.Arbitrary<string> {
  const padded = groups.map(group => hex(group).padStart(4, '0'));
  const short = groups.map(hex);
  /** With one run of zeros omitted, if there is one. */
  const compressed = short
    .map((_, start) => start)
    .filter(start => groups[start] === 0)
    .map(start => {
      const length = groups.slice(start).findIndex(group => group !== 0);
      const end = length < 0 ? groups.length : start + length;
      return `${short.slice(0, start).join(':')}::${short.slice(end).join(':')}`;
    });
  const [g = 0, h = 0] = groups.slice(6);
  const tail = [g >> 8, g & 255, h >> 8, h & 255].join('.');
  const spelled = fc.constantFrom(
    short.join(':'),
    padded.join(':'),
    padded.join(':').toUpperCase(),
    `${short.slice(0, 6).join(':')}:${tail}`,
    ...compressed,
    `${short.join(':')}%eth0`,
    `${short.join(':')}%25en1`,
  );
  return wrapped(spelled, true);
}

const addressInSpellings = fc.oneof(
  ipv4.chain(bytes => fc.record({ address: fc.constant(bytes.join('.')), spelling: spellingsOf4(bytes) })),
  ipv6.chain(groups =>
    fc.record({ address: fc.constant(groups.map(hex).join(':')), spelling: spellingsOf6(groups) }),
  ),
);
const notAnAddress = fc.constantFrom(
  'unknown',
  '_hidden',
  'localhost',
  '1.2.3',
  '1.2.3.4.5',
  '256.1.1.1',
  '1.2.3.4:port',
  '1.2.3.4:123456',
  '[1.2.3.4',
  '::1::',
  '2001:db8::g',
  '0x7f.1',
  '[]:80',
  ':80',
  'ａ.2.3.4'.normalize('NFKC'),
  'x'.repeat(5000),
);

describe('an address from a trusted proxy', () => {
  test('is the same sender in every spelling, with and without a port', async () => {
    await fc.assert(
      fc.asyncProperty(addressInSpellings, async ({ address, spelling }) => {
        expect(networkOf(spelling)).toBe(networkOf(address));
        expect(await senderOf(spelling)).toBe(await senderOf(address));
      }),
      { numRuns: 150 },
    );
  });

  test('is followed through trusted proxies that add ports to their addresses, and no further', async () => {
    const hops = fc.array(
      fc
        .tuple(fc.constantFrom('10.0.0.1', '10.200.3.4', '::ffff:10.0.0.1', '2001:db8:ffff::1'), port)
        .chain(([proxy, number]) =>
          fc.constantFrom(
            proxy,
            `[${proxy}]`,
            `[${proxy}]:${number}`,
            ...(proxy.includes(':') ? [`${proxy}%eth0`] : [`${proxy}:${number}`]),
          ),
        ),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(
        addressInSpellings,
        hops,
        fc.constantFrom([], ['198.18.0.1'], ['unknown']),
        async ({ address, spelling }, proxies, claimed) => {
          const header = [...claimed, spelling, ...proxies].join(', ');
          expect(await senderOf(header)).toBe(await senderOf(address));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('counts as one common sender if it is not an address', async () => {
    await fc.assert(
      fc.asyncProperty(notAnAddress, async text => {
        expect(networkOf(text)).toBe('unknown');
        expect(await senderOf(text)).toBe('unknown');
      }),
    );
  });

  test.each([
    [['0.0.0.0/0'], '198.51.100.7:80, 203.0.113.9', '198.51.100.7'],
    [['127.0.0.1', '::ffff:10.0.0.0/104'], '198.51.100.7, 10.9.8.7:443', '198.51.100.7'],
    [['127.0.0.1', '10.0.0.0/8'], '198.51.100.7, ::ffff:10.9.8.7', '198.51.100.7'],
    [['127.0.0.1', '10.0.0.0/8'], '198.51.100.7, 11.0.0.1:80', '11.0.0.1'],
    [['10.0.0.0/8'], '198.51.100.7', '127.0.0.1'],
  ])('with TRUSTED_PROXIES %j: "%s" is %s', async (trustedProxies, header, sender) => {
    const own = await startServiceForTest({ trustedProxies });
    expect(await senderOf(header, own)).toBe(sender);
  });
});

describe('the address that people see', () => {
  const ADDRESS = '{ clientAddress { address hasUnknownProxy } }';

  test.each([
    ['no proxy', [], {}, '127.0.0.1', false],
    ['a trusted proxy', ['127.0.0.1'], { 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9', false],
    [
      'trusted proxies behind each other',
      ['127.0.0.1', '10.0.0.0/8'],
      { 'x-forwarded-for': '203.0.113.9, 10.1.2.3:443' },
      '203.0.113.9',
      false,
    ],
    ['a proxy that is not trusted', [], { 'x-forwarded-for': '203.0.113.9' }, '127.0.0.1', true],
    ['another one', ['127.0.0.1'], { forwarded: 'for=203.0.113.9' }, '127.0.0.1', true],
    [
      'a proxy that is not trusted behind a trusted one',
      ['127.0.0.1'],
      { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' },
      '198.51.100.7',
      true,
    ],
  ])('with %s', async (_what, trustedProxies, headers, address, hasUnknownProxy) => {
    const own = await startServiceForTest({ trustedProxies });
    const { cookie } = await signUp(own, 'Ada Lovelace');
    const { clientAddress } = await own.ask(ADDRESS, {}, { headers: { cookie, ...headers } });
    expect(clientAddress).toEqual({ address, hasUnknownProxy });
  });
});

describe('limits', () => {
  const fail = (address: string) =>
    service.call(VIEWER, {}, from(address, { authorization: 'Api-Key sk_typo' }));
  const failAll = (addresses: string[]): Promise<Answer[]> => Promise.all(addresses.map(fail));

  test.each([
    [
      'of IPv4 with ports',
      (index: number) => `192.0.2.1:${1000 + index}`,
      '::ffff:192.0.2.1',
      '192.0.2.2:1000',
    ],
    [
      'of IPv6 with ports and zones',
      (index: number) =>
        index % 2 ? `[2001:db8:7:1::${hex(index)}]:${index}` : `2001:db8:7:1::${hex(index)}%eth${index}`,
      '2001:DB8:7:1::',
      '[2001:db8:7:2::1]:1',
    ],
    [
      'of what is not an address',
      (index: number) => ['unknown', `_${index}`, `1.2.3.${256 + index}`][index % 3] ?? '',
      'something else',
      '203.0.113.1',
    ],
  ])('%s count one sender', async (_what, spell, same, another) => {
    const answers = await failAll(Array.from({ length: 100 }, (_, index) => spell(index)));
    expect(answers.filter(({ code }) => code === codes.UNAUTHENTICATED)).toHaveLength(100);
    expect(await fail(same)).toMatchObject(rateLimited);
    expect(await fail(another)).toMatchObject(unauthenticated);
  });

  test('are larger for an IPv6 /48 than for each of its /64 networks, and one /64 does not use up those of the others', async () => {
    const own = await startServiceForTest({ trustedProxies: ['127.0.0.1'] });
    const failAt = (address: string) =>
      own.call(VIEWER, {}, from(address, { authorization: 'Api-Key sk_typo' }));
    // One network far beyond its own limit.
    const noisy = await Promise.all(Array.from({ length: 300 }, () => failAt('2001:db8:9:1::1')));
    expect(noisy.filter(({ code }) => code === codes.UNAUTHENTICATED)).toHaveLength(100);
    // All others of its /48 share three hundred more, independently of their number.
    const others = await Promise.all(
      Array.from({ length: 350 }, (_, index) => failAt(`[2001:db8:9:${hex(index + 2)}::${hex(index)}]:443`)),
    );
    expect(others.filter(({ code }) => code === codes.UNAUTHENTICATED)).toHaveLength(300);
    expect(await failAt('2001:db8:9:ffff::1')).toMatchObject(rateLimited);
    expect(await failAt('2001:db8:a:1::1')).toMatchObject(unauthenticated);
  });
});

test('the activity of a sign-in contains its network, without the port', async () => {
  const ada = await signUp(service, 'Ada Lovelace');
  await service.ask(SIGN_IN, ada, from('[2001:DB8:5:6:7::8]:4711'));
  const row = await service.db
    .selectFrom('activity')
    .select('network')
    .where('actorId', '=', ada.id)
    .where('action', '=', 'session.started')
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow();
  expect(row.network).toBe('2001:db8:5:6::/64');
});
