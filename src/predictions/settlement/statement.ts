import { monthOf } from '../../accounts/month.ts';
import type { Database } from '../../database/pool.ts';
import { type Statement, statement } from '../../database/statement.ts';
import type { PredictionLogs } from '../../generated/database.ts';
import type { Prediction, PredictionSource } from '../../generated/graphql.ts';
import type { IdempotentRequest } from '../../requests/idempotency.ts';

/** The caller as recorded in the log of a call, with the revision of the rows that gave them access. */
export type LoggedCaller = { revision: string } & (
  | { source: 'API'; key: { id: string; rootId: string; name: string; prefix: string } }
  | { source: 'WEB'; userId: string }
);

/** A call that the model has answered. It is charged and logged before the answer is sent. */
export interface Call {
  logId: string;
  deploymentId: string;
  /** The revisions of the rows that the facts about the deployment came from. */
  factsRevision: string;
  caller: LoggedCaller;
  at: Date;
  predictions: Prediction[];
  /** Spectra for which the model is not applicable; null if it has no limits for that. */
  outside: number | null;
  xAxisChecked: boolean;
  durationMs: number;
  /** The network of a program; null for a person. */
  network: string | null;
  /** The idempotency key and the request, if the caller sent a key. */
  repeatable?: IdempotentRequest;
}

/** What the statement found for a call (settle.ts lists what follows from each). */
export type SettlementOutcome = 'settled' | 'repeated' | 'stale' | 'over-quota' | 'over-key-limit' | 'busy';

/** What the statement found for a call, and what is left of the month after it. */
export interface SettledCall<Outcome = SettlementOutcome> {
  outcome: Outcome;
  /** Predictions of its deployment that are left; null without a monthly limit, or where it was not read. */
  left: number | null;
  /** Predictions that its key has left by a limit of its own; null as above. */
  keyLeft: number | null;
}

/**
 * Finds the caller by the revision of its facts, with the monthly limit of the key. The statement of API calls names no
 * table of members: a lock on one of those delays no API call.
 */
const FIND_CALLER: Record<PredictionSource, string> = {
  API: `select monthly_predictions as key_limit from api_keys
    where id = given.api_key_id and revision::text = given.caller_revision limit 1`,
  WEB: `select null::bigint as key_limit from project_access as access
    where access.project_id = facts.project_id and access.user_id = given.user_id
      and access.revision = given.caller_revision limit 1`,
};

/**
 * Settles calls in one statement. `$1` is JSON with two lists: the callers, and their calls, each with the place of its
 * caller (one parameter, because one array a column takes 15 sub-plans).
 *
 * It keeps the callers whose facts still hold, locks the usage of keys with a limit of their own and usage slots of the
 * deployments, checks the limits, claims the idempotency keys, and for the calls that remain counts the usage and writes
 * the logs. Without a quota it locks one slot of a deployment; with one it locks all of them, so that their sum is exact.
 * Keys are locked first, in order of id and month, then slots, in order of deployment, month and slot, then idempotency
 * keys, so servers cannot deadlock.
 *
 * @returns the calls that are not settled, and with a quota or a limit of the key also those that are
 */
const textOf = (locked: '' | 'skip locked', source: PredictionSource) => `
with caller as materialized (
  select given.*, facts.quota, found.key_limit
  from jsonb_to_recordset($1::jsonb -> 'callers') as given (
    place int, deployment_id uuid, facts_revision text, month text, predictions int, source prediction_source,
    api_key_id uuid, api_key_name text, api_key_prefix text, user_id uuid, caller_revision text)
  cross join lateral (
    select project_id, quota from deployment_facts as facts
    where facts.deployment_id = given.deployment_id and facts.revision = given.facts_revision
    limit 1
  ) as facts
  cross join lateral (
    ${FIND_CALLER[source]}
  ) as found
),
key_usage as materialized (
  select needed.api_key_id, needed.month, locked.predictions as used,
    locked.predictions + needed.predictions <= needed.key_limit as fits
  from (
    select api_key_id, month, key_limit, sum(predictions) as predictions
    from caller where key_limit is not null
    group by api_key_id, month, key_limit order by api_key_id, month
  ) as needed
  left join lateral (
    select predictions from api_key_usage as usage
    where usage.api_key_id = needed.api_key_id and usage.month = needed.month and usage.counted_before is null
    for no key update ${locked}
  ) as locked on true
),
allowed as materialized (
  select caller.* from caller
  left join key_usage using (api_key_id, month)
  where caller.key_limit is null or key_usage.fits
),
slot as materialized (
  select needed.deployment_id, needed.month, locked.slot,
    case
      when needed.quota is null and locked.slots = 1 then true
      when locked.slots = 8 then locked.predictions + needed.predictions <= needed.quota
    end as fits,
    case when locked.slots = 8 then needed.quota - locked.predictions end as free
  from (
    select deployment_id, month, quota, sum(predictions) as predictions
    from allowed group by deployment_id, month, quota order by deployment_id, month
  ) as needed
  cross join lateral (
    select min(slot) as slot, count(*) as slots, sum(predictions) as predictions
    from (
      select slot, predictions from deployment_usage as usage
      where usage.deployment_id = needed.deployment_id and usage.month = needed.month
      order by slot
      limit case when needed.quota is null then 1 else 8 end
      for no key update ${locked}
    ) as locked_slots
  ) as locked
),
call as materialized (
  select * from jsonb_to_recordset($1::jsonb -> 'calls') as given (
    id uuid, place int, created_at timestamptz, day int, predictions jsonb, spectra int, duration_ms float8,
    outside int, x_axis_checked boolean, network text, digest text, request text)
),
fitting as materialized (
  select call.*, allowed.deployment_id, allowed.month, allowed.source, allowed.api_key_id, allowed.api_key_name,
    allowed.api_key_prefix, allowed.user_id, allowed.key_limit, slot.slot
  from call
  join allowed using (place)
  join slot using (deployment_id, month)
  where slot.fits
),
claimed as (
  insert into idempotency_keys (digest, request, result_id, created_at)
  select digest::bytea, request::bytea, id, created_at from fitting where digest is not null order by digest
  on conflict (digest) do update
    set request = excluded.request, result_id = excluded.result_id, created_at = excluded.created_at
    where idempotency_keys.created_at <= excluded.created_at - interval '24 hours'
  returning result_id
),
granted as materialized (
  select * from fitting where digest is null or id in (select result_id from claimed)
),
counted as (
  update deployment_usage as usage
  set predictions = usage.predictions + used.predictions,
    daily[used.day] = usage.daily[used.day] + used.predictions,
    outside = usage.outside + used.outside
  from (
    -- All calls of a batch are counted on the latest day; their days differ only around midnight.
    select deployment_id, month, slot, max(day) as day, sum(spectra) as predictions,
      coalesce(sum(outside), 0) as outside
    from granted group by deployment_id, month, slot
  ) as used
  where usage.deployment_id = used.deployment_id and usage.month = used.month and usage.slot = used.slot
),
counted_by_key as (
  update api_key_usage as usage
  set predictions = usage.predictions + used.predictions
  from (
    select api_key_id, month, sum(spectra) as predictions
    from granted where key_limit is not null group by api_key_id, month
  ) as used
  where usage.api_key_id = used.api_key_id and usage.month = used.month
  returning usage.api_key_id, usage.month, usage.predictions
),
logged as (
  insert into prediction_logs (id, created_at, deployment_id, source, predictions, duration_ms, user_id,
    api_key_id, api_key_name, api_key_prefix, outside, x_axis_checked, network)
  select id, created_at, deployment_id, source, predictions, duration_ms, user_id,
    api_key_id, api_key_name, api_key_prefix, outside, x_axis_checked, network
  from granted
)
select call.id, case
    when granted.id is not null then 'settled'
    when caller.place is null then 'stale'
    when caller.key_limit is not null and key_usage.fits is null then 'busy'
    when caller.key_limit is not null and not key_usage.fits then 'over-key-limit'
    when slot.fits is null then 'busy'
    when slot.fits then 'repeated'
    else 'over-quota'
  end as outcome,
  (slot.free - least(slot.free, coalesce(
    sum(granted.spectra) over (partition by slot.deployment_id, slot.month), 0)))::float8 as "left",
  (caller.key_limit - least(caller.key_limit, coalesce(counted_by_key.predictions, key_usage.used)))::float8 as key_left
from call
left join caller using (place)
left join key_usage using (api_key_id, month)
left join counted_by_key using (api_key_id, month)
left join slot using (deployment_id, month)
left join granted on granted.id = call.id
where granted.id is null or caller.quota is not null or caller.key_limit is not null`;

type Row = Pick<PredictionLogs, 'id'> & SettledCall;

/** The statement returns no row for a settled call without a limit. */
const SETTLED: SettledCall = { outcome: 'settled', left: null, keyLeft: null };

const statements: Record<PredictionSource, Record<'wait' | 'skip', Statement<[json: string], Row>>> = {
  API: {
    wait: statement('settle_api_waiting', textOf('', 'API')),
    skip: statement('settle_api', textOf('skip locked', 'API')),
  },
  WEB: {
    wait: statement('settle_web_waiting', textOf('', 'WEB')),
    skip: statement('settle_web', textOf('skip locked', 'WEB')),
  },
};

/**
 * Settles calls with one statement. Of calls with the same idempotency key the first takes part. If it is settled the
 * others are `repeated`, else `busy`, as they may differ in all but the key.
 *
 * @param calls all of one source
 * @param locked whether to wait for locked slots, or to skip them: their calls are then `busy`
 * @returns the outcome of each call and what is left, in their order
 */
export async function settleTogether(
  db: Database,
  calls: readonly Call[],
  locked: 'wait' | 'skip',
): Promise<SettledCall[]> {
  const firsts = new Map<string, Call>();
  for (const call of calls) if (!firsts.has(identityOf(call))) firsts.set(identityOf(call), call);
  const source = calls[0]?.caller.source ?? 'API';
  const rows = await statements[source][locked](db, parameterOf([...firsts.values()]));
  const returned = new Map(rows.map(({ id, ...settled }) => [id, settled]));
  return calls.map(call => {
    const first = firsts.get(identityOf(call)) ?? call;
    const settled = returned.get(first.logId) ?? SETTLED;
    if (call === first) return settled;
    const isAnswered = settled.outcome === 'settled' || settled.outcome === 'repeated';
    return { outcome: isAnswered ? 'repeated' : 'busy', left: null, keyLeft: null };
  });
}

/** Identifies a call. Of the calls with the same identity one is settled. */
const identityOf = ({ logId, repeatable }: Call) => repeatable?.digest.toString('hex') ?? logId;

/** The JSON parameter of the statement: calls of the same caller share its facts. */
function parameterOf(calls: readonly Call[]): string {
  const callers = new Map<string, ReturnType<typeof callerOf> & { place: number; predictions: number }>();
  const places = calls.map(call => {
    const given = callerOf(call);
    const id = `${given.deployment_id} ${given.facts_revision} ${given.month} ${given.api_key_id ?? given.user_id} ${given.caller_revision}`;
    const caller = callers.get(id) ?? { ...given, place: callers.size, predictions: 0 };
    callers.set(id, caller);
    caller.predictions += call.predictions.length;
    return {
      id: call.logId,
      place: caller.place,
      created_at: call.at,
      day: call.at.getUTCDate(),
      predictions: call.predictions,
      spectra: call.predictions.length,
      duration_ms: call.durationMs,
      outside: call.outside,
      x_axis_checked: call.xAxisChecked,
      network: call.network,
      ...(call.repeatable && {
        digest: `\\x${call.repeatable.digest.toString('hex')}`,
        request: `\\x${call.repeatable.request.toString('hex')}`,
      }),
    };
  });
  return JSON.stringify({ callers: [...callers.values()], calls: places });
}

const callerOf = ({ deploymentId, factsRevision, at, caller }: Call) => ({
  deployment_id: deploymentId,
  facts_revision: factsRevision,
  month: monthOf(at),
  source: caller.source,
  api_key_id: caller.source === 'API' ? caller.key.id : null,
  api_key_name: caller.source === 'API' ? caller.key.name : null,
  api_key_prefix: caller.source === 'API' ? caller.key.prefix : null,
  user_id: caller.source === 'WEB' ? caller.userId : null,
  caller_revision: caller.revision,
});

/** Adds the usage slots of a deployment for a month: the first call of a month finds none. */
export const addSlots = statement<[deploymentId: string, month: string], never>(
  'add_usage_slots',
  `
insert into deployment_usage (deployment_id, month, slot, predictions)
select id, $2, slot, 0
from (select id from deployments where id = $1 for key share) as deployment, generate_series(0, 7) as slot
on conflict do nothing`,
);
