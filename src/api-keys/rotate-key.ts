import { sql, type Transaction } from 'kysely';
import { monthOf } from '../accounts/month.ts';
import type { By } from '../activity/activity.ts';
import { canEditProject } from '../auth/roles.ts';
import { badUserInput, planFeatureRequired, rotationUnderWay } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import type { RotateApiKeyInput } from '../generated/graphql.ts';
import { lockProjectAs } from '../projects/projects.ts';
import { deleteOldEndedKeys, lockApiKeyAs, planOfProject, recordKeyActivity } from './manage-keys.ts';
import { addKeyUsage } from './month-usage.ts';
import { checkPolicy, policyOfProject, renewedExpiry } from './policy.ts';
import { type ApiKeyRow, isUsable, timeBehindLocks } from './queries.ts';
import type { RawKey } from './raw-key.ts';
import { checkExpiry } from './settings.ts';

/** Max time in which a key and its successor can both be used. */
const MAX_OVERLAP_SECONDS = 30 * 24 * 60 * 60;

/** How far the clocks of servers may differ (docs/operations.md). */
const MAX_CLOCK_DIFFERENCE_MS = 5000;

/** A checked rotation. */
export interface Rotation {
  overlapMs: number;
  /** The expiry of the successor; null: never, undefined: the lifetime of the rotated key, from now. */
  expiresAt: Date | null | undefined;
}

/** Checks the input of a rotation. @throws BAD_USER_INPUT */
export function checkRotation({ overlapSeconds, expiresAt }: RotateApiKeyInput, now: Date): Rotation {
  if (!(overlapSeconds >= 0 && overlapSeconds <= MAX_OVERLAP_SECONDS)) {
    throw badUserInput(`"overlapSeconds" must be 0 to ${MAX_OVERLAP_SECONDS}, which is 30 days.`);
  }
  return { overlapMs: overlapSeconds * 1000, expiresAt: expiresAt && checkExpiry(expiresAt, now) };
}

/**
 * Replaces a key by a successor with the same name, note, reach, scopes, networks and limits. The rotated key expires
 * after the overlap, or earlier if it would have anyway. While its successor can be used, it does not count against the
 * key limit (`countUsableKeys`), so a rotation never needs a free place.
 *
 * With an overlap, neither the key's predecessor nor a successor of it may still be usable, so that at most two keys of
 * a chain are. Without one, a usable predecessor is ended too.
 *
 * @param successor the id and the raw key of the successor
 * @throws NOT_FOUND or FORBIDDEN when the viewer may not change the key; PLAN_FEATURE_REQUIRED; BAD_USER_INPUT for a
 *   revoked or expired key, and for what the organization's policy does not allow; ROTATION_UNDER_WAY
 */
export async function rotateApiKey(
  trx: Transaction<DB>,
  { id, projectId, rotation }: { id: string; projectId: string; rotation: Rotation },
  successor: { id: string; rawKey: RawKey },
  by: By,
): Promise<void> {
  const { viewerId, actor, now } = by;
  await lockProjectAs(trx, projectId, viewerId, canEditProject);
  const related = await lockWithRelatives(trx, id);
  const key = await lockApiKeyAs(trx, id, viewerId);
  if (!(await planOfProject(trx, projectId)).allowApiPredict) throw planFeatureRequired();
  if (!isUsable(key, await timeBehindLocks(trx, now))) {
    throw badUserInput('The key is revoked or has expired, and cannot be rotated. Create a new key.');
  }
  if (related.some(one => one.predecessorId === id && isUsable(one, now))) throw rotationUnderWay();
  const usableBefore = related.filter(one => one.id === key.predecessorId && isUsable(one, now));
  if (usableBefore.length > 0 && rotation.overlapMs > 0) throw rotationUnderWay();

  // Without an overlap the end is past for servers whose clocks are behind, too.
  const endOfOverlap = new Date(now.getTime() + (rotation.overlapMs || -MAX_CLOCK_DIFFERENCE_MS));
  const retiresAt = key.expiresAt && key.expiresAt < endOfOverlap ? key.expiresAt : endOfOverlap;
  const policy = await policyOfProject(trx, projectId);
  // An earlier rotation, whose successor was revoked or deleted, may have shortened the key's lifetime.
  const { rotatedAt = null, expiresBeforeRotation = null } = related.find(one => one.id === id) ?? {};
  const ownExpiry = rotatedAt ? expiresBeforeRotation : key.expiresAt;
  const lifetime = { createdAt: key.createdAt, expiresAt: ownExpiry };
  const { expiresAt = renewedExpiry(policy, lifetime, now) } = rotation;
  checkPolicy(policy, { deploymentId: key.deploymentId, createdAt: now, expiresAt });
  await insertSuccessor(trx, key, { ...successor, expiresAt }, by);
  await trx
    .updateTable('apiKeys')
    .set({ expiresAt: retiresAt, rotatedAt: now, expiresBeforeRotation: ownExpiry })
    .where('id', '=', id)
    .execute();
  for (const before of usableBefore) {
    await trx.updateTable('apiKeys').set({ expiresAt: endOfOverlap }).where('id', '=', before.id).execute();
    await recordKeyActivity(trx, before.id, 'api_key.changed', actor, now, {
      'expiresAt.from': before.expiresAt?.toISOString() ?? null,
      'expiresAt.to': endOfOverlap.toISOString(),
    });
  }
  const { prefix } = successor.rawKey;
  await recordKeyActivity(trx, id, 'api_key.rotated', actor, now, {
    successorId: successor.id,
    successorPrefix: prefix,
    retiresAt: retiresAt.toISOString(),
  });
  await recordKeyActivity(trx, successor.id, 'api_key.created', actor, now, { predecessorId: id });
  await deleteOldEndedKeys(trx, projectId, actor, now);
}

/**
 * Locks a key, the one that it replaced and those that replace it, in the order of ids, as deletions do: a deletion of
 * the predecessor changes the key.
 */
const lockWithRelatives = (trx: Transaction<DB>, id: string) =>
  trx
    .selectFrom('apiKeys')
    .select(['id', 'predecessorId', 'revokedAt', 'expiresAt', 'rotatedAt', 'expiresBeforeRotation'])
    .where(where =>
      where.or([
        where('id', '=', id),
        where('predecessorId', '=', id),
        where(
          'id',
          '=',
          where.selectFrom('apiKeys as key').select('key.predecessorId').where('key.id', '=', id),
        ),
      ]),
    )
    .orderBy('id')
    .forUpdate()
    .execute();

/** Copies the key's row, and what its own limit has counted this month, so that a rotation does not begin it anew. */
async function insertSuccessor(
  trx: Transaction<DB>,
  { id: predecessorId, monthlyPredictions }: ApiKeyRow,
  { id, rawKey, expiresAt }: { id: string; rawKey: RawKey; expiresAt: Date | null },
  { viewerId, now }: By,
): Promise<void> {
  await sql`
    insert into api_keys (id, project_id, deployment_id, name, prefix, digest, scopes, created_at, created_by,
      expires_at, note, allowed_networks, monthly_predictions, calls_per_minute, predecessor_id, root_id)
    select ${id}, project_id, deployment_id, name, ${rawKey.prefix}, ${rawKey.digest}, scopes, ${now}, ${viewerId},
      ${expiresAt}, note, allowed_networks, monthly_predictions, calls_per_minute, id, coalesce(root_id, id)
    from api_keys where id = ${predecessorId}`.execute(trx);
  if (monthlyPredictions === null) return;
  const month = monthOf(now);
  // Without a call since the limit was set, there is none yet.
  await addKeyUsage(trx, predecessorId, month);
  await sql`
    insert into api_key_usage (api_key_id, month, predictions)
    select ${id}, month, predictions from api_key_usage
    where api_key_id = ${predecessorId} and month = ${month}`.execute(trx);
}
