import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { run, type Started, temporaryFolder } from '../commands.ts';
import { type Answer, CREATE_KEY, codes, openLab, REVOKE_KEY, startServiceForTest } from '../harness.ts';
import { isSigned } from '../receiver.ts';
import { report } from '../report.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { scaled } from './rounds.ts';
import { inParallel } from './servers.ts';

/** A receiver in its own process, which writes each message to a file before it answers. */
const RECEIVER = `
  const { createServer } = await import('node:http');
  const { appendFileSync } = await import('node:fs');
  const [file, port] = process.argv.slice(1);
  const server = createServer(async (request, reply) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    appendFileSync(file, JSON.stringify({ headers: request.headers, body }) + '\\n');
    setTimeout(() => reply.writeHead(204).end(), Math.random() * 20);
  });
  server.listen(Number(port), '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));`;

const ENV = { LOG_LEVEL: 'error', WEBHOOK_HTTP: 'true', WEBHOOK_NETWORKS: '127.0.0.1' };

test('every event arrives at least once, signed, in order for each key, while the receiver and the servers are killed', async () => {
  const keys = scaled(500, 50);
  const kills = scaled(50, 4);
  const service = await startServiceForTest();
  const { owner, deploymentId } = await openLab(service, 'ENTERPRISE');
  const file = join(await temporaryFolder(), 'received');
  const startReceiver = (port = '0') => run('node', ['--input-type=module', '-e', RECEIVER, file, port]);
  const listening = async (started: Started) => (await started.printed(/^http:\S+$/m))[0];
  let receiver = startReceiver();
  const url = await listening(receiver);
  const { port } = new URL(url);
  const servers: ServerProcess[] = await Promise.all(
    [1, 2].map(() => startServerProcess(service.databaseUrl, { env: ENV })),
  );
  const [first] = servers;
  if (!first) throw new Error('no server');
  const input = {
    organizationId: owner.organization.id,
    url: `${url}/`,
    events: ['API_KEY_CREATED', 'API_KEY_REVOKED'],
  };
  const { createWebhook } = await first.ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret webhook { id } } }',
    { input },
    owner,
  );

  /** Asks a server until one answers. */
  async function answered(index: number, document: string, variables: object): Promise<Answer> {
    for (let attempt = index; ; attempt += 1) {
      const answer = await servers[attempt % servers.length]
        ?.call(document, variables, owner)
        .catch(() => undefined);
      if (answer && answer.code !== codes.UNAVAILABLE) return answer;
      await pause(50);
    }
  }

  const began = performance.now();
  let done = 0;
  const changing = inParallel(keys, 4, async index => {
    const key = { target: { deploymentId }, name: `Key ${index}`, idempotencyKey: `key ${index}` };
    const made = await answered(index, CREATE_KEY, { input: key });
    const id = made.data?.createApiKey.apiKey.id ?? made.errors[0]?.extensions.apiKeyId;
    expect(id, made.text).toBeTypeOf('string');
    expect((await answered(index, REVOKE_KEY, { id })).data?.revokeApiKey.status).toBe('REVOKED');
    done += 1;
  });
  for (let kill = 1; kill <= kills; kill += 1) {
    await expect
      .poll(() => done >= (keys * kill) / (kills + 1), { interval: 5, timeout: 600_000 })
      .toBe(true);
    const at = kill % servers.length;
    servers[at]?.started.process.kill('SIGKILL');
    receiver.process.kill('SIGKILL');
    await Promise.all([servers[at]?.started.ended, receiver.ended]);
    await pause(Math.random() * 500);
    receiver = startReceiver(port);
    await listening(receiver);
    servers[at] = await startServerProcess(service.databaseUrl, { env: ENV });
  }
  await changing;

  const pending = async () =>
    (
      await service.db
        .selectFrom('webhookDeliveries')
        .select(eb => eb.fn.countAll<number>().as('pending'))
        .where('status', '=', 'PENDING')
        .executeTakeFirstOrThrow()
    ).pending;
  await expect.poll(pending, { interval: 200, timeout: 1_200_000 }).toBe(0);

  const received = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line): { headers: Record<string, string>; body: string } => JSON.parse(line));
  const events = await service.db
    .selectFrom('webhookDeliveries')
    .select(['id', 'subjectId', 'type', 'status'])
    .orderBy('seq')
    .execute();
  expect(events).toHaveLength(2 * keys);
  expect(new Set(events.map(({ status }) => status))).toEqual(new Set(['DELIVERED']));
  const order = [...new Set(received.map(({ headers }) => headers['webhook-id']))];
  expect(new Set(order)).toEqual(new Set(events.map(({ id }) => id)));
  for (const [, ofKey] of Map.groupBy(events, ({ subjectId }) => subjectId)) {
    const arrived = order.filter(id => ofKey.some(event => event.id === id));
    expect(arrived).toEqual(ofKey.map(({ id }) => id));
  }
  const unsigned = received.filter(message => !isSigned(message, createWebhook.secret));
  expect(unsigned).toEqual([]);
  report('webhooks', {
    events: events.length,
    kills,
    repeated: received.length - events.length,
    seconds: Math.round((performance.now() - began) / 1000),
  });
}, 3_600_000);
