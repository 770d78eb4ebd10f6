import { type InferResult, type Kysely, sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { monthOf } from '../accounts/month.ts';
import type { AuthenticatedKey } from '../auth/caller.ts';
import { type BatchMetrics, batched } from '../concurrency/batcher.ts';
import { type Placeholder, prepare } from '../database/prepare.ts';
import type { ApiKeyScope, DB } from '../generated/database.ts';
import { digestOf, isRawKey } from './raw-key.ts';

/** The result of an authentication. Only unexpected errors throw. */
export type Verdict =
  | { status: 'valid'; key: AuthenticatedKey }
  | { status: 'unknown' }
  /** The text cannot be a key, so the database was not queried. */
  | { status: 'malformed' }
  | { status: 'revoked' }
  | { status: 'expired' };

interface Lookup {
  digest: Buffer;
  now: Date;
}

/** Authenticates the text of an `Api-Key` credential. Verdicts are not cached: a revocation applies to the next request. */
export type Authenticate = (rawKey: string, now: Date) => Promise<Verdict>;

const LIMITS = {
  // Larger batches would only make their first call wait longer.
  maxBatchSize: 100,
  // About one second of work.
  maxWaiting: 5000,
};

/** Starts authentication against a database. Requests in flight share its statements. */
export function startAuthenticate(db: Kysely<DB>, metrics?: BatchMetrics): Authenticate {
  const select = prepare(db, (placeholder: Placeholder<Lookup[]>) => selectKeys(db, placeholder));
  const lookUp = batched(async (lookups: Lookup[]) => verdictsOf(await select(lookups), lookups), {
    ...LIMITS,
    metrics,
  });
  return async (rawKey, now) =>
    isRawKey(rawKey) ? await lookUp({ digest: digestOf(rawKey), now }) : { status: 'malformed' };
}

type KeyRow = InferResult<ReturnType<typeof selectKeys>>[number];

function verdictsOf(rows: KeyRow[], lookups: Lookup[]): Verdict[] {
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
  // An integration often has many calls in flight: its key is read once for all of them.
  const digests = placeholder(lookups => [
    ...new Map(lookups.map(({ digest }) => [digest.toString('latin1'), digest])).values(),
  ]);
  // The requests of a batch arrive within milliseconds. If a month ends between them, the usage of the new month is read, so
  // that no call is refused for the usage of the old one. Settlement counts each call in its own month.
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
      // pg cannot parse arrays of a custom enum; as JSON they arrive as arrays.
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
