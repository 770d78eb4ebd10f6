import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { revokeReported } from '../src/api-keys/revoke-reported.ts';
import { writeExpiryEvents } from '../src/notifications/expiry-notices.ts';
import { writeUsageEvents } from '../src/notifications/usage-notices.ts';
import { EVENT_NAMES } from '../src/outbox/events.ts';
import { formatSecret, generateSecret, signedHeaders } from '../src/webhooks/signature.ts';
import { run, temporaryFolder } from './commands.ts';
import {
  createKey,
  demonstration,
  deploy,
  gasoline,
  openLab,
  PREDICT,
  REHEARSE,
  REVOKE_KEY,
  REVOKE_THIS_KEY,
  ROTATE_KEY,
  startServiceForTest,
} from './harness.ts';
import { blocksUnder, plain, tableUnder } from './pages.ts';

const PAGE = 'docs/webhooks.md';
const DAY_MS = 24 * 60 * 60 * 1000;

interface Message {
  type: string;
  data: Record<string, unknown>;
}

/** The names of all fields, as "apiKey.name". */
const fieldsOf = (value: object, path = ''): string[] =>
  Object.entries(value).flatMap(([name, part]) =>
    typeof part === 'object' && part !== null ? fieldsOf(part, `${path}${name}.`) : [`${path}${name}`],
  );

const KEY = ['apiKey.id', 'apiKey.name', 'apiKey.prefix'];
const DEPLOYMENT = ['deployment.id', 'deployment.name'];

/** The fields of `data` by the type of the message, as the page lists them. */
const documentedFields = (): [string, string[]][] =>
  tableUnder(PAGE, 'Messages').map(([cell, fields = '']) => {
    const type = plain(cell) ?? '';
    const own = type.startsWith('api_key.') ? KEY : DEPLOYMENT;
    const common = type === 'webhook.test' ? [] : ['projectId', ...own];
    const further = [...fields.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    return [type, ['organizationId', ...common, ...further].toSorted()];
  });

test('docs/webhooks.md lists the fields of the messages of every event', async () => {
  let now = new Date();
  const service = await startServiceForTest({ now: () => now, jobs: false, webhookNetworks: ['127.0.0.1'] });
  const { db } = service;
  const { owner, deploymentId } = await openLab(service, 'PRO');
  await sql`update plans set monthly_predictions = 5 where name = 'PRO'`.execute(db);
  const events = Object.values(EVENT_NAMES).filter(name => name !== 'TEST');
  const { createWebhook } = await service.ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } } }',
    { input: { organizationId: owner.organization.id, url: 'https://receiver.example/', events } },
    owner,
  );
  const inDays = (days: number) => new Date(now.getTime() + days * DAY_MS);
  const key = (more: object = {}) => createKey(service, owner, { deploymentId }, { name: 'LIMS', ...more });
  const notice = () =>
    db.transaction().execute(async trx => {
      await writeExpiryEvents(trx, now, { forMails: false });
      await writeUsageEvents(trx, now, { forMails: false });
    });

  await service.ask(
    'mutation ($id: ID!) { testWebhook(id: $id) { id } }',
    { id: createWebhook.webhook.id },
    owner,
  );
  const [rotated, rehearsed, held, reported, revoked] = [
    await key({ expiresAt: inDays(20) }),
    await key(),
    await key(),
    await key(),
    await key(),
  ];
  await key({ expiresAt: inDays(20) });
  await service.ask(REHEARSE, { id: rehearsed.id, minutes: 1 }, owner);
  await service.ask(REVOKE_THIS_KEY, {}, held);
  await service.ask(REVOKE_KEY, { id: revoked.id }, owner);
  const leak = { id: reported.id, url: 'https://github.com/a/b', lockMs: 1000 };
  await db.transaction().execute(trx => revokeReported(trx, leak, { network: '192.0.2.0', now }));
  const { deploymentId: limited } = await deploy(
    service,
    owner,
    demonstration('octane-with-limits.onnx'),
    'Limits',
  );
  await sql`update models set t2_limit = 1e-9`.execute(db);
  await service.ask(PREDICT, { deploymentId: limited, spectra: gasoline(4) }, owner);
  await notice();
  await service.ask(PREDICT, { deploymentId: limited, spectra: gasoline(1) }, owner);
  await notice();
  const rotation = { id: rotated.id, overlapSeconds: 19 * 24 * 60 * 60, expiresAt: inDays(300) };
  await service.ask(ROTATE_KEY, { input: rotation }, owner);
  for (const days of [7, 10, 5]) {
    now = inDays(days);
    await notice();
  }

  const rows = await db.selectFrom('webhookDeliveries').select('body').execute();
  const messages = rows.map(({ body }): Message => JSON.parse(body));
  const sent = Map.groupBy(messages, ({ type }) => type);
  const found = [...sent].map(([type, ofType]) => [
    type,
    [...new Set(ofType.flatMap(({ data }) => fieldsOf(data)))].toSorted(),
  ]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(documentedFields()));
  expect([...sent.keys()].toSorted()).toEqual(
    tableUnder(PAGE, 'Events')
      .map(([, type]) => plain(type))
      .toSorted(),
  );
});

test.each([
  ['js', 'node', ['--input-type=module', '-e']],
  ['python', 'python3', ['-c']],
] as const)(
  'the verification in %s accepts signed messages and refuses all others',
  async (language, program, args) => {
    const [code = '', ...more] = blocksUnder(PAGE, 'Receive', language);
    expect(more).toEqual([]);
    const folder = await temporaryFolder();
    const file = join(folder, language === 'js' ? 'verify.mjs' : 'verify.py');
    await writeFile(file, code);
    const [secret, previous] = [generateSecret(), generateSecret()];
    const body = JSON.stringify({ type: 'webhook.test', data: { name: 'Größe' } });
    const message = { id: '0193', body, now: new Date() };
    const headers = signedHeaders(message, [secret]);
    const old = new Date(Date.now() - 6 * 60_000);
    const cases = [
      [true, headers, body],
      [true, signedHeaders(message, [previous, secret]), body],
      [false, signedHeaders(message, [previous]), body],
      [false, headers, body.replace('test', 'last')],
      [false, { ...headers, 'webhook-id': '0194' }, body],
      [false, { ...headers, 'webhook-signature': 'v1,AAAA v2 x' }, body],
      [false, signedHeaders({ ...message, now: old }, [secret]), body],
    ] as const;
    const input = join(folder, 'cases.json');
    await writeFile(input, JSON.stringify({ secret: formatSecret(secret), cases }));
    const script =
      language === 'js'
        ? `import { readFileSync } from 'node:fs';
        const { isSigned } = await import(${JSON.stringify(pathToFileURL(file).href)});
        const { secret, cases } = JSON.parse(readFileSync(${JSON.stringify(input)}, 'utf8'));
        console.log(JSON.stringify(cases.map(([, headers, body]) => isSigned(secret, headers, body))));`
        : [
            'import json, sys',
            `sys.path.insert(0, ${JSON.stringify(folder)})`,
            'from verify import is_signed',
            `given = json.load(open(${JSON.stringify(input)}))`,
            'secret = given["secret"]',
            'print(json.dumps([is_signed(secret, headers, body.encode()) for _, headers, body in given["cases"]]))',
          ].join('\n');
    const started = run(program, [...args, script]);
    expect(await started.ended, started.output()).toBe(0);
    expect(JSON.parse(started.output().trim())).toEqual(cases.map(([expected]) => expected));
  },
);
