import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { WebhookEvent } from '../src/generated/graphql.ts';
import { writeExpiryEvents } from '../src/notifications/expiry-notices.ts';
import {
  codes,
  createKey,
  DELETE_KEY,
  demonstration,
  deploy,
  gasoline,
  join,
  type Lab,
  openLab,
  type Person,
  PREDICT,
  REVOKE_KEY,
  refusal,
  type Service,
  type ServiceOptions,
  signUp,
  startServiceForTest,
} from './harness.ts';
import { isSigned, type Receiver, type ReceiverOptions, startReceiverForTest } from './receiver.ts';

const CREATE = `mutation CreateWebhook($input: CreateWebhookInput!) {
  createWebhook(input: $input) { secret webhook { id url events previousSecretUntil } }
}`;
const UPDATE = `mutation UpdateWebhook($input: UpdateWebhookInput!) { updateWebhook(input: $input) { id url events } }`;
const ROTATE = `mutation RotateWebhookSecret($id: ID!) {
  rotateWebhookSecret(id: $id) { secret webhook { previousSecretUntil } }
}`;
const DELETE = 'mutation DeleteWebhook($id: ID!) { deleteWebhook(id: $id) { deletedWebhookId } }';
const TEST = 'mutation TestWebhook($id: ID!) { testWebhook(id: $id) { id event status attempts } }';
const RESEND = 'mutation Resend($id: ID!) { resendWebhookDelivery(id: $id) { id status } }';
const LIST = `query Webhooks {
  viewer { organizations { id webhooks { id url events } } }
}`;
const DELIVERIES = `query Deliveries($id: ID!, $first: Int, $after: String) {
  webhook(id: $id) {
    deliveries(first: $first, after: $after) {
      nodes { id event status createdAt attempts lastAttemptAt httpStatus }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

const OF_KEYS: WebhookEvent[] = ['API_KEY_CREATED', 'API_KEY_REVOKED'];
const SOON = { timeout: 20_000, interval: 50 };

/** A server that delivers to this machine, as an operator may allow. */
const serve = (options: ServiceOptions = {}) =>
  startServiceForTest({ jobs: true, webhookNetworks: ['127.0.0.1'], ...options });

interface Hook {
  service: Service;
  lab: Lab;
  receiver: Receiver;
  id: string;
  secret: string;
}

async function openHook(
  { events = OF_KEYS, ...options }: ServiceOptions & { events?: WebhookEvent[] } = {},
  receiving: ReceiverOptions = {},
): Promise<Hook> {
  const service = await serve(options);
  const receiver = await startReceiverForTest(receiving);
  const lab = await openLab(service);
  return { service, lab, receiver, ...(await createHook(service, lab.owner, receiver.url, events)) };
}

async function createHook(
  service: Service,
  { cookie, organization }: Person,
  url: string,
  events: WebhookEvent[] = OF_KEYS,
): Promise<{ id: string; secret: string }> {
  const input = { organizationId: organization.id, url, events };
  const { createWebhook } = await service.ask(CREATE, { input }, { cookie });
  return { id: createWebhook.webhook.id, secret: createWebhook.secret };
}

const deliveriesOf = async ({ service, lab, id }: Pick<Hook, 'service' | 'lab' | 'id'>) =>
  (await service.ask(DELIVERIES, { id }, lab.owner)).webhook?.deliveries.nodes ?? [];

/** The types of the messages about a key, in the order of their arrival. */
const typesOf = ({ received }: Receiver, keyId: string) =>
  received.filter(({ message }) => message.data.apiKey?.id === keyId).map(({ message }) => message.type);

describe('messages', () => {
  test('about keys arrive signed, in the Standard Webhooks format, without secrets', async () => {
    const { service, lab, receiver, secret, id } = await openHook();
    const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'LIMS' });
    await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
    await expect.poll(() => receiver.received.length, SOON).toBe(2);
    expect(typesOf(receiver, key.id)).toEqual(['api_key.created', 'api_key.revoked']);
    for (const received of receiver.received) {
      expect(isSigned(received, secret)).toBe(true);
      expect(isSigned({ ...received, body: `${received.body} ` }, secret)).toBe(false);
      expect(received.headers).toMatchObject({
        'content-type': 'application/json',
        'webhook-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
        'webhook-signature': expect.stringMatching(/^v1,\S+$/),
      });
      expect(received.body).not.toContain(key.rawKey);
      expect(received.body).not.toContain(lab.owner.email);
      expect(received.message).toEqual({
        type: expect.any(String),
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        data: {
          organizationId: lab.owner.organization.id,
          projectId: lab.owner.projectId,
          apiKey: { id: key.id, name: 'LIMS', prefix: key.prefix },
        },
      });
    }
    const deliveries = await deliveriesOf({ service, lab, id });
    expect(deliveries.map(({ id }) => id)).toEqual(receiver.received.map(({ id }) => id).reverse());
    expect(deliveries).toMatchObject([
      { event: 'API_KEY_REVOKED', status: 'DELIVERED', attempts: 1, httpStatus: 204 },
      { event: 'API_KEY_CREATED', status: 'DELIVERED', attempts: 1, httpStatus: 204 },
    ]);
  });

  test('a usable key that is deleted was revoked; a webhook receives only the events that it names', async () => {
    const { service, lab, receiver } = await openHook({ events: ['API_KEY_REVOKED'] });
    const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    await service.ask(DELETE_KEY, { id: key.id }, lab.owner);
    await expect.poll(() => receiver.received.length, SOON).toBe(1);
    expect(typesOf(receiver, key.id)).toEqual(['api_key.revoked']);
  });

  test('a change that is rolled back sends nothing', async () => {
    const { service, lab, receiver, id } = await openHook();
    const input = { target: { deploymentId: lab.deploymentId }, name: 'LIMS', idempotencyKey: 'once' };
    const CREATE_ONCE =
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }';
    await service.ask(CREATE_ONCE, { input }, lab.owner);
    expect(await service.call(CREATE_ONCE, { input }, lab.owner)).toMatchObject({
      code: codes.API_KEY_ALREADY_CREATED,
    });
    await expect.poll(() => receiver.received.length, SOON).toBe(1);
    expect(await deliveriesOf({ service, lab, id })).toHaveLength(1);
  });

  test('from two servers arrive in order for each key, and at most two of an organization are under way', async () => {
    const hook = await openHook({}, { delayMs: 30 });
    const { service, lab, receiver, secret } = hook;
    const second = await serve({ databaseUrl: service.databaseUrl });
    const keys = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        createKey(index % 2 ? service : second, lab.owner, { deploymentId: lab.deploymentId }),
      ),
    );
    await Promise.all(
      keys.map(({ id }, index) => (index % 2 ? second : service).ask(REVOKE_KEY, { id }, lab.owner)),
    );
    await expect.poll(() => receiver.received.length, { ...SOON, timeout: 40_000 }).toBe(20);
    for (const { id } of keys) expect(typesOf(receiver, id)).toEqual(['api_key.created', 'api_key.revoked']);
    expect(receiver.received.every(received => isSigned(received, secret))).toBe(true);
    expect(receiver.peak()).toBeLessThanOrEqual(2);
    await expect
      .poll(async () => (await deliveriesOf(hook)).every(({ status }) => status === 'DELIVERED'), SOON)
      .toBe(true);
    for (const { log } of [service, second])
      expect(log.filter(line => line.includes('"level":50'))).toEqual([]);
  }, 60_000);
});

describe('a receiver that fails', () => {
  test('delays the later events of the same key only, for at most 24 hours; then they are delivered, and the failed one can be sent again', async () => {
    let later = 0;
    let works = false;
    const refused = new Set<string>();
    const hook = await openHook(
      { now: () => new Date(Date.now() + later) },
      {
        answer: ({ id, message }) => {
          if (works || message.data.apiKey?.name !== 'Broken' || message.type !== 'api_key.created')
            return 204;
          refused.add(id);
          return 500;
        },
      },
    );
    const { service, lab, receiver } = hook;
    const target = { deploymentId: lab.deploymentId };
    const broken = await createKey(service, lab.owner, target, { name: 'Broken' });
    await service.ask(REVOKE_KEY, { id: broken.id }, lab.owner);
    const other = await createKey(service, lab.owner, target, { name: 'Other' });
    await service.ask(REVOKE_KEY, { id: other.id }, lab.owner);
    await expect.poll(() => typesOf(receiver, other.id), SOON).toHaveLength(2);
    // Attempted again, with the same id, before the next event of the key.
    await expect.poll(() => typesOf(receiver, broken.id).length, SOON).toBeGreaterThanOrEqual(2);
    expect(new Set(typesOf(receiver, broken.id))).toEqual(new Set(['api_key.created']));
    expect(refused.size).toBe(1);
    const pending = (await deliveriesOf(hook)).filter(({ status }) => status === 'PENDING');
    expect(pending.map(({ event }) => event)).toEqual(['API_KEY_REVOKED', 'API_KEY_CREATED']);
    expect(pending[1]).toMatchObject({ httpStatus: 500 });

    later = 24 * 60 * 60 * 1000;
    await expect
      .poll(() => typesOf(receiver, broken.id).at(-1), { ...SOON, timeout: 60_000 })
      .toBe('api_key.revoked');
    const failed = (await deliveriesOf(hook)).find(({ id }) => refused.has(id));
    expect(failed).toMatchObject({ event: 'API_KEY_CREATED', status: 'UNDELIVERED', httpStatus: 500 });

    works = true;
    const { resendWebhookDelivery } = await service.ask(RESEND, { id: failed?.id }, lab.owner);
    // It may have arrived before it is read.
    expect(resendWebhookDelivery).toEqual({
      id: failed?.id,
      status: expect.stringMatching(/^(PENDING|DELIVERED)$/),
    });
    await expect.poll(() => typesOf(receiver, broken.id).at(-1), SOON).toBe('api_key.created');
    expect(receiver.received.at(-1)).toMatchObject({ id: failed?.id });
  }, 120_000);

  test('a redirect is a failure, and is not followed', async () => {
    const other = await startReceiverForTest();
    const hook = await openHook({}, { answer: () => 307, headers: { location: other.url } });
    await hook.service.ask(TEST, { id: hook.id }, hook.lab.owner);
    await expect.poll(async () => (await deliveriesOf(hook))[0]?.httpStatus, SOON).toBe(307);
    expect((await deliveriesOf(hook))[0]).toMatchObject({ status: 'PENDING' });
    expect(other.connections()).toBe(0);
  });
});

describe('one organization cannot hold up the others', () => {
  /** Adds pending deliveries to a webhook, each about another key, without jobs. Their ids precede those of the server. */
  const addPending = ({ db }: Service, webhookId: string, count: number) =>
    sql`
      insert into webhook_deliveries (id, webhook_id, subject_id, type, body, created_at, give_up_at)
      select (lpad(place::text, 16, '0') || right(replace(${webhookId}, '-', ''), 16))::uuid, ${webhookId}, gen_random_uuid(), 'webhook.test', '{"data":{}}', now(),
        now() + interval '1 day'
      from generate_series(1, ${count}) as place`.execute(db);

  test('with more than 10 000 pending deliveries: further ones are undelivered and can be sent again, and none is pending for more than 25 hours', async () => {
    const { service, lab, receiver, id } = await openHook({ jobs: false });
    const target = { deploymentId: lab.deploymentId };
    await addPending(service, id, 9999);
    const last = await createKey(service, lab.owner, target);
    await service.ask(REVOKE_KEY, { id: last.id }, lab.owner);
    const [beyond, within] = await deliveriesOf({ service, lab, id });
    expect(within).toMatchObject({ event: 'API_KEY_CREATED', status: 'PENDING' });
    expect(beyond).toMatchObject({ event: 'API_KEY_REVOKED', status: 'UNDELIVERED', attempts: 0 });
    // Not those of another organization.
    const other = await openLab(service, 'PRO', 'Otto Other');
    const hookOfOther = await createHook(service, other.owner, receiver.url);
    await createKey(service, other.owner, { deploymentId: other.deploymentId });
    expect(await deliveriesOf({ service, lab: other, id: hookOfOther.id })).toMatchObject([
      { status: 'PENDING' },
    ]);

    await service.ask(RESEND, { id: beyond?.id }, lab.owner);
    expect((await deliveriesOf({ service, lab, id }))[0]).toMatchObject({ status: 'PENDING' });
    await sql`
      update webhook_deliveries set give_up_at = now() - interval '55 minutes'
      where webhook_id = ${id} and type = 'webhook.test'`.execute(service.db);
    const next = await serve({ databaseUrl: service.databaseUrl });
    await expect.poll(() => typesOf(receiver, last.id), SOON).toEqual(['api_key.created', 'api_key.revoked']);
    await expect.poll(() => statusesIn(service, id), SOON).toEqual({ DELIVERED: 2, UNDELIVERED: 9999 });
    expect(receiver.received).toHaveLength(3);
    expect(next.log.filter(line => line.includes('"level":50'))).toEqual([]);
  }, 60_000);

  test('with jobs of a deleted webhook, which are deleted', async () => {
    const { service, lab, id } = await openHook({}, { delayMs: 4500 });
    const target = { deploymentId: lab.deploymentId };
    for (let count = 0; count < 5; count += 1) await createKey(service, lab.owner, target);
    const jobs = async () => {
      const { rows } = await sql`select from pgboss.job where name = 'deliver' and state = 'created'`.execute(
        service.db,
      );
      return rows.length;
    };
    await expect.poll(jobs, SOON).toBe(3);
    await sql`update pgboss.job set start_after = now() + interval '1 hour' where name = 'deliver'`.execute(
      service.db,
    );
    await service.ask(DELETE, { id }, lab.owner);
    // Its jobs look at once, as those of any server that starts.
    await serve({ databaseUrl: service.databaseUrl });
    await expect.poll(jobs, SOON).toBe(0);
  }, 60_000);

  test('with a receiver that is slow, although its messages are older', async () => {
    const { service, id, receiver: slow } = await openHook({ jobs: false }, { delayMs: 4500 });
    await addPending(service, id, 450);
    const receiver = await startReceiverForTest();
    const other = await openLab(service, 'PRO', 'Otto Other');
    await createHook(service, other.owner, receiver.url);
    await createKey(service, other.owner, { deploymentId: other.deploymentId });
    await serve({ databaseUrl: service.databaseUrl });
    await expect.poll(() => slow.connections(), SOON).toBe(2);
    await expect.poll(() => receiver.received.length, { ...SOON, timeout: 3000 }).toBe(1);
  }, 60_000);

  test('with many messages to slow receivers: the first one of another organization is sent next', async () => {
    const service = await serve({ jobs: false });
    const slow = await startReceiverForTest({ delayMs: 2500 });
    const receiver = await startReceiverForTest();
    for (let index = 0; index < 4; index += 1) {
      const person = await signUp(service, `Fred Free ${index}`);
      const { id } = await createHook(service, person, slow.url);
      await addPending(service, id, 20);
    }
    const server = await serve({ databaseUrl: service.databaseUrl });
    await expect.poll(() => slow.peak(), SOON).toBe(8);
    const other = await signUp(service, 'Otto Other');
    const { id } = await createHook(service, other, receiver.url);
    await server.ask(TEST, { id }, other);
    await expect.poll(() => receiver.received.length, { ...SOON, timeout: 6000 }).toBe(1);
    expect(slow.received.length).toBeLessThan(40);
  }, 60_000);

  test('without API access: many such organizations have half of the places of a server', async () => {
    const service = await serve();
    const slow = await startReceiverForTest({ delayMs: 3000 });
    const people = await Promise.all(
      Array.from({ length: 6 }, (_, index) => signUp(service, `Fred Free ${index}`)),
    );
    for (const person of people)
      for (let count = 0; count < 2; count += 1) {
        const { id } = await createHook(service, person, slow.url);
        await service.ask(TEST, { id }, person);
      }
    await expect.poll(() => slow.received.length, SOON).toBeGreaterThanOrEqual(8);
    const lab = await openLab(service);
    const receiver = await startReceiverForTest();
    const { id } = await createHook(service, lab.owner, receiver.url);
    await service.ask(TEST, { id }, lab.owner);
    await expect.poll(() => receiver.received.length, SOON).toBe(1);
    await expect.poll(() => slow.received.length, SOON).toBeGreaterThanOrEqual(12);
    expect(slow.peak()).toBe(8);
  }, 60_000);

  const statusesIn = async ({ db }: Service, webhookId: string) => {
    const { rows } = await sql<{ status: string; count: number }>`
      select status, count(*)::int as count from webhook_deliveries
      where webhook_id = ${webhookId} group by status order by status`.execute(db);
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
  };
});

describe('the secret', () => {
  test('is shown once; after a rotation messages are signed with both for 24 hours', async () => {
    const { service, lab, receiver, id, secret } = await openHook();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { rotateWebhookSecret } = await service.ask(ROTATE, { id }, lab.owner);
    const next = rotateWebhookSecret.secret;
    expect(next).not.toBe(secret);
    const until = new Date(rotateWebhookSecret.webhook.previousSecretUntil ?? 0).getTime();
    expect(until - Date.now()).toBeGreaterThan(23.9 * 60 * 60 * 1000);
    await service.ask(TEST, { id }, lab.owner);
    await expect.poll(() => receiver.received.length, SOON).toBe(1);
    const [both] = receiver.received;
    expect(both && [isSigned(both, secret), isSigned(both, next)]).toEqual([true, true]);

    await sql`update webhooks set previous_secret_until = now()`.execute(service.db);
    await service.ask(TEST, { id }, lab.owner);
    await expect.poll(() => receiver.received.length, SOON).toBe(2);
    const [, one] = receiver.received;
    expect(one && [isSigned(one, secret), isSigned(one, next)]).toEqual([false, true]);
    const listed = await service.call(LIST, {}, lab.owner);
    for (const text of [secret, next]) {
      expect(listed.text).not.toContain(text.slice(6));
      expect(service.log.join('\n')).not.toContain(text.slice(6));
    }
  });
});

describe('managing', () => {
  test('a test is sent to any webhook; changes apply at once; a deleted webhook receives nothing', async () => {
    const hook = await openHook({ events: ['QUOTA_80'] });
    const { service, lab, receiver, id } = hook;
    const { testWebhook } = await service.ask(TEST, { id }, lab.owner);
    expect(testWebhook).toMatchObject({ event: 'TEST', status: 'PENDING', attempts: 0 });
    await expect.poll(() => receiver.received.length, SOON).toBe(1);
    expect(receiver.received[0]).toMatchObject({ id: testWebhook.id, message: { type: 'webhook.test' } });

    const input = { id, url: `${receiver.url}/other`, events: ['API_KEY_CREATED', 'API_KEY_CREATED'] };
    const { updateWebhook } = await service.ask(UPDATE, { input }, lab.owner);
    expect(updateWebhook).toMatchObject({ url: input.url, events: ['API_KEY_CREATED'] });
    await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    await expect.poll(() => receiver.received.length, SOON).toBe(2);
    expect(receiver.received[1]).toMatchObject({ path: '/hook/other', message: { type: 'api_key.created' } });

    expect((await service.ask(DELETE, { id }, lab.owner)).deleteWebhook).toEqual({ deletedWebhookId: id });
    await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    expect((await service.ask(DELIVERIES, { id }, lab.owner)).webhook).toBeNull();
    expect(receiver.received).toHaveLength(2);
  });

  test('owners alone see and manage webhooks; each change is in the activity, without the path of the URL', async () => {
    const service = await startServiceForTest();
    const lab = await openLab(service);
    const admin = await signUp(service, 'Adam Admin');
    await join(service, lab.owner, admin, null, 'ADMIN');
    const { id } = await createHook(service, lab.owner, 'https://lims.example/secret-path');
    const { testWebhook } = await service.ask(TEST, { id }, lab.owner);
    for (const [document, variables] of [
      [UPDATE, { input: { id, events: ['QUOTA_80'] } }],
      [ROTATE, { id }],
      [DELETE, { id }],
      [TEST, { id }],
      [RESEND, { id: testWebhook.id }],
    ] as const) {
      expect(await service.call(document, variables, admin)).toMatchObject(refusal(codes.NOT_FOUND));
    }
    const input = {
      organizationId: lab.owner.organization.id,
      url: 'https://lims.example/',
      events: OF_KEYS,
    };
    expect(await service.call(CREATE, { input }, admin)).toMatchObject(refusal(codes.FORBIDDEN));
    expect((await service.ask(DELIVERIES, { id }, admin)).webhook).toBeNull();
    const seen = await service.ask(LIST, {}, admin);
    expect(seen.viewer?.organizations.flatMap(({ webhooks }) => webhooks)).toEqual([]);

    await service.ask(ROTATE, { id }, lab.owner);
    await service.ask(UPDATE, { input: { id, events: ['QUOTA_80'] } }, lab.owner);
    await service.ask(DELETE, { id }, lab.owner);
    const rows = await service.db
      .selectFrom('activity')
      .select(['action', 'subject', 'details', 'actorEmail'])
      .where('subjectId', '=', id)
      .orderBy('id')
      .execute();
    expect(rows.map(({ action }) => action)).toEqual([
      'webhook.created',
      'webhook.tested',
      'webhook.secret_rotated',
      'webhook.changed',
      'webhook.deleted',
    ]);
    expect(new Set(rows.map(({ subject }) => subject))).toEqual(new Set(['lims.example']));
    expect(JSON.stringify(rows)).not.toContain('secret-path');
  });

  test('a webhook names the person who created it, also after they left, until they delete their account', async () => {
    const service = await startServiceForTest();
    const lab = await openLab(service);
    const other = await signUp(service, 'Olga Other');
    await join(service, lab.owner, other, null, 'OWNER');
    const { id } = await createHook(
      service,
      { ...other, organization: lab.owner.organization },
      'https://a.example/',
    );
    const creator = async () =>
      (
        await service.ask(
          'query ($id: ID!) { webhook(id: $id) { createdBy { id name } } }',
          { id },
          lab.owner,
        )
      ).webhook?.createdBy;
    expect(await creator()).toEqual({ id: other.id, name: 'Olga Other' });
    await service.ask(
      'mutation ($id: ID!) { leaveOrganization(organizationId: $id) }',
      { id: lab.owner.organization.id },
      other,
    );
    expect(await creator()).toEqual({ id: other.id, name: 'Olga Other' });
    await service.db.deleteFrom('organizations').where('id', '=', other.organization.id).execute();
    const { password } = other;
    await service.ask(
      'mutation ($password: String!) { deleteAccount(password: $password) }',
      { password },
      other,
    );
    expect(await creator()).toBeNull();
  });

  test('what cannot be a webhook is refused, and so is the eleventh', async () => {
    const service = await startServiceForTest();
    const { owner } = await openLab(service);
    const organizationId = owner.organization.id;
    const create = (url: string, events: WebhookEvent[] = OF_KEYS) =>
      service.call(CREATE, { input: { organizationId, url, events } }, owner);
    for (const [url, events] of [
      ['http://lims.example/', OF_KEYS],
      ['https://user:password@lims.example/', OF_KEYS],
      ['https://10.0.0.1/', OF_KEYS],
      ['https://[::ffff:127.0.0.1]/', OF_KEYS],
      ['nonsense', OF_KEYS],
      ['https://lims.example/', []],
      ['https://lims.example/', ['TEST']],
    ] as [string, WebhookEvent[]][]) {
      expect(await create(url, events)).toMatchObject(refusal(codes.BAD_USER_INPUT));
    }
    const answers = await Promise.all(Array.from({ length: 12 }, () => create('https://lims.example/')));
    expect(answers.filter(({ data }) => data)).toHaveLength(10);
    expect(answers.filter(({ code }) => code === codes.BAD_USER_INPUT)).toHaveLength(2);
  });

  test('a host has at most 253 characters, when a webhook is created and when it is changed', async () => {
    const service = await startServiceForTest();
    const { owner } = await openLab(service);
    const longest = `https://${'a.'.repeat(123)}example/`;
    const tooLong = longest.replace('example', 'examples');
    const input = { organizationId: owner.organization.id, url: tooLong, events: OF_KEYS };
    expect(await service.call(CREATE, { input }, owner)).toMatchObject(refusal(codes.BAD_USER_INPUT));
    const { id } = await createHook(service, owner, longest);
    expect(await service.call(UPDATE, { input: { id, url: tooLong } }, owner)).toMatchObject(
      refusal(codes.BAD_USER_INPUT),
    );
    expect((await service.ask(LIST, {}, owner)).viewer?.organizations).toMatchObject([
      { webhooks: [{ url: longest }] },
    ]);
  });

  test('tests and resends are limited to 60 an hour', async () => {
    const service = await startServiceForTest();
    const { owner } = await openLab(service);
    const { id } = await createHook(service, owner, 'https://lims.example/');
    for (let count = 0; count < 60; count += 1) await service.ask(TEST, { id }, owner);
    expect(await service.call(TEST, { id }, owner)).toMatchObject(refusal(codes.RATE_LIMITED));
  });

  test('a webhook keeps its newest 20 000 deliveries, and those that are pending', async () => {
    const service = await startServiceForTest();
    const { owner } = await openLab(service);
    const { id } = await createHook(service, owner, 'https://lims.example/');
    const other = await createHook(service, owner, 'https://lims.example/');
    for (const webhookId of [id, other.id])
      await sql`
        insert into webhook_deliveries (id, webhook_id, subject_id, type, body, created_at, give_up_at, status)
        select (lpad(place::text, 16, '0') || right(replace(${webhookId}, '-', ''), 16))::uuid, ${webhookId},
          gen_random_uuid(), 'webhook.test', place, now(), now() + interval '1 day',
          case when place = 2 then 'PENDING' when place % 2 = 0 then 'DELIVERED' else 'UNDELIVERED' end
        from generate_series(1, ${webhookId === id ? 20_003 : 19_000}::int) as place`.execute(service.db);
    // A server that starts deletes what is too much.
    await startServiceForTest({ databaseUrl: service.databaseUrl });
    const { rows } = await sql<{ kept: number; dropped: string[] }>`
      select count(*)::int as kept, (
        select array_agg(place::text order by place) from generate_series(1, 20003) as place
        where place::text not in (select body from webhook_deliveries where webhook_id = ${id})
      ) as dropped
      from webhook_deliveries`.execute(service.db);
    expect(rows).toEqual([{ kept: 39_001, dropped: ['1', '3'] }]);
  });

  test('deliveries are listed in pages, and deleted after 30 days', async () => {
    let later = 0;
    const service = await startServiceForTest({ now: () => new Date(Date.now() + later) });
    const { owner } = await openLab(service);
    const { id } = await createHook(service, owner, 'https://lims.example/');
    for (let count = 0; count < 5; count += 1) await service.ask(TEST, { id }, owner);
    const first = await service.ask(DELIVERIES, { id, first: 3 }, owner);
    const { nodes, pageInfo } = first.webhook?.deliveries ?? { nodes: [], pageInfo: null };
    expect(nodes).toHaveLength(3);
    const rest = await service.ask(DELIVERIES, { id, first: 3, after: pageInfo?.endCursor }, owner);
    expect(rest.webhook?.deliveries.nodes).toHaveLength(2);
    later = 31 * 24 * 60 * 60 * 1000;
    // A server that starts deletes what is old.
    await startServiceForTest({ databaseUrl: service.databaseUrl, now: () => new Date(Date.now() + later) });
    expect(await service.db.selectFrom('webhookDeliveries').select('id').execute()).toEqual([]);
  });
});

describe('what no request causes is detected once a minute', () => {
  const HOUR_MS = 60 * 60 * 1000;
  const DAY_MS = 24 * HOUR_MS;

  /** Starts a server at a later time, which looks at once. It stops with the test, or when it is closed. */
  async function lookAt({ databaseUrl }: Service, now: () => Date): Promise<Service> {
    return await serve({ databaseUrl, now });
  }

  test('a key that expires is announced 14 and 3 days before, and when it has expired, once each', async () => {
    const { service, lab, receiver } = await openHook({
      jobs: false,
      events: ['API_KEY_EXPIRING', 'API_KEY_EXPIRED'],
    });
    const target = { deploymentId: lab.deploymentId };
    const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);
    const key = await createKey(service, lab.owner, target, { expiresAt: inDays(20) });
    // Too late for a notice of 3 days before.
    const short = await createKey(service, lab.owner, target, { expiresAt: inDays(2) });
    const revoked = await createKey(service, lab.owner, target, { expiresAt: inDays(10) });
    await service.ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
    for (const [days, expected] of [
      [5, []],
      [7, ['api_key.expiring']],
      [16, ['api_key.expiring']],
      [18, ['api_key.expiring', 'api_key.expiring']],
      [21, ['api_key.expiring', 'api_key.expiring', 'api_key.expired']],
      [22, ['api_key.expiring', 'api_key.expiring', 'api_key.expired']],
    ] as const) {
      const marker = await countOf(service);
      const server = await lookAt(service, () => inDays(days));
      if (expected.length > typesOf(receiver, key.id).length)
        await expect.poll(() => typesOf(receiver, key.id), SOON).toEqual(expected);
      else await expect.poll(() => ranAgain(service, marker), SOON).toBe(true);
      await expect.poll(() => pendingIn(service), SOON).toEqual([]);
      expect(typesOf(receiver, key.id)).toEqual(expected);
      await server.close();
    }
    expect(typesOf(receiver, short.id)).toEqual(['api_key.expired']);
    expect(typesOf(receiver, revoked.id)).toEqual([]);
  }, 120_000);

  test('a quota that is used to 80 and to 100 percent, once in a month, and again after the limit was raised', async () => {
    const { service, lab, receiver } = await openHook({ jobs: false, events: ['QUOTA_80', 'QUOTA_100'] });
    await sql`update plans set monthly_predictions = 10 where name = 'PRO'`.execute(service.db);
    const spectra = (count: number) =>
      service.ask(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline(count) }, lab.owner);
    const types = () => receiver.received.map(({ message }) => message.type);
    await spectra(7);
    await look(service);
    expect(types()).toEqual([]);
    await spectra(1);
    await look(service);
    await expect.poll(types, SOON).toEqual(['quota.80']);
    await spectra(2);
    await look(service);
    await look(service);
    await expect.poll(types, SOON).toEqual(['quota.80', 'quota.100']);
    expect(receiver.received[1]?.message.data).toMatchObject({
      deployment: { id: lab.deploymentId, name: 'Octane' },
      predictions: 10,
      limit: 10,
    });
    await sql`update plans set monthly_predictions = 20 where name = 'PRO'`.execute(service.db);
    await look(service);
    await spectra(6);
    await look(service);
    await expect.poll(types, SOON).toEqual(['quota.80', 'quota.100', 'quota.80']);
  }, 60_000);

  test('a key that expires soon, within an hour after the first webhook for it', async () => {
    const { service, lab, receiver, id } = await openHook({ jobs: false });
    const expiresAt = new Date(Date.now() + 20 * DAY_MS);
    const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { expiresAt });
    let now = new Date(Date.now() + 10 * DAY_MS);
    const look = () =>
      service.db.transaction().execute(trx => writeExpiryEvents(trx, now, { forMails: false }));
    await look();
    await service.ask(UPDATE, { input: { id, events: ['API_KEY_EXPIRING'] } }, lab.owner);
    now = new Date(now.getTime() + HOUR_MS);
    await look();
    await look();
    await serve({ databaseUrl: service.databaseUrl, now: () => now });
    await expect.poll(() => typesOf(receiver, key.id), SOON).toContain('api_key.expiring');
    expect(typesOf(receiver, key.id).filter(type => type === 'api_key.expiring')).toHaveLength(1);
  }, 60_000);

  test('although what detects another kind of event, or repairs the queue, fails', async () => {
    const { service, lab, receiver } = await openHook({
      jobs: false,
      events: ['API_KEY_EXPIRED', 'QUOTA_100'],
    });
    const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    const expiresAt = new Date(Date.now() + 60_000);
    await service.db.updateTable('apiKeys').set({ expiresAt }).where('id', '=', key.id).execute();
    await sql`update plans set monthly_predictions = 1 where name = 'PRO'`.execute(service.db);
    await service.ask(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, lab.owner);
    const failing = async (table: 'api_key_notices' | 'deployment_notices') => {
      await sql`alter table ${sql.table(table)} add constraint failing check (false) not valid`.execute(
        service.db,
      );
      return () => sql`alter table ${sql.table(table)} drop constraint failing`.execute(service.db);
    };
    const types = () => receiver.received.map(({ message }) => message.type);
    const fix = await failing('api_key_notices');
    const first = await lookAt(service, () => new Date(expiresAt.getTime() + 1000));
    await expect.poll(types, SOON).toEqual(['quota.100']);
    await first.close();
    await fix();
    await sql`delete from deployment_notices`.execute(service.db);
    await failing('deployment_notices');
    await lookAt(service, () => new Date(expiresAt.getTime() + 2000));
    await expect.poll(types, SOON).toEqual(['quota.100', 'api_key.expired']);
  }, 60_000);

  test('predictions outside, from the first webhook for them on, in one event however many there were', async () => {
    const hook = await openHook({ jobs: false, events: ['QUOTA_80'] });
    const { service, lab, receiver, id } = hook;
    const { deploymentId } = await deploy(
      service,
      lab.owner,
      demonstration('octane-with-limits.onnx'),
      'Limits',
    );
    await sql`update models set t2_limit = 1e-9`.execute(service.db);
    const call = (count: number) =>
      service.ask(PREDICT, { deploymentId, spectra: gasoline(count) }, lab.owner);
    await call(3);
    await service.ask(UPDATE, { input: { id, events: ['PREDICTION_OUTSIDE'] } }, lab.owner);
    await look(service);
    expect(receiver.received).toEqual([]);
    await call(2);
    await call(1);
    await look(service);
    await look(service);
    await expect
      .poll(() => receiver.received.map(({ message }) => message), SOON)
      .toMatchObject([
        {
          type: 'prediction.outside',
          data: { deployment: { id: deploymentId, name: 'Limits' }, outside: 3, outsideThisMonth: 6 },
        },
      ]);
    await call(1);
    await look(service);
    await expect.poll(() => receiver.received.at(-1)?.message.data, SOON).toMatchObject({ outside: 1 });
    expect(receiver.received).toHaveLength(2);
  }, 60_000);

  /** Starts another server, whose jobs look at once, and waits until they have. */
  async function look(service: Service): Promise<void> {
    const marker = await countOf(service);
    const server = await lookAt(service, () => new Date());
    await expect.poll(() => ranAgain(service, marker), SOON).toBe(true);
    await expect.poll(() => pendingIn(service), SOON).toEqual([]);
    await server.close();
  }

  const pendingIn = ({ db }: Service) =>
    db.selectFrom('webhookDeliveries').select('id').where('status', '=', 'PENDING').execute();

  const JOBS = ['report-expiries', 'report-usage', 'repair-deliveries'];

  /** How often each of the jobs has run. */
  const countOf = async ({ db }: Service): Promise<number[]> => {
    const { rows: tables } = await sql`select from pg_tables where schemaname = 'pgboss'`.execute(db);
    if (tables.length === 0) return JOBS.map(() => 0);
    const { rows } = await sql<{ ran: number }>`
      select count(job.id)::int as ran
      from unnest(${JOBS}::text[]) with ordinality as one (name, place)
      left join pgboss.job on job.name = one.name and job.state = 'completed'
      group by one.place order by one.place`.execute(db);
    return rows.map(({ ran }) => ran);
  };
  const ranAgain = async (service: Service, before: readonly number[]) =>
    (await countOf(service)).every((ran, job) => ran > (before[job] ?? 0));
});

test('webhooks of another organization do not exist', async () => {
  const service = await startServiceForTest();
  const [lab, stranger] = [await openLab(service), await signUp(service, 'Stan Stranger')];
  const { id } = await createHook(service, lab.owner, 'https://lims.example/');
  for (const [document, variables] of [
    [UPDATE, { input: { id } }],
    [ROTATE, { id }],
    [DELETE, { id }],
    [TEST, { id }],
  ] as const) {
    expect(await service.call(document, variables, stranger)).toMatchObject(refusal(codes.NOT_FOUND));
  }
  expect((await service.ask(DELIVERIES, { id }, stranger)).webhook).toBeNull();
});
