import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import lock from '../package-lock.json' with { type: 'json' };

/** Published advisories of what we depend on directly, https://github.com/advisories/<id>: the first version without. */
const ADVISORIES = [
  ['fastify', '5.3.2', 'GHSA-mg2h-6x62-wpwc', 'a content type slips past validation'],
  ['fastify', '5.7.2', 'GHSA-jx2c-rxcm-jvmq', 'a tab in the content type does so, too'],
  ['fastify', '5.7.3', 'GHSA-mrq3-vjjr-p77c', 'memory without bounds in streams'],
  ['fastify', '5.8.3', 'GHSA-444r-cwp2-x5xf', 'X-Forwarded-* counts from proxies that are not trusted'],
  ['fastify', '5.8.5', 'GHSA-247c-9743-5963', 'a space before the content type slips past validation'],
  ['fastify', '5.12.1', 'GHSA-3m5p-2c4r-xxw2', 'X-Forwarded-* counts where proxies are given as a number'],
  ['fastify', '5.12.1', 'GHSA-w2qp-rph6-63g4', 'a primitive in the place of an object slips past validation'],
  ['fastify', '5.12.2', 'GHSA-9q9j-q6p8-xq58', 'one of four of that security release'],
  ['fastify', '5.12.2', 'GHSA-hwr6-493r-vm6h', 'one of four of that security release'],
  ['fastify', '5.12.2', 'GHSA-p68q-wchp-6fh7', 'one of four of that security release'],
  ['fastify', '5.12.2', 'GHSA-667r-xxjv-c9mm', 'one of four of that security release'],
  ['fastify', '5.12.5', 'GHSA-4mh8-r7rc-xpvc', 'of that security release'],
  ['@fastify/static', '9.1.1', 'GHSA-x428-ghpx-8j92', 'encoded slashes slip past guards of routes'],
  ['@fastify/static', '9.1.1', 'GHSA-pr96-94w5-mx2h', 'folders are listed that should not be'],
  ['@fastify/static', '10.1.1', 'GHSA-83w8-p2f5-377r', 'dots within a path slip past guards of routes'],
  ['@fastify/static', '10.1.2', 'GHSA-8pvw-jcv7-9cmj', 'other spellings of a path are let through'],
  ['@fastify/static', '10.1.3', 'GHSA-423g-23ch-w7c6', 'empty parts of a path slip past guards of routes'],
  ['@apollo/server', '5.4.0', 'GHSA-mp6q-xf9x-fwf7', 'bodies in exotic character sets take for ever'],
  ['@apollo/server', '5.5.0', 'GHSA-9q82-xgwf-vj6h', 'cross-site reads past the CSRF prevention'],
  ['graphql', '16.8.1', 'GHSA-9pv7-vfvm-6vr7', 'validation of overlapping fields takes for ever'],
  ['kysely', '0.28.17', 'GHSA-wmrf-hv6w-mr66', 'SQL injection through the keys of JSON paths'],
  ['kysely', '0.28.17', 'GHSA-pv5w-4p9q-p3v2', 'the same through key() and at()'],
  ['kysely', '0.28.17', 'GHSA-8cpq-38p9-67gx', 'SQL injection through literals'],
  ['vitest', '3.0.5', 'GHSA-9crc-q9x8-hgqq', 'another site runs code through the API server'],
  ['vitest', '4.1.0', 'GHSA-5xrq-8626-4rwp', 'files are read and run through its page'],
  ['@opentelemetry/core', '2.10.0', 'GHSA-8988-4f7v-96qf', 'baggage takes memory without bounds'],
  ['protobufjs', '8.0.1', 'GHSA-xq3m-2v4x-88gg', 'a descriptor runs code'],
  ['protobufjs', '8.0.2', 'GHSA-66ff-xgx4-vchm', 'defaults of bytes run code'],
  ['protobufjs', '8.6.0', 'GHSA-wcpc-wj8m-hjx6', 'Any expands without bounds'],
  ['protobufjs', '8.6.6', 'GHSA-j3f2-48v5-ccww', 'a hostile .proto does harm while it is read'],
  ['protobufjs', '7.2.5', 'GHSA-h755-8qp9-cq85', 'prototype pollution'],
] as const;

const numbers = (version: string) => version.split('.').map(Number);

function isBefore(version: string, minimum: string): boolean {
  const [own, least] = [numbers(version), numbers(minimum)];
  const differs = least.findIndex((part, index) => part !== own[index]);
  return differs >= 0 && (own[differs] ?? 0) < (least[differs] ?? 0);
}

test('versions are compared by their numbers', () => {
  expect(isBefore('5.3.1', '5.3.2')).toBe(true);
  expect(isBefore('5.10.0', '5.3.2')).toBe(false);
  expect(isBefore('5.3.2', '5.3.2')).toBe(false);
  expect(isBefore('4.99.99', '5.0.0')).toBe(true);
});

const allowed: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies };
const installed: Record<string, { version?: string }> = lock.packages;

test.for(ADVISORIES)(
  '%s is at least %s (%s: %s), as locked and as package.json allows',
  ([name, minimum]) => {
    const locked = installed[`node_modules/${name}`]?.version ?? '0';
    expect(isBefore(locked, minimum), locked).toBe(false);
    const range = allowed[name] ?? '';
    expect(range).toMatch(/^[\^~]?\d+\.\d+\.\d+$/);
    expect(isBefore(range.replace(/^[\^~]/, ''), minimum), range).toBe(false);
  },
);

test('every package comes from the registry, with its digest', () => {
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(packages.length).toBeGreaterThan(100);
  for (const [path, entry] of packages) {
    // Where the lock names no place, npm asks the registry; git and files of this machine would be named.
    if ('resolved' in entry) expect(entry.resolved, path).toMatch(/^https:\/\/registry\.npmjs\.org\//);
    expect('link' in entry, path).toBe(false);
    expect('integrity' in entry ? entry.integrity : '', path).toMatch(/^sha512-/);
  }
});
