import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { writeInvitation } from '../src/accounts/invitation-mail.ts';
import { ConfigError, readConfig } from '../src/config.ts';
import { addressOf, npm, temporaryFolder } from './commands.ts';
import { emptyDatabase } from './databases.ts';
import {
  type Answer,
  codes,
  contentOf,
  INVITE,
  insertPending,
  invite,
  openLab,
  refusal,
  type Service,
  send,
  startService,
  startServiceForTest,
} from './harness.ts';
import { mailServer } from './mail-server.ts';

const SIGN_UP = `mutation SignUp($input: SignUpInput!) {
  signUp(input: $input) { id email organizations { id name role plan { name } projects { name } } }
}`;

const account = (email: string, invitationToken?: string | null) => ({
  input: { email, name: 'Nora Newcomer', password: 'a passphrase of some words', invitationToken },
});

describe('SIGN_UP is by default', () => {
  const url = 'postgres://lab@db.example/lab';
  const production = { DATABASE_URL: url, NODE_ENV: 'production' };

  test.each([
    {},
    { HOST: 'localhost' },
    { HOST: '127.0.0.1' },
    { HOST: '127.8.9.10' },
    { HOST: '::1' },
    { PUBLIC_URL: 'http://localhost:4000' },
    { PUBLIC_URL: 'http://localhost:4000,http://127.0.0.1:4000,http://[::1]:4000' },
    { DATABASE_URL: url },
    { NODE_ENV: 'production' },
    { DATABASE_URL: url, NODE_ENV: 'development' },
    { TRUSTED_PROXIES: '' },
  ])('open for %o', environment => {
    expect(readConfig(environment).SIGN_UP).toBe('open');
    expect(readConfig({ ...environment, SIGN_UP: 'invited' }).SIGN_UP).toBe('invited');
  });

  test.each([
    { HOST: '0.0.0.0' },
    { HOST: '::' },
    { HOST: '192.0.2.7' },
    { HOST: 'keys.lab.example' },
    { HOST: 'localhost.evil.example' },
    { HOST: '127.0.0.1.evil.example' },
    { HOST: '127.evil.example' },
    { TRUSTED_PROXIES: '127.0.0.1' },
    { PUBLIC_URL: 'https://keys.lab.example' },
    { PUBLIC_URL: 'http://localhost:4000,https://keys.lab.example' },
    { PUBLIC_URL: 'http://192.0.2.7:4000' },
    production,
    { ...production, HOST: 'localhost' },
  ])('invited for %o', environment => {
    expect(readConfig(environment).SIGN_UP).toBe('invited');
    expect(readConfig({ ...environment, SIGN_UP: 'open' }).SIGN_UP).toBe('open');
  });

  test.each([
    { SIGN_UP: 'yes' },
    { SIGN_UP: 'OPEN' },
    { PUBLIC_URL: 'keys.lab.example' },
    { PUBLIC_URL: 'https://keys.lab.example/path' },
    { SMTP_URL: 'mail.lab.example' },
    { SMTP_URL: 'smtp://mail.lab.example' },
    { SMTP_URL: 'smtp://mail.lab.example', MAIL_FROM: 'spectrakey@lab.example' },
    { SMTP_URL: 'smtp://mail.lab.example', PUBLIC_URL: 'https://keys.lab.example' },
  ])('refused for %o', environment => {
    expect(() => readConfig(environment)).toThrow(ConfigError);
  });
});

describe('where sign-up is by invitation', () => {
  let service: Service;
  let open: Service;
  beforeAll(async () => {
    service = await startService({ signUpMode: 'invited' });
    // People join through a second server on the same database.
    open = await startService({ databaseUrl: service.databaseUrl });
  });
  afterAll(async () => {
    await open.close();
    await service.close();
  });

  const modeOf = async (on: Service) => (await on.ask('{ signUpMode }')).signUpMode;

  test('each server reports its mode', async () => {
    expect(await modeOf(service)).toBe('INVITED');
    expect(await modeOf(open)).toBe('OPEN');
  });

  test('a sign-up without an invitation is refused with what to do; it makes no account, hash or count', async () => {
    for (const token of [undefined, null]) {
      const before = await contentOf(service.db);
      const answer = await service.call(SIGN_UP, account('stranger@lab.example', token));
      expect(answer).toMatchObject(refusal(codes.SIGN_UP_CLOSED));
      expect(answer.errors[0]?.message).toBe(
        'Sign-up on this server needs an invitation. Ask an admin of your organization, or the operator of this server, for one.',
      );
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(await contentOf(service.db)).toEqual(before);
    }
  });

  test('the answer is the same whether or not the e-mail has an account', async () => {
    const { owner } = await openLab(open, 'PRO', 'Known Owner');
    const [known, unknown] = [
      await service.call(SIGN_UP, account(owner.email)),
      await service.call(SIGN_UP, account('unknown@lab.example')),
    ];
    expect(known.text).toBe(unknown.text);
  });

  test.each(['', 'x', '\0', '🔬', 'a'.repeat(43), 'a'.repeat(10_000)])(
    'a made-up token opens nothing: %j',
    async token => {
      expect(await service.call(SIGN_UP, account('stranger@lab.example', token))).toMatchObject(
        refusal(codes.NOT_FOUND),
      );
    },
  );

  test('an invitation of an organization signs up into it', async () => {
    const { owner } = await openLab(open);
    const token = await invite(service, owner, 'nora@lab.example', 'ADMIN');
    const { data } = await service.call(SIGN_UP, account('nora@lab.example', token));
    expect(data?.signUp.organizations).toEqual([
      {
        id: owner.organization.id,
        name: "Olga's laboratory",
        role: 'ADMIN',
        plan: { name: 'PRO' },
        projects: [],
      },
    ]);
  });

  test('the operator’s invitation signs up with a personal organization, and is refused for existing accounts', async () => {
    const { token, email } = await insertPending(service, { organizationId: null, role: 'OWNER' });
    const { owner } = await openLab(open, 'PRO', 'Otto Other');
    const taken = await service.call(
      'mutation ($token: String!) { acceptInvitation(token: $token) { id } }',
      { token },
      owner,
    );
    expect(taken).toMatchObject(refusal(codes.BAD_USER_INPUT));
    const { data } = await service.call(SIGN_UP, account(email, token));
    expect(data?.signUp.organizations).toMatchObject([
      {
        name: "Nora's laboratory",
        role: 'OWNER',
        plan: { name: 'FREE' },
        projects: [{ name: 'First project' }],
      },
    ]);
    expect(await service.call(SIGN_UP, account('again@lab.example', token))).toMatchObject(
      refusal(codes.NOT_FOUND),
    );
  });
});

describe('a start', () => {
  test('with DATABASE_URL reports that sign-up is by invitation, and "invite" admits the first person, once', async () => {
    const env = { DATABASE_URL: await emptyDatabase(inject('postgresUrl')) };
    const server = npm(['start'], { env });
    const address = await addressOf(server);
    expect(server.output()).toMatch(/^Sign up {4}by invitation: npm run spectrakey -- invite <e-mail>/m);
    const ask = (email: string, token?: string): Promise<Answer> =>
      send(`${address}/graphql`, SIGN_UP, account(email, token));
    expect(await ask('first@lab.example')).toMatchObject(refusal(codes.SIGN_UP_CLOSED));

    const invited = npm(['run', 'spectrakey', '--', 'invite', 'First@lab.example'], {
      env: { ...env, PUBLIC_URL: 'https://keys.lab.example' },
    });
    const [, token] = await invited.printed(/^https:\/\/keys\.lab\.example\/invitations#([\w-]{43})$/m);
    expect(await invited.ended).toBe(0);
    const answer = await ask('first@lab.example', token);
    expect(answer.data?.signUp.organizations).toMatchObject([{ name: "Nora's laboratory", role: 'OWNER' }]);
    expect(await ask('first@lab.example', token)).toMatchObject(refusal(codes.NOT_FOUND));

    for (const email of ['first@lab.example', 'no e-mail']) {
      const refused = npm(['run', 'spectrakey', '--', 'invite', email], { env });
      expect(await refused.ended).toBe(1);
      expect(refused.output()).toMatch(
        /^spectrakey: .*(has an account already|is not an e-mail address)\.$/m,
      );
    }
  });

  test('with its own PostgreSQL reports that sign-up is open to anyone who reaches the address', async () => {
    const server = npm(['start'], { env: { DATA_DIR: `${await temporaryFolder()}/data` } });
    const address = await addressOf(server);
    expect(server.output()).toMatch(/^Sign up {4}open to anyone who can reach this address$/m);
    expect(await send(`${address}/graphql`, SIGN_UP, account('first@lab.example'))).toMatchObject({
      status: 200,
    });
  });
});

describe('the mail of an invitation', () => {
  const publicUrl = ['https://keys.lab.example'];

  test('holds the link, for known and unknown alike, and no more than five a day go to one mailbox', async () => {
    const { smtpUrl, mails } = await mailServer();
    const service = await startServiceForTest({ smtpUrl, publicUrl });
    const { owner } = await openLab(service);
    const { owner: known } = await openLab(service, 'PRO', 'Known Person');
    for (const email of [known.email, 'unknown@lab.example']) {
      const token = await invite(service, owner, email);
      await expect.poll(() => mails.at(-1)?.to).toEqual([email]);
      expect(mails.at(-1)?.text.replaceAll('=\r\n', '')).toMatch(
        new RegExp(`https://keys.lab.example/invitations#${token}`),
      );
      expect(mails.at(-1)?.text).toContain('From: spectrakey@lab.example');
      expect(service.log.join('')).not.toContain(token);
    }
    for (let count = 0; count < 6; count++) await invite(service, owner, 'unknown@lab.example');
    await invite(service, owner, 'last@lab.example');
    await expect.poll(() => mails.some(({ to }) => to.includes('last@lab.example'))).toBe(true);
    await expect.poll(() => mails.filter(({ to }) => to.includes('unknown@lab.example'))).toHaveLength(5);
  });

  test('delays no answer and fails none where the mail server hangs or is absent', async () => {
    const { smtpUrl, connections } = await mailServer({ silent: true });
    for (const url of [smtpUrl, 'smtp://127.0.0.1:1']) {
      const service = await startServiceForTest({ smtpUrl: url, publicUrl });
      const { owner } = await openLab(service);
      const input = { organizationId: owner.organization.id, email: 'a@lab.example', role: 'MEMBER' };
      const start = performance.now();
      const answers = await Promise.all(
        [1, 2, 3, 4].map(n =>
          service.call(INVITE, { input: { ...input, email: `a${n}@lab.example` } }, owner),
        ),
      );
      expect(performance.now() - start).toBeLessThan(2000);
      for (const { data } of answers) expect(data?.inviteMember.link).toMatch(/#/);
      if (url === smtpUrl) await expect.poll(connections).toBe(2);
      else {
        await expect
          .poll(() => service.log.join(''))
          .toContain('the mail of an invitation could not be sent');
      }
    }
  });

  test('contains no address that a person put into a name, and its recipient cannot be a list', () => {
    const link = 'https://keys.lab.example/invitations#token';
    const { subject, text } = writeInvitation({
      organizationName: 'Win at evil.example or https://evil.example/x',
      invitedBy: { id: '1', name: 'mail me@evil.example' },
      expiresAt: new Date(0),
      link,
    });
    expect(`${subject}${text.replace(link, '')}`).not.toMatch(/evil\.|https?:|\w@\w/);
    const kept = writeInvitation({
      organizationName: 'Müller & Co. KG',
      invitedBy: null,
      expiresAt: new Date(0),
      link,
    });
    expect(kept.text).toContain('"Müller & Co. KG"');
  });
});
