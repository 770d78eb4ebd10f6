import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import { monthOf } from '../../accounts/month.ts';
import { type Placeholder, prepare } from '../../database/prepare.ts';
import type { DB, PredictionLogs } from '../../generated/database.ts';
import type { Prediction, PredictionSource } from '../../generated/graphql.ts';
import type { IdempotentRequest } from '../../requests/idempotency.ts';

/** A call that the model has answered. It is charged and logged before the answer is sent. */
export interface Call {
  logId: string;
  deploymentId: string;
  source: PredictionSource;
  /** The API key of an API call. */
  key: { id: string; name: string; prefix: string } | null;
  /** The signed-in person of a web call. */
  userId: string | null;
  at: Date;
  predictions: Prediction[];
  durationMs: number;
  /** The idempotency key and the request, if the caller sent a key. */
  repeatable?: IdempotentRequest;
}

/**
 * The result of the statement for a call.
 *
 * - `granted`: charged and logged
 * - `repeated`: a call with the same idempotency key was granted before
 * - `over-quota`: the calls of its deployment in this statement together exceed the rest of the quota
 * - `usage-busy`: the usage row of its deployment is locked or does not exist yet
 * - `key-busy`: the row of its API key is locked
 */
export type Grant = 'granted' | 'repeated' | 'over-quota' | 'usage-busy' | 'key-busy';

/** Grants calls, in the given transaction or else in its own. @returns the result for each call, by the id of its log */
export type GrantAll = (calls: Call[], trx?: Kysely<DB>) => Promise<Map<string, Grant>>;

/**
 * Prepares the statement that grants calls.
 *
 * @param locked whether to wait for locked usage rows or skip them. Locked key rows are always skipped, because the other calls
 *   of the deployment would have to wait too.
 */
export function prepareGrants(db: Kysely<DB>, locked: 'wait' | 'skip'): GrantAll {
  const skipLocked = locked === 'skip' ? sql` skip locked` : sql``;
  const select = prepare(db, (placeholder: Placeholder<Call[]>) =>
    selectUngranted(db, placeholder, skipLocked),
  );
  return async (calls, trx) => {
    const grants = new Map<string, Grant>(calls.map(({ logId }) => [logId, 'granted']));
    for (const { id, fits } of await select(calls, trx)) {
      grants.set(id, fits === null ? 'usage-busy' : fits ? 'key-busy' : 'over-quota');
    }
    return grants;
  };
}

/** Waits until the key rows of these calls are not locked. */
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
 * The statement that grants calls. It locks the usage rows in id order, checks for each whether its calls together fit the
 * rest of the quota, and locks the keys of those that fit. For the granted calls it updates the usage, writes the logs, and
 * sets the last use of the keys. It waits for usage rows only, always in id order, so servers cannot deadlock.
 *
 * @returns the calls that are not granted; `fits` is null if the usage row is locked or missing
 */
function selectUngranted(db: Kysely<DB>, placeholder: Placeholder<Call[]>, skipLocked: RawBuilder<unknown>) {
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
        // Kysely 0.29 writes only one clause of each kind. The foreign key of the log needs the second lock anyway.
        .modifyEnd(sql`for no key update of usage${skipLocked} for key share of deployments${skipLocked}`),
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
            // The key was deleted after it was looked up: the call began before, so it is granted.
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
            // A batch takes milliseconds, so around midnight some of its calls may be counted on the next day.
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
        // The time only increases, and no other column is set, so this cannot undo a concurrent revocation.
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

/** The calls as rows. One array per column keeps the text of the statement the same for any number of calls. */
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
