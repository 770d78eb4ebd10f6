import { sql, type Transaction } from 'kysely';
import {
  type ActivityAction,
  type ActivityEntry,
  type Actor,
  type By,
  recordActivity,
} from '../activity/activity.ts';
import { canEditProject } from '../auth/roles.ts';
import { apiKeyLimitReached, forbidden, notFound, planFeatureRequired } from '../errors.ts';
import type { ApiKeyScope, DB } from '../generated/database.ts';
import { lockProjectAs } from '../projects/projects.ts';
import { checkPolicy, policyOfProject } from './policy.ts';
import { type ApiKeyRow, countUsableKeys, findApiKeys, isUsable, type Reach } from './queries.ts';
import type { RawKey } from './raw-key.ts';
import type { KeySettings } from './settings.ts';

// Creates, revokes and deletes API keys. Each change runs in a transaction with its activity entry.

/** Max revoked and expired keys that a project keeps. Creating or rotating a key deletes older ones. */
export const MAX_ENDED_KEYS = 1000;

/**
 * Stores a new key. It locks the project's row before it counts the keys, so that the key limit is exact: concurrent
 * requests wait for the lock.
 *
 * @throws NOT_FOUND or FORBIDDEN if the deployment or the viewer's role has changed meanwhile; PLAN_FEATURE_REQUIRED,
 *   BAD_USER_INPUT for what the organization's policy does not allow, or API_KEY_LIMIT_REACHED
 */
export async function insertApiKey(
  trx: Transaction<DB>,
  {
    id,
    reach: { projectId, deploymentId },
    settings,
    rawKey,
  }: { id: string; reach: Reach; settings: KeySettings; rawKey: RawKey },
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
  const plan = await planOfProject(trx, projectId);
  if (!plan.allowApiPredict) throw planFeatureRequired();
  const { expiresAt } = settings;
  checkPolicy(await policyOfProject(trx, projectId), { deploymentId, createdAt: now, expiresAt });
  const [usable] = await countUsableKeys(trx, now, [projectId]);
  if ((usable?.used ?? 0) >= plan.maxApiKeys) throw apiKeyLimitReached();

  await trx
    .insertInto('apiKeys')
    .values({
      id,
      projectId,
      deploymentId,
      ...settings,
      prefix: rawKey.prefix,
      digest: rawKey.digest,
      scopes: sql<ApiKeyScope[]>`array['PREDICT']::api_key_scope[]`,
      createdAt: now,
      createdBy: viewerId,
    })
    .execute();
  await recordKeyActivity(trx, id, 'api_key.created', actor, now);
  await deleteOldEndedKeys(trx, projectId, actor, now);
}

/** Reads the API access and the key limit of the plan of a project's organization. */
export const planOfProject = (trx: Transaction<DB>, projectId: string) =>
  trx
    .selectFrom('projects')
    .innerJoin('organizations', 'organizations.id', 'projects.organizationId')
    .innerJoin('plans', 'plans.name', 'organizations.plan')
    .select(['plans.allowApiPredict', 'plans.maxApiKeys'])
    .where('projects.id', '=', projectId)
    .executeTakeFirstOrThrow();

/** Deletes the revoked and expired keys of a project that ended first, so that `MAX_ENDED_KEYS` remain. */
export async function deleteOldEndedKeys(
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

/**
 * Locks a key's row, then reads it and the viewer's role again. The project's row is not locked, so that a revocation
 * does not wait for other changes in the project.
 *
 * @throws NOT_FOUND or FORBIDDEN when the viewer may not change the key, or no longer may
 */
export async function lockApiKeyAs(trx: Transaction<DB>, id: string, viewerId: string): Promise<ApiKeyRow> {
  await trx.selectFrom('apiKeys').select('id').where('id', '=', id).forUpdate().execute();
  const [key] = await findApiKeys(trx, viewerId, [id]);
  if (!key) throw notFound('API key');
  if (!canEditProject(key.role)) throw forbidden();
  return key;
}

/**
 * Revokes a key, from its next request on. A key that is already revoked is not changed.
 *
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
  if (revoked) await recordKeyActivity(trx, id, 'api_key.revoked', actor, now);
}

/**
 * Deletes a key permanently. A usable key gets an activity entry for its revocation first.
 *
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
 * Deletes keys permanently, with activity entries: revoked, for usable keys, and deleted.
 *
 * @param choose restricts the query to the keys to delete. The caller has checked, with a lock, that the viewer may
 *   delete them.
 * @returns the number of deleted keys
 */
export async function deleteApiKeys(
  trx: Transaction<DB>,
  choose: (keys: ReturnType<typeof keysToDelete>) => ReturnType<typeof keysToDelete>,
  actor: Actor,
  now: Date,
): Promise<number> {
  // Locked in the order of ids, as `foldLastUses` does, so that the two cannot deadlock.
  const keys = await choose(keysToDelete(trx)).orderBy('apiKeys.id').forUpdate('apiKeys').execute();
  const entries = keys.flatMap(key => {
    const { id, organizationId, projectId, name, prefix } = key;
    const actions = isUsable(key, now)
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

/** Records an action on a key. @param details in addition to its prefix */
export async function recordKeyActivity(
  trx: Transaction<DB>,
  id: string,
  action: ActivityAction,
  actor: Actor,
  now: Date,
  details: ActivityEntry['details'] = {},
): Promise<void> {
  const key = await trx
    .selectFrom('apiKeys')
    .innerJoin('projects', 'projects.id', 'apiKeys.projectId')
    .select(['projects.organizationId', 'apiKeys.projectId', 'apiKeys.name', 'apiKeys.prefix'])
    .where('apiKeys.id', '=', id)
    .executeTakeFirst();
  if (!key) return;
  const { organizationId, projectId, name: subject, prefix } = key;
  await recordActivity(trx, actor, now, [
    { action, organizationId, projectId, subjectId: id, subject, details: { prefix, ...details } },
  ]);
}
