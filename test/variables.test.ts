import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  CREATE_KEY,
  codes,
  contentOf,
  createKey,
  type Lab,
  LIST_KEYS,
  openLab,
  PREDICT,
  refusal,
  type Service,
  SIGN_IN,
  startService,
} from './harness.ts';

let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
});
afterAll(() => service.close());

const SECRET = 'open sesame, said the forty thieves';
const SIGN_UP = 'mutation SignUp($input: SignUpInput!) { signUp(input: $input) { id } }';
const PROJECT = 'query ($id: ID!) { project(id: $id) { id } }';
const SET_MEMBER = 'mutation ($input: SetProjectMemberInput!) { setProjectMember(input: $input) { id } }';

/** The response and the log lines of a request whose variables do not fit. */
async function refused(
  document: string,
  variables: object,
): Promise<{ answer: Answer; messages: string[]; everything: string }> {
  const logged = service.log.length;
  const before = await contentOf(service.db);
  const answer = await service.call(document, variables, lab.owner);
  expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect(JSON.parse(answer.text)).not.toHaveProperty('data');
  expect(await contentOf(service.db)).toEqual(before);
  // The last line of the request: nothing of it is logged later.
  await expect.poll(() => service.log.slice(logged).join('')).toContain('request completed');
  return {
    answer,
    messages: answer.errors.map(({ message }) => message),
    everything: answer.text + service.log.slice(logged).join(''),
  };
}

describe('a password is never returned, neither in the answer nor in the log', () => {
  const person = { email: 'ali@lab.example', password: SECRET, name: 'Ali Baba' };

  test.each([
    [
      'beside a field that is missing',
      { input: { email: person.email, password: SECRET } },
      'Variable "$input": Field "name" of required type "String!" was not provided.',
    ],
    [
      'beside a field that is null',
      { input: { ...person, name: null } },
      'Variable "$input.name": Expected non-nullable type "String!" not to be null.',
    ],
    [
      'beside a field of another type',
      { input: { ...person, name: 7 } },
      'Variable "$input.name": expected a valid String.',
    ],
    [
      'beside a field that is not in the schema',
      { input: { ...person, nickname: 'Ali' } },
      'Variable "$input": Field "nickname" is not defined by type "SignUpInput". Did you mean "name"?',
    ],
    [
      'in a list',
      { input: { ...person, password: [SECRET] } },
      'Variable "$input.password": expected a valid String.',
    ],
    [
      'in an object',
      { input: { ...person, password: { text: SECRET } } },
      'Variable "$input.password": expected a valid String.',
    ],
    [
      'in place of the e-mail',
      { input: { ...person, email: SECRET } },
      'Variable "$input.email": expected a valid EmailAddress. An e-mail address. Upper and lower case do not matter.',
    ],
    [
      'in place of the whole input',
      { input: SECRET },
      'Variable "$input": Expected type "SignUpInput" to be an object.',
    ],
    [
      'in a list of inputs',
      { input: [person] },
      'Variable "$input": Expected type "SignUpInput" to be an object.',
    ],
    [
      'under another name than the variable’s',
      { inputs: person },
      'Variable "$input" of type "SignUpInput!" is required.',
    ],
  ])('%s', async (_where, variables, message) => {
    const { messages, everything } = await refused(SIGN_UP, variables);
    expect(messages).toContain(message);
    expect(everything).not.toContain(SECRET);
    expect(everything).not.toContain('Ali Baba');
  });

  test('when it is entered as the e-mail, or sent as a number', async () => {
    const swapped = await refused(SIGN_IN, { email: SECRET, password: lab.owner.email });
    expect(swapped.everything).not.toContain(SECRET);
    const number = await refused(SIGN_IN, { email: lab.owner.email, password: 918273645546372 });
    expect(number.messages).toEqual(['Variable "$password": expected a valid String.']);
    expect(number.everything).not.toContain('918273645546372');
  });

  test('when the document declares the wrong type for it', async () => {
    const answer = await service.call(
      'mutation ($password: Int!) { signIn(email: "ali@lab.example", password: $password) { id } }',
      { password: SECRET },
    );
    expect(answer).toMatchObject(refusal(codes.GRAPHQL_VALIDATION_FAILED));
    expect(answer.text).not.toContain(SECRET);
  });

  test('when the request succeeds, or fails in the resolver', async () => {
    const logged = service.log.length;
    const created = await service.call(SIGN_UP, { input: person });
    expect(created.status).toBe(200);
    const taken = await service.call(SIGN_UP, { input: person });
    expect(taken).toMatchObject(refusal(codes.BAD_USER_INPUT));
    const wrong = await service.call(SIGN_IN, { email: person.email, password: `${SECRET}?` });
    expect(wrong).toMatchObject(refusal(codes.UNAUTHENTICATED));
    await expect
      .poll(() => service.log.slice(logged).filter(line => line.includes('request completed')))
      .toHaveLength(3);
    expect(created.text + taken.text + wrong.text + service.log.join('')).not.toContain(SECRET);
  });

  test.each([
    ['no JSON', `{"query": "{ viewer { id } }", "variables": {"password": "${SECRET}"`],
    ['variables as text', JSON.stringify({ query: SIGN_UP, variables: JSON.stringify(person) })],
    ['variables as a list', JSON.stringify({ query: SIGN_UP, variables: [SECRET] })],
    ['a text alone', JSON.stringify(SECRET)],
    ['a list of requests', JSON.stringify([{ query: SIGN_UP, variables: { input: person } }])],
    ['a query that is none', JSON.stringify({ query: { password: SECRET }, variables: person })],
    ['no query at all', JSON.stringify({ variables: { input: person } })],
    ['keys that poison prototypes', `{"query":"{viewer{id}}","variables":{"__proto__":{"a":"${SECRET}"}}}`],
  ])('when the body is %s', async (_what, body) => {
    const logged = service.log.length;
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const text = await response.text();
    expect(response.status, text).toBe(refusal(codes.BAD_USER_INPUT).status);
    expect(JSON.parse(text).errors[0].extensions).toEqual({ code: codes.BAD_USER_INPUT });
    await expect.poll(() => service.log.slice(logged).join('')).toContain('request completed');
    expect(text + service.log.slice(logged).join('')).not.toContain(SECRET);
  });
});

describe('an error about variables names the path and the expected type, and no value', () => {
  const spectrum = { sampleName: 'sample 1', yValues: [1, 2, 3] };
  const predicting = (spectra: unknown) => ({ deploymentId: lab.deploymentId, spectra });
  const naming = (more: object) => ({
    input: { target: { projectId: lab.owner.projectId }, name: 'LIMS', ...more },
  });

  test.each<[string, string, () => object, string[]]>([
    ['ID', PROJECT, () => ({ id: 13579.2468 }), ['Variable "$id": expected a valid ID.']],
    ['ID as object', PROJECT, () => ({ id: { SECRET } }), ['Variable "$id": expected a valid ID.']],
    [
      'Int',
      LIST_KEYS,
      () => ({ of: { projectId: lab.owner.projectId }, first: SECRET }),
      ['Variable "$first": expected a valid Int.'],
    ],
    [
      'Int beyond its range',
      LIST_KEYS,
      () => ({ of: { projectId: lab.owner.projectId }, first: 98765432100 }),
      ['Variable "$first": expected a valid Int.'],
    ],
    [
      'Boolean',
      'mutation ($id: ID!, $active: Boolean!) { setDeploymentActive(id: $id, active: $active) { id } }',
      () => ({ id: lab.deploymentId, active: SECRET }),
      ['Variable "$active": expected a valid Boolean.'],
    ],
    [
      'DateTime',
      CREATE_KEY,
      () => naming({ expiresAt: SECRET }),
      [
        'Variable "$input.expiresAt": expected a valid DateTime. A point in time in UTC, as RFC 3339: `2026-03-01T12:00:00.000Z`.',
      ],
    ],
    [
      'Base64',
      'mutation ($input: RegisterModelInput!) { registerModel(input: $input) { id } }',
      () => ({
        input: {
          projectId: lab.owner.projectId,
          name: 'Octane',
          targetProperty: 'octane',
          onnx: `${SECRET}!`,
        },
      }),
      [
        'Variable "$input.onnx": expected a valid Base64. Bytes in base64 (RFC 4648, section 4: `A–Z a–z 0–9 + /`), padded with `=`, without line breaks.',
      ],
    ],
    [
      'an enum',
      SET_MEMBER,
      () => ({ input: { projectId: lab.owner.projectId, email: lab.owner.email, role: SECRET } }),
      ['Variable "$input.role": expected one of OWNER, CONTRIBUTOR, VIEWER.'],
    ],
    [
      'an enum in small letters',
      SET_MEMBER,
      () => ({ input: { projectId: lab.owner.projectId, email: lab.owner.email, role: 'viewer' } }),
      ['Variable "$input.role": expected one of OWNER, CONTRIBUTOR, VIEWER.'],
    ],
    [
      'an enum as number',
      SET_MEMBER,
      () => ({ input: { projectId: lab.owner.projectId, email: lab.owner.email, role: 98765432100 } }),
      ['Variable "$input.role": expected one of OWNER, CONTRIBUTOR, VIEWER.'],
    ],
    [
      'numbers with a text among them',
      PREDICT,
      () => predicting([spectrum, { ...spectrum, yValues: [1, SECRET, 3] }]),
      ['Variable "$spectra[1].yValues[1]": expected a valid Float.'],
    ],
    [
      'numbers with null among them',
      PREDICT,
      () => predicting([{ ...spectrum, yValues: [1, null, 3] }]),
      ['Variable "$spectra[0].yValues[1]": Expected non-nullable type "Float!" not to be null.'],
    ],
    [
      'numbers that are all texts',
      PREDICT,
      () => predicting([{ ...spectrum, yValues: ['13579.2468', '98765432100'] }]),
      [
        'Variable "$spectra[0].yValues[0]": expected a valid Float.',
        'Variable "$spectra[0].yValues[1]": expected a valid Float.',
      ],
    ],
    [
      'a single value for a list',
      PREDICT,
      () => predicting({ ...spectrum, yValues: SECRET }),
      ['Variable "$spectra.yValues": expected a valid Float.'],
    ],
    [
      'lists within the list',
      PREDICT,
      () => predicting([[{ ...spectrum, sampleName: SECRET }]]),
      ['Variable "$spectra[0]": Expected type "SpectrumInput" to be an object.'],
    ],
    [
      'neither of a oneOf',
      LIST_KEYS,
      () => ({ of: {} }),
      ['Variable "$of": Give exactly one of "deploymentId" and "projectId".'],
    ],
    [
      'both of a oneOf',
      LIST_KEYS,
      () => ({ of: { projectId: SECRET, deploymentId: SECRET } }),
      ['Variable "$of": Give exactly one of "deploymentId" and "projectId".'],
    ],
    [
      'null in a oneOf',
      CREATE_KEY,
      () => ({ input: { target: { projectId: null }, name: SECRET } }),
      ['Variable "$input.target.projectId": Field "projectId" must be non-null.'],
    ],
    [
      'a null beside the other of a oneOf',
      CREATE_KEY,
      () => ({ input: { target: { projectId: lab.owner.projectId, deploymentId: null }, name: SECRET } }),
      [
        'Variable "$input.target": Give exactly one of "deploymentId" and "projectId".',
        'Variable "$input.target.deploymentId": Field "deploymentId" must be non-null.',
      ],
    ],
    [
      'null',
      PROJECT,
      () => ({ id: null }),
      ['Variable "$id": Expected non-nullable type "ID!" not to be null.'],
    ],
    ['nothing', PROJECT, () => ({}), ['Variable "$id" of type "ID!" is required.']],
    [
      'several variables at once',
      SIGN_IN,
      () => ({ email: SECRET, password: 98765432100 }),
      [
        'Variable "$email": expected a valid EmailAddress. An e-mail address. Upper and lower case do not matter.',
        'Variable "$password": expected a valid String.',
      ],
    ],
  ])('%s', async (_what, document, variables, expected) => {
    const { answer, messages, everything } = await refused(document, variables());
    expect(messages).toEqual(expected);
    for (const { extensions } of answer.errors) expect(extensions).toEqual({ code: codes.BAD_USER_INPUT });
    for (const value of [SECRET, '98765432100', '13579.2468']) expect(everything).not.toContain(value);
  });

  test('in a few sentences, even of a spectrum with a thousand wrong points', async () => {
    const { messages, answer } = await refused(
      PREDICT,
      predicting([{ ...spectrum, yValues: Array.from({ length: 1000 }, () => SECRET) }]),
    );
    expect(messages).toHaveLength(10);
    expect(messages[0]).toBe('Variable "$spectra[0].yValues[0]": expected a valid Float.');
    expect(answer.text.length).toBeLessThan(5000);
  });

  test('to programs as well, and without charging them', async () => {
    const key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
    const answer = await service.call(PREDICT, predicting([{ ...spectrum, yValues: ['wrong'] }]), key);
    expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
    const { deployment } = await service.ask(
      'query ($id: ID!) { deployment(id: $id) { usage { predictions } } }',
      { id: lab.deploymentId },
      lab.owner,
    );
    expect(deployment?.usage.predictions).toBe(0);
  });

  test('only where the variables are wrong: a credential that fails is reported before', async () => {
    const answer = await service.call(SIGN_UP, {}, { headers: { authorization: 'Api-Key sk_typo' } });
    expect(answer).toMatchObject(refusal(codes.UNAUTHENTICATED));
  });
});

test.each([
  [
    'an operation that the document does not hold',
    { operationName: 'Another', query: 'query One { viewer { id } }' },
  ],
  ['no operation where there are two', { query: 'query One { viewer { id } } query Two { viewer { id } }' }],
  ['a subscription', { query: 'subscription { viewer { id } }' }],
  ['an empty query', { query: '' }],
  ['a persisted query', { extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } } }],
])(
  'a request that names %s is the caller’s mistake, and is not logged as an error of the server',
  async (_what, body) => {
    const logged = service.log.length;
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(refusal(codes.BAD_USER_INPUT).status);
    const { errors } = JSON.parse(await response.text());
    expect(errors[0].extensions).toEqual({ code: codes.BAD_USER_INPUT });
    await expect.poll(() => service.log.slice(logged).join('')).toContain('request completed');
    const levels: number[] = service.log.slice(logged).map(line => JSON.parse(line).level);
    expect(Math.max(...levels)).toBeLessThan(40);
  },
);

test('a body full of wrong values is answered at once, and ten of them are described', async () => {
  const started = performance.now();
  const answer = await service.call(
    'mutation Predict($spectra: [SpectrumInput!]!) { predict(deploymentId: "1", spectra: $spectra) { logId } }',
    { spectra: [{ sampleName: 'a', yValues: Array.from({ length: 19_000 }, () => '') }] },
    lab.owner,
  );
  expect(answer.errors).toHaveLength(10);
  // Describing a hundred thousand took 10 s, in which no other request was answered.
  expect(performance.now() - started).toBeLessThan(3000);
});

test.each([
  [
    'mutation { createApiKey(input: { target: { projectId: "1" }, name: "A", expiresAt: "open sesame" }) { rawKey } }',
    'The value of "expiresAt" does not fit its type "DateTime": expected a valid DateTime. A point in time in UTC, as RFC 3339: `2026-03-01T12:00:00.000Z`.',
  ],
  [
    '{ apiKeys(of: { projectId: "1" }, status: [sesame]) { totalCount } }',
    'The value does not fit its type "ApiKeyStatus!": expected one of ACTIVE, EXPIRED, REVOKED.',
  ],
  [
    '{ apiKeys(of: { projectId: "1" }, first: "sesame") { totalCount } }',
    'The value of "first" does not fit its type "Int": expected a valid Int.',
  ],
  ['{ apiKeys(of: {}) { totalCount } }', 'Give exactly one of "deploymentId" and "projectId".'],
  [
    '{ apiKeys(of: { projectId: "sesame", deploymentId: "sesame" }) { totalCount } }',
    'Give exactly one of "deploymentId" and "projectId".',
  ],
])(
  'a literal that does not fit is answered with its name and what is expected, without its text',
  async (document, message) => {
    const { errors, text } = await service.call(document, {}, lab.owner);
    expect(errors[0]?.message).toBe(message);
    expect(text).not.toContain('sesame');
  },
);
