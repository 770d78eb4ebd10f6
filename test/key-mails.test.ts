import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { mailerOf, mailProbeOf } from '../src/accounts/mailer.ts';
import { writeExpiryEvents } from '../src/notifications/expiry-notices.ts';
import { formatMail } from '../src/notifications/mail-text.ts';
import { sendKeyMails } from '../src/notifications/send-key-mails.ts';
import { writeUsageEvents } from '../src/notifications/usage-notices.ts';
import {
  codes,
  createKey,
  demonstration,
  deploy,
  gasoline,
  join,
  type Lab,
  openLab,
  type Person,
  PREDICT,
  REVOKE_KEY,
  REVOKE_THIS_KEY,
  ROTATE_KEY,
  refusal,
  type Service,
  signUp,
  startService,
  startServiceForTest,
} from './harness.ts';
import { mailServer } from './mail-server.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const publicUrl = 'https://keys.lab.example';
const SET = `mutation ($organizationId: ID!, $enabled: Boolean!) {
  setKeyMails(organizationId: $organizationId, enabled: $enabled) { id keyMails }
}`;

let now = new Date();

async function open(options: Parameters<typeof mailServer>[0] = {}) {
  const server = await mailServer(options);
  now = new Date();
  const service = await startServiceForTest({
    now: () => now,
    smtpUrl: server.smtpUrl,
    publicUrl: [publicUrl],
  });
  const lab = await openLab(service);
  return { ...server, service, lab };
}

async function send({ db }: Service, smtpUrl: string): Promise<unknown[]> {
  const failures: unknown[] = [];
  const server = { SMTP_URL: smtpUrl, MAIL_FROM: 'spectrakey@lab.example' };
  const mailer = { sendMail: mailerOf(server), isReachable: mailProbeOf(server), publicUrl };
  const onFailed = (error: unknown) => void failures.push(error);
  const { signal } = new AbortController();
  await sendKeyMails(db, mailer, { now, signal, onFailed });
  return failures;
}

const keyOf = (service: Service, { deploymentId }: Lab, by: Person, name = 'LIMS', more = {}) =>
  createKey(service, by, { deploymentId }, { name, ...more });
const setEmail = ({ db }: Service, { id }: Person, email: string) =>
  db.updateTable('users').set({ email }).where('id', '=', id).execute();
/** Queues again, some times, what is queued for mails. */
const repeatQueued = ({ db }: Service, times: number) =>
  sql`
    insert into key_mails (user_id, organization_id, project_id, type, data, created_at)
    select user_id, organization_id, project_id, type, data, created_at
    from key_mails cross join generate_series(1, ${times}::int)`.execute(db);
/** The text of a mail as its reader sees it. */
const read = (mail: { text: string } | undefined) =>
  mail?.text.replaceAll('=\r\n', '').replaceAll('=3D', '=').replaceAll('\r\n', '\n') ?? '';

test('owners of the project and the creator of a key are mailed, and nobody else', async () => {
  const { service, lab, smtpUrl, mails } = await open();
  const people = {
    creator: await signUp(service, 'Conrad Contributor'),
    viewer: await signUp(service, 'Vera Viewer'),
    admin: await signUp(service, 'Adam Admin'),
    contributor: await signUp(service, 'Carla Contributor'),
    projectOwner: await signUp(service, 'Paula Projectowner'),
    former: await signUp(service, 'Fred Former'),
  };
  await join(service, lab.owner, people.creator, 'CONTRIBUTOR');
  await join(service, lab.owner, people.contributor, 'CONTRIBUTOR');
  await join(service, lab.owner, people.viewer, 'VIEWER');
  await join(service, lab.owner, people.admin, null, 'ADMIN');
  await join(service, lab.owner, people.projectOwner, 'OWNER');
  await join(service, lab.owner, people.former, 'OWNER');
  const key = await keyOf(service, lab, people.creator);
  await service.ask(REVOKE_THIS_KEY, {}, key);
  const leave = 'mutation ($id: ID!) { leaveOrganization(organizationId: $id) }';
  await service.ask(leave, { id: lab.owner.organization.id }, people.former);

  expect(await send(service, smtpUrl)).toEqual([]);
  const recipients = [lab.owner, people.creator, people.projectOwner].map(({ email }) => [email]);
  expect(mails.map(({ to }) => to).sort()).toEqual(recipients.sort());
  const text = read(mails[0]);
  expect(text).toContain(`API key "LIMS" (${key.prefix}...) was created`);
  expect(text).toContain('was revoked with the key itself: it may have leaked');
  expect(text).toContain(`${publicUrl}/projects/${lab.owner.projectId}/api-keys/${key.id}`);
  expect(text).toMatch(/^Subject: 2 events of API keys in /m);
  expect(mails.map(read).join('')).not.toContain(key.rawKey);
  await send(service, smtpUrl);
  expect(mails).toHaveLength(3);
});

test('a person gets at most one mail an hour, whatever happens', async () => {
  const { service, lab, smtpUrl, mails } = await open();
  for (let index = 0; index < 9; index++) {
    const { id } = await keyOf(service, lab, lab.owner, `Key ${index}`);
    await service.ask(REVOKE_KEY, { id }, lab.owner);
    await keyOf(service, lab, lab.owner, `Another ${index}`).then(({ id }) =>
      service.ask(REVOKE_KEY, { id }, lab.owner),
    );
    await send(service, smtpUrl);
    now = new Date(now.getTime() + 60_000);
  }
  expect(mails).toHaveLength(1);
  now = new Date(now.getTime() + HOUR);
  await send(service, smtpUrl);
  expect(mails).toHaveLength(2);
  expect(read(mails[1])).toMatch(/^Subject: 32 events of API keys in /m);
  expect(read(mails[1])).toContain('And 12 more.');
});

test('one mail an hour is about all organizations of a person, and none hides the others', async () => {
  const { service, lab, smtpUrl, mails } = await open();
  const other = await openLab(service, 'PRO', 'Otto Other');
  await join(service, other.owner, lab.owner, 'OWNER');
  for (let index = 0; index < 3; index++) await keyOf(service, lab, lab.owner, `Key ${index}`);
  await repeatQueued(service, 10);
  await keyOf(service, other, other.owner, 'Elsewhere');
  await send(service, smtpUrl);
  const text = read(mails.find(({ to }) => to.includes(lab.owner.email)));
  expect(mails.map(({ to }) => to).sort()).toEqual([[lab.owner.email], [other.owner.email]].sort());
  expect(text).toMatch(/^Subject: 34 events of API keys in several organizations/m);
  expect(text).toContain('API key "Elsewhere"');
  expect(text).toContain('And 14 more.');
  for (const { organization } of [lab.owner, other.owner])
    expect(text).toContain(`${publicUrl}/organizations/${organization.slug}\n`);
  now = new Date(now.getTime() + HOUR - 1);
  await keyOf(service, other, other.owner, 'Later');
  await send(service, smtpUrl);
  expect(mails).toHaveLength(2);
  now = new Date(now.getTime() + 1);
  await send(service, smtpUrl);
  expect(mails).toHaveLength(4);
});

test('an address gets at most five mails in 24 hours, without those that are refused; nothing is lost', async () => {
  const refused: Record<string, string> = {};
  const { service, lab, smtpUrl, mails } = await open({ refused });
  refused[lab.owner.email] = '450 try again later';
  const createHourly = async (names: string[]) => {
    for (const name of names) {
      await keyOf(service, lab, lab.owner, name);
      await send(service, smtpUrl);
      now = new Date(now.getTime() + HOUR);
    }
  };
  await keyOf(service, lab, lab.owner, 'Refused');
  const first = now;
  for (let hour = 0; hour < 6; hour++) {
    expect(await send(service, smtpUrl)).toHaveLength(1);
    now = new Date(now.getTime() + HOUR);
  }
  delete refused[lab.owner.email];
  await createHourly(['1', '2', '3', '4', '5']);
  expect(mails).toHaveLength(5);
  expect(read(mails[0])).toMatch(/^Subject: 2 events/m);
  await createHourly(['6', '7']);
  now = new Date(first.getTime() + DAY - 60_000);
  await send(service, smtpUrl);
  expect(mails).toHaveLength(5);
  now = new Date(first.getTime() + DAY);
  await send(service, smtpUrl);
  expect(mails).toHaveLength(6);
  for (const name of ['6', '7']) expect(read(mails[5])).toContain(`API key "${name}"`);
});

test('a person is mailed about at most 1000 events in an organization at once', async () => {
  const { service, lab, smtpUrl, mails } = await open();
  const create = (name: string) => keyOf(service, lab, lab.owner, name);
  await create('LIMS');
  await repeatQueued(service, 998);
  await create('Last');
  await create('Too late');
  const queued = await service.db
    .selectFrom('keyMails')
    .select(sql`data #>> '{apiKey,name}'`.as('name'))
    .execute();
  expect(queued).toHaveLength(1000);
  expect(queued).toContainEqual({ name: 'Last' });
  await send(service, smtpUrl);
  expect(read(mails[0])).toMatch(/^Subject: 1000 events of API keys in /m);
  expect(read(mails[0])).toContain('And 980 more.');
  now = new Date(now.getTime() + HOUR);
  await create('Next');
  await send(service, smtpUrl);
  expect(read(mails[1])).toContain('API key "Next"');
});

test('an expiry is mailed without a webhook: 14 and 3 days before, and when it has come', async () => {
  const { service, lab, smtpUrl, mails } = await open();
  const expiresAt = new Date(now.getTime() + 20 * DAY);
  await keyOf(service, lab, lab.owner, 'Analyser', { expiresAt });
  await send(service, smtpUrl);
  for (const days of [5, 7, 17.5, 18, 20.1, 21]) {
    now = new Date(expiresAt.getTime() + (days - 20) * DAY);
    await service.db.transaction().execute(trx => writeExpiryEvents(trx, now, { forMails: true }));
    await send(service, smtpUrl);
  }
  expect(mails.map(mail => /expires on|has expired|was created/.exec(read(mail))?.[0])).toEqual([
    'was created',
    'expires on',
    'expires on',
    'has expired',
  ]);
});

test('the mails about a rotated key that retires name its successor', async () => {
  const { service, lab, smtpUrl, mails } = await open();
  const { id } = await keyOf(service, lab, lab.owner, 'Analyser');
  const input = { id, overlapSeconds: (10 * DAY) / 1000 };
  const { rotateApiKey } = await service.ask(ROTATE_KEY, { input }, lab.owner);
  const successor = `and its successor (${rotateApiKey.apiKey.prefix}...) can be used`;
  await send(service, smtpUrl);
  expect(read(mails[0]).replaceAll(/\s+/g, ' ')).toContain(`was rotated, ${successor}.`);
  // A planned end is not announced.
  for (const days of [8, 2.1]) {
    now = new Date(now.getTime() + days * DAY);
    await service.db.transaction().execute(trx => writeExpiryEvents(trx, now, { forMails: true }));
    await send(service, smtpUrl);
  }
  const texts = mails.map(mail => read(mail).replaceAll(/\s+/g, ' '));
  expect(texts).toHaveLength(2);
  expect(texts[1]).toContain(`has expired, ${successor}.`);
});

test('the creator of a key is mailed about its successor too, whoever rotated it', async () => {
  const { service, lab, smtpUrl, mails } = await open();
  const creator = await signUp(service, 'Conrad Contributor');
  await join(service, lab.owner, creator, 'CONTRIBUTOR');
  const { id } = await keyOf(service, lab, creator);
  await send(service, smtpUrl);
  const { rotateApiKey } = await service.ask(ROTATE_KEY, { input: { id, overlapSeconds: 0 } }, lab.owner);
  await service.ask(REVOKE_KEY, { id: rotateApiKey.apiKey.id }, lab.owner);
  now = new Date(now.getTime() + HOUR);
  await send(service, smtpUrl);
  const mail = mails.filter(({ to }) => to.includes(creator.email)).map(read)[1];
  expect(mail).toContain(`(${rotateApiKey.apiKey.prefix}...) was revoked`);
});

test('predictions outside the calibration are mailed to the owners of the project, as one event with their number, at most once a day', async () => {
  const { service, lab, smtpUrl, mails } = await open();
  const contributor = await signUp(service, 'Carla Contributor');
  await join(service, lab.owner, contributor, 'CONTRIBUTOR');
  const model = demonstration('octane-with-limits.onnx');
  const { deploymentId } = await deploy(service, lab.owner, model, 'Limits');
  await sql`update models set t2_limit = 1e-9`.execute(service.db);
  const call = async (count: number) => {
    await service.ask(PREDICT, { deploymentId, spectra: gasoline(count) }, lab.owner);
    await service.db.transaction().execute(trx => writeUsageEvents(trx, now, { forMails: true }));
  };
  await call(3);
  await call(2);
  await send(service, smtpUrl);
  await call(1);
  await send(service, smtpUrl);
  expect(mails.map(({ to }) => to)).toEqual([[lab.owner.email]]);
  // Alone they make one mail a day, so that they leave the five of a day to other events.
  now = new Date(now.getTime() + 22 * HOUR);
  await send(service, smtpUrl);
  expect(mails).toHaveLength(1);
  now = new Date(now.getTime() + HOUR);
  await send(service, smtpUrl);
  expect(mails).toHaveLength(2);
  const [first, second] = mails.map(read);
  const found = (count: number) =>
    new RegExp(
      `^Deployment "Limits" had predictions outside the calibration: ${count} in [\\d-]+ \\(UTC\\)\\.$`,
      'gm',
    );
  expect(first?.match(found(5))).toHaveLength(1);
  expect(first).toContain(`${publicUrl}/deployments/${deploymentId}`);
  expect(second?.match(found(6))).toHaveLength(1);
  // No mail without further predictions outside.
  now = new Date(now.getTime() + HOUR);
  await service.db.transaction().execute(trx => writeUsageEvents(trx, now, { forMails: true }));
  await send(service, smtpUrl);
  expect(mails).toHaveLength(2);
  await call(1);
  await keyOf(service, lab, lab.owner);
  await send(service, smtpUrl);
  expect(read(mails[2])).toMatch(found(7));
});

test('predictions outside alone are tried again after an hour, too', async () => {
  const refused: Record<string, string> = { 'later@lab.example': '450 try again later' };
  const { service, lab, smtpUrl, mails } = await open({ refused });
  await setEmail(service, lab.owner, 'later@lab.example');
  const model = demonstration('octane-with-limits.onnx');
  const { deploymentId } = await deploy(service, lab.owner, model, 'Limits');
  await sql`update models set t2_limit = 1e-9`.execute(service.db);
  await service.ask(PREDICT, { deploymentId, spectra: gasoline() }, lab.owner);
  await service.db.transaction().execute(trx => writeUsageEvents(trx, now, { forMails: true }));
  expect(await send(service, smtpUrl)).toHaveLength(1);
  delete refused['later@lab.example'];
  now = new Date(now.getTime() + HOUR);
  await send(service, smtpUrl);
  expect(mails).toHaveLength(1);
});

test('predictions outside that wait for their daily mail are tried again for a day after it was due, too', async () => {
  const refused: Record<string, string> = {};
  const { service, lab, smtpUrl, mails } = await open({ refused });
  await setEmail(service, lab.owner, 'later@lab.example');
  await keyOf(service, lab, lab.owner);
  await send(service, smtpUrl);
  const first = now;
  now = new Date(first.getTime() + 1000);
  const model = demonstration('octane-with-limits.onnx');
  const { deploymentId } = await deploy(service, lab.owner, model, 'Limits');
  await sql`update models set t2_limit = 1e-9`.execute(service.db);
  await service.ask(PREDICT, { deploymentId, spectra: gasoline() }, lab.owner);
  await service.db.transaction().execute(trx => writeUsageEvents(trx, now, { forMails: true }));
  refused['later@lab.example'] = '450 try again later';
  // Due 23 hours after the first mail.
  for (let hour = 23; hour < 46; hour++) {
    now = new Date(first.getTime() + hour * HOUR);
    expect(await send(service, smtpUrl), `after ${hour} hours`).toHaveLength(1);
  }
  delete refused['later@lab.example'];
  now = new Date(first.getTime() + 46 * HOUR);
  await send(service, smtpUrl);
  expect(mails).toHaveLength(2);
  expect(read(mails[1])).toContain('Deployment "Limits" had predictions outside');
});

test('a quota that is used up in the last minute of a month is mailed in the next one, once', async () => {
  const { service, lab, smtpUrl, mails } = await open();
  const notice = (at: string) => {
    now = new Date(at);
    return service.db.transaction().execute(trx => writeUsageEvents(trx, now, { forMails: true }));
  };
  await sql`update plans set monthly_predictions = 10 where name = 'PRO'`.execute(service.db);
  const use = (month: string) =>
    service.db
      .insertInto('deploymentUsage')
      .values({ deploymentId: lab.deploymentId, month, slot: 0, predictions: 10 })
      .execute();
  await notice('2031-01-31T23:59:00Z');
  await use('2031-01');
  await notice('2031-02-01T00:00:10Z');
  await notice('2031-02-01T00:01:10Z');
  await use('2031-02');
  await notice('2031-02-01T00:02:10Z');
  await notice('2031-02-01T00:03:10Z');
  await send(service, smtpUrl);
  expect(read(mails[0]).match(/has used all of its predictions/g)).toHaveLength(2);
});

test('people switch mails off for an organization, and on again', async () => {
  const { service, lab, smtpUrl, mails } = await open();
  const { id: organizationId } = lab.owner.organization;
  const choose = async (enabled: boolean) =>
    (await service.ask(SET, { organizationId, enabled }, lab.owner)).setKeyMails.keyMails;
  const query = '{ viewer { organizations { keyMails } } }';
  expect((await service.ask(query, {}, lab.owner)).viewer?.organizations).toEqual([{ keyMails: true }]);
  expect(await choose(false)).toBe(false);
  await keyOf(service, lab, lab.owner);
  await send(service, smtpUrl);
  expect(mails).toEqual([]);
  expect(await choose(true)).toBe(true);
  await keyOf(service, lab, lab.owner, 'Second');
  await send(service, smtpUrl);
  expect(mails).toHaveLength(1);
  expect(read(mails[0])).not.toContain('"LIMS"');
  const stranger = await signUp(service, 'Stranger');
  expect(await service.call(SET, { organizationId, enabled: false }, stranger)).toMatchObject(
    refusal(codes.NOT_FOUND),
  );
});

test('while the mail server cannot be reached, mails wait for a day', async () => {
  const { service, lab, smtpUrl, mails } = await open();
  await keyOf(service, lab, lab.owner);
  expect(await send(service, 'smtp://127.0.0.1:1')).toHaveLength(1);
  expect(await send(service, smtpUrl)).toEqual([]);
  expect(mails).toHaveLength(1);
  await keyOf(service, lab, lab.owner, 'Second');
  now = new Date(now.getTime() + DAY + HOUR);
  await send(service, smtpUrl);
  expect(mails).toHaveLength(1);
});

test.each([
  ['an address that is refused', 'nobody@lab.example', '550 no such mailbox'],
  ['an address that is refused for now', 'nobody@lab.example', '450 try again later'],
  ['an address at which the mail server ends the session', 'nobody@lab.example', '421 closing'],
  ['an address at which the mail server breaks off', 'nobody@lab.example', ''],
  ['a text that is refused', 'the-first-recipient', '554 looks like spam'],
])('%s delays no mail to others, and is tried again after an hour', async (_kind, what, answer) => {
  const refused: Record<string, string> = { [what]: answer };
  const { service, lab, smtpUrl, mails } = await open({ refused });
  const second = await signUp(service, 'Sven Second');
  await join(service, lab.owner, second, 'OWNER');
  const email = what.includes('@') ? what : `${what}@lab.example`;
  await setEmail(service, lab.owner, email);
  await keyOf(service, lab, lab.owner);
  expect(await send(service, smtpUrl)).toHaveLength(1);
  expect(mails.map(({ to }) => to)).toEqual([[second.email]]);
  expect(await send(service, smtpUrl)).toEqual([]);
  delete refused[what];
  now = new Date(now.getTime() + HOUR);
  expect(await send(service, smtpUrl)).toEqual([]);
  expect(mails.map(({ to }) => to)).toEqual([[second.email], [email]]);
});

test('a job sends them, and deletes them where the server sends no mails', async () => {
  const { service, lab, smtpUrl, mails } = await open();
  await keyOf(service, lab, lab.owner);
  const settings = { databaseUrl: service.databaseUrl, jobs: true };
  const other = await startService({ ...settings, smtpUrl, publicUrl: [publicUrl] });
  await expect.poll(() => mails.length, { timeout: 15_000 }).toBe(1);
  await other.close();
  await keyOf(service, lab, lab.owner);
  await startServiceForTest(settings);
  const queued = async () => (await service.db.selectFrom('keyMails').select('id').execute()).length;
  await expect.poll(queued, { timeout: 15_000 }).toBe(0);
  expect(mails).toHaveLength(1);
});

test('names cannot add headers, lines of a header or links', () => {
  const name = 'LIMS\r\nBcc: a@evil.example\n\nhttps://evil.example/x';
  const event = {
    type: 'api_key.created',
    createdAt: now,
    organizationName: 'evil.example',
    slug: 'lab',
    projectId: 'p',
    projectName: 'www.evil.example',
    data: { apiKey: { id: 'k', name, prefix: 'sk_abc' } },
    outside: null,
  };
  const { subject, text } = formatMail({ events: [event], total: 1 }, publicUrl);
  expect(subject).not.toMatch(/[\r\n]/);
  expect(text.replaceAll(publicUrl, '')).not.toMatch(/evil\.example|:\/\//);
});
