import { uuidv7 as newId } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OrganizationRole, ProjectRole } from '../src/generated/database.ts';
import {
  ACCEPT,
  type Answer,
  CREATE_DEPLOYMENT,
  CREATE_KEY,
  type Credential,
  codes,
  contentOf,
  demonstration,
  INVITE,
  invite,
  join,
  type Lab,
  openLab,
  type Person,
  refusal,
  type Service,
  signUp,
  startService,
  tokenIn,
} from './harness.ts';

let service: Service;
let lab: Lab;
/** Two people whom the tests put into roles; before each test they are in their own organizations only. */
let ann: Person;
let ben: Person;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service, 'ENTERPRISE');
  ann = await signUp(service, 'Ann');
  ben = await signUp(service, 'Ben');
});
beforeEach(async () => {
  await service.db
    .deleteFrom('organizationMembers')
    .where('organizationId', '=', lab.owner.organization.id)
    .where('userId', '!=', lab.owner.id)
    .execute();
  await service.db.deleteFrom('projectMembers').where('projectId', '=', lab.owner.projectId).execute();
  await service.db
    .updateTable('organizationMembers')
    .set({ role: 'OWNER' })
    .where('userId', '=', lab.owner.id)
    .where('organizationId', '=', lab.owner.organization.id)
    .execute();
});
afterAll(() => service.close());

function setInOrganization(
  email: string,
  role: OrganizationRole | null,
  as: Credential = lab.owner,
  organizationId: string = lab.owner.organization.id,
): Promise<Answer> {
  return service.call(
    `mutation ($input: SetOrganizationMemberInput!) {
      setOrganizationMember(input: $input) { id members { person { id } email role } }
    }`,
    { input: { organizationId, email, role } },
    as,
  );
}

function setInProject(
  email: string,
  role: ProjectRole | null,
  as: Credential = lab.owner,
  projectId: string = lab.owner.projectId,
): Promise<Answer> {
  return service.call(
    `mutation ($input: SetProjectMemberInput!) {
      setProjectMember(input: $input) { id members { person { id } email role } }
    }`,
    { input: { projectId, email, role } },
    as,
  );
}

function createProject(as: Credential, name = 'Another project'): Promise<Answer> {
  return service.call(
    'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id name role members { email role } } }',
    { input: { organizationId: lab.owner.organization.id, name } },
    as,
  );
}

async function organizationRole({ id }: Person): Promise<OrganizationRole | undefined> {
  const row = await service.db
    .selectFrom('organizationMembers')
    .select('role')
    .where('organizationId', '=', lab.owner.organization.id)
    .where('userId', '=', id)
    .executeTakeFirst();
  return row?.role;
}

function leave(as: Credential, organizationId: string = lab.owner.organization.id): Promise<Answer> {
  return service.call(
    'mutation ($organizationId: ID!) { leaveOrganization(organizationId: $organizationId) }',
    { organizationId },
    as,
  );
}

/** The role in the laboratory's project, as the person reads it. */
async function projectRole(person: Credential, id = lab.owner.projectId): Promise<ProjectRole | undefined> {
  const { project } = await service.ask('query ($id: ID!) { project(id: $id) { role } }', { id }, person);
  return project?.role;
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

describe('members of an organization', () => {
  test('are changed and removed by an owner, and listed by name', async () => {
    await join(service, lab.owner, ann, null, 'MEMBER');
    const changed = await setInOrganization(ann.email, 'ADMIN');
    expect(changed.data?.setOrganizationMember.members).toEqual([
      { person: { id: ann.id }, email: ann.email, role: 'ADMIN' },
      { person: { id: lab.owner.id }, email: lab.owner.email, role: 'OWNER' },
    ]);
    expect(await organizationRole(ann)).toBe('ADMIN');
    const removed = await setInOrganization(ann.email, null);
    expect(removed.data?.setOrganizationMember.members.map(({ email }) => email)).toEqual([lab.owner.email]);
  });

  test('are named by their e-mail in any case of letters', async () => {
    await join(service, lab.owner, ann, null, 'MEMBER');
    await setInOrganization(ann.email.toUpperCase(), 'ADMIN');
    expect(await organizationRole(ann)).toBe('ADMIN');
    expect(await setInProject(ann.email.toUpperCase(), 'VIEWER')).toMatchObject({ status: 200 });
  });

  test('alone have roles: every other e-mail gets the same answer, with or without an account', async () => {
    const removed = await signUp(service, 'Rosa Removed');
    await join(service, lab.owner, removed, null);
    await setInOrganization(removed.email, null);
    for (const role of ['OWNER', 'ADMIN', 'MEMBER', null] as const) {
      const unknown = await refuses(codes.BAD_USER_INPUT, () =>
        setInOrganization('nobody@lab.example', role),
      );
      expect(helpOf(unknown)).toBe(
        'No member of the organization has this e-mail. Invite the person instead.',
      );
      for (const { email } of [ann, removed]) {
        expect((await refuses(codes.BAD_USER_INPUT, () => setInOrganization(email, role))).text).toBe(
          unknown.text,
        );
      }
    }
    expect(await organizationRole(ann)).toBeUndefined();
  });

  test('are changed and removed by an admin unless they are owners', async () => {
    await join(service, lab.owner, ann, null, 'ADMIN');
    await join(service, lab.owner, ben, null);
    for (const role of ['ADMIN', 'MEMBER', null] as const) {
      expect(await setInOrganization(ben.email, role, ann)).toMatchObject({ status: 200, errors: [] });
      expect(await organizationRole(ben)).toBe(role ?? undefined);
    }
  });

  test('are never made owners by an admin', async () => {
    await join(service, lab.owner, ann, null, 'ADMIN');
    await join(service, lab.owner, ben, null, 'MEMBER');
    for (const email of [ben.email, ann.email, 'nobody@lab.example']) {
      await refuses(codes.FORBIDDEN, () => setInOrganization(email, 'OWNER', ann));
    }
  });

  test('who are owners are never changed by an admin', async () => {
    await join(service, lab.owner, ann, null, 'ADMIN');
    await join(service, lab.owner, ben, null, 'OWNER');
    for (const email of [lab.owner.email, ben.email]) {
      for (const role of ['OWNER', 'ADMIN', 'MEMBER', null] as const) {
        await refuses(codes.FORBIDDEN, () => setInOrganization(email, role, ann));
      }
    }
  });

  test('always include an owner: the last one can be neither removed nor demoted', async () => {
    await join(service, lab.owner, ann, null, 'ADMIN');
    for (const role of ['ADMIN', 'MEMBER', null] as const) {
      const answer = await refuses(codes.BAD_USER_INPUT, () => setInOrganization(lab.owner.email, role));
      expect(helpOf(answer)).toMatch(/another member an owner first/);
    }
    // Until another takes over.
    await join(service, lab.owner, ann, null, 'OWNER');
    expect(await setInOrganization(lab.owner.email, null)).toMatchObject({ status: 200, errors: [] });
    expect(await organizationRole(lab.owner)).toBeUndefined();
    await service.db
      .insertInto('organizationMembers')
      .values({ organizationId: lab.owner.organization.id, userId: lab.owner.id, role: 'OWNER' })
      .execute();
  });

  test.each([
    ['demote each other', (own: Person, other: Person) => setInOrganization(other.email, 'MEMBER', own)],
    ['remove each other', (own: Person, other: Person) => setInOrganization(other.email, null, own)],
    ['remove themselves', (own: Person) => setInOrganization(own.email, null, own)],
    ['leave', (own: Person) => leave(own)],
    [
      'leave and demote',
      (own: Person, other: Person) =>
        own === lab.owner ? leave(own) : setInOrganization(other.email, 'MEMBER', own),
    ],
  ])('always include an owner: of two who %s at once, one remains', async (_name, act) => {
    const both: [Person, Person] = [lab.owner, ann];
    for (let round = 0; round < 10; round++) {
      for (const { id } of both) {
        await service.db
          .insertInto('organizationMembers')
          .values({ organizationId: lab.owner.organization.id, userId: id, role: 'OWNER' })
          .onConflict(conflict =>
            conflict.columns(['organizationId', 'userId']).doUpdateSet({ role: 'OWNER' }),
          )
          .execute();
      }
      const [one, two] = both;
      const answers = await Promise.all([act(one, two), act(two, one)]);
      expect(answers.map(({ status }) => status)).toContain(200);
      const roles = [await organizationRole(one), await organizationRole(two)];
      expect(roles.filter(role => role === 'OWNER')).toHaveLength(1);
    }
    await service.db
      .insertInto('organizationMembers')
      .values({ organizationId: lab.owner.organization.id, userId: lab.owner.id, role: 'OWNER' })
      .onConflict(conflict => conflict.doNothing())
      .execute();
  });

  test('are not removed by an owner who was removed a moment before', async () => {
    const organizationId = lab.owner.organization.id;
    const makeOwner = (userId: string) =>
      service.db
        .insertInto('organizationMembers')
        .values({ organizationId, userId, role: 'OWNER' })
        .onConflict(conflict => conflict.columns(['organizationId', 'userId']).doUpdateSet({ role: 'OWNER' }))
        .execute();
    const third = await signUp(service, 'Third Owner');
    await makeOwner(third.id);
    for (let round = 0; round < 10; round++) {
      await makeOwner(lab.owner.id);
      await makeOwner(ann.id);
      const answers = await Promise.all([
        setInOrganization(ann.email, null, lab.owner),
        setInOrganization(lab.owner.email, null, ann),
      ]);
      // The second one is not a member any more.
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
    }
    await makeOwner(lab.owner.id);
  });

  test('who were removed have left its projects, and coming back brings no project role back', async () => {
    await join(service, lab.owner, ann, 'OWNER');
    const second = (await createProject(lab.owner)).data?.createProject.id ?? '';
    await setInProject(ann.email, 'CONTRIBUTOR', lab.owner, second);
    expect(await projectRole(ann, second)).toBe('CONTRIBUTOR');

    await setInOrganization(ann.email, null);
    await join(service, lab.owner, ann, null, 'ADMIN');
    expect(await projectRole(ann)).toBeUndefined();
    expect(await projectRole(ann, second)).toBeUndefined();
  });

  test('who were removed keep their roles in other organizations', async () => {
    const other = await openLab(service, 'PRO', 'Otto Other');
    await join(service, other.owner, ann, 'CONTRIBUTOR');
    await join(service, lab.owner, ann, 'CONTRIBUTOR');
    await setInOrganization(ann.email, null);
    expect(await projectRole(ann, other.owner.projectId)).toBe('CONTRIBUTOR');
    expect(await projectRole(ann, ann.projectId)).toBe('OWNER');
  });

  test('who are removed while another person adds them to a project are left in neither', async () => {
    for (let round = 0; round < 10; round++) {
      await join(service, lab.owner, ann, null, 'MEMBER');
      await Promise.all([setInOrganization(ann.email, null), setInProject(ann.email, 'OWNER')]);
      const left = await service.db
        .selectFrom('projectMembers')
        .select('projectId')
        .where('userId', '=', ann.id)
        .where('projectId', '=', lab.owner.projectId)
        .execute();
      expect(left).toEqual([]);
      expect(await organizationRole(ann)).toBeUndefined();
    }
  });
});

describe('members of a project', () => {
  test('are added, changed and removed by the organization’s owner and by project owners', async () => {
    await join(service, lab.owner, ann, 'OWNER');
    await join(service, lab.owner, ben, null, 'MEMBER');
    for (const as of [lab.owner, ann]) {
      for (const role of ['VIEWER', 'CONTRIBUTOR', 'OWNER'] as const) {
        const { data } = await setInProject(ben.email, role, as);
        expect(data?.setProjectMember.members).toContainEqual({
          person: { id: ben.id },
          email: ben.email,
          role,
        });
      }
      const { data } = await setInProject(ben.email, null, as);
      expect(data?.setProjectMember.members.map(({ email }) => email)).toEqual([ann.email, lab.owner.email]);
    }
  });

  test('are not changed by an owner who was demoted a moment before', async () => {
    await join(service, lab.owner, ann, 'OWNER');
    await join(service, lab.owner, ben, 'OWNER');
    for (let round = 0; round < 10; round++) {
      for (const { email } of [ann, ben]) await setInProject(email, 'OWNER');
      const answers = await Promise.all([
        setInProject(ben.email, 'VIEWER', ann),
        setInProject(ann.email, 'VIEWER', ben),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
    }
  });

  test('are members of the organization: others are refused with what to do', async () => {
    for (const email of [ann.email, 'nobody@lab.example']) {
      for (const role of ['VIEWER', null] as const) {
        const answer = await refuses(codes.BAD_USER_INPUT, () => setInProject(email, role));
        expect(helpOf(answer)).toMatch(/Invite the person to the organization first/);
      }
    }
  });

  test('include the organization’s owners as owners, whose role cannot be changed here', async () => {
    await join(service, lab.owner, ann, 'OWNER');
    for (const role of ['OWNER', 'CONTRIBUTOR', 'VIEWER', null] as const) {
      await refuses(codes.BAD_USER_INPUT, () => setInProject(lab.owner.email, role, ann));
    }
    const { project } = await service.ask(
      'query ($id: ID!) { project(id: $id) { members { email role } } }',
      { id: lab.owner.projectId },
      ann,
    );
    expect(project?.members).toEqual([
      { email: ann.email, role: 'OWNER' },
      { email: lab.owner.email, role: 'OWNER' },
    ]);
  });

  test('do not include admins and members who have no project role', async () => {
    await join(service, lab.owner, ann, null, 'ADMIN');
    await join(service, lab.owner, ben, null, 'MEMBER');
    expect(await projectRole(ann)).toBeUndefined();
    expect(await projectRole(ben)).toBeUndefined();
    const { project } = await service.ask(
      'query ($id: ID!) { project(id: $id) { members { email } } }',
      { id: lab.owner.projectId },
      lab.owner,
    );
    expect(project?.members).toEqual([{ email: lab.owner.email }]);
  });

  test('may leave by themselves where they are owners', async () => {
    await join(service, lab.owner, ann, 'OWNER');
    expect(await setInProject(ann.email, null, ann)).toMatchObject({ status: 200, errors: [] });
    expect(await projectRole(ann)).toBeUndefined();
  });
});

describe('roles', () => {
  const mayCreateKeys = async (as: Credential) => {
    const input = { target: { projectId: lab.owner.projectId }, name: 'LIMS' };
    const { code } = await service.call(CREATE_KEY, { input }, as);
    return code ?? 'created';
  };

  test('in a project take effect on the next request of the same session', async () => {
    await join(service, lab.owner, ann, 'VIEWER');
    expect(await mayCreateKeys(ann)).toBe(codes.FORBIDDEN);
    await setInProject(ann.email, 'CONTRIBUTOR');
    expect(await mayCreateKeys(ann)).toBe('created');
    await setInProject(ann.email, 'VIEWER');
    expect(await mayCreateKeys(ann)).toBe(codes.FORBIDDEN);
    await setInProject(ann.email, null);
    expect(await mayCreateKeys(ann)).toBe(codes.NOT_FOUND);
  });

  test('in an organization take effect on the next request of the same session', async () => {
    await join(service, lab.owner, ann, null, 'MEMBER');
    await refuses(codes.FORBIDDEN, () => createProject(ann));
    expect(await mayCreateKeys(ann)).toBe(codes.NOT_FOUND);
    await join(service, lab.owner, ann, null, 'ADMIN');
    expect(await createProject(ann)).toMatchObject({ status: 200, errors: [] });
    await join(service, lab.owner, ann, null, 'OWNER');
    expect(await mayCreateKeys(ann)).toBe('created');
    expect(await projectRole(ann)).toBe('OWNER');
    await join(service, lab.owner, ann, null, 'MEMBER');
    await refuses(codes.FORBIDDEN, () => createProject(ann));
    expect(await mayCreateKeys(ann)).toBe(codes.NOT_FOUND);
  });

  test('of an owner of the organization overrides a lesser role in a project', async () => {
    await join(service, lab.owner, ann, 'VIEWER');
    await join(service, lab.owner, ann, null, 'OWNER');
    expect(await projectRole(ann)).toBe('OWNER');
    expect(await mayCreateKeys(ann)).toBe('created');
  });
});

describe('a new project', () => {
  test('of an admin is owned by that admin, and stays so when the admin becomes a member', async () => {
    await join(service, lab.owner, ann, null, 'ADMIN');
    const { data } = await createProject(ann, '  Mayonnaise ');
    expect(data?.createProject).toMatchObject({
      name: 'Mayonnaise',
      role: 'OWNER',
      members: [
        { email: ann.email, role: 'OWNER' },
        { email: lab.owner.email, role: 'OWNER' },
      ],
    });
    const id = data?.createProject.id ?? '';
    await join(service, lab.owner, ann, null, 'MEMBER');
    expect(await projectRole(ann, id)).toBe('OWNER');
    expect(await setInProject(ann.email, 'OWNER', ann, id)).toMatchObject({ status: 200 });
  });

  test('of an owner is owned by the current owners of the organization, and not by former ones', async () => {
    await join(service, lab.owner, ann, null, 'OWNER');
    const { data } = await createProject(ann);
    const id = data?.createProject.id ?? '';
    expect(data?.createProject.role).toBe('OWNER');
    expect(await projectRole(lab.owner, id)).toBe('OWNER');
    await join(service, lab.owner, ann, null, 'MEMBER');
    expect(await projectRole(ann, id)).toBeUndefined();
  });

  test('is empty, and no member without project role sees it', async () => {
    await join(service, lab.owner, ann, null, 'MEMBER');
    const id = (await createProject(lab.owner)).data?.createProject.id ?? '';
    const { project } = await service.ask(
      `query ($id: ID!) {
        project(id: $id) { models { id } deployments { id } apiKeyAllowance { used } organization { id } }
      }`,
      { id },
      lab.owner,
    );
    expect(project).toEqual({
      models: [],
      deployments: [],
      apiKeyAllowance: { used: 0 },
      organization: { id: lab.owner.organization.id },
    });
    expect(await projectRole(ann, id)).toBeUndefined();
  });
});

describe('no list grows beyond 200', () => {
  let full: Lab;
  beforeAll(async () => {
    full = await openLab(service, 'PRO', 'Full House');
  });

  /** Invites and accepts. @returns what was refused of it, or the acceptance. */
  async function addMember(person: Person): Promise<Answer> {
    const input = { organizationId: full.owner.organization.id, email: person.email, role: 'MEMBER' };
    const invited = await service.call(INVITE, { input }, full.owner);
    if (!invited.data) return invited;
    return await service.call(ACCEPT, { token: tokenIn(invited.data.inviteMember.link) }, person);
  }

  /** One more fits where 199 are, and no other after it, not even of two requests at once. */
  async function fillsUp(
    addOne: (person: Person) => Promise<Answer>,
    changeOne: (person: Person) => Promise<Answer>,
    removeOne: (person: Person) => Promise<unknown>,
    sentence: string,
  ) {
    const answers = await Promise.all([addOne(ann), addOne(ben)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, refusal(codes.BAD_USER_INPUT).status]);
    const [added, refused] = answers[0]?.status === 200 ? [ann, ben] : [ben, ann];
    const answer = await refuses(codes.BAD_USER_INPUT, () => addOne(refused));
    expect(helpOf(answer)).toBe(sentence);
    // Existing ones can still be changed, and leave a free place when they are deleted.
    expect(await changeOne(added)).toMatchObject({ status: 200, errors: [] });
    await removeOne(added);
    expect(await addOne(refused)).toMatchObject({ status: 200 });
    await removeOne(refused);
  }

  test('of an organization’s members', async () => {
    const crowd = await insertCrowd(198);
    const organizationId = full.owner.organization.id;
    await service.db
      .insertInto('organizationMembers')
      .values(crowd.map(userId => ({ organizationId, userId, role: 'MEMBER' as const })))
      .execute();
    await fillsUp(
      addMember,
      ({ email }) => setInOrganization(email, 'ADMIN', full.owner, organizationId),
      ({ email }) => setInOrganization(email, null, full.owner, organizationId),
      'An organization holds at most 200 members.',
    );
    await service.db.deleteFrom('users').where('id', 'in', crowd).execute();
  });

  test('of a project’s members', async () => {
    const crowd = await insertCrowd(199);
    for (const person of [ann, ben]) await addMember(person);
    await service.db
      .insertInto('projectMembers')
      .values(crowd.map(userId => ({ projectId: full.owner.projectId, userId, role: 'VIEWER' as const })))
      .execute();
    await fillsUp(
      ({ email }) => setInProject(email, 'VIEWER', full.owner, full.owner.projectId),
      ({ email }) => setInProject(email, 'OWNER', full.owner, full.owner.projectId),
      ({ email }) => setInProject(email, null, full.owner, full.owner.projectId),
      'A project holds at most 200 members.',
    );
    await service.db.deleteFrom('users').where('id', 'in', crowd).execute();
  });

  test('of a person’s organizations', async () => {
    const person = await signUp(service, 'Joana Joiner');
    const ids = Array.from({ length: 198 }, () => newId());
    await service.db
      .insertInto('organizations')
      .values(
        ids.map(id => ({ id, slug: `many-${id}`, name: 'One of many', plan: 'FREE', createdAt: new Date() })),
      )
      .execute();
    await service.db
      .insertInto('organizationMembers')
      .values(ids.map(organizationId => ({ organizationId, userId: person.id, role: 'MEMBER' as const })))
      .execute();
    expect(await addMember(person)).toMatchObject({ status: 200 });
    // An invitation that cannot be accepted now stays for later.
    const token = await invite(service, lab.owner, person.email);
    const accept = () => service.call(ACCEPT, { token }, person);
    expect(helpOf(await refuses(codes.BAD_USER_INPUT, accept))).toBe(
      'A person holds at most 200 organizations.',
    );
    await leave(person, full.owner.organization.id);
    expect(await accept()).toMatchObject({ status: 200 });
  });

  test('of an organization’s projects', async () => {
    const own = await openLab(service, 'ENTERPRISE', 'Many Projects');
    // The plan allows as many as the list: an operator may have raised the plan.
    await service.db
      .updateTable('plans')
      .set({ maxProjects: 1000 })
      .where('name', '=', 'ENTERPRISE')
      .execute();
    const organizationId = own.owner.organization.id;
    await service.db
      .insertInto('projects')
      .values(
        Array.from({ length: 198 }, () => ({
          id: newId(),
          organizationId,
          name: 'One of many',
          createdAt: new Date(),
        })),
      )
      .execute();
    await oneOfTwo(
      () =>
        service.call(
          'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }',
          { input: { organizationId, name: 'One more' } },
          own.owner,
        ),
      'An organization holds at most 200 projects.',
    );
  });

  test('of a project’s models', async () => {
    const own = await openLab(service, 'ENTERPRISE', 'Many Models');
    const { fileId } = await service.db
      .selectFrom('models')
      .select('fileId')
      .where('id', '=', own.modelId)
      .executeTakeFirstOrThrow();
    await service.db
      .insertInto('models')
      .values(
        Array.from({ length: 198 }, (_, at) => ({
          id: newId(),
          projectId: own.owner.projectId,
          name: 'One of many',
          version: at + 1,
          kind: 'REGRESSION' as const,
          targetProperty: 'octane number',
          inputLength: 1,
          fileId,
          createdAt: new Date(),
        })),
      )
      .execute();
    const input = {
      projectId: own.owner.projectId,
      name: 'One more',
      targetProperty: 'octane number',
      onnx: demonstration('octane.onnx').toString('base64'),
    };
    await oneOfTwo(
      () =>
        service.call(
          'mutation ($input: RegisterModelInput!) { registerModel(input: $input) { id } }',
          { input },
          own.owner,
        ),
      'A project holds at most 200 models.',
    );
  });

  test('of a project’s deployments', async () => {
    const own = await openLab(service, 'ENTERPRISE', 'Many Deployments');
    await service.db
      .insertInto('deployments')
      .values(
        Array.from({ length: 198 }, () => ({
          id: newId(),
          projectId: own.owner.projectId,
          modelId: own.modelId,
          name: 'One of many',
          active: true,
          createdAt: new Date(),
        })),
      )
      .execute();
    await oneOfTwo(
      () => service.call(CREATE_DEPLOYMENT, { input: { modelId: own.modelId, name: 'One more' } }, own.owner),
      'A project holds at most 200 deployments.',
    );
  });

  /** Of two requests at once for the last place, one gets it. */
  async function oneOfTwo(addOne: () => Promise<Answer>, sentence: string) {
    const answers = await Promise.all([addOne(), addOne()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, refusal(codes.BAD_USER_INPUT).status]);
    expect(helpOf(await refuses(codes.BAD_USER_INPUT, addOne))).toBe(sentence);
  }

  /** People with unusable passwords: a sign-up each would take a minute. */
  async function insertCrowd(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => newId());
    await service.db
      .insertInto('users')
      .values(
        ids.map(id => ({
          id,
          email: `${id}@crowd.example`,
          name: 'One of many',
          passwordHash: 'none',
          createdAt: new Date(),
        })),
      )
      .execute();
    return ids;
  }
});
