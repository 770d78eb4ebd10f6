import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OrganizationRole } from '../src/generated/database.ts';
import {
  ACCEPT,
  type Answer,
  type Credential,
  codes,
  contentOf,
  cookieOf,
  createKey,
  INVITE,
  insertPending,
  invite,
  join,
  type Lab,
  openLab,
  type Person,
  refusal,
  type Service,
  send,
  signUp,
  startService,
  startServiceForTest,
  tokenIn,
} from './harness.ts';

let service: Service;
let lab: Lab;
let ann: Person;
let ben: Person;
let clock = Date.now();

beforeAll(async () => {
  service = await startService({ now: () => new Date(clock) });
  lab = await openLab(service, 'PRO');
  ann = await signUp(service, 'Ann');
  ben = await signUp(service, 'Ben');
});
beforeEach(async () => {
  // Each test has its own hour.
  clock += 60 * 60 * 1000;
  await service.db.deleteFrom('invitations').execute();
  await service.db
    .deleteFrom('organizationMembers')
    .where('organizationId', '=', organizationId())
    .where('userId', '!=', lab.owner.id)
    .execute();
  await join(service, lab.owner, lab.owner, null, 'OWNER');
});
afterAll(() => service.close());

const organizationId = () => lab.owner.organization.id;

/** A pending invitation of the laboratory. */
const plant = (more: Partial<Parameters<typeof insertPending>[1]> = {}) =>
  insertPending(service, {
    organizationId: organizationId(),
    expiresAt: new Date(clock + 60_000),
    ...more,
  });

const inviteAs = (
  as: Credential | undefined,
  email: string,
  role: OrganizationRole = 'MEMBER',
): Promise<Answer> => service.call(INVITE, { input: { organizationId: organizationId(), email, role } }, as);

const accept = (token: string, as?: Credential): Promise<Answer> => service.call(ACCEPT, { token }, as);

const decline = (token: string, as?: Credential): Promise<Answer> =>
  service.call('mutation ($token: String!) { declineInvitation(token: $token) }', { token }, as);

const revoke = (id: string, as: Credential = lab.owner): Promise<Answer> =>
  service.call('mutation ($id: ID!) { revokeInvitation(id: $id) }', { id }, as);

const leave = (as: Credential, id = organizationId()): Promise<Answer> =>
  service.call('mutation ($id: ID!) { leaveOrganization(organizationId: $id) }', { id }, as);

const setRole = (email: string, role: OrganizationRole | null, as: Credential = lab.owner) =>
  service.call(
    'mutation ($input: SetOrganizationMemberInput!) { setOrganizationMember(input: $input) { id } }',
    { input: { organizationId: organizationId(), email, role } },
    as,
  );

const register = (email: string, invitationToken?: string, on = service): Promise<Answer> =>
  on.call(
    `mutation ($input: SignUpInput!) {
      signUp(input: $input) { id organizations { id name role projects { name } } }
    }`,
    { input: { email, name: 'New Comer', password: 'a passphrase of some words', invitationToken } },
  );

async function look(token: string, as?: Credential) {
  const { invitation } = await service.ask(
    `query ($token: String!) {
      invitation(token: $token) { id organizationName email role invitedBy { id name } expiresAt link }
    }`,
    { token },
    as,
  );
  return invitation;
}

async function pending(as: Credential = lab.owner) {
  const { viewer } = await service.ask(
    '{ viewer { organizations { id invitations { id email role link } } } }',
    {},
    as,
  );
  return viewer?.organizations.find(({ id }) => id === organizationId())?.invitations;
}

async function roleOf({ id }: Person): Promise<OrganizationRole | undefined> {
  const row = await service.db
    .selectFrom('organizationMembers')
    .select('role')
    .where('organizationId', '=', organizationId())
    .where('userId', '=', id)
    .executeTakeFirst();
  return row?.role;
}

async function actions(): Promise<string[]> {
  const rows = await service.db
    .selectFrom('activity')
    .select(['action', 'subject'])
    .where('organizationId', '=', organizationId())
    .where('createdAt', '=', new Date(clock))
    .orderBy('id')
    .execute();
  return rows.map(({ action, subject }) => `${action} ${subject}`);
}

/** That the attempt is refused and changes nothing. */
async function refuses(code: Parameters<typeof refusal>[0], attempt: () => Promise<Answer>): Promise<Answer> {
  const before = await contentOf(service.db);
  const answer = await attempt();
  expect(answer).toMatchObject(refusal(code));
  expect(await contentOf(service.db)).toEqual(before);
  return answer;
}

const helpOf = ({ errors }: Answer) => errors[0]?.message;

describe('an invitation', () => {
  test('shows its link once, in the answer of inviteMember, and lets its holder join with its role', async () => {
    const answer = await inviteAs(lab.owner, ann.email.toUpperCase(), 'ADMIN');
    const invitation = answer.data?.inviteMember;
    expect(invitation).toMatchObject({
      organizationName: "Olga's laboratory",
      email: ann.email,
      role: 'ADMIN',
      invitedBy: { id: lab.owner.id, name: 'Olga Owner' },
      expiresAt: new Date(clock + 7 * 24 * 60 * 60 * 1000).toISOString(),
    });
    expect(invitation?.link).toMatch(new RegExp(`^${service.url}/invitations#[\\w-]{43}$`));
    const token = tokenIn(invitation?.link);
    expect(await roleOf(ann)).toBeUndefined();
    expect(await look(token)).toEqual({ ...invitation, link: null });
    expect(await pending()).toEqual([{ id: invitation?.id, email: ann.email, role: 'ADMIN', link: null }]);

    const joined = await accept(token, ann);
    expect(joined.data?.acceptInvitation).toMatchObject({ id: organizationId(), role: 'ADMIN' });
    expect(await roleOf(ann)).toBe('ADMIN');
    expect(await pending()).toEqual([]);
    expect(await actions()).toEqual([`member.invited ${ann.email}`, `member.joined ${ann.email}`]);
  });

  test('leaves its token in no table and no log', async () => {
    const tokens = [];
    for (const end of [decline, accept]) {
      const token = await invite(service, lab.owner, ben.email);
      await look(token);
      await end(token, ben);
      tokens.push(token);
    }
    const waiting = await invite(service, lab.owner, ann.email);
    const rows = [
      await service.db.selectFrom('invitations').selectAll().execute(),
      await service.db.selectFrom('activity').selectAll().execute(),
    ];
    const kept = `${service.log.join('')}${JSON.stringify(rows, (_key, value) =>
      value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
    )}`;
    for (const token of [...tokens, waiting]) expect(kept).not.toContain(token);
  });

  test('needs its token: a session with the invited e-mail is not enough', async () => {
    const answer = await inviteAs(lab.owner, ann.email);
    const id = answer.data?.inviteMember.id ?? '';
    for (const guess of [id, ann.email, ann.id, organizationId(), '']) {
      await refuses(codes.NOT_FOUND, () => accept(guess, ann));
      await refuses(codes.NOT_FOUND, () => decline(guess, ann));
    }
    await refuses(codes.NOT_FOUND, () => revoke(id, ann));
    const { text } = await service.call('{ viewer { organizations { id name } } }', {}, ann);
    expect(text).not.toContain(organizationId());
    expect(await pending()).toHaveLength(1);
  });

  test('can be accepted by anyone who has the link, also with an account of another e-mail', async () => {
    const token = await invite(service, lab.owner, 'ann.at.work@lab.example');
    expect(await accept(token, ann)).toMatchObject({ status: 200, errors: [] });
    const row = await service.db
      .selectFrom('activity')
      .select(['subject', 'details'])
      .where('action', '=', 'member.joined')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ subject: ann.email, details: { invitedAs: 'ann.at.work@lab.example' } });
  });

  test('can be declined without an account, and its link then stops working', async () => {
    const token = await invite(service, lab.owner, ann.email);
    expect(await decline(token)).toMatchObject({ data: { declineInvitation: true } });
    await refuses(codes.NOT_FOUND, () => accept(token, ann));
    expect(await pending()).toEqual([]);
    expect(await actions()).toEqual([`member.invited ${ann.email}`, `invitation.declined ${ann.email}`]);
  });

  test('can be revoked, and its link then stops working', async () => {
    const token = await invite(service, lab.owner, ann.email);
    const [invitation] = (await pending()) ?? [];
    expect(await revoke(invitation?.id ?? '')).toMatchObject({ data: { revokeInvitation: true } });
    await refuses(codes.NOT_FOUND, () => accept(token, ann));
    await refuses(codes.NOT_FOUND, () => revoke(invitation?.id ?? ''));
    expect(await actions()).toContain(`invitation.revoked ${ann.email}`);
  });

  test('of the same e-mail replaces the older one, whose link stops working', async () => {
    const older = await invite(service, lab.owner, ann.email, 'MEMBER');
    const newer = await invite(service, lab.owner, ann.email.toUpperCase(), 'ADMIN');
    expect(await pending()).toMatchObject([{ email: ann.email, role: 'ADMIN' }]);
    await refuses(codes.NOT_FOUND, () => accept(older, ann));
    expect(await accept(newer, ann)).toMatchObject({ status: 200, errors: [] });
  });

  test('of a member is refused, and so is accepting one as a member: the role stays, and the link', async () => {
    await join(service, lab.owner, ann, null, 'MEMBER');
    const answer = await refuses(codes.BAD_USER_INPUT, () => inviteAs(lab.owner, ann.email, 'OWNER'));
    expect(helpOf(answer)).toMatch(/is already a member/);
    const token = await invite(service, lab.owner, 'other@lab.example', 'OWNER');
    for (const member of [ann, lab.owner]) {
      expect(helpOf(await refuses(codes.BAD_USER_INPUT, () => accept(token, member)))).toMatch(
        /You are already a member of this organization/,
      );
    }
    expect(await accept(token, ben)).toMatchObject({ status: 200, errors: [] });
  });

  test('works until it expires', async () => {
    const token = await invite(service, lab.owner, ann.email);
    const expires = clock + 7 * 24 * 60 * 60 * 1000;
    clock = expires;
    expect(await look(token)).toBeNull();
    for (const attempt of [accept, decline]) await refuses(codes.NOT_FOUND, () => attempt(token, ann));
    await refuses(codes.NOT_FOUND, () => register('late@lab.example', token));
    expect(await pending()).toEqual([]);
    clock = expires - 1;
    expect(await accept(token, ann)).toMatchObject({ status: 200, errors: [] });
  });

  test('to an invalid e-mail is refused', async () => {
    for (const email of ['ann', 'ann@', `${'x'.repeat(250)}@lab.example`, 'a@b.example, c@d.example']) {
      await refuses(codes.BAD_USER_INPUT, () => inviteAs(lab.owner, email));
    }
  });
});

describe('a token that is not pending', () => {
  test('gets the same answer, whatever its state', async () => {
    const used = await invite(service, lab.owner, 'used@lab.example');
    await accept(used, ben);
    const declined = await invite(service, lab.owner, ann.email);
    await decline(declined);
    const revoked = await plant();
    await revoke(revoked.id);
    const replaced = await invite(service, lab.owner, ann.email);
    await invite(service, lab.owner, ann.email);
    const expired = await plant({
      expiresAt: new Date(clock),
    });
    const { rawKey } = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
    const [, session = ''] = lab.owner.cookie.split('=');
    const others = [declined, revoked.token, replaced, expired.token, rawKey, session, `${used}x`, '', '\0'];
    for (const attempt of [
      (token: string) => accept(token, ann),
      (token: string) => decline(token),
      (token: string) => decline(token, ann),
      (token: string) => register('somebody.new@lab.example', token),
    ]) {
      const { text, status } = await attempt(used);
      expect(status).toBe(404);
      for (const token of others) {
        expect((await refuses(codes.NOT_FOUND, () => attempt(token))).text).toBe(text);
      }
    }
    for (const token of [used, ...others]) expect(await look(token)).toBeNull();
  });

  test('causes no fault, whatever its text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async token => {
        expect(await accept(token, ann)).toMatchObject({ code: codes.NOT_FOUND });
        expect(await look(token)).toBeNull();
      }),
      { numRuns: 25 },
    );
  });

  test('is not a session token, and a session token is not an invitation', async () => {
    const token = await invite(service, lab.owner, ann.email);
    const { viewer } = await service.ask('{ viewer { id } }', {}, { cookie: `spectrakey_session=${token}` });
    expect(viewer).toBeNull();
    expect(await service.call('{ viewer { id } }', {}, { rawKey: token })).toMatchObject(
      refusal(codes.UNAUTHENTICATED),
    );
  });
});

describe('whether an e-mail has an account', () => {
  /** An answer without what is new in each. */
  const withoutNew = ({ status, headers, text, data }: Answer, email: string) => {
    const { id = '', link, expiresAt = '' } = data?.inviteMember ?? {};
    const plain = [id, link ?? '', String(expiresAt), email].reduce(
      (rest, part) => (part === '' ? rest : rest.replaceAll(part, '')),
      text,
    );
    return { status, plain, headers: [...headers.keys()].sort() };
  };

  test('is in no answer of inviteMember, its invitation or the list', async () => {
    const withoutAccount = `nobody.${'x'.repeat(ann.email.length)}@lab.example`.slice(-ann.email.length);
    for (const role of ['MEMBER', 'ADMIN', 'OWNER'] as const) {
      const answers = [];
      for (const email of [ann.email, withoutAccount]) {
        const answer = await inviteAs(lab.owner, email, role);
        answers.push({
          ...withoutNew(answer, email),
          seen: { ...(await look(tokenIn(answer.data?.inviteMember.link))), email, id: '' },
        });
      }
      const [known, unknown] = answers;
      expect({ ...known, seen: { ...known?.seen, email: '' } }).toEqual({
        ...unknown,
        seen: { ...unknown?.seen, email: '' },
      });
    }
    // Refusals, too.
    await join(service, lab.owner, ben, null, 'ADMIN');
    const [one, two] = [
      await inviteAs(ben, ann.email, 'OWNER'),
      await inviteAs(ben, withoutAccount, 'OWNER'),
    ];
    expect(one).toMatchObject(refusal(codes.FORBIDDEN));
    expect(two.text).toBe(one.text);
  });

  test('does not show in response times: both run the same statements', async () => {
    const own = await startServiceForTest();
    const { owner } = await openLab(own);
    const accounts = [];
    for (let count = 0; count < 5; count++) accounts.push(await signUp(own, 'Known'));
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
    for (let round = 0; round < 25; round++) {
      for (const [kind, email] of [
        ['known', accounts[round % 5]?.email ?? ''],
        ['unknown', `nobody${round % 5}@lab.example`],
      ] as const) {
        const input = { organizationId: owner.organization.id, email, role: 'MEMBER' };
        const start = performance.now();
        await own.ask(INVITE, { input }, owner);
        times[kind].push(performance.now() - start);
      }
    }
    const median = (all: number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
    const [known, unknown] = [median(times.known), median(times.unknown)];
    expect(Math.abs(known - unknown)).toBeLessThan(5 + Math.max(known, unknown) / 4);
  });
});

describe('roles', () => {
  test('are given up to one’s own, and read when the invitation is made', async () => {
    await join(service, lab.owner, ann, null, 'ADMIN');
    for (const role of ['MEMBER', 'ADMIN'] as const) {
      expect(await inviteAs(ann, ben.email, role)).toMatchObject({ status: 200, errors: [] });
    }
    await refuses(codes.FORBIDDEN, () => inviteAs(ann, ben.email, 'OWNER'));
    await join(service, lab.owner, ann, null, 'MEMBER');
    for (const role of ['MEMBER', 'ADMIN', 'OWNER'] as const) {
      await refuses(codes.FORBIDDEN, () => inviteAs(ann, ben.email, role));
    }
    await refuses(codes.NOT_FOUND, () => inviteAs(ben, ann.email));
    await refuses(codes.UNAUTHENTICATED, () => inviteAs(undefined, ann.email));
  });

  test('keep owners’ invitations from admins, who can neither revoke nor replace them', async () => {
    await join(service, lab.owner, ann, null, 'ADMIN');
    await inviteAs(lab.owner, ben.email, 'OWNER');
    const [invitation] = (await pending(ann)) ?? [];
    expect(invitation).toMatchObject({ email: ben.email, role: 'OWNER' });
    await refuses(codes.FORBIDDEN, () => revoke(invitation?.id ?? '', ann));
    await refuses(codes.FORBIDDEN, () => inviteAs(ann, ben.email, 'MEMBER'));
    expect(await pending()).toHaveLength(1);
  });

  test('of members give access to no invitation, neither to list nor to revoke it', async () => {
    const { id } = await plant();
    await join(service, lab.owner, ann, null, 'MEMBER');
    expect(await pending(ann)).toEqual([]);
    const answer = await refuses(codes.NOT_FOUND, () => revoke(id, ann));
    expect((await refuses(codes.NOT_FOUND, () => revoke(organizationId(), ann))).text).toBe(answer.text);
    expect((await refuses(codes.NOT_FOUND, () => revoke('no id', ann))).text).toBe(answer.text);
  });

  test.each([
    ['is removed', () => setRole(ann.email, null), []],
    ['leaves', () => leave(ann), []],
    ['is made a member', () => setRole(ann.email, 'MEMBER'), []],
    ['is made an admin', () => setRole(ann.email, 'ADMIN'), ['ADMIN']],
    ['stays an owner', () => setRole(ann.email, 'OWNER'), ['ADMIN', 'OWNER']],
  ] as const)(
    'of an inviter who %s: links beyond what they may grant stop working',
    async (_name, act, left) => {
      await join(service, lab.owner, ann, null, 'OWNER');
      const tokens: Record<string, string> = {};
      for (const role of ['ADMIN', 'OWNER'] as const) {
        tokens[role] = await invite(service, ann, `${role}@lab.example`, role, organizationId());
      }
      await invite(service, lab.owner, 'bystander@lab.example');
      expect(await act()).toMatchObject({ status: 200, errors: [] });
      const kept = ((await pending()) ?? []).filter(({ email }) => email !== 'bystander@lab.example');
      expect(kept.map(({ role }) => role).sort()).toEqual(left);
      for (const [role, token] of Object.entries(tokens)) {
        expect((await look(token)) !== null).toBe([...left].some(kind => kind === role));
      }
      expect((await pending())?.map(({ email }) => email)).toContain('bystander@lab.example');
    },
  );
});

describe('at once', () => {
  const rounds = 8;

  test('two who accept the same link: one joins', async () => {
    for (let round = 0; round < rounds; round++) {
      const { token } = await plant();
      const answers = await Promise.all([accept(token, ann), accept(token, ben)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
      expect([await roleOf(ann), await roleOf(ben)].filter(role => role === 'MEMBER')).toHaveLength(1);
      for (const person of [ann, ben]) await leave(person);
    }
  });

  test('one who accepts twice, signs up and declines: one of them counts', async () => {
    for (let round = 0; round < rounds; round++) {
      const { token, email } = await plant();
      const answers = await Promise.all([
        accept(token, ann),
        accept(token, ann),
        decline(token),
        ...(round < 2 ? [register(email, token)] : []),
      ]);
      const fulfilled = answers.filter(({ status }) => status === 200);
      expect(fulfilled).toHaveLength(1);
      const refused = answers.filter(({ status }) => status !== 200);
      for (const { code } of refused) expect([codes.NOT_FOUND, codes.BAD_USER_INPUT]).toContain(code);
      await leave(ann);
    }
  });

  test('accepting and revoking: a person who joined was not revoked', async () => {
    for (let round = 0; round < rounds; round++) {
      const { id, token } = await plant();
      const [accepted, revoked] = await Promise.all([accept(token, ann), revoke(id)]);
      expect([accepted.status, revoked.status].sort()).toEqual([200, 404]);
      expect(await roleOf(ann)).toBe(accepted.status === 200 ? 'MEMBER' : undefined);
      await leave(ann);
    }
  });

  test('two invitations of one e-mail: one is left', async () => {
    for (let round = 0; round < rounds; round++) {
      const answers = await Promise.all([inviteAs(lab.owner, ann.email), inviteAs(lab.owner, ann.email)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const works = await Promise.all(answers.map(({ data }) => look(tokenIn(data?.inviteMember.link))));
      expect(works.filter(found => found !== null)).toHaveLength(1);
    }
  });

  test('an admin who invites while being demoted or removed creates no link that works beyond the new role', async () => {
    for (let round = 0; round < rounds; round++) {
      await join(service, lab.owner, ann, null, 'ADMIN');
      const role = round % 2 === 0 ? null : 'MEMBER';
      const [invited] = await Promise.all([
        inviteAs(ann, `round${round}@lab.example`, 'ADMIN'),
        setRole(ann.email, role),
      ]);
      expect([200, 403, 404]).toContain(invited.status);
      if (invited.data) expect(await look(tokenIn(invited.data.inviteMember.link))).toBeNull();
      expect(await pending()).toEqual([]);
    }
  });

  test('a request that waits for the lock reads the role behind it', async () => {
    await join(service, lab.owner, ann, null, 'ADMIN');
    const { id } = await plant();
    const attempts: (() => Promise<Answer>)[] = [
      () => inviteAs(ann, 'late@lab.example'),
      () => revoke(id, ann),
      () => setRole(lab.owner.email, null, ann),
      () =>
        service.call(
          'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }',
          { input: { organizationId: organizationId(), name: 'Late' } },
          ann,
        ),
    ];
    for (const [role, allowed] of [
      [null, [404]],
      ['MEMBER', [403, 404]],
    ] as const) {
      for (const attempt of attempts) {
        await join(service, lab.owner, ann, null, 'ADMIN');
        let answered: Promise<Answer> | undefined;
        await service.db.transaction().execute(async trx => {
          await trx
            .selectFrom('organizations')
            .select('id')
            .where('id', '=', organizationId())
            .forUpdate()
            .execute();
          answered = attempt();
          // Until the server waits for the lock that this transaction holds.
          while (!(await waitsForLock())) await wait(5);
          const ofAnn = sql<boolean>`user_id = ${ann.id} and organization_id = ${organizationId()}`;
          if (role === null) await trx.deleteFrom('organizationMembers').where(ofAnn).execute();
          else await trx.updateTable('organizationMembers').set({ role }).where(ofAnn).execute();
        });
        const { status } = (await answered) ?? { status: 0 };
        expect(allowed).toContain(status);
      }
    }
    expect((await pending())?.map(invitation => invitation.id)).toEqual([id]);
  });

  async function waitsForLock(): Promise<boolean> {
    const { rows } = await sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
      service.db,
    );
    return rows.length > 0;
  }
});

describe('limits', () => {
  test('an organization makes 60 invitations an hour, and is then refused', async () => {
    const own = await startServiceForTest();
    const { owner } = await openLab(own);
    const ask = (count: number) =>
      own.call(
        INVITE,
        { input: { organizationId: owner.organization.id, email: `p${count}@lab.example`, role: 'MEMBER' } },
        owner,
      );
    const answers = [];
    for (let count = 0; count < 61; count++) answers.push(await ask(count));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(60);
    expect(answers.at(-1)).toMatchObject(refusal(codes.RATE_LIMITED));
    expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(3000);
    const { owner: other } = await openLab(own, 'PRO', 'Otto Other');
    await invite(own, other, 'p1@lab.example');
  });

  test('an organization has at most 200 pending invitations; expired ones do not count', async () => {
    const email = (count: number) => `pending${count}@lab.example`;
    for (let count = 0; count < 198; count++) {
      await plant({
        email: email(count),
      });
    }
    await plant({ expiresAt: new Date(clock) });
    const answers = await Promise.all([1, 2, 3].map(n => inviteAs(lab.owner, `late${n}@lab.example`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 400]);
    expect(helpOf(await refuses(codes.BAD_USER_INPUT, () => inviteAs(lab.owner, 'x@lab.example')))).toBe(
      'An organization holds at most 200 pending invitations.',
    );
    // A newer one of the same e-mail does not count.
    expect(await inviteAs(lab.owner, email(0))).toMatchObject({ status: 200 });
  });

  test('pending invitations do not count as memberships: they do not fill a person’s list of organizations', async () => {
    for (let count = 0; count < 3; count++) {
      const other = await openLab(service, 'PRO', `Pushy ${count}`);
      await invite(service, other.owner, ann.email);
    }
    const { viewer } = await service.ask('{ viewer { organizations { id } } }', {}, ann);
    expect(viewer?.organizations).toHaveLength(1);
  });
});

describe('signing up with an invitation', () => {
  test('joins the organization, and makes no personal one', async () => {
    const { token, email } = await plant({
      organizationId: organizationId(),
      role: 'ADMIN',
    });
    const answer = await register(email.toUpperCase(), token);
    expect(answer.data?.signUp.organizations).toEqual([
      { id: organizationId(), name: "Olga's laboratory", role: 'ADMIN', projects: [] },
    ]);
    const { viewer } = await service.ask('{ viewer { email } }', {}, { cookie: cookieOf(answer) });
    expect(viewer?.email).toBe(email);
    await refuses(codes.NOT_FOUND, () => register('again@lab.example', token));
  });

  test('needs the e-mail that was invited: otherwise a link could make accounts of any e-mail', async () => {
    const { token, email } = await plant();
    const answer = await refuses(codes.BAD_USER_INPUT, () => register('somebody.else@lab.example', token));
    expect(helpOf(answer)).toContain(email);
    expect(await register(email, token)).toMatchObject({ status: 200 });
  });

  test('with an e-mail that has an account is refused, and the invitation stays', async () => {
    const { token } = await plant({ email: ann.email });
    expect(helpOf(await refuses(codes.BAD_USER_INPUT, () => register(ann.email, token)))).toBe(
      'This e-mail already has an account. Sign in instead.',
    );
    expect(await accept(token, ann)).toMatchObject({ status: 200, errors: [] });
  });
});

describe('leaving', () => {
  test('is open to everyone but the last owner, and ends the project roles too', async () => {
    for (const role of ['MEMBER', 'ADMIN', 'OWNER'] as const) {
      await join(service, lab.owner, ann, 'CONTRIBUTOR', role === 'OWNER' ? 'ADMIN' : role);
      await join(service, lab.owner, ann, null, role);
      expect(await leave(ann)).toMatchObject({ data: { leaveOrganization: true } });
      expect(await roleOf(ann)).toBeUndefined();
      const { project } = await service.ask(
        'query ($id: ID!) { project(id: $id) { id } }',
        { id: lab.owner.projectId },
        ann,
      );
      expect(project).toBeNull();
      await refuses(codes.NOT_FOUND, () => leave(ann));
    }
    expect((await actions()).filter(action => action === `member.left ${ann.email}`)).toHaveLength(3);
    const answer = await refuses(codes.BAD_USER_INPUT, () => leave(lab.owner));
    expect(helpOf(answer)).toMatch(/only owner/);
  });

  test('works in an organization of one’s own, once there is another owner', async () => {
    const { owner } = await openLab(service, 'PRO', 'Selma Seller');
    const token = await invite(service, owner, ann.email, 'OWNER');
    await refuses(codes.BAD_USER_INPUT, () => leave(owner, owner.organization.id));
    await accept(token, ann);
    expect(await leave(owner, owner.organization.id)).toMatchObject({ status: 200, errors: [] });
    const { viewer } = await service.ask('{ viewer { organizations { id } } }', {}, owner);
    expect(viewer?.organizations).toEqual([]);
  });
});

describe('createOrganization', () => {
  const CREATE = `mutation ($name: String!) {
    createOrganization(name: $name) { id name slug role plan { name } members { email role } projects { id } }
  }`;

  test('makes one on the Free plan, with its owner and no project', async () => {
    const person = await signUp(service, 'Otto Organizer');
    const { createOrganization: made } = await service.ask(CREATE, { name: '  Soil Lab ' }, person);
    expect(made).toMatchObject({
      name: 'Soil Lab',
      slug: 'soil-lab',
      role: 'OWNER',
      plan: { name: 'FREE' },
      members: [{ email: person.email, role: 'OWNER' }],
      projects: [],
    });
  });

  test('makes no eleventh Free organization, also not of two at once', async () => {
    const person = await signUp(service, 'Orla Organizer');
    for (let count = 2; count < 10; count++) await service.ask(CREATE, { name: `Lab ${count}` }, person);
    const answers = await Promise.all([1, 2].map(() => service.call(CREATE, { name: 'Lab' }, person)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(
      helpOf(await refuses(codes.BAD_USER_INPUT, () => service.call(CREATE, { name: 'X' }, person))),
    ).toBe('A person may own at most 10 organizations on the Free plan. Delete one that is not used.');
  });
});

describe('keys of a former member', () => {
  const KEYS = `query ($createdBy: ID!) { viewer { organizations { id
    usableApiKeys(createdBy: $createdBy) { id name project { id } }
    keysOfFormerMembers { id name createdBy { name } project { id } }
  } } }`;

  async function keysSeenBy(as: Credential, createdBy = ann.id) {
    const { viewer } = await service.ask(KEYS, { createdBy }, as);
    const organization = viewer?.organizations.find(({ id }) => id === organizationId());
    return {
      madeByAnn: (organization?.usableApiKeys ?? []).map(({ id }) => id),
      ofFormer: (organization?.keysOfFormerMembers ?? []).map(({ id }) => id),
    };
  }

  test('are named beside the member before the removal, and in its answer', async () => {
    await service.db.deleteFrom('apiKeys').execute();
    await join(service, lab.owner, ann, 'CONTRIBUTOR');
    const project = { projectId: lab.owner.projectId };
    const [usable, wide, revoked, expired] = [
      await createKey(service, ann, { deploymentId: lab.deploymentId }),
      await createKey(service, ann, project),
      await createKey(service, ann, project),
      await createKey(service, ann, project, { expiresAt: new Date(clock + 1000) }),
    ];
    await service.ask('mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', { id: revoked.id }, ann);
    await createKey(service, lab.owner, project);
    clock += 1000;
    expect(expired.id).not.toBe('');
    expect(await keysSeenBy(lab.owner)).toEqual({
      madeByAnn: [wide.id, usable.id],
      ofFormer: [],
    });
    for (const outsider of ['no id', '', ben.id]) {
      expect((await keysSeenBy(lab.owner, outsider)).madeByAnn).toEqual([]);
    }

    const { setOrganizationMember } = await service.ask(
      `mutation ($input: SetOrganizationMemberInput!) {
        setOrganizationMember(input: $input) { keysOfFormerMembers { id name prefix createdBy { id } } }
      }`,
      { input: { organizationId: organizationId(), email: ann.email, role: null } },
      lab.owner,
    );
    expect(setOrganizationMember.keysOfFormerMembers).toMatchObject([
      { id: wide.id, prefix: wide.prefix, createdBy: { id: ann.id } },
      { id: usable.id, prefix: usable.prefix, createdBy: { id: ann.id } },
    ]);
    // A member who comes back knows them anyway.
    await join(service, lab.owner, ann, null);
    expect((await keysSeenBy(lab.owner)).ofFormer).toEqual([]);
    await leave(ann);
    expect((await keysSeenBy(lab.owner)).ofFormer).toEqual([wide.id, usable.id]);
    for (const { id } of [wide, usable]) {
      await service.ask('mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', { id }, lab.owner);
    }
    expect((await keysSeenBy(lab.owner)).ofFormer).toEqual([]);
  });

  test('are shown only to people who can see their project', async () => {
    await service.db.deleteFrom('apiKeys').execute();
    await join(service, lab.owner, ann, 'CONTRIBUTOR');
    const { id } = await createKey(service, ann, { projectId: lab.owner.projectId });
    await join(service, lab.owner, ben, null, 'ADMIN');
    expect((await keysSeenBy(ben)).madeByAnn).toEqual([]);
    expect((await keysSeenBy(ann)).madeByAnn).toEqual([id]);
    await leave(ann);
    expect((await keysSeenBy(ben)).ofFormer).toEqual([]);
    await join(service, lab.owner, ben, 'VIEWER', 'ADMIN');
    expect((await keysSeenBy(ben)).ofFormer).toEqual([id]);
    // A key that the same person made in another organization is not listed in this one.
    await join(service, lab.owner, ann, null);
    expect((await keysSeenBy(lab.owner)).ofFormer).toEqual([]);
  });

  test('of a deleted account are named too', async () => {
    await service.db.deleteFrom('apiKeys').execute();
    const gone = await signUp(service, 'Gone');
    await join(service, lab.owner, gone, 'CONTRIBUTOR');
    const { id } = await createKey(service, gone, { projectId: lab.owner.projectId });
    await service.db.deleteFrom('users').where('id', '=', gone.id).execute();
    expect((await keysSeenBy(lab.owner)).ofFormer).toEqual([id]);
  });
});

describe('the origin of links', () => {
  test('is the first of PUBLIC_URL, whatever the request’s Host header is', async () => {
    const own = await startServiceForTest({
      publicUrl: ['https://keys.lab.example', 'http://other.example'],
    });
    const { owner } = await openLab(own);
    const input = { organizationId: owner.organization.id, email: 'a@lab.example', role: 'MEMBER' };
    const answer = await send(
      `${own.url}/graphql`,
      INVITE,
      { input },
      {
        headers: { cookie: owner.cookie, 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
      },
    );
    expect(answer.data?.inviteMember.link).toMatch(/^https:\/\/keys\.lab\.example\/invitations#[\w-]{43}$/);
  });
});
