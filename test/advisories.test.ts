import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import lock from '../package-lock.json' with { type: 'json' };

/** Advisories of direct dependencies, https://github.com/advisories/<id>, with the first corrected version. */
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
  ['@apollo/server', '5.4.0', 'GHSA-mp6q-xf9x-fwf7', 'bodies in exotic character sets take forever'],
  ['@apollo/server', '5.5.0', 'GHSA-9q82-xgwf-vj6h', 'cross-site reads past the CSRF prevention'],
  ['graphql', '16.8.1', 'GHSA-9pv7-vfvm-6vr7', 'validation of overlapping fields takes forever'],
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

/**
 * The same for transitive dependencies, published before they entered the lock file, which must never return to such a
 * version. `npm run audit`, which CI runs, queries npm for newer advisories. Where several release lines were
 * corrected, the first corrected version of each.
 */
const TRANSITIVE = [
  ['@babel/runtime', '7.26.10', 'GHSA-968p-4wvh-cqc8', 'named groups of a pattern take forever'],
  ['@babel/traverse', '7.23.2', 'GHSA-67hx-6x53-jw92', 'code that is compiled runs code'],
  ['adm-zip', '0.4.11', 'GHSA-3v6h-hqm4-2rg6', 'an archive writes outside its folder'],
  ['ansi-regex', '5.0.1 || 6.0.1', 'GHSA-93q8-gq69-wqmw', 'a pattern takes forever'],
  ['body-parser', '1.20.3', 'GHSA-qwcr-r2fm-qrc7', 'a body takes forever'],
  ['body-parser', '2.2.1', 'GHSA-wqch-xfxh-vrr4', 'a body takes forever'],
  ['brace-expansion', '1.1.12 || 2.0.2 || 3.0.1 || 4.0.1', 'GHSA-v6h2-p8h4-qcjw', 'a pattern takes forever'],
  ['braces', '3.0.3', 'GHSA-grv7-fg5c-xmjg', 'a pattern takes memory without bounds'],
  ['cookie', '0.7.0', 'GHSA-pxg6-pf52-xh8x', 'a name sets other fields of a cookie'],
  ['find-my-way', '9.0.1', 'GHSA-rrr8-f88r-h8q6', 'a path takes forever'],
  ['form-data', '4.0.4', 'GHSA-fjxv-7rqg-78g4', 'the boundary can be guessed'],
  ['glob', '11.1.0', 'GHSA-5j98-mcp5-4vw2', 'names of files run commands'],
  ['js-yaml', '4.1.1', 'GHSA-mh29-5h37-fv8m', 'prototype pollution'],
  ['json5', '2.2.2', 'GHSA-9c47-m6qq-7p4h', 'prototype pollution'],
  ['lodash', '4.17.21', 'GHSA-35jh-r3h4-6jhm', 'a template runs code'],
  ['micromatch', '4.0.8', 'GHSA-952p-6rrq-rcjv', 'a pattern takes forever'],
  ['minimist', '1.2.6', 'GHSA-xvch-5gv4-984h', 'prototype pollution'],
  ['nanoid', '3.3.8', 'GHSA-mwcw-c2x4-8c55', 'ids can be guessed'],
  ['node-fetch', '3.1.1', 'GHSA-r683-j2x4-v87g', 'credentials go along to another host'],
  ['nodemailer', '7.0.7', 'GHSA-mm7p-fcc7-pg87', 'mail goes to another domain'],
  ['postcss', '8.4.31', 'GHSA-7fh5-64p2-3v2j', 'comments are read as rules'],
  ['qs', '6.14.1', 'GHSA-6rw7-vpxm-498p', 'lists take memory without bounds'],
  ['semver', '6.3.1 || 7.5.2', 'GHSA-c2qf-rxjj-qqgw', 'a range takes forever'],
  ['set-value', '4.0.1', 'GHSA-4jqc-8m5r-9rpr', 'prototype pollution'],
  ['sha.js', '2.4.12', 'GHSA-95m3-7q98-8xr5', 'a digest can be rewound'],
  ['shell-quote', '1.7.3', 'GHSA-g4rg-993r-mgx7', 'quoted words run commands'],
  ['ws', '8.17.1', 'GHSA-3h5v-q93c-6h6q', 'a request with many headers ends the server'],
  ['yaml', '2.2.2', 'GHSA-f9xv-q969-pqx4', 'a document ends the program'],
  ['yargs-parser', '18.1.2', 'GHSA-p9pc-299p-vxgp', 'prototype pollution'],
] as const;

const numbers = (version: string) => version.split('.').map(Number);
const major = (version: string) => version.split('.')[0];

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

/** Whether a version is older than the first corrected one of its release line, or than all if its line has none. */
function isAffected(version: string, minimum: string): boolean {
  const lines = minimum.split(' || ');
  const own = lines.find(line => major(line) === major(version)) ?? lines.at(-1);
  return own !== undefined && isBefore(version, own);
}

test('each release line of a package has its own first corrected version', () => {
  expect(isAffected('6.3.0', '6.3.1 || 7.5.2')).toBe(true);
  expect(isAffected('6.3.1', '6.3.1 || 7.5.2')).toBe(false);
  expect(isAffected('7.5.1', '6.3.1 || 7.5.2')).toBe(true);
  expect(isAffected('5.7.2', '6.3.1 || 7.5.2')).toBe(true);
  expect(isAffected('8.0.0', '6.3.1 || 7.5.2')).toBe(false);
});

const allowed: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies };
const installed = Object.entries(lock.packages).flatMap(([path, entry]) =>
  'version' in entry && path !== '' ? [{ path, version: entry.version }] : [],
);
/** Every copy of a package at any depth: npm nests one where two versions are required. */
const copiesOf = (name: string) =>
  installed.filter(({ path }) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`));

test.for([...ADVISORIES, ...TRANSITIVE])(
  'every %s is at least %s (%s: %s), as locked and as package.json allows',
  ([name, minimum]) => {
    const affected = copiesOf(name).filter(({ version }) => isAffected(version, minimum));
    expect(affected).toEqual([]);
    const range = allowed[name];
    if (range === undefined) return;
    expect(range).toMatch(/^[\^~]?\d+\.\d+\.\d+$/);
    expect(isAffected(range.replace(/^[\^~]/, ''), minimum), range).toBe(false);
  },
);

test('every listed advisory concerns an installed package', () => {
  const absent = [...ADVISORIES, ...TRANSITIVE].filter(([name]) => copiesOf(name).length === 0);
  expect(absent).toEqual([]);
});

/** Runs `npm run audit` with an npm that prints this. @returns its exit code and output. */
async function auditOf(report: string): Promise<{ code: number; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'spectrakey-npm-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'report'), report);
  await writeFile(join(folder, 'npm'), `#!/bin/sh\ncat '${folder}/report'\nexit 1\n`);
  await chmod(join(folder, 'npm'), 0o755);
  const script = fileURLToPath(new URL('audit.ts', import.meta.url));
  const env = { ...process.env, PATH: [folder, process.env.PATH].join(delimiter) };
  return new Promise(done => {
    execFile(process.execPath, [script, '0'], { env }, (error, output) =>
      done({ code: typeof error?.code === 'number' ? error.code : 0, output }),
    );
  });
}

const reportOf = (severity: string) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: {
      parent: { name: 'parent', severity, via: ['deep'], nodes: ['node_modules/parent'] },
      deep: {
        name: 'deep',
        severity,
        via: [
          {
            name: 'deep',
            severity,
            range: '<2.0.0',
            title: 'It leaks',
            url: 'https://github.com/advisories/GHSA-x',
          },
        ],
      },
    },
  });

test.for(['high', 'critical'])(
  'CI fails over a %s advisory of a transitive package, and names it',
  async severity => {
    const { code, output } = await auditOf(reportOf(severity));
    expect(code).toBe(1);
    expect(output).toContain(`${severity}: deep <2.0.0: It leaks (https://github.com/advisories/GHSA-x)`);
  },
);

test.for(['low', 'moderate'])('CI prints a %s advisory and continues', async severity => {
  const { code, output } = await auditOf(reportOf(severity));
  expect(code).toBe(0);
  expect(output).toContain(`${severity}: deep`);
});

test.for([
  ['no advisories', '{"auditReportVersion":2,"vulnerabilities":{}}', '0 advisories'],
  ['a registry without the endpoint', '{"message":"405 Method Not Allowed","statusCode":405}', 'WARNING: '],
  ['a registry that is down', '{"error":{"code":"ENOTFOUND"}}', 'WARNING: '],
  ['no output', '', 'WARNING: '],
  ['output that is not a report', '<html>', 'WARNING: '],
] as const)('CI continues with %s, and reports it', async ([, report, expected]) => {
  const { code, output } = await auditOf(report);
  expect(code).toBe(0);
  expect(output).toContain(expected);
});

test('every package comes from the registry, with its digest', () => {
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(packages.length).toBeGreaterThan(100);
  for (const [path, entry] of packages) {
    // Without a location in the lock file npm uses the registry; git and local files would be named there.
    if ('resolved' in entry) expect(entry.resolved, path).toMatch(/^https:\/\/registry\.npmjs\.org\//);
    expect('link' in entry, path).toBe(false);
    expect('integrity' in entry ? entry.integrity : '', path).toMatch(/^sha512-/);
  }
});
