import { readFileSync } from 'node:fs';
import { buildSchema, isEnumType } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forPeople } from '../src/dashboard/app/for-people.ts';
import {
  MAX_CALL_BYTES,
  MAX_DESCRIPTION_LENGTH,
  MAX_LIFETIME_DAYS,
  MAX_MODEL_MIB,
  MAX_NAME_LENGTH,
  MAX_NOTE_LENGTH,
  MAX_REHEARSAL_MINUTES,
  MAX_SPECTRA,
  MIN_PASSWORD_LENGTH,
  MINUTES_BETWEEN_REHEARSALS,
} from '../src/dashboard/limits.ts';
import { ORGANIZATION_ROLES, PROJECT_ROLES } from '../src/dashboard/members/roles.ts';
import { MAX_BODY_BYTES } from '../src/http/limits.ts';
import { MAX_SAMPLE_NAME_LENGTH } from '../src/spectra/limits.ts';
import {
  CREATE_DEPLOYMENT,
  CREATE_KEY,
  codes,
  createKey,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  REHEARSE,
  ROTATE_KEY,
  SET_KEY_POLICY,
  type Service,
  startService,
  UPDATE_KEY,
} from './harness.ts';

let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
});
afterAll(() => service.close());

const text = (length: number) => 'x'.repeat(length);
/** The messages of input errors; empty if the call succeeded or failed for another reason. */
async function refusals(query: string, variables: object): Promise<string[]> {
  const { code, errors } = await service.call(query, variables, lab.owner);
  return code === codes.BAD_USER_INPUT ? (errors ?? []).map(({ message }) => message) : [];
}

test('the server and the dashboard have the same limit on the length of a name', async () => {
  const rename = 'mutation ($id: ID!, $name: String!) { renameProject(id: $id, name: $name) { id } }';
  const ask = (length: number) => refusals(rename, { id: lab.owner.projectId, name: text(length) });
  expect(await ask(MAX_NAME_LENGTH)).toEqual([]);
  expect(await ask(MAX_NAME_LENGTH + 1)).toEqual([expect.stringContaining(`${MAX_NAME_LENGTH} characters`)]);
});

test('the server and the dashboard have the same limit on the length of a description', async () => {
  const ask = (length: number) =>
    refusals(CREATE_DEPLOYMENT, {
      input: { modelId: lab.modelId, name: 'Octane', description: text(length) },
    });
  expect(await ask(MAX_DESCRIPTION_LENGTH)).toEqual([]);
  expect(await ask(MAX_DESCRIPTION_LENGTH + 1)).toEqual([
    expect.stringContaining(`${MAX_DESCRIPTION_LENGTH} characters`),
  ]);
});

test('the server and the dashboard have the same limits on the note, the rehearsal and the lifetime of a key', async () => {
  const { id } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  const note = (length: number) => refusals(UPDATE_KEY, { input: { id, note: text(length) } });
  expect(await note(MAX_NOTE_LENGTH)).toEqual([]);
  expect(await note(MAX_NOTE_LENGTH + 1)).toEqual([expect.stringContaining(`${MAX_NOTE_LENGTH} characters`)]);

  const rehearse = (minutes: number) => refusals(REHEARSE, { id, minutes });
  expect(await rehearse(MAX_REHEARSAL_MINUTES + 1)).toEqual([
    `"minutes" must be 1 to ${MAX_REHEARSAL_MINUTES}.`,
  ]);
  const started = Date.now();
  expect(await rehearse(MAX_REHEARSAL_MINUTES)).toEqual([]);
  const [again = ''] = await rehearse(1);
  const [time = ''] = /[-\d]+T[:.\d]+Z/.exec(again) ?? [];
  const minutes = (Date.parse(time) - started) / 60_000;
  expect(minutes).toBeGreaterThanOrEqual(MINUTES_BETWEEN_REHEARSALS);
  expect(minutes).toBeLessThan(MINUTES_BETWEEN_REHEARSALS + 1);

  const organizationId = lab.owner.organization.id;
  const allow = (maxLifetimeDays: number) =>
    refusals(SET_KEY_POLICY, {
      input: { organizationId, maxLifetimeDays, expiryRequired: false, projectKeysAllowed: true },
    });
  expect(await allow(MAX_LIFETIME_DAYS)).toEqual([]);
  expect(await allow(MAX_LIFETIME_DAYS + 1)).toEqual([
    expect.stringContaining(`must be 1 to ${MAX_LIFETIME_DAYS},`),
  ]);
});

test('refusals of what the dialogs of keys send have no names of the API when the dashboard shows them', async () => {
  const target = { deploymentId: lab.deploymentId };
  // The organization has a policy by now.
  const { id } = await createKey(service, lab.owner, target, { expiresAt: new Date('2099-01-01') });
  const networks = Array.from({ length: 51 }, (_, index) => `10.0.${index}.0/24`);
  const past = '2020-01-01T00:00:00Z';
  const policy = {
    organizationId: lab.owner.organization.id,
    expiryRequired: true,
    projectKeysAllowed: true,
  };
  const settings = [
    { allowedNetworks: ['x'] },
    { allowedNetworks: networks },
    { expiresAt: past },
    { monthlyPredictions: 0 },
    { callsPerMinute: 0 },
  ];
  const refused = await Promise.all([
    ...settings.flatMap(one => [
      refusals(CREATE_KEY, { input: { target, name: 'LIMS', ...one } }),
      refusals(UPDATE_KEY, { input: { id, ...one } }),
    ]),
    refusals(ROTATE_KEY, { input: { id, overlapSeconds: -1 } }),
    refusals(ROTATE_KEY, { input: { id, overlapSeconds: 0, expiresAt: past } }),
  ]);
  for (const messages of [
    ...refused,
    await refusals(SET_KEY_POLICY, { input: { ...policy, maxLifetimeDays: 0 } }),
  ]) {
    expect(messages).toHaveLength(1);
    expect(forPeople(messages[0] ?? '')).not.toMatch(/"[a-z]+[A-Z]\w*"|\bnull\b|\dT\d/);
  }
  expect(forPeople(refused[6]?.[0] ?? '')).toBe(
    `The predictions a month must be 1 to ${Number.MAX_SAFE_INTEGER}, or empty for no limit.`,
  );
});

test('the server, the dashboard and the reader of spectra have the same limits on the spectra of a call and sample names', async () => {
  const [spectrum] = gasoline();
  const ask = (count: number, sampleName: string) =>
    refusals(PREDICT, {
      deploymentId: lab.deploymentId,
      spectra: Array.from({ length: count }, () => ({ ...spectrum, sampleName })),
    });
  expect(await ask(MAX_SPECTRA, text(MAX_SAMPLE_NAME_LENGTH))).toEqual([]);
  expect(await ask(MAX_SPECTRA + 1, 'sample')).not.toEqual([]);
  expect(await ask(1, text(MAX_SAMPLE_NAME_LENGTH + 1))).not.toEqual([]);
});

test('the server and the dashboard have the same limit on the size of a model', async () => {
  const register = 'mutation ($input: RegisterModelInput!) { registerModel(input: $input) { id } }';
  const ask = (bytes: number) =>
    refusals(register, {
      input: {
        projectId: lab.owner.projectId,
        name: 'Large',
        targetProperty: 'octane number',
        onnx: Buffer.alloc(bytes).toString('base64'),
      },
    });
  const tooLarge = `The ONNX file is too large: at most ${MAX_MODEL_MIB} MiB. Register a smaller one.`;
  expect(await ask(MAX_MODEL_MIB * 1024 * 1024)).not.toContain(tooLarge);
  expect(await ask(MAX_MODEL_MIB * 1024 * 1024 + 1)).toEqual([tooLarge]);
});

test('the server and the dashboard have the same minimum length of a password', async () => {
  const change = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }';
  const ask = (newPassword: string) =>
    refusals(change, { input: { currentPassword: lab.owner.password, newPassword } });
  const long = 'nine lives of a cat'.slice(0, MIN_PASSWORD_LENGTH);
  expect(await ask(long.slice(1))).toEqual([expect.stringContaining(`${MIN_PASSWORD_LENGTH} characters`)]);
  expect(await ask(long)).toEqual([]);
});

test('the calls into which the dashboard splits spectra fit into a request', () => {
  expect(MAX_CALL_BYTES).toBeLessThan(MAX_BODY_BYTES);
});

test('the dashboard offers the roles of the schema', () => {
  const schema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));
  const rolesOf = (name: string) => {
    const type = schema.getType(name);
    return isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
  };
  expect(PROJECT_ROLES.map(({ value }) => value)).toEqual(rolesOf('ProjectRole'));
  expect(ORGANIZATION_ROLES.map(({ value }) => value)).toEqual(rolesOf('OrganizationRole'));
});
