import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  CREATE_KEY,
  codes,
  contentOf,
  cookieOf,
  deploy,
  type Lab,
  openLab,
  type Person,
  refusal,
  type Service,
  SIGN_IN,
  signIn,
  signUp,
  startService,
  startServiceForTest,
} from './harness.ts';

let service: Service;
let ada: Person;

beforeAll(async () => {
  service = await startService({ passwordCost: 12 });
  ada = await signUp(service, 'Ada Lovelace');
});
afterAll(() => service.close());

const SIGN_UP = `mutation SignUp($input: SignUpInput!) {
  signUp(input: $input) {
    id name email
    organizations { id slug name role plan { name } projects { name role } members { email role } }
  }
}`;
const WHO = '{ viewer { id name email } }';
const PASSWORD = 'correct horse battery';

let accounts = 0;
const freshEmail = () => {
  accounts += 1;
  return `fresh.${accounts}@lab.example`;
};

function register(input: { email?: string; password?: string; name?: string }): Promise<Answer> {
  return service.call(SIGN_UP, {
    input: { email: freshEmail(), password: PASSWORD, name: 'Fresh', ...input },
  });
}

async function viewerOf(as: { cookie: string }, of: Service = service) {
  return (await of.ask(WHO, {}, as)).viewer;
}

/** The attributes of the session cookie that an answer sets. */
function attributesOf({ headers }: Pick<Answer, 'headers'>): Record<string, string> {
  const [cookie = '', ...more] = headers.getSetCookie();
  expect(more).toEqual([]);
  return Object.fromEntries(
    cookie.split('; ').map(attribute => {
      const [name = '', value = ''] = attribute.split('=');
      return [name, value];
    }),
  );
}

describe('signing up', () => {
  test('makes an account, signs it in, and gives it an organization on FREE with one project', async () => {
    const email = freshEmail();
    const answer = await register({ email, name: 'Grace Hopper' });
    expect(answer).toMatchObject({
      status: 200,
      errors: [],
      data: {
        signUp: {
          name: 'Grace Hopper',
          email,
          organizations: [
            {
              name: "Grace's laboratory",
              role: 'OWNER',
              plan: { name: 'FREE' },
              projects: [{ role: 'OWNER' }],
              members: [{ email, role: 'OWNER' }],
            },
          ],
        },
      },
    });
    expect(await viewerOf({ cookie: cookieOf(answer) })).toMatchObject({ email });
  });

  test('refuses an e-mail that has an account, in whatever case of letters, and changes nothing', async () => {
    const before = await contentOf(service.db);
    for (const email of [ada.email, ada.email.toUpperCase()]) {
      const answer = await register({ email });
      expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
      expect(answer.errors[0]?.message).toMatch(/already has an account/);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect(await contentOf(service.db)).toEqual(before);
  });

  test('gives an e-mail to one of two who sign up with it at once', async () => {
    const email = freshEmail();
    const answers = await Promise.all([register({ email }), register({ email: email.toUpperCase() })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, refusal(codes.BAD_USER_INPUT).status]);
    const { held } = await service.db
      .selectFrom('users')
      .select(eb => eb.fn.countAll<number>().as('held'))
      .where('email', '=', email)
      .executeTakeFirstOrThrow();
    expect(held).toBe(1);
  });

  test('refuses an invalid e-mail, and one longer than mail can carry', async () => {
    for (const email of [
      '',
      'ada',
      'ada@',
      '@lab.example',
      'ada lovelace@lab.example',
      'a\0da@lab.example',
    ]) {
      expect(await register({ email })).toMatchObject(refusal(codes.BAD_USER_INPUT));
    }
    // Text that cannot be compressed: an index would refuse it, and the caller would get an error of the server.
    const long = Array.from({ length: 300 }, (_, at) => ((at * 7919) % 36).toString(36)).join('');
    expect(await register({ email: `${long.repeat(20)}@lab.example` })).toMatchObject(
      refusal(codes.BAD_USER_INPUT),
    );
    expect(await register({ email: `${'a'.repeat(255 - '@lab.example'.length)}@lab.example` })).toMatchObject(
      refusal(codes.BAD_USER_INPUT),
    );
    const longest = `${'a'.repeat(254 - '@lab.example'.length)}@lab.example`;
    expect(await register({ email: longest })).toMatchObject({ status: 200 });
  });

  test('gives every organization its own slug, however alike the names', async () => {
    const answers = [];
    for (const name of [
      'Same Name',
      'Same Name',
      'same-name',
      '研究室',
      '實驗室',
      '!!!',
      'ß'.repeat(100),
      `${'x'.repeat(39)} y`,
    ]) {
      answers.push(await register({ name }));
    }
    const slugs = answers.map(({ data }) => data?.signUp.organizations[0]?.slug);
    expect(new Set(slugs).size).toBe(slugs.length);
    for (const slug of slugs) expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  test('gives two people of one name who sign up at once a slug each', async () => {
    const answers = await Promise.all([1, 2].map(() => register({ name: 'Twin' })));
    const slugs = answers.map(({ data }) => data?.signUp.organizations[0]?.slug);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(slugs).size).toBe(2);
  });
});

describe('a new password', () => {
  test.each([
    ['14 characters', 'a'.repeat(14)],
    ['14 characters in more bytes', 'é'.repeat(14)],
    ['8 characters that take 16 units in UTF-16', '🔬'.repeat(8)],
    ['73 bytes', 'a'.repeat(73)],
    ['73 bytes in 37 characters', `${'é'.repeat(36)}a`],
    ['half of a surrogate pair', `\ud800${'a'.repeat(20)}`],
    ['NUL, with which bcrypt would take it for its first letter', 'a\0'.repeat(8)],
    ['nothing', ''],
  ])('is refused with %s', async (_what, password) => {
    const before = await contentOf(service.db);
    const answer = await register({ password });
    expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(answer.errors[0]?.message).toMatch(/^The password /);
    expect(await contentOf(service.db)).toEqual(before);
  });

  test.each([
    ['15 characters', 'a'.repeat(15)],
    ['15 characters beyond the basic plane', '🔬'.repeat(15)],
    ['72 bytes', 'a'.repeat(72)],
    ['72 bytes in 36 characters', 'é'.repeat(36)],
    ['spaces around it, which count', `  ${'a'.repeat(11)}  `],
  ])('may have %s, and each of them counts', async (_what, password) => {
    const email = freshEmail();
    expect(await register({ email, password })).toMatchObject({ status: 200 });
    expect(await service.call(SIGN_IN, { email, password })).toMatchObject({ status: 200 });
    const shorter = [...password].slice(0, -1).join('');
    expect(await service.call(SIGN_IN, { email, password: shorter })).toMatchObject(
      refusal(codes.UNAUTHENTICATED),
    );
  });

  test('is the same however a keyboard composes its letters', async () => {
    const email = freshEmail();
    await register({ email, password: 'ein schönes Paßwort, café'.normalize('NFC') });
    const password = 'ein schönes Paßwort, café'.normalize('NFD');
    expect(await service.call(SIGN_IN, { email, password })).toMatchObject({ status: 200 });
  });

  test('is stored as a bcrypt hash of its own salt alone', async () => {
    const [one, two] = [freshEmail(), freshEmail()];
    await register({ email: one });
    await register({ email: two });
    const rows = await service.db
      .selectFrom('users')
      .select('passwordHash')
      .where('email', 'in', [one, two])
      .execute();
    for (const { passwordHash } of rows) expect(passwordHash).toMatch(/^\$2b\$12\$[./A-Za-z0-9]{53}$/);
    expect(new Set(rows.map(({ passwordHash }) => passwordHash)).size).toBe(2);
  });
});

describe('signing in', () => {
  /** An invalid session that looks valid: the body is then read beyond 64 KiB. */
  const maybe = { cookie: `spectrakey_session=${'x'.repeat(43)}` };

  test('takes no longer for a password of a million characters', async () => {
    const attempt = async (password: string) => {
      const started = performance.now();
      await service.call(
        'mutation SignIn($password: String!) { signIn(email: "nobody@lab.example", password: $password) { id } }',
        { password },
        maybe,
      );
      return performance.now() - started;
    };
    const usual = await attempt('a wrong but short one');
    // This character becomes 18 when it is normalized.
    expect(await attempt('\ufdfa'.repeat(1_000_000))).toBeLessThan(4 * usual + 500);
  });

  test('takes the e-mail in any case of letters, and the password as it is', async () => {
    const answer = await service.call(SIGN_IN, { email: ada.email.toUpperCase(), password: ada.password });
    expect(answer.data?.signIn).toEqual({ id: ada.id, email: ada.email, name: 'Ada Lovelace' });
    expect(await viewerOf({ cookie: cookieOf(answer) })).toMatchObject({ id: ada.id });
    const wrong = await service.call(SIGN_IN, { email: ada.email, password: ada.password.toUpperCase() });
    expect(wrong).toMatchObject(refusal(codes.UNAUTHENTICATED));
  });

  test('answers an unknown e-mail and a wrong password alike, and makes no session', async () => {
    const wrong = await service.call(SIGN_IN, { email: ada.email, password: 'not the passphrase' });
    const unknown = await service.call(SIGN_IN, {
      email: 'nobody@lab.example',
      password: 'not the passphrase',
    });
    expect(wrong).toMatchObject(refusal(codes.UNAUTHENTICATED));
    expect(unknown.text).toBe(wrong.text);
    expect(unknown.status).toBe(wrong.status);
    for (const { headers } of [wrong, unknown]) expect(headers.getSetCookie()).toEqual([]);
  });

  test('with text after the 72nd byte of the password does not match', async () => {
    const email = freshEmail();
    await register({ email, password: 'a'.repeat(72) });
    expect(await service.call(SIGN_IN, { email, password: 'a'.repeat(73) })).toMatchObject(
      refusal(codes.UNAUTHENTICATED),
    );
  });

  test.each([
    ['nothing', ''],
    ['half of a surrogate pair', `\ud800${'a'.repeat(20)}`],
    ['NUL', '\0'],
    ['a megabyte', 'x'.repeat(1_000_000)],
  ])('with an impossible password is answered like a wrong one: %s', async (_what, password) => {
    const known = await service.call(SIGN_IN, { email: ada.email, password }, maybe);
    expect(known).toMatchObject(refusal(codes.UNAUTHENTICATED));
    const unknown = await service.call(SIGN_IN, { email: 'nobody@lab.example', password }, maybe);
    expect(unknown.text).toBe(known.text);
  });

  test('takes an unknown e-mail as much work as a wrong password', async () => {
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
    // Alternating, so that other work of the machine affects both.
    for (let round = 0; round < 7; round++) {
      for (const kind of ['known', 'unknown'] as const) {
        const started = performance.now();
        await service.call(SIGN_IN, {
          email: kind === 'known' ? ada.email : 'nobody@lab.example',
          password: 'not the passphrase',
        });
        times[kind].push(performance.now() - started);
      }
    }
    const median = (values: number[]) => values.sort((a, b) => a - b)[3] ?? Number.NaN;
    const ratio = median(times.unknown) / median(times.known);
    // A look-up without the work takes a hundredth of it.
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });

  test('leaves the server answering others while passwords are hashed', async () => {
    let hashing = true;
    const signIns = Promise.all(
      Array.from({ length: 4 }, () => service.call(SIGN_IN, { email: ada.email, password: 'wrong' })),
    ).finally(() => {
      hashing = false;
    });
    let answered = 0;
    const waits: number[] = [];
    while (hashing) {
      const started = performance.now();
      const { status } = await fetch(`${service.url}/healthz`);
      expect(status).toBe(200);
      waits.push(performance.now() - started);
      answered += 1;
    }
    await signIns;
    // On the event loop the four hashes would allow one answer at most between them.
    expect(answered).toBeGreaterThan(20);
    expect(waits.sort((a, b) => a - b)[Math.floor(waits.length / 2)]).toBeLessThan(150);
  });
});

describe('the session cookie', () => {
  const now = new Date('2026-03-01T12:00:00.000Z');
  const DAY_MS = 24 * 60 * 60 * 1000;

  test('is not readable by scripts, is not sent from other sites, and lives for 30 days', async () => {
    const own = await startServiceForTest({ now: () => now });
    const person = await signUp(own, 'Ada');
    const answer = await own.call(SIGN_IN, { email: person.email, password: person.password });
    expect(attributesOf(answer)).toEqual({
      spectrakey_session: expect.stringMatching(/^[\w-]{43}$/),
      Path: '/',
      Expires: 'Tue, 31 Mar 2026 12:00:00 GMT',
      HttpOnly: '',
      SameSite: 'Lax',
    });
  });

  test('holds a token that the database does not hold', async () => {
    const { cookie } = await signIn(service, ada);
    const [, token = ''] = cookie.split('=');
    const rows = await service.db.selectFrom('sessions').selectAll().execute();
    const stored = rows.map(row => row.digest.toString('latin1'));
    const spellings = [token, Buffer.from(token, 'base64url').toString('latin1')];
    for (const spelling of spellings) expect(stored).not.toContain(spelling);
  });

  test('works for 30 days by the clock, then counts as absent and is cleared', async () => {
    let at = now;
    const own = await startServiceForTest({ now: () => at });
    const person = await signUp(own, 'Ada');
    at = new Date(now.getTime() + 30 * DAY_MS - 1);
    expect(await viewerOf(person, own)).toMatchObject({ id: person.id });
    at = new Date(now.getTime() + 30 * DAY_MS);
    const answer = await own.call(WHO, {}, person);
    expect(answer).toMatchObject({ status: 200, data: { viewer: null }, errors: [] });
    expect(attributesOf(answer)).toMatchObject({
      spectrakey_session: '',
      Path: '/',
      Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
    });
  });

  test('that has expired is deleted by the server at the next sign-in', async () => {
    let at = now;
    const own = await startServiceForTest({ now: () => at });
    const person = await signUp(own, 'Ada');
    at = new Date(now.getTime() + 30 * DAY_MS);
    await signIn(own, person);
    expect(await own.db.selectFrom('sessions').select('userId').execute()).toHaveLength(1);
  });

  test.each([
    ['behind TLS, as a trusted proxy reports, is Secure', ['127.0.0.1'], 'https', true],
    ['behind TLS with several proxies trusted is Secure', ['10.0.0.0/8', '127.0.0.1'], 'https', true],
    ['without TLS behind a trusted proxy is not', ['127.0.0.1'], 'http', false],
    ['when an untrusted sender claims TLS is not Secure', ['10.0.0.1'], 'https', false],
    ['without a trusted proxy is not Secure', undefined, 'https', false],
  ])('%s', async (_name, trustedProxies, proto, secure) => {
    const own = await startServiceForTest(trustedProxies === undefined ? {} : { trustedProxies });
    const headers = { 'x-forwarded-proto': proto };
    const input = { email: freshEmail(), password: PASSWORD, name: 'Ada' };
    const signedUp = await own.call(SIGN_UP, { input }, { headers });
    expect('Secure' in attributesOf(signedUp)).toBe(secure);
    expect('__Host-spectrakey_session' in attributesOf(signedUp)).toBe(secure);
    expect('spectrakey_session' in attributesOf(signedUp)).toBe(!secure);
    expect(attributesOf(signedUp)).toMatchObject({ Path: '/', HttpOnly: '' });
    expect(attributesOf(signedUp)).not.toHaveProperty('Domain');
    // Browsers clear a Secure cookie only by one that is Secure as well.
    const cookie = cookieOf(signedUp);
    const signedOut = await own.call('mutation { signOut }', {}, { headers: { ...headers, cookie } });
    expect(signedOut.data).toEqual({ signOut: true });
    expect('Secure' in attributesOf(signedOut)).toBe(secure);
    expect('__Host-spectrakey_session' in attributesOf(signedOut)).toBe(secure);
  });

  test('of the other name counts as absent: it was set by a neighbouring site or on the network, or no browser sends it', async () => {
    const own = await startServiceForTest({ trustedProxies: ['127.0.0.1'] });
    const input = { email: freshEmail(), password: PASSWORD, name: 'Ada' };
    for (const [proto, other] of [
      ['https', 'http'],
      ['http', 'https'],
    ] as const) {
      const by = (name: string) => ({ 'x-forwarded-proto': name });
      const signedUp = await own.call(
        SIGN_UP,
        { input: { ...input, email: freshEmail() } },
        { headers: by(proto) },
      );
      const [, token = ''] = cookieOf(signedUp).split('=');
      const right = cookieOf(signedUp);
      const names = ['spectrakey_session', '__Host-spectrakey_session'];
      const wrong = names.filter(name => !right.startsWith(`${name}=`)).map(name => `${name}=${token}`);
      const viewerOf = async (protocol: string, cookie: string) =>
        (await own.ask(WHO, {}, { headers: { ...by(protocol), cookie } })).viewer?.id ?? null;
      expect(await viewerOf(proto, right)).toBe(signedUp.data?.signUp.id);
      for (const cookie of wrong) expect(await viewerOf(proto, cookie)).toBeNull();
      expect(await viewerOf(other, right)).toBeNull();
      // The planted one beside the right one changes nothing, in either order.
      for (const cookie of [
        `${wrong[0]}; ${right}`,
        `${right}; ${wrong[0]?.replace(token, 'x'.repeat(43))}`,
      ]) {
        expect(await viewerOf(proto, cookie)).toBe(signedUp.data?.signUp.id);
      }
    }
  });
});

describe('signing out', () => {
  test('ends the session on the server, and no other', async () => {
    const one = await signIn(service, ada);
    const other = await signIn(service, ada);
    const answer = await service.call('mutation { signOut }', {}, one);
    expect(answer.data).toEqual({ signOut: true });
    expect(attributesOf(answer)).toMatchObject({
      spectrakey_session: '',
      Path: '/',
      Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
    });
    // A copy of the cookie is worthless.
    expect(await viewerOf(one)).toBeNull();
    expect(await service.call('mutation { signOut }', {}, one)).toMatchObject(refusal(codes.UNAUTHENTICATED));
    expect(await viewerOf(other)).toMatchObject({ id: ada.id });
  });
});

test.each([
  ['Ana Moreno', "Ana's laboratory"],
  ['Dr. Ana Moreno', "Ana's laboratory"],
  ['Ph.D.', "Ph.D.'s laboratory"],
  ['🔬'.repeat(100), `${'🔬'.repeat(87)}'s laboratory`],
])('the personal organization of %s is named %s', async (name, expected) => {
  const answer = await register({ name });
  expect(answer.data?.signUp.organizations).toMatchObject([{ name: expected }]);
});

describe('names', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab(service);
  });

  /** Every mutation that takes a name, and the name that it stored. */
  const namings: Record<string, (name: string) => Promise<{ answer: Answer; name: string | undefined }>> = {
    'a person': async name => {
      const answer = await register({ name });
      return { answer, name: answer.data?.signUp.name };
    },
    'a project': async name => {
      const answer = await service.call(
        'mutation ($input: CreateProjectInput!) { createProject(input: $input) { name } }',
        { input: { organizationId: lab.owner.organization.id, name } },
        lab.owner,
      );
      return { answer, name: answer.data?.createProject.name };
    },
    'a deployment': async name => {
      const answer = await service.call(
        'mutation ($input: CreateDeploymentInput!) { createDeployment(input: $input) { name } }',
        { input: { modelId: lab.modelId, name } },
        lab.owner,
      );
      return { answer, name: answer.data?.createDeployment.name };
    },
    'an API key': async name => {
      const answer = await service.call(
        CREATE_KEY,
        { input: { target: { projectId: lab.owner.projectId }, name } },
        lab.owner,
      );
      return { answer, name: answer.data?.createApiKey.apiKey.name };
    },
  };

  describe.each(Object.entries(namings))('of %s', (_what, naming) => {
    test.each([
      ['spaces around it are trimmed', '  Käthe \n', 'Käthe'],
      ['100 characters are kept', 'x'.repeat(100), 'x'.repeat(100)],
      ['100 characters beyond the basic plane are kept', '🔬'.repeat(100), '🔬'.repeat(100)],
      ['spaces around 100 characters do not count', ` ${'x'.repeat(100)} `, 'x'.repeat(100)],
    ])('%s', async (_promise, name, kept) => {
      expect((await naming(name)).name).toBe(kept);
    });

    test.each([
      ['an empty name', ''],
      ['spaces alone', ' \t\u00a0\n'],
      ['101 characters', 'x'.repeat(101)],
      ['101 characters beyond the basic plane', '🔬'.repeat(101)],
      ['60 000 characters', 'x'.repeat(60_000)],
      ['NUL', 'Ada\0Lovelace'],
      ['a control character', 'Ada\u0007Lovelace'],
      ['a character that turns the text after it', 'Ada\u202eecalevoL'],
      ['the first half of a surrogate pair', 'Ada\ud83d'],
      ['the second half of a surrogate pair', '\udd2cAda'],
    ])('%s is refused, and nothing changes', async (_name, name) => {
      const before = await contentOf(service.db);
      const { answer } = await naming(name);
      expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
      expect(answer.text.length).toBeLessThan(500);
      expect(await contentOf(service.db)).toEqual(before);
    });
  });

  test('of models trim to the same model, whose next version it becomes', async () => {
    await deploy(service, lab.owner, undefined, 'Trimmed');
    await deploy(service, lab.owner, undefined, '  Trimmed ');
    const { project } = await service.ask(
      'query ($id: ID!) { project(id: $id) { models { name version } } }',
      { id: lab.owner.projectId },
      lab.owner,
    );
    expect(project?.models.slice(0, 2)).toEqual([
      { name: 'Trimmed', version: 2 },
      { name: 'Trimmed', version: 1 },
    ]);
  });
});
