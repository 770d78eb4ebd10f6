import { type SelectQueryBuilder, sql } from 'kysely';
import { projectAccess } from '../accounts/roles.ts';
import { type ActivityAction, type Actor, recordActivity } from '../activity/activity.ts';
import type { Database } from '../database/connect.ts';
import { type PageRequest, toConnection } from '../database/page.ts';
import { lockProject } from '../deployments/projects.ts';
import { apiKeyLimitReached, planFeatureRequired } from '../errors.ts';
import type { ApiKeyScope, DB, ProjectRole } from '../generated/database.ts';
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
  return selectKeys(db, viewerId).where('apiKeys.id', 'in', ids).execute();
}

/** Keys of a project; of a deployment those that reach it, project-wide ones included. */
function withinReach<Row>(keys: SelectQueryBuilder<DB, 'apiKeys', Row>, { projectId, deploymentId }: Reach) {
  const ofProject = keys.where('apiKeys.projectId', '=', projectId);
  if (deploymentId === null) return ofProject;
  return ofProject.where(where =>
    where.or([where('apiKeys.deploymentId', '=', deploymentId), where('apiKeys.deploymentId', 'is', null)]),
  );
}

/** One page of the keys, newest first, and how many the whole list holds. */
export async function listApiKeys(db: Database, viewerId: string, reach: Reach, page: PageRequest) {
  const visible = withinReach(selectKeys(db, viewerId), reach);
  const [rows, { totalCount }] = await Promise.all([
    visible
      .$if(page.after !== null, query => query.where('apiKeys.id', '<', page.after))
      .orderBy('apiKeys.id', 'desc')
      .limit(page.first + 1)
      .execute(),
    withinReach(db.selectFrom('apiKeys'), reach)
      .select(eb => eb.fn.countAll<number>().as('totalCount'))
      .executeTakeFirstOrThrow(),
  ]);
  return { ...toConnection(rows, page), totalCount };
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
    .where('projectId', 'in', projectIds)
    .select(eb => ['projectId', eb.fn.countAll<number>().as('used')])
    .groupBy('projectId')
    .execute();
}

/**
 * Stores a new key and its audit row.
 *
 * @param trx a transaction: the project's row is locked while its keys are counted, so that the limit is exact
 *   however many ask at once; those that lose wait, and are refused.
 * @throws PLAN_FEATURE_REQUIRED or API_KEY_LIMIT_REACHED as the plan stands now.
 */
export async function insertApiKey(
  trx: Database,
  key: {
    id: string;
    reach: Reach;
    name: string;
    rawKey: RawKey;
    expiresAt: Date | null;
    createdAt: Date;
    actor: Actor;
  },
): Promise<void> {
  const { id } = key;
  const { projectId, deploymentId } = key.reach;
  await lockProject(trx, projectId);
  const plan = await trx
    .selectFrom('projects')
    .innerJoin('organizations', 'organizations.id', 'projects.organizationId')
    .innerJoin('plans', 'plans.name', 'organizations.plan')
    .select(['plans.allowApiPredict', 'plans.maxApiKeys'])
    .where('projects.id', '=', projectId)
    .executeTakeFirstOrThrow();
  if (!plan.allowApiPredict) throw planFeatureRequired();
  const [held] = await countUsableKeys(trx, key.createdAt, [projectId]);
  if ((held?.used ?? 0) >= plan.maxApiKeys) throw apiKeyLimitReached();

  await trx
    .insertInto('apiKeys')
    .values({
      id,
      projectId,
      deploymentId,
      name: key.name,
      prefix: key.rawKey.prefix,
      digest: key.rawKey.digest,
      scopes: sql<ApiKeyScope[]>`array['PREDICT']::api_key_scope[]`,
      createdAt: key.createdAt,
      createdBy: key.actor.id,
      expiresAt: key.expiresAt,
    })
    .execute();
  await recordEvent(trx, id, 'api_key.created', key.actor, key.createdAt);
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
 * Revokes a key from its next request on, and records who did. A key that is revoked already stays as it was.
 *
 * @param trx a transaction, so that no revocation goes without its audit row.
 */
export async function revokeApiKey(trx: Database, id: string, actor: Actor, now: Date): Promise<void> {
  const revoked = await trx
    .updateTable('apiKeys')
    .set({ revokedAt: now, revokedBy: actor.id })
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
 * @returns false when somebody else deleted the key meanwhile.
 */
export async function deleteApiKey(trx: Database, id: string, actor: Actor, now: Date): Promise<boolean> {
  const usable = await selectUsable(trx, now)
    .select('id')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (usable) await revokeApiKey(trx, id, actor, now);
  // The activity copies name and prefix from the key, so its row comes before the key goes.
  await recordEvent(trx, id, 'api_key.deleted', actor, now);
  const deleted = await trx.deleteFrom('apiKeys').where('id', '=', id).returning('id').executeTakeFirst();
  return deleted !== undefined;
}

async function recordEvent(trx: Database, id: string, action: ActivityAction, actor: Actor, now: Date) {
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
