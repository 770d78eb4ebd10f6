import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/pool.ts';
import { isUsableRow, selectVisibleKeys } from './queries.ts';

/** Max keys in the list of a member's keys, and in that of former members' keys. */
export const MAX_LISTED_KEYS = 25;

/** The loader key of a member of an organization. */
export const memberOf = (organizationId: string, userId: string) => `${organizationId} ${userId}`;

/**
 * Finds the usable keys that members created, in the projects that the viewer can see, newest first; at most
 * `MAX_LISTED_KEYS` for each member.
 *
 * @param members loader keys of `memberOf`
 */
export function findKeysOfMembers(db: Database, viewerId: string, now: Date, members: string[]) {
  const pairs = members.map(member => member.split(' '));
  const isOfMember = sql<boolean>`(projects.organization_id, api_keys.created_by) in (
    select * from unnest(
      ${pairs.map(([organizationId]) => organizationId)}::uuid[], ${pairs.map(([, userId]) => userId)}::uuid[]
    ))`;
  return findNewest(db, { viewerId, now }, isOfMember, sql`projects.organization_id, api_keys.created_by`);
}

/**
 * Finds the usable keys whose creators are no longer members of the organization, in the projects that the viewer can
 * see, newest first; at most `MAX_LISTED_KEYS` for each organization.
 */
export function findKeysOfFormerMembers(
  db: Database,
  viewerId: string,
  now: Date,
  organizationIds: string[],
) {
  const isOfFormerMember = sql<boolean>`(projects.organization_id = any(${organizationIds}::uuid[]) and not exists (
    select from organization_members as creator
    where creator.organization_id = projects.organization_id and creator.user_id = api_keys.created_by
  ))`;
  return findNewest(db, { viewerId, now }, isOfFormerMember, sql`projects.organization_id`);
}

/** Finds the usable keys that meet a condition, newest first; at most `MAX_LISTED_KEYS` of each partition. */
async function findNewest(
  db: Database,
  { viewerId, now }: { viewerId: string; now: Date },
  condition: RawBuilder<boolean>,
  partition: RawBuilder<unknown>,
) {
  const ranked = selectVisibleKeys(db, viewerId)
    .innerJoin('projects', 'projects.id', 'apiKeys.projectId')
    .select('projects.organizationId')
    .where(isUsableRow('apiKeys', now))
    .where(condition)
    .select(sql<number>`row_number() over (partition by ${partition} order by api_keys.id desc)`.as('rank'));
  return await db
    .selectFrom(ranked.as('ranked'))
    .selectAll()
    .where('rank', '<=', MAX_LISTED_KEYS)
    .orderBy('id', 'desc')
    .execute();
}
