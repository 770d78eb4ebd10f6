import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, inject, test, vi } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { addressOf, npm, paste, type RunOptions, type Started, temporaryFolder } from './commands.ts';
import { emptyDatabase } from './databases.ts';
import {
  type Answer,
  codes,
  createKey,
  gasoline,
  openLab,
  PREDICT,
  refusal,
  send,
  startServiceForTest,
} from './harness.ts';
import { blocksUnder, commandsOf, commandsUnder, linesUnder, PAGES } from './pages.ts';
import { isSigned, startReceiverForTest } from './receiver.ts';

// The tests start servers and commands through npm, like a person.
vi.setConfig({ testTimeout: 180_000 });

const file = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const HERE = 'test/documented-commands.test.ts';

/** The tests that run the shell commands of the documentation, by page and heading. */
const RUN: Record<string, Record<string, string>> = {
  'README.md': {
    'Two commands': '.ci/run',
    'The first prediction': HERE,
    'The dashboard': HERE,
    // test/documentation.test.ts checks that each of them is a script.
    Development: 'package.json',
  },
  'CONTRIBUTING.md': { Commands: 'package.json' },
  'docs/api-keys.md': { 'Before you start': HERE },
  'docs/configuration.md': { Commands: HERE },
  'docs/http-api.md': {
    Predict: 'test/http-api.test.ts',
    'Predict for files': 'test/http-api.test.ts',
    'What a key may call': 'test/http-api.test.ts',
    'A key that you found': 'test/http-api.test.ts',
  },
  'docs/recipes/README.md': {
    'PLS regression with limits': 'test/model-recipes.test.ts',
    'A table of coefficients': 'test/model-recipes.test.ts',
  },
  'docs/clients/README.md': {
    'Folder watcher': 'test/watcher.test.ts',
    Python: 'test/python-client.test.ts',
  },
  'docs/operations.md': {
    PostgreSQL: HERE,
    TLS: HERE,
    'With `DATABASE_URL`': 'test/backup.test.ts',
    'With the private PostgreSQL': 'test/backup.test.ts',
    'Data retention': HERE,
  },
  'docs/webhooks.md': { Create: HERE },
};

test('every shell command of the documentation is run by a test', () => {
  for (const page of PAGES) {
    const run = RUN[page] ?? {};
    const commands = Object.keys(run).flatMap(heading => commandsUnder(page, heading));
    expect(commands.toSorted(), page).toEqual(commandsOf(page).toSorted());
    for (const path of Object.values(run)) expect(() => file(path)).not.toThrow();
  }
});

/** Splits a command such as `A=b npm start` into variables and arguments. */
function partsOf(command: string): { env: Record<string, string>; args: string[] } {
  const words = command.split(' ');
  const settings = words.filter(word => /^[A-Z_]+=/.test(word));
  const [program, ...args] = words.slice(settings.length);
  expect(program, command).toBe('npm');
  return { env: Object.fromEntries(settings.map(setting => setting.split(/=(.*)/))), args };
}

/** Runs a documented `npm …` command. `env` overrides the variables that the command sets. */
function runDocumented(command: string, options: RunOptions = {}): Started {
  const { env, args } = partsOf(command);
  return npm(args, { ...options, env: { ...env, ...options.env } });
}

async function mustSucceed(command: string, options: RunOptions): Promise<string> {
  const started = runDocumented(command, options);
  expect(await started.ended, `${command}\n${started.output()}`).toBe(0);
  return started.output();
}

/** A first start in `.data` of a new folder, as in a fresh clone. */
async function firstStart() {
  const folder = await temporaryFolder();
  const dataDir = join(folder, '.data');
  const started = npm(['start'], { env: { DATA_DIR: dataDir } });
  const address = await addressOf(started);
  const [, rawKey = ''] = await started.printed(/Authorization: Api-Key (sk_\w+)/);
  const [, password = ''] = await started.printed(/Sign in {4}demo@spectrakey\.example with (\S+)/);
  /** Pastes a documented command, with its placeholders replaced by what this start printed. */
  const pasteDocumented = (command: string) =>
    paste(
      command
        .replaceAll('http://127.0.0.1:4000', address)
        .replace('sk_…', rawKey)
        .replace('\\"…\\"', `\\"${password}\\"`),
      folder,
    );
  return { started, dataDir, address, rawKey, password, pasteDocumented };
}

/** The only code block of a language under a heading. */
function onlyBlock(page: string, heading: string, language: string): string {
  const [block = '', ...more] = blocksUnder(page, heading, language);
  expect(more, heading).toEqual([]);
  return block;
}

test('the first prediction of the README returns what it shows, and the demonstration password can be replaced', async () => {
  const { dataDir, password, address, pasteDocumented } = await firstStart();
  const [predict = ''] = commandsUnder('README.md', 'The first prediction');
  expect(JSON.parse(await pasteDocumented(predict))).toEqual(
    JSON.parse(onlyBlock('README.md', 'The first prediction', 'json')),
  );
  for (const page of ['', 'graphiql']) {
    expect(linesUnder('README.md', 'The dashboard').join('\n')).toContain(`http://127.0.0.1:4000/${page}\``);
    expect((await fetch(`${address}/${page}`)).status).toBe(200);
  }
  const [replace = ''] = commandsUnder('README.md', 'The dashboard');
  const output = await mustSucceed(replace, { env: { DATA_DIR: dataDir } });
  expect(output).toMatch(/^demo@spectrakey\.example signs in with \S{20}$/m);
  expect(output).not.toContain(password);
});

test('the steps of docs/api-keys.md work as documented', async () => {
  const page = 'docs/api-keys.md';
  const { address, pasteDocumented, password } = await firstStart();
  const [signIn = '', list = '', ...more] = commandsUnder(page, 'Before you start');
  expect(more).toEqual([]);
  expect(await pasteDocumented(signIn)).toBe('{"data":{"signIn":{"name":"Demo Person"}}}\n');
  const listed = JSON.parse(await pasteDocumented(list)).data.viewer.organizations[0];
  expect(listed.slug).toBe('demo-laboratory');
  const deployments: { id: string; name: string }[] = listed.projects[0].deployments;
  const deploymentId = deployments.find(({ name }) => /octane/i.test(name))?.id ?? '';

  const signedIn = await send(
    `${address}/graphql`,
    'mutation ($p: String!) { signIn(email: "demo@spectrakey.example", password: $p) { id } }',
    { p: password },
  );
  const owner = { cookie: signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
  let keyId = '';
  /** Sends the document under a heading with this start's ids. */
  const ask = (heading: string, variables: object = {}, as: Parameters<typeof send>[3] = owner) => {
    const document = onlyBlock(page, heading, 'graphql')
      .replace(/deploymentId: "[-0-9a-f]{36}"/, `deploymentId: "${deploymentId}"`)
      .replace(/\(id: "[-0-9a-f]{36}"\)/, `(id: "${keyId}")`);
    return send(`${address}/graphql`, document, variables, as);
  };
  /** Expects the same fields as in the documented response, with values of the same types. */
  const expectDocumented = (answer: Answer, heading: string, index = 0) => {
    const documented: unknown = JSON.parse(blocksUnder(page, heading, 'json')[index] ?? '');
    expect(shapeOf({ data: answer.data })).toEqual(shapeOf(documented));
  };

  const created = await ask('Create');
  expectDocumented(created, 'Create');
  keyId = created.data?.createApiKey.apiKey.id ?? '';
  const key = { rawKey: created.data?.createApiKey.rawKey ?? '' };
  const spectra = gasoline();
  const used = await ask('Use', { deploymentId, spectra }, key);
  expect(used.data?.predict.predictions[0]?.value).toBeCloseTo(87.94, 1);
  const first = await ask('Retrying a call', { deploymentId, spectra, idempotencyKey: 'A-1' }, key);
  const repeated = await ask('Retrying a call', { deploymentId, spectra, idempotencyKey: 'A-1' }, key);
  expect(repeated.data).toEqual(first.data);
  expectDocumented(await ask('List'), 'List');
  const uses = await ask('Who still uses a key');
  expect(uses.data?.apiKey?.callers.networks).toEqual([
    { network: '127.0.0.1', calls: 2, lastAt: expect.any(String) },
  ]);
  expectDocumented(await ask('Revoke'), 'Revoke');
  const refused = await ask('Use', { deploymentId, spectra }, key);
  expect(refused).toMatchObject(refusal(codes.API_KEY_REVOKED));
  const [, documented = ''] = blocksUnder(page, 'Revoke', 'json');
  expect(JSON.parse(documented).errors).toEqual(
    refused.errors.map(({ message, extensions }) => ({ message, extensions })),
  );
  expect(JSON.parse(onlyBlock('docs/errors.md', 'Errors', 'json'))).toEqual(JSON.parse(documented));
  expectDocumented(await ask('Delete'), 'Delete');
});

/** Replaces each value by its type, and keeps one entry of each list. Null counts as a string. */
function shapeOf(value: unknown): unknown {
  if (value === null || value === undefined) return 'string';
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shapeOf(part)]));
}

test('the operator’s commands work as documented', async () => {
  const { dataDir } = await firstStart();
  const env = { DATA_DIR: dataDir };
  const commands = new Set([
    ...commandsUnder('docs/configuration.md', 'Commands'),
    ...commandsUnder('docs/operations.md', 'Data retention'),
  ]);
  const outputs = await Promise.all([...commands].map(command => mustSucceed(command, { env })));
  expect(outputs.join('\n')).toMatch(
    /Usage:[\s\S]*demo-laboratory is on the plan enterprise\.[\s\S]*\/invitations#[\s\S]*signs in with[\s\S]*up to date[\s\S]*Removed 0 rows/,
  );
});

test('a server on your own PostgreSQL is set up as documented', async () => {
  const [settings = '', invite = '', start = '', plan = '', ...more] = commandsUnder(
    'docs/operations.md',
    'PostgreSQL',
  );
  expect(more).toEqual([]);
  const exported = Object.fromEntries(
    settings
      .replace(/^export /, '')
      .split(' ')
      .map(setting => setting.split(/=(.*)/)),
  );
  expect(Object.keys(exported)).toEqual(['DATABASE_URL', 'PUBLIC_URL']);
  const env = { ...exported, DATABASE_URL: await emptyDatabase(inject('postgresUrl')) };

  const output = await mustSucceed(invite, { env });
  const [, token = ''] = /^https:\/\/spectrakey\.lab\.example\/invitations#(\S+)$/m.exec(output) ?? [];
  // Tests listen on the loopback address only.
  const started = runDocumented(start, { env: { ...env, HOST: '127.0.0.1' } });
  const { port } = new URL(await addressOf(started));
  const signedUp = await ask(
    Number(port),
    {},
    `mutation ($token: String!) {
    signUp(input: {
      email: "you@lab.example", password: "a passphrase of some length", name: "You", invitationToken: $token
    }) { organizations { slug } }
  }`,
    { token },
  );
  const slug = JSON.parse(signedUp.body).data.signUp.organizations[0].slug;
  expect(await mustSucceed(plan.replace('your-laboratory', slug), { env })).toContain(
    `${slug} is on the plan enterprise.`,
  );
});

/** Sends a GraphQL request with the headers that a proxy on this machine sets. */
async function ask(port: number, headers: Record<string, string>, query: string, variables: object) {
  return await new Promise<{ body: string; cookie: string }>((resolve, reject) => {
    const sent = request(
      {
        port,
        host: '127.0.0.1',
        path: '/graphql',
        method: 'POST',
        headers: { host: 'spectrakey.lab.example', 'content-type': 'application/json', ...headers },
      },
      response => {
        const cookie = response.headers['set-cookie']?.[0] ?? '';
        void text(response).then(body => resolve({ body, cookie }), reject);
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify({ query, variables }));
  });
}

test('behind a proxy that ends TLS, set up as documented, the session cookie is bound to the host', async () => {
  const [start = ''] = commandsUnder('docs/operations.md', 'TLS');
  const database = await emptyDatabase(inject('postgresUrl'));
  const started = runDocumented(start, { env: { DATABASE_URL: database, SIGN_UP: 'open' } });
  const { port } = new URL(await addressOf(started));
  const nginx = onlyBlock('docs/operations.md', 'TLS', 'nginx');
  const values: Record<string, string> = { $host: 'spectrakey.lab.example', $scheme: 'https' };
  const headers = Object.fromEntries(
    [...nginx.matchAll(/proxy_set_header (X-\S+|Host) (\$\w+);/g)].map(([, name = '', value = '']) => [
      name,
      values[value] ?? '203.0.113.7',
    ]),
  );
  expect(Object.keys(headers)).toHaveLength(4);
  const { cookie } = await ask(
    Number(port),
    headers,
    `mutation { signUp(input: { email: "a@lab.example", password: "a passphrase of some length", name: "A" }) { id } }`,
    {},
  );
  expect(cookie).toMatch(/^__Host-spectrakey_session=/);
});

test('a server that is started as documented calls a webhook on its own machine', async () => {
  const [start = '', ...more] = commandsUnder('docs/webhooks.md', 'Create');
  expect(more).toEqual([]);
  const { url, received } = await startReceiverForTest();
  const service = await startServiceForTest();
  const { owner } = await openLab(service);
  const started = runDocumented(start, { env: { DATABASE_URL: service.databaseUrl } });
  const address = await addressOf(started);
  const document = onlyBlock('docs/webhooks.md', 'Create', 'graphql')
    .replace('<your-organization-id>', owner.organization.id)
    .replace(/https:[^"]+/, url);
  const created = await send(`${address}/graphql`, document, {}, owner);
  const { id } = created.data?.createWebhook.webhook ?? {};
  const TEST = 'mutation ($id: ID!) { testWebhook(id: $id) { id } }';
  await send(`${address}/graphql`, TEST, { id }, owner);
  await expect.poll(() => received.map(({ message }) => message.type)).toEqual(['webhook.test']);
  const secret = created.data?.createWebhook.secret ?? '';
  expect(received.every(message => isSigned(message, secret))).toBe(true);
});

test('the systemd unit starts what npm start does', () => {
  const unit = onlyBlock('docs/operations.md', 'A systemd unit', 'ini');
  const [, folder = '', command = ''] = /^WorkingDirectory=(.*)$[\s\S]*^ExecStart=(.*)$/m.exec(unit) ?? [];
  expect(command).toBe(`${folder}/node_modules/.bin/${manifest.scripts.start.replace(/^.*exec /, '')}`);
});

test('CI runs the two commands and the whole suite', () => {
  const ci = file('.ci/run');
  const [skip = '', install = '', start] = commandsUnder('README.md', 'Two commands');
  expect(ci).toContain(`${skip}\n`);
  expect(ci).toContain(install);
  expect(start).toBe('npm start');
  for (const command of ['npm test', 'npm run lint', 'npm run types', 'npm run generate', 'npm run audit'])
    expect(ci).toContain(`${command}\n`);
  expect(file('.github/workflows/ci.yml')).toContain('run: .ci/run');
});

test('after a leak, the documents of SECURITY.md replace and revoke the key, and replace the secret of a webhook', async () => {
  const service = await startServiceForTest();
  const { owner, deploymentId } = await openLab(service);
  const leaked = await createKey(service, owner, { deploymentId });
  const input = {
    organizationId: owner.organization.id,
    url: 'https://receiver.example/',
    events: ['QUOTA_80'],
  };
  const { createWebhook } = await service.ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret webhook { id } } }',
    { input },
    owner,
  );
  const text = linesUnder('SECURITY.md', 'After a leak').join('\n');
  const documents = [...text.matchAll(/`((?:mutation )?\{ \w+\(.*?)`/g)].map(([, document = '']) => document);
  expect(documents).toHaveLength(4);
  const answers = [];
  for (const document of documents) {
    const filled = document
      .replace('projectId: "…"', `projectId: "${owner.projectId}"`)
      .replace('Secret(id: "…"', `Secret(id: "${createWebhook.webhook.id}"`)
      .replace('id: "…"', `id: "${leaked.id}"`);
    answers.push(await service.ask(filled, {}, owner));
  }
  const successor = { rawKey: answers[0]?.rotateApiKey.rawKey ?? '' };
  expect(answers[2]?.apiKeys.nodes.map(({ prefix }) => prefix)).toContain(leaked.prefix);
  expect(answers[3]?.rotateWebhookSecret.secret).not.toBe(createWebhook.secret);
  const predict = (key: { rawKey: string }) =>
    service.call(PREDICT, { deploymentId, spectra: gasoline() }, key);
  expect((await predict(successor)).status).toBe(200);
  expect(await predict(leaked)).toMatchObject(refusal(codes.API_KEY_REVOKED));
});
