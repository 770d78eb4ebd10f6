import type { Transaction } from 'kysely';
import { lockOrganizationAs } from '../accounts/organizations.ts';
import { type By, recordActivity } from '../activity/activity.ts';
import { canOwnOrganization } from '../auth/roles.ts';
import type { Database } from '../database/pool.ts';
import { badUserInput } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import type { ApiKeyPolicyRule, SetApiKeyPolicyInput } from '../generated/graphql.ts';

// What an organization requires of its keys. It is checked when a key is created, rotated or gets a later expiry. Keys
// that existed before are marked, and keep working.

const DAY_MS = 24 * 60 * 60 * 1000;
/** A hundred years. */
const MAX_DAYS = 36_500;

/** The policy of an organization. */
export interface KeyPolicy {
  /** Max days from the creation of a key to its expiry; null: any. A limit requires an expiry. */
  maxLifetimeDays: number | null;
  expiryRequired: boolean;
  /** Whether keys may reach a whole project. */
  projectKeysAllowed: boolean;
}

export const NO_POLICY: KeyPolicy = {
  maxLifetimeDays: null,
  expiryRequired: false,
  projectKeysAllowed: true,
};

/** The creation and the expiry of a key; null: it never expires. */
interface Lifetime {
  createdAt: Date;
  expiresAt: Date | null;
}

/** The parts of a key that a policy concerns. */
interface KeyToCheck extends Lifetime {
  deploymentId: string | null;
}

/** The rules of a policy that a key breaks. */
export function brokenRules(policy: KeyPolicy, key: KeyToCheck): ApiKeyPolicyRule[] {
  const broken = brokenLifetimeRules(policy, key);
  if (key.deploymentId === null && !policy.projectKeysAllowed) broken.push('PROJECT_KEYS_NOT_ALLOWED');
  return broken;
}

function brokenLifetimeRules(
  { maxLifetimeDays, expiryRequired }: KeyPolicy,
  { createdAt, expiresAt }: Lifetime,
): ApiKeyPolicyRule[] {
  const maxMs = maxLifetimeDays === null ? Number.POSITIVE_INFINITY : maxLifetimeDays * DAY_MS;
  const lifetime = expiresAt === null ? Number.POSITIVE_INFINITY : expiresAt.getTime() - createdAt.getTime();
  const broken: ApiKeyPolicyRule[] = [];
  if (expiresAt === null && (expiryRequired || maxLifetimeDays !== null)) broken.push('EXPIRY_REQUIRED');
  else if (lifetime > maxMs) broken.push('LIFETIME_TOO_LONG');
  return broken;
}

/** Checks a key that is created or rotated. @throws BAD_USER_INPUT with what the policy requires */
export const checkPolicy = (policy: KeyPolicy, key: KeyToCheck): void =>
  refuseBroken(policy, key, brokenRules(policy, key));

/** Checks the new expiry of a key that exists. @throws BAD_USER_INPUT with what the policy requires */
export const checkLifetime = (policy: KeyPolicy, lifetime: Lifetime): void =>
  refuseBroken(policy, lifetime, brokenLifetimeRules(policy, lifetime));

function refuseBroken(policy: KeyPolicy, lifetime: Lifetime, [rule]: ApiKeyPolicyRule[]): void {
  if (rule) throw badUserInput(messageOf(rule, policy, lifetime));
}

function messageOf(rule: ApiKeyPolicyRule, { maxLifetimeDays }: KeyPolicy, { createdAt }: Lifetime): string {
  const days = maxLifetimeDays === 1 ? 'a day' : `${maxLifetimeDays} days`;
  const latest = new Date(createdAt.getTime() + (maxLifetimeDays ?? 0) * DAY_MS).toISOString();
  switch (rule) {
    case 'EXPIRY_REQUIRED':
      return maxLifetimeDays === null
        ? `The organization's policy requires that keys expire. Set "expiresAt".`
        : `The organization's policy requires that keys expire, at most ${days} after their creation. Set "expiresAt", to ${latest} at the latest.`;
    case 'LIFETIME_TOO_LONG':
      return `The organization's policy allows a key ${days} from its creation. Set "expiresAt" to ${latest} at the latest.`;
    case 'PROJECT_KEYS_NOT_ALLOWED':
      return "The organization's policy allows no keys for a whole project. Create a key for each deployment.";
  }
}

/**
 * The expiry of a successor that nobody chose: as long as the rotated key was made to live, and not longer than the
 * policy allows. Null: never; the policy may then refuse it.
 */
export function renewedExpiry({ maxLifetimeDays }: KeyPolicy, key: Lifetime, now: Date): Date | null {
  const own = key.expiresAt ? key.expiresAt.getTime() - key.createdAt.getTime() : Number.POSITIVE_INFINITY;
  const lifetime = Math.min(own, (maxLifetimeDays ?? Number.POSITIVE_INFINITY) * DAY_MS);
  return Number.isFinite(lifetime) ? new Date(now.getTime() + lifetime) : null;
}

/** Reads the policies of organizations. Organizations without one are omitted. */
export const findPolicies = (db: Database, organizationIds: string[]) =>
  db
    .selectFrom('apiKeyPolicies')
    .selectAll()
    .where('organizationId', '=', eb => eb.fn.any(eb.val(organizationIds)))
    .execute();

/** Reads the policy that the keys of a project have to keep. */
export async function policyOfProject(db: Database, projectId: string): Promise<KeyPolicy> {
  const found = await db
    .selectFrom('projects')
    .innerJoin('apiKeyPolicies as policies', 'policies.organizationId', 'projects.organizationId')
    .select(['policies.maxLifetimeDays', 'policies.expiryRequired', 'policies.projectKeysAllowed'])
    .where('projects.id', '=', projectId)
    .executeTakeFirst();
  return found ?? NO_POLICY;
}

/** Checks a policy. @throws BAD_USER_INPUT */
export function checkPolicyInput({
  maxLifetimeDays = null,
  expiryRequired,
  projectKeysAllowed,
}: SetApiKeyPolicyInput): KeyPolicy {
  if (maxLifetimeDays !== null && !(maxLifetimeDays >= 1 && maxLifetimeDays <= MAX_DAYS)) {
    throw badUserInput(`"maxLifetimeDays" must be 1 to ${MAX_DAYS}, or null for any lifetime.`);
  }
  return { maxLifetimeDays, expiryRequired, projectKeysAllowed };
}

/**
 * Sets the policy of an organization. Nothing is recorded if nothing changes.
 *
 * @throws NOT_FOUND or FORBIDDEN when the viewer is not an owner, or no longer is
 */
export async function setKeyPolicy(
  trx: Transaction<DB>,
  organizationId: string,
  policy: KeyPolicy,
  { viewerId, actor, now }: By,
): Promise<void> {
  const { name } = await lockOrganizationAs(trx, organizationId, viewerId, canOwnOrganization);
  const [found] = await findPolicies(trx, [organizationId]);
  const before: KeyPolicy = found ?? NO_POLICY;
  const isSame =
    before.maxLifetimeDays === policy.maxLifetimeDays &&
    before.expiryRequired === policy.expiryRequired &&
    before.projectKeysAllowed === policy.projectKeysAllowed;
  if (isSame) return;
  await trx
    .insertInto('apiKeyPolicies')
    .values({ organizationId, ...policy })
    .onConflict(conflict => conflict.column('organizationId').doUpdateSet(policy))
    .execute();
  await recordActivity(trx, actor, now, [
    {
      action: 'organization.key_policy_changed',
      organizationId,
      projectId: null,
      subjectId: organizationId,
      subject: name,
      details: {
        'maxLifetimeDays.from': before.maxLifetimeDays,
        'maxLifetimeDays.to': policy.maxLifetimeDays,
        'expiryRequired.from': before.expiryRequired,
        'expiryRequired.to': policy.expiryRequired,
        'projectKeysAllowed.from': before.projectKeysAllowed,
        'projectKeysAllowed.to': policy.projectKeysAllowed,
      },
    },
  ]);
}
