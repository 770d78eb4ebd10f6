import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { replacePassword } from '../src/accounts/change-password.ts';
import {
  type Answer,
  type Credential,
  codes,
  contentOf,
  cookieOf,
  createKey,
  gasoline,
  invite,
  join,
  openLab,
  type Person,
  PREDICT,
  refusal,
  type Service,
  SIGN_IN,
  signIn,
  signUp,
  startService,
  startServiceForTest,
} from './harness.ts';

const CHANGE = `mutation ChangePassword($input: ChangePasswordInput!) { changePassword(input: $input) }`;
const SESSIONS = '{ viewer { id sessions { id createdAt lastSeenAt network browser current } } }';
const END = 'mutation EndSession($id: ID!) { endSession(id: $id) }';
const END_OTHERS = 'mutation EndOtherSessions { endOtherSessions }';
const DELETE = 'mutation DeleteAccount($password: String!) { deleteAccount(password: $password) }';
const HOUR_MS = 60 * 60 * 1000;
const badUserInput = refusal(codes.BAD_USER_INPUT);
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0';

let service: Service;

beforeAll(async () => {
  service = await startService({ trustedProxies: ['127.0.0.1'] });
});
afterAll(() => service.close());

const viewerIdOf = async (as: Credential, of: Service = service) =>
  (await of.ask('{ viewer { id } }', {}, as)).viewer?.id ?? null;

async function sessionsOf(as: Credential, of: Service = service) {
  const { viewer } = await of.ask(SESSIONS, {}, as);
  if (!viewer) throw new Error('not signed in');
  return viewer.sessions;
}

const changePassword = (
  as: Credential,
  currentPassword: string,
  newPassword = 'another passphrase of mine',
  of: Service = service,
) => of.call(CHANGE, { input: { currentPassword, newPassword } }, as);

/** The activity of which a person is the subject or the actor, newest first. */
async function recordOf({ id }: Pick<Person, 'id'>, of: Service = service) {
  const rows = await of.db
    .selectFrom('activity')
    .select(['action', 'actorId', 'actorEmail', 'network', 'subject', 'details'])
    .where(where => where.or([where('actorId', '=', id), where('subjectId', '=', id)]))
    .orderBy('id', 'desc')
    .execute();
  return rows;
}

const messageOf = ({ errors }: Answer) => errors[0]?.message;

describe('changing the password', () => {
  test('ends the other sessions, keeps this one, and the new password signs in', async () => {
    const ada = await signUp(service, 'Ada Lovelace');
    const others = [await signIn(service, ada), await signIn(service, ada)];
    const newPassword = 'another passphrase of mine';
    expect(await changePassword(ada, ada.password, newPassword)).toMatchObject({
      status: 200,
      data: { changePassword: true },
    });
    expect(await viewerIdOf(ada)).toBe(ada.id);
    for (const other of others) expect(await viewerIdOf(other)).toBeNull();
    expect(await service.call(SIGN_IN, ada)).toMatchObject(refusal(codes.UNAUTHENTICATED));
    expect(await service.call(SIGN_IN, { ...ada, password: newPassword })).toMatchObject({ status: 200 });
    const record = await recordOf(ada);
    expect(record.slice(0, 4).map(({ action, actorId }) => [action, actorId])).toEqual([
      ['session.started', ada.id],
      ['session.ended', ada.id],
      ['session.ended', ada.id],
      ['password.changed', ada.id],
    ]);
    expect(JSON.stringify(record)).not.toContain('passphrase');
  });

  test('is refused if the current one is wrong or the new one too short, and changes nothing', async () => {
    const ada = await signUp(service, 'Ada Lovelace');
    const other = await signIn(service, ada);
    const before = await contentOf(service.db);
    const wrong = await changePassword(ada, 'not the passphrase');
    expect(wrong).toMatchObject(badUserInput);
    expect(messageOf(wrong)).toBe('The current password is wrong. Check it and try again.');
    const short = await changePassword(ada, ada.password, 'too short');
    expect(short).toMatchObject(badUserInput);
    expect(messageOf(short)).toMatch(/at least 15 characters/);
    expect(await contentOf(service.db)).toEqual(before);
    expect(await viewerIdOf(other)).toBe(ada.id);
  });

  test('needs a session: anonymous callers and API keys are refused', async () => {
    const { owner, deploymentId } = await openLab(service);
    const { rawKey } = await createKey(service, owner, { deploymentId });
    const input = { currentPassword: owner.password, newPassword: 'another passphrase of mine' };
    for (const [document, variables] of [
      [CHANGE, { input }],
      [END, { id: owner.id }],
      [END_OTHERS, {}],
      [DELETE, { password: owner.password }],
    ] as const) {
      expect(await service.call(document, variables)).toMatchObject(refusal(codes.UNAUTHENTICATED));
      expect(await service.call(document, variables, { rawKey })).toMatchObject(refusal(codes.FORBIDDEN));
    }
    expect(await viewerIdOf(owner)).toBe(owner.id);
  });

  test('counts as an attempt to sign in, together with deleting the account', async () => {
    const ada = await signUp(service, 'Ada Lovelace');
    const at = (address: string): Credential => ({
      headers: { cookie: ada.cookie, 'x-forwarded-for': address },
    });
    const elsewhere = (index: number) => `192.0.2.${index}`;
    // Simulates eighteen earlier attempts at this address.
    await changePassword(at(elsewhere(1)), 'not the passphrase');
    await service.db.updateTable('rateLimits').set({ used: 18 }).where('used', '=', 1).execute();
    const answers = [
      await changePassword(at(elsewhere(1)), 'not the passphrase'),
      await service.call(DELETE, { password: 'not the passphrase' }, at(elsewhere(1))),
      await changePassword(at(elsewhere(1)), ada.password),
      await service.call(DELETE, { password: ada.password }, at(elsewhere(1))),
      await service.call(SIGN_IN, ada, { headers: { 'x-forwarded-for': elsewhere(1) } }),
    ];
    expect(answers.map(({ code }) => code)).toEqual([
      codes.BAD_USER_INPUT,
      codes.BAD_USER_INPUT,
      codes.RATE_LIMITED,
      codes.RATE_LIMITED,
      codes.RATE_LIMITED,
    ]);
    expect(await changePassword(at(elsewhere(2)), ada.password)).toMatchObject({ status: 200 });
  });

  test('succeeds once if sent twice at once, and a concurrent sign-in with the old password starts no session', async () => {
    const ada = await signUp(service, 'Ada Lovelace');
    const passwords = ['a first new passphrase', 'a second new passphrase'];
    const [changes, started] = await Promise.all([
      Promise.all(passwords.map(password => changePassword(ada, ada.password, password))),
      Promise.all([1, 2, 3].map(() => service.call(SIGN_IN, ada))),
    ]);
    expect(changes.map(({ status }) => status).sort()).toEqual([200, 400]);
    // Sessions from sign-ins before the change have ended, and later sign-ins were refused.
    for (const answer of started) {
      if (answer.status === 200) expect(await viewerIdOf({ cookie: cookieOf(answer) })).toBeNull();
      else expect(answer).toMatchObject(refusal(codes.UNAUTHENTICATED));
    }
    expect(await sessionsOf(ada)).toHaveLength(1);
  });

  test('by the operator ends every session, and is recorded as the operator’s', async () => {
    const ada = await signUp(service, 'Ada Lovelace');
    await signIn(service, ada);
    const replaced = { email: ada.email.toUpperCase(), passwordHash: 'x', now: new Date() };
    expect(await replacePassword(service.db, replaced)).toBe(true);
    expect(await viewerIdOf(ada)).toBeNull();
    const newest = await service.db
      .selectFrom('activity')
      .select(['action', 'actorId', 'actorEmail', 'network', 'subject'])
      .orderBy('id', 'desc')
      .limit(3)
      .execute();
    const [ended, , changed] = newest;
    const byOperator = { actorId: null, actorEmail: null, network: null };
    expect(ended).toMatchObject({ action: 'session.ended', ...byOperator });
    expect(changed).toMatchObject({ action: 'password.changed', subject: ada.email, ...byOperator });
    expect(await replacePassword(service.db, { ...replaced, email: 'nobody@lab.example' })).toBe(false);
  });
});

describe('sessions', () => {
  test('are listed with browser, network and times, without anything that gives access', async () => {
    let now = new Date('2026-03-01T12:00:00.000Z');
    const own = await startServiceForTest({ now: () => now, trustedProxies: ['127.0.0.1'] });
    const ada = await signUp(own, 'Ada Lovelace');
    now = new Date(now.getTime() + 60_000);
    const answer = await own.call(SIGN_IN, ada, {
      headers: { 'user-agent': FIREFOX, 'x-forwarded-for': '[2001:db8::1]:4711' },
    });
    const cookie = cookieOf(answer);
    const sessions = await sessionsOf({ cookie }, own);
    expect(sessions).toEqual([
      {
        id: expect.any(String),
        createdAt: '2026-03-01T12:01:00.000Z',
        lastSeenAt: '2026-03-01T12:01:00.000Z',
        network: '2001:db8::/64',
        browser: 'Firefox on Windows',
        current: true,
      },
      expect.objectContaining({ network: '127.0.0.1', browser: 'node', current: false }),
    ]);
    for (const { id } of sessions) {
      expect(await viewerIdOf({ cookie: `spectrakey_session=${id}` }, own)).toBeNull();
    }
    expect(await viewerIdOf({ cookie }, own)).toBe(ada.id);
  });

  test('record their last use hourly: other requests write nothing, also when many arrive at once', async () => {
    let now = new Date('2026-03-01T12:00:00.000Z');
    const own = await startServiceForTest({ now: () => now, trustedProxies: ['127.0.0.1'] });
    const ada = await signUp(own, 'Ada Lovelace');
    const versions = async () => {
      const { rows } = await sql<{ version: string }>`select xmin::text as version from sessions`.execute(
        own.db,
      );
      return rows.map(({ version }) => version);
    };
    const ask = () =>
      own.ask('{ viewer { id } }', {}, { headers: { cookie: ada.cookie, 'x-forwarded-for': '192.0.2.9' } });
    const before = await versions();
    now = new Date(now.getTime() + HOUR_MS - 1);
    for (let index = 0; index < 20; index++) await ask();
    expect(await versions()).toEqual(before);
    now = new Date(now.getTime() + 1);
    await Promise.all(Array.from({ length: 20 }, ask));
    const after = await versions();
    expect(after).not.toEqual(before);
    now = new Date(now.getTime() + 60_000);
    await ask();
    expect(await versions()).toEqual(after);
    expect(await sessionsOf(ada, own)).toMatchObject([
      { lastSeenAt: '2026-03-01T13:00:00.000Z', network: '192.0.2.9' },
    ]);
  });

  test('end one by one, also the current one, and are recorded', async () => {
    const ada = await signUp(service, 'Ada Lovelace');
    const other = await signIn(service, ada);
    const [otherSession] = (await sessionsOf(ada)).filter(({ current }) => !current);
    if (!otherSession) throw new Error('there is one session only');
    expect(await service.call(END, { id: otherSession.id }, ada)).toMatchObject({ status: 200 });
    expect(await viewerIdOf(other)).toBeNull();
    expect(await viewerIdOf(ada)).toBe(ada.id);
    // A second time it is not found.
    expect(await service.call(END, { id: otherSession.id }, ada)).toMatchObject(refusal(codes.NOT_FOUND));

    const [current] = await sessionsOf(ada);
    const answer = await service.call(END, { id: current?.id.toUpperCase() }, ada);
    expect(answer).toMatchObject({ status: 200, data: { endSession: true } });
    expect(cookieOf(answer)).toBe('spectrakey_session=');
    expect(await viewerIdOf(ada)).toBeNull();
    const record = await recordOf(ada);
    expect(record.filter(({ action }) => action === 'session.ended')).toHaveLength(2);
    expect(record.filter(({ action }) => action === 'session.started')).toHaveLength(2);
  });

  test('of another person answer like sessions that do not exist', async () => {
    const [ada, eve] = [await signUp(service, 'Ada Lovelace'), await signUp(service, 'Eve')];
    const [session] = await sessionsOf(ada);
    const answers = [];
    for (const id of [session?.id, crypto.randomUUID(), 'x', '']) {
      answers.push(await service.call(END, { id }, eve));
    }
    for (const answer of answers) {
      expect(answer).toMatchObject(refusal(codes.NOT_FOUND));
      expect(messageOf(answer)).toBe(messageOf(answers[1] ?? answer));
    }
    await service.ask(END_OTHERS, {}, eve);
    expect(await viewerIdOf(ada)).toBe(ada.id);
  });

  test('end all but the current one', async () => {
    const ada = await signUp(service, 'Ada Lovelace');
    const others = [await signIn(service, ada), await signIn(service, ada)];
    expect(await service.ask(END_OTHERS, {}, ada)).toEqual({ endOtherSessions: true });
    for (const other of others) expect(await viewerIdOf(other)).toBeNull();
    expect(await sessionsOf(ada)).toMatchObject([{ current: true }]);
    await service.ask(END_OTHERS, {}, ada);
    expect(await viewerIdOf(ada)).toBe(ada.id);
  });

  test('are limited to fifty for each person, also when sign-ins arrive at once: the oldest end', async () => {
    const ada = await signUp(service, 'Ada Lovelace');
    // Simulates forty-eight earlier sessions.
    await sql`
      insert into sessions (digest, user_id, created_at, expires_at, id, last_seen_at)
      select sha256(number::text::bytea), user_id, created_at - interval '1 day' * number, expires_at,
        gen_random_uuid(), last_seen_at - interval '1 day' * number
      from sessions, generate_series(1, 48) number where user_id = ${ada.id}`.execute(service.db);
    const started = await Promise.all(Array.from({ length: 4 }, () => signIn(service, ada)));
    expect(await sessionsOf(ada)).toHaveLength(50);
    for (const session of [ada, ...started]) expect(await viewerIdOf(session)).toBe(ada.id);
    const ended = await service.db
      .selectFrom('activity')
      .select('details')
      .where('actorId', '=', ada.id)
      .where('action', '=', 'session.ended')
      .execute();
    expect(ended).toEqual(Array(3).fill({ details: { reason: 'too many sessions' } }));
  });

  test.each([
    [FIREFOX, 'Firefox on Windows'],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
      'Chrome on Linux',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
      'Safari on macOS',
    ],
    ['Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0', 'Firefox on Android'],
    ['curl/8.5.0', 'curl'],
    ['python-requests/2.32.5', 'python-requests'],
    ['Mozilla/5.0 (Something new)', 'Unknown browser'],
    ['<script>alert(1)</script>', 'Unknown browser'],
    ['x'.repeat(8000), 'x'.repeat(40)],
    ['', 'Unknown browser'],
  ])('with the user agent "%s" are shown as "%s"', async (userAgent, browser) => {
    const ada = await signUp(service, 'Ada Lovelace');
    const answer = await service.call(SIGN_IN, ada, { headers: { 'user-agent': userAgent } });
    const sessions = await sessionsOf({ cookie: cookieOf(answer) });
    expect(sessions.find(({ current }) => current)?.browser).toBe(browser);
  });
});

describe('deleting the account', () => {
  /** An owner's organization with a member who has created objects and predicted in it. */
  async function member(): Promise<{ owner: Person; ann: Person; deploymentId: string; keyId: string }> {
    const { owner, deploymentId } = await openLab(service);
    const ann = await signUp(service, 'Ann Archer');
    await join(service, owner, ann, 'CONTRIBUTOR');
    const { id: keyId } = await createKey(service, ann, { deploymentId });
    await service.ask(PREDICT, { deploymentId, spectra: gasoline() }, ann);
    return { owner, ann, deploymentId, keyId };
  }
  /** Removes the person's own organizations. */
  const dropPersonal = (person: Person) =>
    service.db.deleteFrom('organizations').where('id', '=', person.organization.id).execute();
  const deleteAccount = (person: Person, password = person.password) =>
    service.call(DELETE, { password }, person);

  test('needs the password, and is refused to a sole owner with the names of the organizations', async () => {
    const { owner, ann } = await member();
    const before = await contentOf(service.db);
    expect(messageOf(await deleteAccount(ann, 'not the passphrase'))).toBe(
      'The current password is wrong. Check it and try again.',
    );
    const refused = await deleteAccount(owner);
    expect(refused).toMatchObject(badUserInput);
    expect(messageOf(refused)).toBe(
      `You are the only owner of "Olga's laboratory". Make another member an owner, or delete the organization, and then delete your account.`,
    );
    // Also the sole owner of an organization without other members.
    expect(messageOf(await deleteAccount(ann))).toMatch(/only owner of "Ann's laboratory"\./);
    expect(await contentOf(service.db)).toEqual(before);
  });

  test('ends every session, frees the e-mail, and keeps what the person created, without their name', async () => {
    const { owner, ann, deploymentId, keyId } = await member();
    const other = await signIn(service, ann);
    await dropPersonal(ann);
    const answer = await deleteAccount(ann);
    expect(answer).toMatchObject({ status: 200, data: { deleteAccount: true } });
    expect(cookieOf(answer)).toBe('spectrakey_session=');
    for (const session of [ann, other]) expect(await viewerIdOf(session)).toBeNull();
    expect(await service.call(SIGN_IN, ann)).toMatchObject(refusal(codes.UNAUTHENTICATED));

    const { apiKeys, deployment } = await service.ask(
      `query ($id: ID!) {
        apiKeys(of: { deploymentId: $id }) { nodes { id createdBy { id } } }
        deployment(id: $id) { project { members { email } } predictionLogs { nodes { source } } }
      }`,
      { id: deploymentId },
      owner,
    );
    expect(apiKeys.nodes).toEqual([{ id: keyId, createdBy: null }]);
    expect(deployment?.project.members).toEqual([{ email: owner.email }]);
    expect(deployment?.predictionLogs.nodes).toEqual([{ source: 'WEB' }]);
    // Neither the id nor the e-mail is in any table except the one that is kept for late rows.
    const { rows } = await sql<{ name: string }>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`.execute(
      service.db,
    );
    const naming = [];
    for (const { name } of rows) {
      const found = await sql`
        select 1 from ${sql.table(name)} as row
        where row::text like ${`%${ann.id}%`} or row::text like ${`%${ann.email}%`}`.execute(service.db);
      if (found.rows.length > 0) naming.push(name);
    }
    // The activity holds only the subject's id, which refers to no row.
    const partition = `activity_${new Date().toISOString().slice(0, 7).replace('-', '_')}`;
    expect(naming.sort()).toEqual([partition, 'deleted_accounts']);
    const { rows: named } = await sql<{ count: number }>`
      select count(*) from activity where actor_id = ${ann.id} or actor_email = ${ann.email}
        or subject = ${ann.email}`.execute(service.db);
    expect(named).toEqual([{ count: 0 }]);
    const [last] = await service.db
      .selectFrom('activity')
      .select(['action', 'organizationId', 'actorId', 'subject'])
      .where('organizationId', 'is not', null)
      .orderBy('id', 'desc')
      .limit(1)
      .execute();
    expect(last).toEqual({
      action: 'account.deleted',
      organizationId: owner.organization.id,
      actorId: null,
      subject: 'deleted account',
    });
    // The e-mail can sign up again.
    const again = await service.call('mutation ($input: SignUpInput!) { signUp(input: $input) { id } }', {
      input: { email: ann.email, password: ann.password, name: 'Ann' },
    });
    expect(again).toMatchObject({ status: 200 });
    expect(again.data?.signUp.id).not.toBe(ann.id);
  });

  test('revokes the invitations that the person made, and records each in its organization', async () => {
    const { owner, ann } = await member();
    const another = await openLab(service, 'PRO', 'Otto Other');
    await join(service, owner, ann, null, 'ADMIN');
    await join(service, another.owner, ann, null, 'OWNER');
    const guests = [
      { organization: owner.organization, email: 'first@lab.example', role: 'MEMBER' as const },
      { organization: owner.organization, email: 'second@lab.example', role: 'ADMIN' as const },
      { organization: another.owner.organization, email: 'third@lab.example', role: 'OWNER' as const },
    ];
    for (const { organization, email, role } of guests)
      await invite(service, ann, email, role, organization.id);
    await invite(service, owner, 'kept@lab.example');
    await dropPersonal(ann);
    expect(await deleteAccount(ann)).toMatchObject({ status: 200 });
    const rows = await service.db
      .selectFrom('activity')
      .select(['organizationId', 'subject', 'actorId', 'actorEmail', 'details'])
      .where('action', '=', 'invitation.revoked')
      .where('organizationId', 'in', [owner.organization.id, another.owner.organization.id])
      .execute();
    expect(new Set(rows)).toEqual(
      new Set(
        guests.map(({ organization, email, role }) => ({
          organizationId: organization.id,
          subject: email,
          actorId: null,
          actorEmail: null,
          details: { role, reason: 'the inviter may not invite any more' },
        })),
      ),
    );
    const left = await service.db.selectFrom('invitations').select('email').execute();
    expect(left).toEqual([{ email: 'kept@lab.example' }]);
  });

  test('removes the person from logs that are written late, and then deletes their id', async () => {
    let now = new Date();
    const own = await startServiceForTest({ now: () => now });
    const { owner, deploymentId } = await openLab(own);
    const ann = await signUp(own, 'Ann Archer');
    await join(own, owner, ann, 'CONTRIBUTOR');
    await own.db.deleteFrom('organizations').where('id', '=', ann.organization.id).execute();
    await own.ask(PREDICT, { deploymentId, spectra: gasoline() }, ann);
    await own.ask(DELETE, { password: ann.password }, ann);
    // Simulates 2 500 predictions that were in progress.
    await sql`
      insert into prediction_logs (id, created_at, deployment_id, source, predictions, duration_ms, user_id)
      select gen_random_uuid(), created_at, deployment_id, source, predictions, duration_ms, ${ann.id}
      from prediction_logs, generate_series(1, 2500)`.execute(own.db);
    const named = async () =>
      (await own.db.selectFrom('predictionLogs').select('id').where('userId', 'is not', null).execute())
        .length;
    expect(await named()).toBe(2500);
    now = new Date(now.getTime() + 11 * 60 * 1000);
    // Each server does this at its start and every ten minutes.
    const another = await startServiceForTest({ now: () => now, databaseUrl: own.databaseUrl });
    expect(await named()).toBe(0);
    expect(await another.db.selectFrom('deletedAccounts').selectAll().execute()).toEqual([]);
    expect((await own.db.selectFrom('predictionLogs').select('id').execute()).length).toBe(2501);
  });

  test('never leaves an organization without an owner, also under concurrent changes', async () => {
    const { owner, ann } = await member();
    await dropPersonal(ann);
    await join(service, owner, ann, null, 'OWNER');
    // Two owners: both delete their accounts, and each changes the other's role to member.
    const demote = (by: Person, whom: Person) =>
      service.call(
        `mutation ($input: SetOrganizationMemberInput!) { setOrganizationMember(input: $input) { id } }`,
        { input: { organizationId: owner.organization.id, email: whom.email, role: 'MEMBER' } },
        by,
      );
    const answers = await Promise.all([
      deleteAccount(owner),
      deleteAccount(ann),
      demote(owner, ann),
      demote(ann, owner),
    ]);
    for (const { status } of answers) expect(status).toBeLessThan(500);
    const owners = await service.db
      .selectFrom('organizationMembers')
      .select('userId')
      .where('organizationId', '=', owner.organization.id)
      .where('role', '=', 'OWNER')
      .execute();
    expect(owners).toHaveLength(1);
  });
});
