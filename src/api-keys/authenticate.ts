import type { Kysely, Selectable } from 'kysely';
import { monthOf } from '../accounts/month.ts';
import type { AuthenticatedKey, SentKey } from '../auth/caller.ts';
import { type BatchMetrics, batched } from '../concurrency/batcher.ts';
import { statement } from '../database/statement.ts';
import type { ApiKeys, DB } from '../generated/database.ts';
import { digestOf, isRawKey } from './raw-key.ts';

/** The result of an authentication. Only unexpected errors throw. */
type Verdict =
  | { status: 'valid'; key: AuthenticatedKey }
  | { status: 'unknown' }
  /** The text cannot be a key, so the database was not queried. */
  | { status: 'malformed' }
  | { status: 'revoked'; key: SentKey; expiresAt: Date | null }
  /** Its revocation is rehearsed. */
  | { status: 'rehearsed'; key: SentKey; until: Date; expiresAt: Date | null }
  | { status: 'expired'; key: SentKey; expiresAt: Date };

interface Lookup {
  digest: Buffer;
  now: Date;
}

/** Authenticates the text of an `Api-Key` credential by a look-up in the database. */
export type Authenticate = (rawKey: string, now: Date) => Promise<Verdict>;

const LIMITS = {
  // Larger batches would only make their first call wait longer.
  maxBatchSize: 100,
  // About one second of work.
  maxWaiting: 5000,
};

/** Starts authentication against a database. Requests in flight share its statements. */
export function startAuthenticate(db: Kysely<DB>, metrics?: BatchMetrics): Authenticate {
  const lookUp = batched(
    async (lookups: Lookup[]) => {
      // Reads each key once for all of its calls: an integration often has many in flight.
      const digests = new Map(lookups.map(({ digest }) => [digest.toString('latin1'), digest]));
      // The requests of a batch arrive within milliseconds. If a month ends between them, the usage of the new month is
      // read, so that no call is refused for the usage of the old one. Settlement counts each call in its own month.
      const month = monthOf(lookups.at(-1)?.now ?? new Date(0));
      return verdictsOf(await lookUpKeys(db, [...digests.values()], month), lookups);
    },
    { ...LIMITS, metrics },
  );
  return async (rawKey, now) =>
    isRawKey(rawKey) ? await lookUp({ digest: digestOf(rawKey), now }) : { status: 'malformed' };
}

type KeyRow = AuthenticatedKey & Pick<Selectable<ApiKeys>, 'revokedAt' | 'rehearsalUntil'>;

function verdictsOf(rows: KeyRow[], lookups: Lookup[]): Verdict[] {
  const found = new Map(rows.map(row => [row.digest.toString('latin1'), row]));
  return lookups.map(({ digest, now }): Verdict => {
    const row = found.get(digest.toString('latin1'));
    if (!row) return { status: 'unknown' };
    const { revokedAt, rehearsalUntil, ...key } = row;
    const { expiresAt } = key;
    if (revokedAt) return { status: 'revoked', key, expiresAt };
    if (expiresAt && expiresAt <= now) return { status: 'expired', key, expiresAt };
    if (rehearsalUntil && rehearsalUntil > now) {
      const { id, organizationId } = key;
      const sent = { id, organizationId, isRehearsal: true };
      return { status: 'rehearsed', key: sent, until: rehearsalUntil, expiresAt };
    }
    return { status: 'valid', key };
  });
}

// The sub-selects keep the planner from planning anew for each number of digests. As JSON, the scopes arrive as an
// array: pg cannot parse arrays of a custom enum.
const lookUpKeys = statement<[digests: Buffer[], month: string], KeyRow>(
  'look_up_keys',
  `
select api_keys.digest, api_keys.id, coalesce(api_keys.root_id, api_keys.id) as root_id, api_keys.name, api_keys.prefix,
  api_keys.revision::text as revision,
  to_json(api_keys.scopes) as scopes, api_keys.revoked_at, api_keys.expires_at, api_keys.rehearsal_until,
  api_keys.allowed_networks::text[] as allowed_networks, api_keys.calls_per_minute,
  api_keys.monthly_predictions, (
    select predictions from api_key_usage as usage where usage.api_key_id = api_keys.id and usage.month = $2
      and usage.counted_before is null
  ) as used,
  api_keys.project_id, projects.organization_id, organizations.slug as organization_slug, plans.allow_api_predict,
  plans.monthly_predictions as quota,
  (
    select coalesce(json_agg(json_build_object(
      'id', facts.deployment_id,
      'active', facts.active,
      'modelId', facts.model_id,
      'inputLength', facts.input_length,
      'rowIndependent', facts.row_independent,
      'hasAxis', facts.has_axis,
      't2Limit', facts.t2_limit,
      'qLimit', facts.q_limit,
      'referenceMin', facts.reference_min,
      'referenceMax', facts.reference_max,
      'quarantinedUntil', facts.quarantined_until,
      'factsRevision', facts.revision,
      'model', json_build_object(
        'name', models.name,
        'version', models.version,
        'targetProperty', models.target_property,
        'unit', models.unit
      ),
      'used', coalesce((
        select sum(predictions) from deployment_usage as usage
        where usage.deployment_id = facts.deployment_id and usage.month = $2
      ), 0)
    )), '[]')
    from deployment_facts as facts
    join models on models.id = facts.model_id
    where facts.project_id = api_keys.project_id
      and (api_keys.deployment_id is null or api_keys.deployment_id = facts.deployment_id)
  ) as deployments
from api_keys
join projects on projects.id = api_keys.project_id
join organizations on organizations.id = projects.organization_id
join plans on plans.name = organizations.plan
where api_keys.digest = any((select $1::bytea[])::bytea[])`,
);
