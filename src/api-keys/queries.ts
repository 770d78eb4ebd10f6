import { type InferResult, sql, type Transaction } from 'kysely';
import type { ActivityAction } from '../activity/activity.ts';
import type { Database } from '../database/pool.ts';
import type { ApiKeyScope, DB } from '../generated/database.ts';

/** A key as the viewer sees it, with their role in its project. */
export type ApiKeyRow = InferResult<ReturnType<typeof selectVisibleKeys>>[number];

/** What a key may call: one deployment or, if `deploymentId` is null, every deployment of the project. */
export interface Reach {
  projectId: string;
  deploymentId: string | null;
}

/**
 * The last successful use of a key: `last_used_at`, which a job updates (last-uses.ts), or the newest log since then,
 * which the logs' index by key finds. Older partitions are not read.
 */
const lastUse = sql<Date | null>`greatest(api_keys.last_used_at, (
  select created_at from prediction_logs
  where api_key_id = api_keys.id
    and created_at > coalesce(api_keys.last_used_at, api_keys.created_at - interval '1 day')
  order by prediction_logs.id desc limit 1
))`;

/** The newest key that replaces a key; null if none does. */
const successorId = sql<string | null>`(
  select successors.id from api_keys as successors where successors.predecessor_id = api_keys.id
  order by successors.id desc limit 1
)`;

/** A key without the viewer's role in its project, as its holder may read it. */
export type HeldKey = InferResult<ReturnType<typeof selectAnyKeys>>[number];

function selectAnyKeys(db: Database) {
  return db
    .selectFrom('apiKeys')
    .leftJoin('users as creators', 'creators.id', 'apiKeys.createdBy')
    .leftJoin('users as revokers', 'revokers.id', 'apiKeys.revokedBy')
    .select([
      'apiKeys.id',
      'apiKeys.name',
      'apiKeys.prefix',
      'apiKeys.projectId',
      'apiKeys.deploymentId',
      'apiKeys.createdAt',
      'apiKeys.predecessorId',
      successorId.as('successorId'),
      'apiKeys.createdBy',
      'creators.name as creatorName',
      'apiKeys.note',
      'apiKeys.expiresAt',
      'apiKeys.monthlyPredictions',
      'apiKeys.callsPerMinute',
      'apiKeys.rehearsalUntil',
      'apiKeys.rehearsedAt',
      'apiKeys.revokedAt',
      'apiKeys.revokedBy',
      'apiKeys.revocationSource',
      'revokers.name as revokerName',
      lastUse.as('lastUsedAt'),
      'apiKeys.lastUsedAt as foldedUse',
      // pg cannot parse arrays of a custom enum; as JSON they arrive as arrays.
      sql<ApiKeyScope[]>`to_json(api_keys.scopes)`.as('scopes'),
      sql<string[] | null>`api_keys.allowed_networks::text[]`.as('allowedNetworks'),
    ]);
}

/** Selects the keys that the viewer can see. */
export function selectVisibleKeys(db: Database, viewerId: string) {
  return selectAnyKeys(db)
    .innerJoin('projectAccess as access', 'access.projectId', 'apiKeys.projectId')
    .select('access.role')
    .where('access.userId', '=', viewerId);
}

/** Finds a key for its holder, who has no role in its project. */
export function findHeldKey(db: Database, id: string): Promise<HeldKey> {
  return selectAnyKeys(db).where('apiKeys.id', '=', id).executeTakeFirstOrThrow();
}

/** Finds keys by their ids. Keys that the viewer cannot see are omitted. */
export function findApiKeys(db: Database, viewerId: string, ids: string[]): Promise<ApiKeyRow[]> {
  return selectVisibleKeys(db, viewerId)
    .where('apiKeys.id', '=', eb => eb.fn.any(eb.val(ids)))
    .execute();
}

/** Whether a key can be used: it is neither revoked nor expired. */
export const isUsable = (
  { revokedAt, expiresAt }: Pick<HeldKey, 'revokedAt' | 'expiresAt'>,
  now: Date,
): boolean => revokedAt === null && (expiresAt === null || expiresAt > now);

/**
 * The time at which a change of a key is judged, once its locks are held: that of the database, if it is later than the
 * time of the request. Otherwise a request that was held back could extend a key that has expired meanwhile, and in whose
 * place another was created.
 */
export async function timeBehindLocks(trx: Transaction<DB>, now: Date): Promise<Date> {
  const { rows } = await sql<{ time: Date }>`
    select greatest(${now}::timestamptz, clock_timestamp()) as time`.execute(trx);
  return rows[0]?.time ?? now;
}

/** `isUsable` of a row, in SQL. @param table the name or alias of the table of keys */
export const isUsableRow = (table: string, now: Date) => {
  const revokedAt = sql.ref(`${table}.revokedAt`);
  const expiresAt = sql.ref(`${table}.expiresAt`);
  return sql<boolean>`(${revokedAt} is null and (${expiresAt} is null or ${expiresAt} > ${now}))`;
};

/**
 * Counts the usable keys (neither revoked nor expired) of projects: `retiring` are those beside a usable successor, which
 * do not count against the key limit, and `used` the others. Projects without any are omitted. A key has at most one usable
 * successor (`rotateApiKey`), so no row is counted twice.
 */
export async function countUsableKeys(db: Database, now: Date, projectIds: string[]) {
  return await db
    .selectFrom('apiKeys')
    .leftJoin('apiKeys as successors', join =>
      join.onRef('successors.predecessorId', '=', 'apiKeys.id').on(isUsableRow('successors', now)),
    )
    .where(isUsableRow('apiKeys', now))
    .where('apiKeys.projectId', '=', eb => eb.fn.any(eb.val(projectIds)))
    .select([
      'apiKeys.projectId',
      sql<number>`count(*) filter (where successors.id is null)`.as('used'),
      sql<number>`count(successors.id)`.as('retiring'),
    ])
    .groupBy('apiKeys.projectId')
    .execute();
}

/**
 * Finds when keys were first used, by the logs that are kept. Keys that were not used are omitted. The caller has found
 * the keys as successors of visible ones.
 */
export function findFirstUses(db: Database, ids: readonly string[]): Promise<{ id: string; at: Date }[]> {
  return db
    .selectFrom('apiKeys')
    .innerJoinLateral(
      logs =>
        logs
          .selectFrom('predictionLogs')
          .select('createdAt as at')
          .whereRef('apiKeyId', '=', 'apiKeys.id')
          // Older partitions are not read. A day more, as the clocks of servers differ.
          .where(sql<boolean>`prediction_logs.created_at > api_keys.created_at - interval '1 day'`)
          .orderBy('predictionLogs.id')
          .limit(1)
          .as('first'),
      join => join.onTrue(),
    )
    .select(['apiKeys.id', 'first.at'])
    .where('apiKeys.id', '=', eb => eb.fn.any(eb.val(ids)))
    .execute();
}

/** Whether a key was rotated, and its successor can be used. */
export async function hasUsableSuccessor(db: Database, id: string, now: Date): Promise<boolean> {
  const successor = await db
    .selectFrom('apiKeys')
    .where(isUsableRow('apiKeys', now))
    .where('predecessorId', '=', id)
    .select('id')
    .executeTakeFirst();
  return successor !== undefined;
}

/** Reads a key's name and prefix at its creation from the activity, which also covers deleted keys. */
export async function findCreatedKey(
  db: Database,
  id: string,
): Promise<{ id: string; name: string; prefix: string; isDeleted: boolean }> {
  const { details, ...key } = await db
    .selectFrom('activity')
    .select(['subjectId as id', 'subject as name', sql<{ prefix: string }>`details`.as('details')])
    .select(sql<boolean>`not exists (select from api_keys where api_keys.id = subject_id)`.as('isDeleted'))
    .where('subjectId', '=', id)
    .where('action', '=', 'api_key.created' satisfies ActivityAction)
    .executeTakeFirstOrThrow();
  return { ...key, prefix: details.prefix };
}

/** Reads the id and the name of a key's project; undefined if it was deleted. */
export function findKeyProject(db: Database, projectId: string) {
  return db.selectFrom('projects').select(['id', 'name']).where('id', '=', projectId).executeTakeFirst();
}
