import { uuidv7 as newId } from 'uuidv7';
import type { Lab, Service } from './harness.ts';

export interface TenantSize {
  /** Of the lab's project. */
  deployments?: number;
  /** Of the lab's organization, beside the first. */
  projects?: number;
  /** Of the organization and its first project, beside the owner. */
  members?: number;
  /** Successful calls of each deployment. */
  logs?: number;
  /** Spectra of each call. */
  spectra?: number;
}

/** Fills a lab as years of use would. @returns the ids of its deployments. */
export async function fillTenant(
  { db }: Pick<Service, 'db'>,
  { owner, modelId, deploymentId }: Lab,
  { deployments = 0, projects = 0, members = 0, logs = 0, spectra = 1 }: TenantSize,
): Promise<string[]> {
  const createdAt = new Date();
  const { id: organizationId } = owner.organization;
  const { projectId } = owner;
  const times = <Row>(count: number, make: (index: number) => Row) =>
    Array.from({ length: count }, (_, index) => make(index));

  const ids = [deploymentId, ...times(deployments, newId)];
  const added = ids
    .slice(1)
    .map((id, index) => ({ id, projectId, modelId, name: `Line ${index}`, active: true, createdAt }));
  if (added.length > 0) await db.insertInto('deployments').values(added).execute();

  const moreProjects = times(projects, index => ({
    id: newId(),
    organizationId,
    name: `Project ${index}`,
    createdAt,
  }));
  if (projects > 0) await db.insertInto('projects').values(moreProjects).execute();

  const people = times(members, index => ({
    id: newId(),
    email: `${newId()}@lab.example`,
    name: `Member ${index}`,
    passwordHash: '-',
    createdAt,
  }));
  if (members > 0) {
    await db.insertInto('users').values(people).execute();
    const memberships = people.map(({ id }) => ({ userId: id, role: 'MEMBER' as const, organizationId }));
    await db.insertInto('organizationMembers').values(memberships).execute();
    const inProject = people.map(({ id }) => ({ userId: id, role: 'VIEWER' as const, projectId }));
    await db.insertInto('projectMembers').values(inProject).execute();
  }

  const predictions = JSON.stringify(
    times(spectra, index => ({ sampleName: `Sample ${index}`, value: index / 7 })),
  );
  for (const id of ids) {
    if (logs === 0) break;
    const rows = times(logs, () => ({
      id: newId(),
      createdAt,
      deploymentId: id,
      source: 'WEB' as const,
      userId: owner.id,
      predictions,
      durationMs: 1.5,
    }));
    await db.insertInto('predictionLogs').values(rows).execute();
  }
  return ids;
}
