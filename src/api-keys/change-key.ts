import type { Transaction, Updateable } from 'kysely';
import type { By } from '../activity/activity.ts';
import { canEditProject } from '../auth/roles.ts';
import { badUserInput } from '../errors.ts';
import type { ApiKeys, DB } from '../generated/database.ts';
import { lockProjectAs } from '../projects/projects.ts';
import { lockApiKeyAs, recordKeyActivity } from './manage-keys.ts';
import { countKeyUsage, keepKeyUsage, storeKeyUsage } from './month-usage.ts';
import { checkLifetime, policyOfProject } from './policy.ts';
import { type ApiKeyRow, hasUsableSuccessor, timeBehindLocks } from './queries.ts';
import type { KeySettings } from './settings.ts';

/**
 * Changes settings of a key, from its next request on. The activity keeps the old and new values; nothing is recorded
 * if nothing changes. Of a revoked or expired key only what is for people can be changed: it is not to look repaired.
 *
 * @param settings those to change
 * @throws NOT_FOUND or FORBIDDEN when the viewer may not change the key, or no longer may; BAD_USER_INPUT when a
 *   revoked or expired key would get other settings, the life of a retiring key would be extended, or the organization's
 *   policy does not allow the new one
 */
export async function changeApiKey(
  trx: Transaction<DB>,
  { id, projectId }: { id: string; projectId: string },
  settings: Partial<KeySettings>,
  { viewerId, actor, now }: By,
): Promise<void> {
  // Before the locks, as it may read the logs of a day: a revocation must not wait for that.
  const counted = settings.monthlyPredictions == null ? undefined : await countKeyUsage(trx, id, now);
  // Before the key, as in a rotation: a key counts against the key limit of its project as long as it lives.
  if (settings.expiresAt !== undefined) await lockProjectAs(trx, projectId, viewerId, canEditProject);
  const key = await lockApiKeyAs(trx, id, viewerId);
  const changed = changesOf(key, settings);
  if (Object.keys(changed).length === 0) return;
  const isExtended = changed.expiresAt !== undefined && isLater(changed.expiresAt, key.expiresAt);
  if (NAMES.some(name => name in changed && !FOR_PEOPLE.includes(name))) {
    const time = await timeBehindLocks(trx, now);
    checkNotEnded(key, time);
    if (isExtended) await checkExtension(trx, key, changed.expiresAt ?? null, time);
  }
  const changes: Updateable<ApiKeys> = {
    ...changed,
    // From now on this is the key's lifetime, not what it had before a rotation.
    ...(isExtended && { rotatedAt: null, expiresBeforeRotation: null }),
  };
  await trx.updateTable('apiKeys').set(changes).where('id', '=', id).execute();
  if (changed.monthlyPredictions === null) await keepKeyUsage(trx, id, now);
  else if (key.monthlyPredictions === null && counted) await storeKeyUsage(trx, id, counted);
  await recordKeyActivity(trx, id, 'api_key.changed', actor, now, describeChanges(key, changed));
}

const isLater = (expiresAt: Date | null, before: Date | null): boolean =>
  expiresAt === null || (before !== null && expiresAt > before);

/** @throws BAD_USER_INPUT for a key that is revoked or has expired */
function checkNotEnded({ revokedAt, expiresAt }: ApiKeyRow, now: Date): void {
  const advice = 'Only its name and note can be changed. Create a new key.';
  if (revokedAt) throw badUserInput(`The key is revoked, which cannot be undone. ${advice}`);
  if (expiresAt && expiresAt <= now)
    throw badUserInput(`The key has expired, and cannot be extended. ${advice}`);
}

/**
 * Checks a later expiry: not of a key that retires beside its successor, nor beyond the organization's policy. An earlier
 * one is always allowed, also where it still breaks the policy.
 */
async function checkExtension(
  trx: Transaction<DB>,
  { id, projectId, createdAt }: ApiKeyRow,
  expiresAt: Date | null,
  now: Date,
): Promise<void> {
  if (await hasUsableSuccessor(trx, id, now))
    throw badUserInput('The key retires, as it was rotated. Its expiry can only be brought forward.');
  checkLifetime(await policyOfProject(trx, projectId), { createdAt, expiresAt });
}

type Name = keyof KeySettings;
const NAMES = [
  'name',
  'note',
  'expiresAt',
  'allowedNetworks',
  'monthlyPredictions',
  'callsPerMinute',
] as const satisfies Name[];
/** What does not decide about calls. */
const FOR_PEOPLE: readonly Name[] = ['name', 'note'];

/** The settings that differ from those of the key. */
function changesOf(key: KeySettings, settings: Partial<KeySettings>): Partial<KeySettings> {
  const differing = NAMES.filter(
    name => settings[name] !== undefined && textOf(settings[name]) !== textOf(key[name]),
  );
  return Object.fromEntries(differing.map(name => [name, settings[name]]));
}

/** The old and the new value of each changed setting: `expiresAt.from` and `expiresAt.to`. */
function describeChanges(key: KeySettings, changed: Partial<KeySettings>) {
  const names = NAMES.filter(name => name in changed);
  return Object.fromEntries(
    names.flatMap(name => [
      [`${name}.from`, textOf(key[name])],
      [`${name}.to`, textOf(changed[name])],
    ]),
  );
}

const textOf = (value: KeySettings[Name] | undefined): string | null => {
  if (value == null) return null;
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) ? value.join(', ') : String(value);
};
