import { type InferResult, sql } from 'kysely';
import type { Database } from '../database/pool.ts';
import { selectKeys } from './queries.ts';

/** Max keys in the list of a member's keys, and in that of former members' keys. */
export const MAX_LISTED_KEYS = 25;

export type MemberKeyRow = InferResult<ReturnType<typeof selectUsableKeys>>[number];

/** The loader key of a member of an organization. */
export const memberOf = (organizationId: string, userId: string) => `${organizationId} ${userId}`;

function selectUsableKeys(db: Database, viewerId: string, now: Date) {
  return selectKeys(db, viewerId)
    .innerJoin('projects', 'projects.id', 'apiKeys.projectId')
    .select('projects.organizationId')
    .where('apiKeys.revokedAt', 'is', null)
    .where(where => where.or([where('apiKeys.expiresAt', 'is', null), where('apiKeys.expiresAt', '>', now)]));
}

/**
 * Finds the usable keys that members created, in the projects that the viewer can see, newest first; at most
 * `MAX_LISTED_KEYS` for each member.
 *
 * @param members loader keys of `memberOf`
 */
export async function findKeysOfMembers(
  db: Database,
  viewerId: string,
  now: Date,
  members: string[],
): Promise<MemberKeyRow[]> {
  const pairs = members.map(member => member.split(' '));
  const ranked = selectUsableKeys(db, viewerId, now)
    .innerJoin(
      sql<{ organizationId: string; userId: string }>`unnest(
        ${pairs.map(([organizationId]) => organizationId)}::uuid[], ${pairs.map(([, userId]) => userId)}::uuid[]
      )`.as<'wanted'>(sql`wanted(organization_id, user_id)`),
      join =>
        join
          .onRef('wanted.organizationId', '=', 'projects.organizationId')
          .onRef('wanted.userId', '=', 'apiKeys.createdBy'),
    )
    .select(
      sql<number>`row_number() over (
        partition by projects.organization_id, api_keys.created_by order by api_keys.id desc)`.as('rank'),
    );
  return await db
    .selectFrom(ranked.as('ranked'))
    .selectAll()
    .where('rank', '<=', MAX_LISTED_KEYS)
    .orderBy('id', 'desc')
    .execute();
}

/**
 * Finds the usable keys whose creators are no longer members of the organization, in the projects that the viewer can
 * see, newest first; at most `MAX_LISTED_KEYS` for each organization.
 */
export async function findKeysOfFormerMembers(
  db: Database,
  viewerId: string,
  now: Date,
  organizationIds: string[],
): Promise<MemberKeyRow[]> {
  const ranked = selectUsableKeys(db, viewerId, now)
    .where('projects.organizationId', 'in', organizationIds)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('organizationMembers as creator')
            .select('creator.userId')
            .whereRef('creator.organizationId', '=', 'projects.organizationId')
            .whereRef('creator.userId', '=', 'apiKeys.createdBy'),
        ),
      ),
    )
    .select(
      sql<number>`row_number() over (partition by projects.organization_id order by api_keys.id desc)`.as(
        'rank',
      ),
    );
  return await db
    .selectFrom(ranked.as('ranked'))
    .selectAll()
    .where('rank', '<=', MAX_LISTED_KEYS)
    .orderBy('id', 'desc')
    .execute();
}
