import slugify from '@sindresorhus/slugify';
import type { InferResult, Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { type Actor, type By, recordActivity } from '../activity/activity.ts';
import { canOwnOrganization } from '../auth/roles.ts';
import type { Database } from '../database/pool.ts';
import { forbidden, notFound } from '../errors.ts';
import type { DB, OrganizationRole, PlanName } from '../generated/database.ts';
import type { PlanRow } from './plans.ts';

export interface OrganizationRow {
  id: string;
  slug: string;
  name: string;
  /** The viewer's role. */
  role: OrganizationRole;
  plan: PlanRow;
}

export interface MemberRow<Role> {
  /** The id of the organization or project. */
  parentId: string;
  person: { id: string; name: string };
  email: string;
  role: Role;
}

/**
 * Creates an organization with its owner.
 *
 * @returns its id and its slug, which is made from the name.
 */
export async function insertOrganization(
  trx: Transaction<DB>,
  {
    name,
    plan,
    ownerId,
    actor,
    createdAt,
  }: { name: string; plan: PlanName; ownerId: string; actor: Actor; createdAt: Date },
): Promise<{ id: string; slug: string }> {
  const id = newId();
  // If the name slugifies to nothing, use "organization". If the slug is in use, add the random end of the id.
  const baseSlug = slugify(name).slice(0, 40).replace(/-$/, '') || 'organization';
  const insert = (slug: string) =>
    trx
      .insertInto('organizations')
      .values({ id, slug, name, plan, createdAt })
      .onConflict(conflict => conflict.column('slug').doNothing())
      .returning(['id', 'slug'])
      .executeTakeFirst();
  const organization = (await insert(baseSlug)) ?? (await insert(`${baseSlug}-${id.slice(-12)}`));
  if (!organization) throw new Error(`no free slug for organization ${id}`);
  await trx
    .insertInto('organizationMembers')
    .values({ organizationId: id, userId: ownerId, role: 'OWNER' })
    .execute();
  await recordActivity(trx, actor, createdAt, [
    {
      action: 'organization.created',
      organizationId: id,
      projectId: null,
      subjectId: id,
      subject: name,
      details: { slug: organization.slug, plan },
    },
  ]);
  return organization;
}

function selectOrganizations(db: Database, viewerId: string) {
  return db
    .selectFrom('organizations')
    .innerJoin('organizationMembers', 'organizationMembers.organizationId', 'organizations.id')
    .innerJoin('plans', 'plans.name', 'organizations.plan')
    .select([
      'organizations.id',
      'organizations.slug',
      'organizations.name',
      'organizationMembers.role',
      'plans.name as planName',
      'plans.allowApiPredict',
      'plans.maxApiKeys',
      'plans.monthlyPredictions',
      'plans.maxProjects',
      'plans.maxModels',
      'plans.maxDeployments',
      'plans.maxStorageMb',
    ])
    .where('organizationMembers.userId', '=', viewerId)
    .orderBy('organizations.name')
    .orderBy('organizations.id');
}

type SelectedOrganization = InferResult<ReturnType<typeof selectOrganizations>>[number];

const toRow = ({
  planName,
  allowApiPredict,
  maxApiKeys,
  monthlyPredictions,
  maxProjects,
  maxModels,
  maxDeployments,
  maxStorageMb,
  ...organization
}: SelectedOrganization): OrganizationRow => ({
  ...organization,
  plan: {
    name: planName,
    allowApiPredict,
    maxApiKeys,
    monthlyPredictions,
    maxProjects,
    maxModels,
    maxDeployments,
    maxStorageMb,
  },
});

/** The organizations that the viewer belongs to, by name. */
export async function listOrganizations(db: Database, viewerId: string): Promise<OrganizationRow[]> {
  return (await selectOrganizations(db, viewerId).execute()).map(toRow);
}

/** The given organizations, without those that the viewer does not belong to. */
export async function findOrganizations(
  db: Database,
  viewerId: string,
  ids: string[],
): Promise<OrganizationRow[]> {
  return (
    await selectOrganizations(db, viewerId)
      .where('organizations.id', '=', eb => eb.fn.any(eb.val(ids)))
      .execute()
  ).map(toRow);
}

/** The members of organizations, by name. The caller checks that the viewer belongs to them. */
export async function findOrganizationMembers(
  db: Database,
  organizationIds: string[],
  limit: number,
): Promise<MemberRow<OrganizationRole>[]> {
  const rows = await db
    .selectFrom('organizationMembers')
    .innerJoin('users', 'users.id', 'organizationMembers.userId')
    .select(['organizationMembers.organizationId as parentId', 'organizationMembers.role'])
    .select(['users.id', 'users.name', 'users.email'])
    .where('organizationMembers.organizationId', '=', eb => eb.fn.any(eb.val(organizationIds)))
    .orderBy('users.name')
    .orderBy('users.id')
    .limit(limit)
    .execute();
  return rows.map(({ id, name, ...member }) => ({ ...member, person: { id, name } }));
}

/** Locks an organization's row until the transaction ends. Take this lock before counting its members or projects. */
export async function lockOrganization(trx: Transaction<DB>, id: string): Promise<void> {
  await trx.selectFrom('organizations').select('id').where('id', '=', id).forNoKeyUpdate().execute();
}

/**
 * Locks an organization's row, then reads the organization and the viewer's role.
 *
 * @param may whether a role suffices.
 * @throws NOT_FOUND when the viewer is no longer a member, FORBIDDEN when the role does not suffice.
 */
export async function lockOrganizationAs(
  trx: Transaction<DB>,
  id: string,
  viewerId: string,
  may: (role: OrganizationRole) => boolean,
): Promise<OrganizationRow> {
  await lockOrganization(trx, id);
  const [organization] = await findOrganizations(trx, viewerId, [id]);
  if (!organization) throw notFound('Organization');
  if (!may(organization.role)) {
    throw forbidden('Your role does not allow this. Ask an owner of the organization.');
  }
  return organization;
}

/** Renames an organization; its slug does not change. @throws as `lockOrganizationAs` */
export async function renameOrganization(
  trx: Transaction<DB>,
  { id, name }: Pick<OrganizationRow, 'id' | 'name'>,
  { viewerId, actor, now }: By,
): Promise<void> {
  const { name: before } = await lockOrganizationAs(trx, id, viewerId, canOwnOrganization);
  if (before === name) return;
  await trx.updateTable('organizations').set({ name }).where('id', '=', id).execute();
  await recordActivity(trx, actor, now, [
    {
      action: 'organization.renamed',
      organizationId: id,
      projectId: null,
      subjectId: id,
      subject: name,
      details: { before },
    },
  ]);
}
