import { type Kysely, type Selectable, sql } from 'kysely';
import { batched } from '../database/batch.ts';
import { isDatabaseUnavailable, isLockTimeout } from '../database/faults.ts';
import { type Placeholder, prepare } from '../database/prepare.ts';
import { monthOf } from '../deployments/deployments.ts';
import type { DB, PredictionLogs } from '../generated/database.ts';
import type { Prediction, PredictionSource } from '../generated/graphql.ts';

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
}

/** What became of a call. Only `settled` is charged and logged; a call is settled whole or not at all. */
export type Settlement =
  | { status: 'settled' }
  | { status: 'quota-exceeded' }
  | { status: 'failed'; error: unknown };

/** Charges a call and writes its log. Once it answers `settled`, both are on disk. */
export type Settle = (call: Call) => Promise<Settlement>;

const BOUNDS = {
  // Keeps a statement short, and with it the time for which the usage rows stay locked.
  most: 50,
  // About a second's worth.
  room: 5000,
};

/** Settling against a database; the calls that finish together share a statement. */
export function startSettle(db: Kysely<DB>): Settle {
  const select = prepare(db, (placeholder: Placeholder<Call[]>) => selectGrants(db, placeholder));
  const grant = async (calls: Call[]) => {
    const grants = new Map<string, Grant>(calls.map(({ logId }) => [logId, 'granted']));
    for (const { id, fits } of await select(calls)) grants.set(id, fits === null ? 'uncounted' : 'refused');
    return grants;
  };
  return batched((calls: Call[]) => settleAll(db, grant, calls), BOUNDS);
}

/** What the statement said of each call, by the id of its log. */
type GrantAll = (calls: Call[]) => Promise<Map<string, Grant>>;
type Grant = 'granted' | 'refused' | 'uncounted';

async function settleAll(db: Kysely<DB>, grant: GrantAll, calls: Call[]): Promise<Settlement[]> {
  const settlements = await attempt(db, grant, calls);
  if (calls.length === 1) return settlements;
  const failedFor = (isReason: (error: unknown) => boolean) =>
    calls.filter((_, index) => {
      const settlement = settlements[index];
      return settlement?.status === 'failed' && isReason(settlement.error);
    });
  const settleAgain = async (some: Call[]) => {
    for (const [at, settlement] of (await settleAll(db, grant, some)).entries()) {
      const index = calls.findIndex(({ logId }) => logId === some[at]?.logId);
      settlements[index] = settlement;
    }
  };
  // One call that cannot be written takes no neighbour down with it; an unreachable database takes all.
  await Promise.all(failedFor(error => !isDatabaseUnavailable(error)).map(call => settleAgain([call])));
  // A deployment that somebody else holds locked refuses its own calls: each waits once, by itself.
  const locked = Map.groupBy(failedFor(isLockTimeout), ({ deploymentId }) => deploymentId);
  if (locked.size > 1) await Promise.all([...locked.values()].map(settleAgain));
  // Too many together for the rest of the quota: in turn, as many as fit.
  for (const [index, call] of calls.entries()) {
    if (settlements[index]?.status === 'quota-exceeded') await settleAgain([call]);
  }
  return settlements;
}

async function attempt(db: Kysely<DB>, grant: GrantAll, calls: Call[]): Promise<Settlement[]> {
  const grantOrFail = (some: Call[]) => grant(some).catch((error: unknown) => failed(some, error));
  const grants = await grantOrFail(calls);
  const uncounted = calls.filter(call => grants.get(call.logId) === 'uncounted');
  if (uncounted.length === 0) return calls.map(call => settlementOf(grants.get(call.logId)));
  // What the first statement granted is on disk, whatever becomes of the others now.
  const later = await startCounting(db, uncounted).then(
    () => grantOrFail(uncounted),
    (error: unknown) => failed(uncounted, error),
  );
  return calls.map(call => settlementOf(later.get(call.logId) ?? grants.get(call.logId)));
}

const failed = (calls: Call[], error: unknown) =>
  new Map<string, Grant | { error: unknown }>(calls.map(call => [call.logId, { error }]));

function settlementOf(grant: Grant | { error: unknown } | undefined): Settlement {
  if (typeof grant === 'object') return { status: 'failed', error: grant.error };
  return { status: grant === 'granted' ? 'settled' : 'quota-exceeded' };
}

/** The first call of a deployment in a month finds no row to count in. */
async function startCounting(db: Kysely<DB>, calls: Call[]): Promise<void> {
  const rows = new Map(
    calls.map(({ deploymentId, at }) => [
      `${deploymentId} ${monthOf(at)}`,
      { deploymentId, month: monthOf(at), predictions: 0 },
    ]),
  );
  await db
    .insertInto('deploymentUsage')
    // In the order in which they are locked, for servers that start the same month at once.
    .values([...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row))
    .onConflict(conflict => conflict.doNothing())
    .execute();
}

/**
 * One statement: locks the usage rows in id order, grants those deployments whose calls together fit the rest of
 * their quota, and for the granted calls counts, logs, and moves the keys' last use. Locks are always taken in the
 * same order (usage rows by id, then keys by id), so servers cannot deadlock.
 *
 * @returns the calls that are not granted, `fits` null where there is no row yet to count in.
 */
function selectGrants(db: Kysely<DB>, placeholder: Placeholder<Call[]>) {
  return db
    .with('calls', cte => cte.selectFrom(asTable(placeholder)).selectAll())
    .with('totals', cte =>
      cte
        .selectFrom('calls')
        // A batch lasts milliseconds: at midnight some of its calls may be counted on the next day of the month.
        .select(eb => [
          'deploymentId',
          'month',
          eb.fn.max('day').as('day'),
          eb.fn.sum<number>('spectra').as('spectra'),
        ])
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
          'totals.day',
          'totals.spectra',
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
        .forNoKeyUpdate('usage'),
    )
    .with('granted', cte =>
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
    .with('counted', cte =>
      cte
        .updateTable('deploymentUsage as usage')
        .from('locked')
        .set(eb => ({ predictions: eb('usage.predictions', '+', eb.ref('locked.spectra')) }))
        .set(sql`daily[locked.day]`, sql`usage.daily[locked.day] + locked.spectra`)
        .whereRef('locked.deploymentId', '=', 'usage.deploymentId')
        .whereRef('locked.month', '=', 'usage.month')
        .where('locked.fits', '=', true),
    )
    .with('logged', cte =>
      cte
        .insertInto('predictionLogs')
        .columns(logColumns)
        .expression(from => from.selectFrom('granted').select(logColumns)),
    )
    .with('lockedKeys', cte =>
      cte
        .selectFrom('apiKeys')
        .select('id')
        .where('id', 'in', from => from.selectFrom('granted').select('apiKeyId'))
        .orderBy('id')
        .forNoKeyUpdate(),
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
    .where('locked.fits', 'is distinct from', true)
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
    ${column(call => call.logId)}::uuid[],
    ${column(call => call.at)}::timestamptz[],
    ${column(call => call.deploymentId)}::uuid[],
    ${column(call => call.source)}::prediction_source[],
    ${column(call => JSON.stringify(call.predictions))}::jsonb[],
    ${column(call => call.durationMs)}::float8[],
    ${column(call => call.userId)}::uuid[],
    ${column(call => call.key?.id ?? null)}::uuid[],
    ${column(call => call.key?.name ?? null)}::text[],
    ${column(call => call.key?.prefix ?? null)}::text[],
    ${column(call => monthOf(call.at))}::text[],
    ${column(call => call.at.getUTCDate())}::int[],
    ${column(call => call.predictions.length)}::bigint[]
  )`.as<'call'>(sql`call(
    id, created_at, deployment_id, source, predictions, duration_ms, user_id, api_key_id, api_key_name,
    api_key_prefix, month, day, spectra)`);
}
