import { sql, type Transaction } from 'kysely';
import type { By } from '../activity/activity.ts';
import { type ActivityAction, type Actor, recordActivity } from '../activity/activity.ts';
import { canEditProject, projectAccess } from '../auth/roles.ts';
import type { Database } from '../database/pool.ts';
import { apiKeyLimitReached, forbidden, notFound, planFeatureRequired } from '../errors.ts';
import type { ApiKeyScope, DB, ProjectRole } from '../generated/database.ts';
import { lockProjectAs } from '../projects/projects.ts';
import { type PageRequest, pagesTable, toConnections } from '../requests/pagination.ts';
import type { RawKey } from './raw-key.ts';

export interface ApiKeyRow {
  id: string;
  name: string;
  prefix: string;
  scopes: ApiKeyScope[];
  projectId: string;
  deploymentId: string | null;
  createdAt: Date;
  createdBy: string | null;
  creatorName: string | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
  revokedBy: string | null;
  revokerName: string | null;
  lastUsedAt: Date | null;
  /** The viewer's role in the project. */
  role: ProjectRole;
}

/** What a key reaches: one deployment, or with none named its whole project. */
export interface Reach {
  projectId: string;
  deploymentId: string | null;
}

/** The keys that the viewer can see. */
export function selectKeys(db: Database, viewerId: string) {
  return db
    .selectFrom('apiKeys')
    .innerJoin(projectAccess(db).as('access'), 'access.projectId', 'apiKeys.projectId')
    .leftJoin('users as creators', 'creators.id', 'apiKeys.createdBy')
    .leftJoin('users as revokers', 'revokers.id', 'apiKeys.revokedBy')
    .select([
      'apiKeys.id',
      'apiKeys.name',
      'apiKeys.prefix',
      'apiKeys.projectId',
      'apiKeys.deploymentId',
      'apiKeys.createdAt',
      'apiKeys.createdBy',
      'creators.name as creatorName',
      'apiKeys.expiresAt',
      'apiKeys.revokedAt',
      'apiKeys.revokedBy',
      'revokers.name as revokerName',
      'apiKeys.lastUsedAt',
      'access.role',
      // pg does not know the array type of our enum; as JSON it arrives as an array.
      sql<ApiKeyScope[]>`to_json(api_keys.scopes)`.as('scopes'),
    ])
    .where('access.userId', '=', viewerId);
}

/** Those of the given keys that the viewer can see. */
export function findApiKeys(db: Database, viewerId: string, ids: string[]): Promise<ApiKeyRow[]> {
  return selectKeys(db, viewerId)
    .where('apiKeys.id', '=', eb => eb.fn.any(eb.val(ids)))
    .execute();
}

/** A page of the keys that have a reach: of a project all, of a deployment those that reach it. */
export type KeyPage = PageRequest & Reach;

/** Pages of keys, newest first, and how many each whole list holds; two statements for all of them. */
export async function listApiKeys(db: Database, viewerId: string, pages: readonly KeyPage[]) {
  const table = pagesTable(pages, 'projectId', 'deploymentId');
  /** Project-wide keys reach each deployment of the project. */
  const reaches = sql<boolean>`(page.deployment_id is null
    or api_keys.deployment_id is null or api_keys.deployment_id = page.deployment_id)`;
  const [rows, counts] = await Promise.all([
    db
      .selectFrom(table)
      .innerJoinLateral(
        selectKeys(db, viewerId)
          .where('apiKeys.projectId', '=', sql.ref<string>('page.projectId'))
          .where(reaches)
          .where('apiKeys.id', '<', sql.ref<string>('page.before'))
          .orderBy('apiKeys.id', 'desc')
          .limit(sql.ref<number>('page.limit'))
          .as('key'),
        join => join.onTrue(),
      )
      .selectAll('key')
      .select('page.place')
      .execute(),
    db
      .selectFrom(table)
      .select(from => [
        'page.place',
        from
          .selectFrom('apiKeys')
          .whereRef('apiKeys.projectId', '=', 'page.projectId')
          .where(reaches)
          .select(eb => eb.fn.countAll<number>().as('totalCount'))
          .as('totalCount'),
      ])
      .execute(),
  ]);
  const totals = new Map(counts.map(({ place, totalCount }) => [place, totalCount]));
  return toConnections(rows, pages).map((connection, index) => ({
    ...connection,
    totalCount: totals.get(index + 1) ?? 0,
  }));
}

function selectUsable(db: Database, now: Date) {
  return db
    .selectFrom('apiKeys')
    .where('revokedAt', 'is', null)
    .where(where => where.or([where('expiresAt', 'is', null), where('expiresAt', '>', now)]));
}

/** How many usable keys (neither revoked nor expired) the projects hold. */
export async function countUsableKeys(db: Database, now: Date, projectIds: string[]) {
  return await selectUsable(db, now)
    .where('projectId', '=', eb => eb.fn.any(eb.val(projectIds)))
    .select(eb => ['projectId', eb.fn.countAll<number>().as('used')])
    .groupBy('projectId')
    .execute();
}

/** Revoked and expired keys that a project keeps: beyond, the ones that ended first go when a key is made. */
export const MAX_ENDED_KEYS = 1000;

/**
 * Stores a new key and its audit row.
 *
 * @param trx a transaction: the project's row is locked while its keys are counted, so that the limit is exact
 *   however many ask at once; those that lose wait, and are refused.
 * @throws NOT_FOUND or FORBIDDEN as the viewer's role and the deployment stand behind the lock; PLAN_FEATURE_REQUIRED or
 *   API_KEY_LIMIT_REACHED as the plan stands now.
 */
export async function insertApiKey(
  trx: Transaction<DB>,
  {
    id,
    reach: { projectId, deploymentId },
    name,
    rawKey,
    expiresAt,
  }: { id: string; reach: Reach; name: string; rawKey: RawKey; expiresAt: Date | null },
  { viewerId, actor, now }: By,
): Promise<void> {
  await lockProjectAs(trx, projectId, viewerId, canEditProject);
  if (deploymentId !== null) {
    const deployment = await trx
      .selectFrom('deployments')
      .select('id')
      .where('id', '=', deploymentId)
      .executeTakeFirst();
    if (!deployment) throw notFound('Deployment');
  }
  const plan = await trx
    .selectFrom('projects')
    .innerJoin('organizations', 'organizations.id', 'projects.organizationId')
    .innerJoin('plans', 'plans.name', 'organizations.plan')
    .select(['plans.allowApiPredict', 'plans.maxApiKeys'])
    .where('projects.id', '=', projectId)
    .executeTakeFirstOrThrow();
  if (!plan.allowApiPredict) throw planFeatureRequired();
  const [held] = await countUsableKeys(trx, now, [projectId]);
  if ((held?.used ?? 0) >= plan.maxApiKeys) throw apiKeyLimitReached();

  await trx
    .insertInto('apiKeys')
    .values({
      id,
      projectId,
      deploymentId,
      name,
      prefix: rawKey.prefix,
      digest: rawKey.digest,
      scopes: sql<ApiKeyScope[]>`array['PREDICT']::api_key_scope[]`,
      createdAt: now,
      createdBy: viewerId,
      expiresAt,
    })
    .execute();
  await recordEvent(trx, id, 'api_key.created', actor, now);
  await dropOldEndedKeys(trx, projectId, actor, now);
}

/** Deletes the keys that ended first, where a project holds more than it keeps. */
async function dropOldEndedKeys(
  trx: Transaction<DB>,
  projectId: string,
  actor: Actor,
  now: Date,
): Promise<void> {
  const endedAt = sql<Date>`least(revoked_at, expires_at)`;
  const old = await trx
    .selectFrom('apiKeys')
    .select('id')
    .where('projectId', '=', projectId)
    .where(where => where.or([where('revokedAt', 'is not', null), where('expiresAt', '<=', now)]))
    .orderBy(endedAt, 'desc')
    .orderBy('id', 'desc')
    .offset(MAX_ENDED_KEYS)
    .execute();
  const ids = old.map(({ id }) => id);
  if (ids.length > 0) await deleteApiKeys(trx, keys => keys.where('apiKeys.id', 'in', ids), actor, now);
}

/** A key as it was created, which the audit remembers of a deleted one too. */
export async function findCreated(
  db: Database,
  id: string,
): Promise<{ id: string; name: string; prefix: string }> {
  const { details, ...key } = await db
    .selectFrom('activity')
    .select(['subjectId as id', 'subject as name', sql<{ prefix: string }>`details`.as('details')])
    .where('subjectId', '=', id)
    .where('action', '=', 'api_key.created' satisfies ActivityAction)
    .executeTakeFirstOrThrow();
  return { ...key, prefix: details.prefix };
}

/**
 * Locks a key's row, then reads the viewer's role behind the lock. Not the project's row, so that nothing else which is
 * under way in the project delays a revocation.
 *
 * @throws NOT_FOUND or FORBIDDEN when the viewer may not change it, or not any more.
 */
async function lockApiKeyAs(trx: Transaction<DB>, id: string, viewerId: string): Promise<void> {
  await trx.selectFrom('apiKeys').select('id').where('id', '=', id).forUpdate().execute();
  const [key] = await findApiKeys(trx, viewerId, [id]);
  if (!key) throw notFound('API key');
  if (!canEditProject(key.role)) throw forbidden();
}

/**
 * Revokes a key from its next request on, and records who did. A key that is revoked already stays as it was.
 *
 * @param trx a transaction, so that no revocation goes without its audit row.
 * @throws as `lockApiKeyAs`
 */
export async function revokeApiKey(
  trx: Transaction<DB>,
  id: string,
  { viewerId, actor, now }: By,
): Promise<void> {
  await lockApiKeyAs(trx, id, viewerId);
  const revoked = await trx
    .updateTable('apiKeys')
    .set({ revokedAt: now, revokedBy: viewerId })
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (revoked) await recordEvent(trx, id, 'api_key.revoked', actor, now);
}

/**
 * Deletes a key for good; one that is still active is revoked first. Both steps leave their audit row.
 *
 * @param trx a transaction, so that both steps happen or none.
 * @throws as `lockApiKeyAs`
 */
export async function deleteApiKey(
  trx: Transaction<DB>,
  id: string,
  { viewerId, actor, now }: By,
): Promise<void> {
  await lockApiKeyAs(trx, id, viewerId);
  await deleteApiKeys(trx, keys => keys.where('apiKeys.id', '=', id), actor, now);
}

const keysToDelete = (trx: Transaction<DB>) =>
  trx
    .selectFrom('apiKeys')
    .innerJoin('projects', 'projects.id', 'apiKeys.projectId')
    .select(['apiKeys.id', 'projects.organizationId', 'apiKeys.projectId', 'apiKeys.name', 'apiKeys.prefix'])
    .select(['apiKeys.revokedAt', 'apiKeys.expiresAt']);

/**
 * Deletes keys for good, with the audit rows of each: those that are still active are revoked first.
 *
 * @param choose which keys. Whether the viewer may delete them was decided before, behind a lock.
 * @returns how many there were.
 */
export async function deleteApiKeys(
  trx: Transaction<DB>,
  choose: (keys: ReturnType<typeof keysToDelete>) => ReturnType<typeof keysToDelete>,
  actor: Actor,
  now: Date,
): Promise<number> {
  // In the order of ids, as calls that are being charged lock keys.
  const keys = await choose(keysToDelete(trx)).orderBy('apiKeys.id').forUpdate('apiKeys').execute();
  const entries = keys.flatMap(({ id, organizationId, projectId, name, prefix, revokedAt, expiresAt }) => {
    const usable = revokedAt === null && (expiresAt === null || expiresAt > now);
    const actions = usable
      ? (['api_key.revoked', 'api_key.deleted'] as const)
      : (['api_key.deleted'] as const);
    return actions.map(action => ({
      action,
      organizationId,
      projectId,
      subjectId: id,
      subject: name,
      details: { prefix },
    }));
  });
  await recordActivity(trx, actor, now, entries);
  const ids = keys.map(({ id }) => id);
  await trx.deleteFrom('apiKeys').where('id', '=', sql<string>`any(${ids}::uuid[])`).execute();
  return keys.length;
}

async function recordEvent(
  trx: Transaction<DB>,
  id: string,
  action: ActivityAction,
  actor: Actor,
  now: Date,
) {
  const key = await trx
    .selectFrom('apiKeys')
    .innerJoin('projects', 'projects.id', 'apiKeys.projectId')
    .select(['projects.organizationId', 'apiKeys.projectId', 'apiKeys.name', 'apiKeys.prefix'])
    .where('apiKeys.id', '=', id)
    .executeTakeFirst();
  if (!key) return;
  const { organizationId, projectId, name: subject, prefix } = key;
  await recordActivity(trx, actor, now, [
    { action, organizationId, projectId, subjectId: id, subject, details: { prefix } },
  ]);
}
