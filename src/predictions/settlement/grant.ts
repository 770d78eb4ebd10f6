import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import { monthOf } from '../../accounts/month.ts';
import { type Placeholder, prepare } from '../../database/prepare.ts';
import type { DB, PredictionLogs } from '../../generated/database.ts';
import type { Prediction, PredictionSource } from '../../generated/graphql.ts';
import type { IdempotentRequest } from '../../requests/idempotency.ts';

/** A call that the model has answered, to be charged and logged before the answer leaves. */
export interface Call {
  logId: string;
  deploymentId: string;
  source: PredictionSource;
  /** The key that made an API call. */
  key: { id: string; name: string; prefix: string } | null;
  /** The person who made a web call. */
  userId: string | null;
  at: Date;
  predictions: Prediction[];
  durationMs: number;
  /** What makes it safe to repeat, where its caller sent an idempotency key. */
  repeated?: IdempotentRequest;
}

/**
 * What the statement did for a call. `granted`: counted and logged. `refused`: the calls of its deployment in this
 * statement do not together fit the rest of the quota. `uncounted`: the row that counts its deployment's calls is
 * locked, or is not there yet. `key-locked`: its key's row is locked. `repeated`: the same call was granted before.
 */
export type Grant = 'granted' | 'refused' | 'uncounted' | 'key-locked' | 'repeated';

/**
 * Grants what can be granted of some calls, by the ids of their logs. What is granted is on disk, or in the transaction
 * where one is given.
 */
export type GrantAll = (calls: Call[], trx?: Kysely<DB>) => Promise<Map<string, Grant>>;

/**
 * @param locked whether to wait where the row that counts a deployment's calls is locked. A key's row is never waited
 *   for, as the deployment's other calls would wait too.
 */
export function prepareGrants(db: Kysely<DB>, locked: 'wait' | 'skip'): GrantAll {
  const skip = locked === 'skip' ? sql` skip locked` : sql``;
  const select = prepare(db, (placeholder: Placeholder<Call[]>) => selectUngranted(db, placeholder, skip));
  return async (calls, trx) => {
    const grants = new Map<string, Grant>(calls.map(({ logId }) => [logId, 'granted']));
    for (const { id, fits } of await select(calls, trx)) {
      grants.set(id, fits === null ? 'uncounted' : fits ? 'key-locked' : 'refused');
    }
    return grants;
  };
}

/** Waits until no key of these calls is locked. */
export async function waitForKeys(db: Kysely<DB>, calls: Call[]): Promise<void> {
  await db
    .selectFrom('apiKeys')
    .select('id')
    .where(
      'id',
      'in',
      calls.flatMap(({ key }) => (key ? [key.id] : [])),
    )
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();
}

/**
 * One statement: locks the usage rows in id order, judges for each whether its calls together fit the rest of the quota,
 * locks the keys of those that do, and for the granted calls counts, logs, and moves the keys' last use. Only usage rows
 * are ever waited for, and always in id order, so servers cannot deadlock.
 *
 * @returns the calls that are not granted; `fits` is null where the usage row is locked or missing.
 */
function selectUngranted(db: Kysely<DB>, placeholder: Placeholder<Call[]>, skip: RawBuilder<unknown>) {
  return db
    .with('calls', cte => cte.selectFrom(asTable(placeholder)).selectAll())
    .with('totals', cte =>
      cte
        .selectFrom('calls')
        .select(eb => ['deploymentId', 'month', eb.fn.sum<number>('spectra').as('spectra')])
        .groupBy(['deploymentId', 'month']),
    )
    .with('locked', cte =>
      cte
        .selectFrom('deploymentUsage as usage')
        .innerJoin('totals', join =>
          join
            .onRef('totals.deploymentId', '=', 'usage.deploymentId')
            .onRef('totals.month', '=', 'usage.month'),
        )
        .innerJoin('deployments', 'deployments.id', 'usage.deploymentId')
        .innerJoin('projects', 'projects.id', 'deployments.projectId')
        .innerJoin('organizations', 'organizations.id', 'projects.organizationId')
        .innerJoin('plans', 'plans.name', 'organizations.plan')
        .select(eb => [
          'usage.deploymentId',
          'usage.month',
          eb
            .or([
              eb('plans.monthlyPredictions', 'is', null),
              eb(
                eb('usage.predictions', '+', eb.ref('totals.spectra')),
                '<=',
                eb.ref('plans.monthlyPredictions'),
              ),
            ])
            .as('fits'),
        ])
        .orderBy('usage.deploymentId')
        .orderBy('usage.month')
        // Kysely 0.29 writes one clause of each kind. The log's reference to its deployment takes the second lock, too.
        .modifyEnd(sql`for no key update of usage${skip} for key share of deployments${skip}`),
    )
    .with('fitting', cte =>
      cte
        .selectFrom('calls')
        .innerJoin('locked', join =>
          join
            .onRef('locked.deploymentId', '=', 'calls.deploymentId')
            .onRef('locked.month', '=', 'calls.month'),
        )
        .where('locked.fits', '=', true)
        .selectAll('calls'),
    )
    .with('lockedKeys', cte =>
      cte
        .selectFrom('apiKeys')
        .select('id')
        .where('id', 'in', from => from.selectFrom('fitting').select('apiKeyId'))
        .orderBy('id')
        .forNoKeyUpdate()
        .skipLocked(),
    )
    .with('granted', cte =>
      cte
        .selectFrom('fitting')
        .selectAll()
        .where(eb =>
          eb.or([
            eb('apiKeyId', 'is', null),
            eb('apiKeyId', 'in', from => from.selectFrom('lockedKeys').select('id')),
            // Deleted since it was looked up: that call began before.
            eb.not(
              eb.exists(from =>
                from.selectFrom('apiKeys').select('id').whereRef('apiKeys.id', '=', 'fitting.apiKeyId'),
              ),
            ),
          ]),
        ),
    )
    .with('counted', cte =>
      cte
        .updateTable('deploymentUsage as usage')
        .from(from =>
          from
            .selectFrom('granted')
            // A batch lasts milliseconds: at midnight some of its calls may be counted on the next day of the month.
            .select(eb => [
              'deploymentId',
              'month',
              eb.fn.max('day').as('day'),
              eb.fn.sum<number>('spectra').as('spectra'),
            ])
            .groupBy(['deploymentId', 'month'])
            .as('uses'),
        )
        .set(eb => ({ predictions: eb('usage.predictions', '+', eb.ref('uses.spectra')) }))
        .set(sql`daily[uses.day]`, sql`usage.daily[uses.day] + uses.spectra`)
        .whereRef('uses.deploymentId', '=', 'usage.deploymentId')
        .whereRef('uses.month', '=', 'usage.month'),
    )
    .with('logged', cte =>
      cte
        .insertInto('predictionLogs')
        .columns(logColumns)
        .expression(from => from.selectFrom('granted').select(logColumns)),
    )
    .with('used', cte =>
      cte
        .updateTable('apiKeys')
        .from(from =>
          from
            .selectFrom('granted')
            .innerJoin('lockedKeys', 'lockedKeys.id', 'granted.apiKeyId')
            .select(eb => ['lockedKeys.id', eb.fn.max('granted.createdAt').as('at')])
            .groupBy('lockedKeys.id')
            .as('uses'),
        )
        // Only forwards, and only this column: it can never undo a revocation made meanwhile.
        .set(eb => ({ lastUsedAt: eb.fn<Date>('greatest', ['apiKeys.lastUsedAt', 'uses.at']) }))
        .whereRef('apiKeys.id', '=', 'uses.id'),
    )
    .selectFrom('calls')
    .leftJoin('locked', join =>
      join.onRef('locked.deploymentId', '=', 'calls.deploymentId').onRef('locked.month', '=', 'calls.month'),
    )
    .where('calls.id', 'not in', from => from.selectFrom('granted').select('id'))
    .select(eb => ['calls.id', eb.ref('locked.fits').$castTo<boolean | null>().as('fits')]);
}

const logColumns = [
  'id',
  'createdAt',
  'deploymentId',
  'source',
  'predictions',
  'durationMs',
  'userId',
  'apiKeyId',
  'apiKeyName',
  'apiKeyPrefix',
] as const;

type CallRow = Pick<Selectable<PredictionLogs>, (typeof logColumns)[number]> & {
  month: string;
  day: number;
  spectra: number;
};

/** The calls as rows, one array for each column, so that the statement's text is the same for any number. */
function asTable(placeholder: Placeholder<Call[]>) {
  const column = (value: (call: Call) => unknown) => placeholder(calls => calls.map(value));
  return sql<CallRow>`unnest(
    (select ${column(call => call.logId)}::uuid[]),
    (select ${column(call => call.at)}::timestamptz[]),
    (select ${column(call => call.deploymentId)}::uuid[]),
    (select ${column(call => call.source)}::prediction_source[]),
    (select ${column(call => JSON.stringify(call.predictions))}::jsonb[]),
    (select ${column(call => call.durationMs)}::float8[]),
    (select ${column(call => call.userId)}::uuid[]),
    (select ${column(call => call.key?.id ?? null)}::uuid[]),
    (select ${column(call => call.key?.name ?? null)}::text[]),
    (select ${column(call => call.key?.prefix ?? null)}::text[]),
    (select ${column(call => monthOf(call.at))}::text[]),
    (select ${column(call => call.at.getUTCDate())}::int[]),
    (select ${column(call => call.predictions.length)}::bigint[])
  )`.as<'call'>(sql`call(
    id, created_at, deployment_id, source, predictions, duration_ms, user_id, api_key_id, api_key_name,
    api_key_prefix, month, day, spectra)`);
}
