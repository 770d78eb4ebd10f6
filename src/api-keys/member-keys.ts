import { sql } from 'kysely';
import type { Database } from '../database/pool.ts';
import { type ApiKeyRow, selectKeys } from './queries.ts';

/** The largest number of keys in a list of a member's keys, or of former members'. */
export const MAX_LISTED_KEYS = 25;

export type MemberKeyRow = ApiKeyRow & { organizationId: string };

/** How a loader names a member of an organization. */
export const memberOf = (organizationId: string, userId: string) => `${organizationId} ${userId}`;

function selectUsableKeys(db: Database, viewerId: string, now: Date) {
  return selectKeys(db, viewerId)
    .innerJoin('projects', 'projects.id', 'apiKeys.projectId')
    .select('projects.organizationId')
    .where('apiKeys.revokedAt', 'is', null)
    .where(where => where.or([where('apiKeys.expiresAt', 'is', null), where('apiKeys.expiresAt', '>', now)]));
}

/**
 * The usable keys that members made, in the projects that the viewer can see; newest first.
 *
 * @param members as `memberOf` names them.
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

/** The usable keys of organizations whose creators are members no more, in the projects that the viewer can see. */
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
