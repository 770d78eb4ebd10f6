import { type InferResult, type Kysely, sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { monthOf } from '../accounts/month.ts';
import type { AuthenticatedKey } from '../auth/caller.ts';
import { type BatchWatch, batched } from '../concurrency/batcher.ts';
import { type Placeholder, prepare } from '../database/prepare.ts';
import type { ApiKeyScope, DB } from '../generated/database.ts';
import { digestOf, isRawKey } from './raw-key.ts';

/** What a secret turned out to be. Only faults throw. */
export type Verdict =
  | { status: 'valid'; key: AuthenticatedKey }
  | { status: 'unknown' }
  /** No key can look so; the database was not asked. */
  | { status: 'malformed' }
  | { status: 'revoked' }
  | { status: 'expired' };

interface Lookup {
  digest: Buffer;
  now: Date;
}

/** Judges the text of an `Api-Key` credential. No verdict is kept: a revocation holds from the next request on. */
export type Authenticate = (rawKey: string, now: Date) => Promise<Verdict>;

const BOUNDS = {
  // More keys in one read would only make the first of them wait longer.
  max: 100,
  // About a second's worth.
  maxWaiting: 5000,
};

/** Authentication against a database; the requests in flight share its reads. */
export function startAuthenticate(db: Kysely<DB>, watch?: BatchWatch): Authenticate {
  const select = prepare(db, (placeholder: Placeholder<Lookup[]>) => selectKeys(db, placeholder));
  const lookUp = batched(async (lookups: Lookup[]) => judge(await select(lookups), lookups), {
    ...BOUNDS,
    watch,
  });
  return async (rawKey, now) =>
    isRawKey(rawKey) ? await lookUp({ digest: digestOf(rawKey), now }) : { status: 'malformed' };
}

type KeyRow = InferResult<ReturnType<typeof selectKeys>>[number];

function judge(rows: KeyRow[], lookups: Lookup[]): Verdict[] {
  const found = new Map(rows.map(row => [row.digest.toString('latin1'), row]));
  return lookups.map(({ digest, now }): Verdict => {
    const row = found.get(digest.toString('latin1'));
    if (!row) return { status: 'unknown' };
    const { revokedAt, expiresAt, digest: _, ...key } = row;
    if (revokedAt) return { status: 'revoked' };
    if (expiresAt && expiresAt <= now) return { status: 'expired' };
    return { status: 'valid', key };
  });
}

function selectKeys(db: Kysely<DB>, placeholder: Placeholder<Lookup[]>) {
  // One integration often has many calls under way: its key is read once for all of them.
  const digests = placeholder(lookups => [
    ...new Map(lookups.map(({ digest }) => [digest.toString('latin1'), digest])).values(),
  ]);
  // Requests of one batch came within milliseconds. Over the turn of a month the usage read is the new month's, so
  // that nobody is refused for what was used before; settling counts each call in its own.
  const month = placeholder(lookups => monthOf(lookups.at(-1)?.now ?? new Date(0)));
  return db
    .selectFrom('apiKeys')
    .innerJoin('projects', 'projects.id', 'apiKeys.projectId')
    .innerJoin('organizations', 'organizations.id', 'projects.organizationId')
    .innerJoin('plans', 'plans.name', 'organizations.plan')
    .where('apiKeys.digest', '=', sql<Buffer>`any((select ${digests}::bytea[])::bytea[])`)
    .select(eb => [
      'apiKeys.digest',
      'apiKeys.id',
      'apiKeys.name',
      'apiKeys.prefix',
      'projects.organizationId',
      'apiKeys.revokedAt',
      'apiKeys.expiresAt',
      'plans.allowApiPredict',
      'plans.monthlyPredictions as quota',
      // pg does not know the array type of our enum; as JSON it arrives as an array.
      sql<ApiKeyScope[]>`to_json(api_keys.scopes)`.as('scopes'),
      jsonArrayFrom(
        eb
          .selectFrom('deployments')
          .innerJoin('models', 'models.id', 'deployments.modelId')
          .leftJoin('modelQuarantines', 'modelQuarantines.modelId', 'deployments.modelId')
          .leftJoin('deploymentUsage', join =>
            join
              .onRef('deploymentUsage.deploymentId', '=', 'deployments.id')
              .on('deploymentUsage.month', '=', month),
          )
          .whereRef('deployments.projectId', '=', 'apiKeys.projectId')
          .where(where =>
            where.or([
              where('apiKeys.deploymentId', 'is', null),
              where('deployments.id', '=', where.ref('apiKeys.deploymentId')),
            ]),
          )
          .select(inner => [
            'deployments.id',
            'deployments.active',
            'deployments.modelId',
            'models.inputLength',
            'models.rowIndependent',
            sql<string | null>`model_quarantines.until`.as('quarantinedUntil'),
            inner.fn.coalesce('deploymentUsage.predictions', inner.lit(0)).as('used'),
          ]),
      ).as('deployments'),
    ]);
}
