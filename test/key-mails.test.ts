import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { mailerOf } from '../src/accounts/mailer.ts';
import { sendKeyMails, writeMail } from '../src/webhooks/key-mails.ts';
import { noticeExpiries, noticeUsage } from '../src/webhooks/notices.ts';
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
  const sendMail = mailerOf({ SMTP_URL: smtpUrl, MAIL_FROM: 'spectrakey@lab.example' });
  const onFailed = (error: unknown) => void failures.push(error);
  const { signal } = new AbortController();
  await sendKeyMails(db, { sendMail, publicUrl }, { now, signal, onFailed });
  return failures;
}

const keyOf = (service: Service, { deploymentId }: Lab, by: Person, name = 'LIMS', more = {}) =>
  createKey(service, by, { deploymentId }, { name, ...more });
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
  const receivers = [lab.owner, people.creator, people.projectOwner].map(({ email }) => [email]);
  expect(mails.map(({ to }) => to).sort()).toEqual(receivers.sort());
  const text = read(mails[0]);
  expect(text).toContain(`API key "LIMS" (${key.prefix}...) was created`);
  expect(text).toContain('leaked and was revoked: someone sent it to end it');
  expect(text).toContain(`${publicUrl}/projects/${lab.owner.projectId}/api-keys/${key.id}`);
  expect(text).toMatch(/^Subject: 2 events of API keys in /m);
  expect(mails.map(read).join('')).not.toContain(key.rawKey);
  await send(service, smtpUrl);
  expect(mails).toHaveLength(3);
});

test('at most one mail an hour comes from an organization, whatever happens', async () => {
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

test('an expiry is mailed without a webhook: 14 and 3 days before, and when it has come', async () => {
  const { service, lab, smtpUrl, mails } = await open();
  const expiresAt = new Date(now.getTime() + 20 * DAY);
  await keyOf(service, lab, lab.owner, 'Analyser', { expiresAt });
  await send(service, smtpUrl);
  for (const days of [5, 7, 17.5, 18, 20.1, 21]) {
    now = new Date(expiresAt.getTime() + (days - 20) * DAY);
    await service.db.transaction().execute(trx => noticeExpiries(trx, now, { forMails: true }));
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
  for (const days of [8, 2.1]) {
    now = new Date(now.getTime() + days * DAY);
    await service.db.transaction().execute(trx => noticeExpiries(trx, now, { forMails: true }));
    await send(service, smtpUrl);
  }
  const texts = mails.map(mail => read(mail).replaceAll(/\s+/g, ' '));
  expect(texts[1]).toMatch(/expires on \w+, [\w ]+, and its successor/);
  expect(texts[1]).toContain(successor);
  expect(texts[2]).toContain(`has expired, ${successor}.`);
});

test('predictions outside the calibration are mailed to the owners of the project, as one event with their number', async () => {
  const { service, lab, smtpUrl, mails } = await open();
  const contributor = await signUp(service, 'Carla Contributor');
  await join(service, lab.owner, contributor, 'CONTRIBUTOR');
  const model = demonstration('octane-with-limits.onnx');
  const { deploymentId } = await deploy(service, lab.owner, model, 'Limits');
  await sql`update models set t2_limit = 1e-9`.execute(service.db);
  const call = async (count: number) => {
    await service.ask(PREDICT, { deploymentId, spectra: gasoline(count) }, lab.owner);
    await service.db.transaction().execute(trx => noticeUsage(trx, now, { forMails: true }));
  };
  await call(3);
  await call(2);
  await send(service, smtpUrl);
  await call(1);
  await send(service, smtpUrl);
  expect(mails.map(({ to }) => to)).toEqual([[lab.owner.email]]);
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
  // Without more of them there is no more news.
  now = new Date(now.getTime() + HOUR);
  await service.db.transaction().execute(trx => noticeUsage(trx, now, { forMails: true }));
  await send(service, smtpUrl);
  expect(mails).toHaveLength(2);
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

test('what the mail server does not take is sent later; an address that it refuses delays nobody', async () => {
  const { service, lab, smtpUrl, mails } = await open({ refused: 'nobody@lab.example' });
  const second = await signUp(service, 'Sven Second');
  await join(service, lab.owner, second, 'OWNER');
  await service.db
    .updateTable('users')
    .set({ email: 'nobody@lab.example' })
    .where('id', '=', lab.owner.id)
    .execute();
  await keyOf(service, lab, lab.owner);
  expect(await send(service, 'smtp://127.0.0.1:1')).toHaveLength(1);
  expect(await send(service, smtpUrl)).toHaveLength(1);
  expect(mails.map(({ to }) => to)).toEqual([[second.email]]);
  expect(await send(service, smtpUrl)).toEqual([]);
  // What could not be sent for a day is forgotten.
  await keyOf(service, lab, lab.owner, 'Second');
  now = new Date(now.getTime() + DAY + HOUR);
  await send(service, smtpUrl);
  expect(mails).toHaveLength(1);
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
  const waiting = async () => (await service.db.selectFrom('keyMails').select('id').execute()).length;
  await expect.poll(waiting, { timeout: 15_000 }).toBe(0);
  expect(mails).toHaveLength(1);
});

test('names cannot add headers, lines of a header or links', () => {
  const name = 'LIMS\r\nBcc: a@evil.example\n\nhttps://evil.example/x';
  const event = {
    type: 'api_key.created',
    createdAt: now,
    projectId: 'p',
    projectName: 'www.evil.example',
    data: { apiKey: { id: 'k', name, prefix: 'sk_abc' } },
    outside: null,
  };
  const { subject, text } = writeMail({ organizationName: 'evil.example', slug: 'lab' }, [event], publicUrl);
  expect(subject).not.toMatch(/[\r\n]/);
  expect(text.replaceAll(publicUrl, '')).not.toMatch(/evil\.example|:\/\//);
});
