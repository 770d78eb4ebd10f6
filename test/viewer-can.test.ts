import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrganizationRole, ProjectRole } from '../src/generated/database.ts';
import {
  codes,
  join,
  type Lab,
  openLab,
  type Person,
  type Service,
  signUp,
  startService,
} from './harness.ts';

let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
});
afterAll(() => service.close());

async function permissionsOf(person: Pick<Person, 'cookie'>) {
  const { project } = await service.ask(
    `query ($id: ID!) {
      project(id: $id) {
        viewerCan { predict manageModels manageDeployments manageApiKeys manageMembers manageProject }
        organization { viewerCan { createProjects manageMembers manageOwners manageOrganization } }
      }
    }`,
    { id: lab.owner.projectId },
    person,
  );
  return project;
}

const mutationsOf = ({ modelId, deploymentId, owner: { projectId } }: Lab) => ({
  manageModels: `renameModel(id: "${modelId}", name: "Octane") { id }`,
  manageDeployments: `renameDeployment(id: "${deploymentId}", name: "Octane") { id }`,
  manageApiKeys: `createApiKey(input: { target: { projectId: "${projectId}" }, name: "LIMS" }) { rawKey }`,
  manageMembers: `setProjectMember(input: { projectId: "${projectId}", email: "nobody@lab.example", role: VIEWER }) { id }`,
  manageProject: `renameProject(id: "${projectId}", name: "First project") { id }`,
});

/** Whether the server refuses the person for their role. */
async function isForbidden(person: Person, field: string): Promise<boolean> {
  const { code } = await service.call(`mutation { ${field} }`, {}, person);
  return code === codes.FORBIDDEN;
}

test.for([
  ['VIEWER', false, false],
  ['CONTRIBUTOR', true, false],
  ['OWNER', true, true],
] as const)(
  'viewerCan of a project for the role %s is what the server allows',
  async ([role, edits, manages]) => {
    const person = await signUp(service, `Project ${role}`);
    await join(service, lab.owner, person, role satisfies ProjectRole);
    const project = await permissionsOf(person);
    expect(project?.viewerCan).toEqual({
      predict: edits,
      manageModels: edits,
      manageDeployments: edits,
      manageApiKeys: edits,
      manageMembers: manages,
      manageProject: manages,
    });
    const allowed = new Map(Object.entries(project?.viewerCan ?? {}));
    for (const [permission, field] of Object.entries(mutationsOf(lab))) {
      expect(await isForbidden(person, field), permission).toBe(!allowed.get(permission));
    }
  },
);

test.for([
  ['MEMBER', false, false],
  ['ADMIN', true, false],
  ['OWNER', true, true],
] as const)(
  'viewerCan of an organization for the role %s is what the server allows',
  async ([role, manages, owns]) => {
    const person = await signUp(service, `Organization ${role}`);
    await join(
      service,
      lab.owner,
      person,
      role === 'OWNER' ? null : 'VIEWER',
      role satisfies OrganizationRole,
    );
    expect((await permissionsOf(person))?.organization.viewerCan).toEqual({
      createProjects: manages,
      manageMembers: manages,
      manageOwners: owns,
      manageOrganization: owns,
    });
    const organizationId = lab.owner.organization.id;
    const create = await service.call(
      'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }',
      { input: { organizationId, name: `Of ${role}` } },
      person,
    );
    expect(create.code === codes.FORBIDDEN).toBe(!manages);
    const rename = await service.call(
      'mutation ($id: ID!) { renameOrganization(id: $id, name: "Laboratory") { id } }',
      { id: organizationId },
      person,
    );
    expect(rename.code === codes.FORBIDDEN).toBe(!owns);
  },
);
