import { setTimeout as wait } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { dayOf } from '../accounts/month.ts';
import type { SentKey } from '../auth/caller.ts';
import { statement } from '../database/statement.ts';
import type { DB } from '../generated/database.ts';

// Calls with a known key that were answered with an error are counted in memory, and written every few seconds in one
// statement: however many there are, PostgreSQL gets a bounded number of rows. Each server adds its own counts.

/** Time from a refusal to the statement that writes it. */
const FLUSH_MS = 3000;
/** Max time that stopping waits for the last statement. */
const MAX_STOP_MS = 2000;
/** Networks of a key with rows of their own, for each day and code; all others share a row. */
export const MAX_NETWORKS = 8;
/** The network of the row that others share. */
export const OTHER_NETWORKS = '';
/** Max rows in memory, about 1.5 MiB, and so in one statement. */
const MAX_ROWS = 5000;
/** Max rows of one organization. */
const MAX_ROWS_OF_ORGANIZATION = 500;

/** A refused call. */
export interface Refusal {
  /** The code of its error, from the catalogue. */
  code: string;
  /** The network of the client (requests/network.ts). */
  network: string;
  at: Date;
}

/** Counts the refused calls of keys. */
export interface Refusals {
  /** Counts a refused call, in memory. Beyond the limits of the memory it is not counted. */
  count: (key: SentKey, refusal: Refusal) => void;
  /** Writes what was counted. If that fails, it is logged and kept for the next time. */
  flush: () => Promise<void>;
  /** Writes what was counted, and stops. */
  stop: () => Promise<void>;
}

/** What was counted and is not written. */
interface Row {
  count: number;
  lastAt: Date;
  lastNetwork: string;
}

/** The rows of a key, day and code, by network. */
interface Group {
  apiKeyId: string;
  day: string;
  code: string;
  isRehearsal: boolean;
  rows: Map<string, Row>;
}

/** The groups of an organization, by their facts. */
interface Counts {
  groups: Map<string, Group>;
  rows: number;
}

/** The place of a row. */
interface Placed {
  organizationId: string;
  counts: Counts;
  name: string;
  group: Group;
  network: string;
}

interface RefusalsOptions {
  db: Kysely<DB>;
  log: { warn: (details: object, message: string) => void };
  flushMs?: number | undefined;
}

/**
 * Starts counting. If the memory is full, the organization with the most rows loses one to another with fewer, so none
 * can use up the memory of the others.
 */
export function startRefusals({ db, log, flushMs = FLUSH_MS }: RefusalsOptions): Refusals {
  const organizations = new Map<string, Counts>();
  let total = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let flushing: Promise<void> | undefined;

  function findRow({ id, organizationId, isRehearsal = false }: SentKey, { code, network, at }: Refusal) {
    const counts = organizations.get(organizationId) ?? { groups: new Map<string, Group>(), rows: 0 };
    const day = dayOf(at);
    const name = `${id} ${day} ${code} ${isRehearsal}`;
    const group = counts.groups.get(name) ?? { apiKeyId: id, day, code, isRehearsal, rows: new Map() };
    const place = group.rows.has(network) || group.rows.size < MAX_NETWORKS ? network : OTHER_NETWORKS;
    const found = group.rows.get(place);
    if (found) return found;
    if (counts.rows >= MAX_ROWS_OF_ORGANIZATION) return undefined;
    if (total >= MAX_ROWS && !dropForOther(counts)) return undefined;
    const row: Row = { count: 0, lastAt: at, lastNetwork: network };
    group.rows.set(place, row);
    counts.groups.set(name, group);
    counts.rows += 1;
    organizations.set(organizationId, counts);
    total += 1;
    return row;
  }

  function drop({ organizationId, counts, name, group, network }: Placed): void {
    group.rows.delete(network);
    counts.rows -= 1;
    total -= 1;
    if (group.rows.size === 0) counts.groups.delete(name);
    if (counts.rows === 0) organizations.delete(organizationId);
  }

  /** Drops a row of the organization with the most. @returns false if that has no more than the given one will have */
  function dropForOther({ rows }: Counts): boolean {
    const [largest] = [...organizations].reduce((most, each) => (each[1].rows > most[1].rows ? each : most));
    const counts = organizations.get(largest);
    const [name, group] = counts?.groups.entries().next().value ?? [];
    const network = group?.rows.keys().next().value;
    if (!counts || name === undefined || !group || network === undefined) return false;
    if (counts.rows <= rows + 1) return false;
    drop({ organizationId: largest, counts, name, group, network });
    return true;
  }

  /** The rows with their counts now, and what to do once these are written. */
  function takeRows() {
    return [...organizations].flatMap(([organizationId, counts]) =>
      [...counts.groups].flatMap(([name, group]) =>
        [...group.rows].map(([network, row]) => {
          const { count, lastAt, lastNetwork } = row;
          const { apiKeyId, day, code, isRehearsal } = group;
          const written = () => {
            row.count -= count;
            // It may have been dropped meanwhile.
            const isKept = group.rows.get(network) === row && counts.groups.get(name) === group;
            if (row.count === 0 && isKept) drop({ organizationId, counts, name, group, network });
          };
          return {
            given: { apiKeyId, day, code, isRehearsal, network, count, lastAt, lastNetwork },
            written,
          };
        }),
      ),
    );
  }

  async function write(): Promise<void> {
    const rows = takeRows();
    if (rows.length === 0) return;
    try {
      const locked = await addRefusals(db, JSON.stringify(rows.map(({ given }) => given)));
      const later = new Set(locked.map(({ id }) => id));
      for (const { given, written } of rows) if (!later.has(given.apiKeyId)) written();
    } catch (error) {
      log.warn({ err: error }, 'the refused calls of API keys could not be written');
    }
  }

  async function flush(): Promise<void> {
    // Two statements at once would write the same counts twice.
    flushing ??= write().finally(() => {
      flushing = undefined;
      if (total > 0) schedule();
    });
    await flushing;
  }

  function schedule(): void {
    if (isStopped) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      void flush();
    }, flushMs).unref();
  }

  return {
    count(key, refusal) {
      const row = findRow(key, refusal);
      if (!row) return;
      row.count += 1;
      row.lastAt = refusal.at;
      row.lastNetwork = refusal.network;
      schedule();
    },
    flush,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      // The one under way may have begun before the last refusals.
      const last = (flushing ?? Promise.resolve()).then(flush);
      await Promise.race([last, wait(MAX_STOP_MS, undefined, { ref: false })]);
    },
  };
}

/**
 * Adds counts. `$1` is JSON: a list of `Row`s with what they belong to. Keys are locked first, in order of id, so that a
 * key that is deleted at the same time cannot deadlock with it; those of deleted keys are dropped.
 *
 * @returns the keys that others hold locked. Nothing was added to them
 */
const addRefusals = statement<[json: string], { id: string }>(
  'add_refusals',
  `
with given as materialized (
  select * from jsonb_to_recordset($1::jsonb) as given (
    "apiKeyId" uuid, day date, code text, "isRehearsal" boolean, network text, count bigint, "lastAt" timestamptz,
    "lastNetwork" text)
),
api_key as materialized (
  select id from api_keys where id = any(array(select "apiKeyId" from given)) order by id for key share skip locked
),
placed as materialized (
  select given.*, case
      when known.is_known or known.networks + row_number() over (
        partition by "apiKeyId", day, code, "isRehearsal", known.is_known order by given.count desc, network
      ) <= ${MAX_NETWORKS} then network
      else '${OTHER_NETWORKS}'
    end as place
  from given
  join api_key on api_key.id = given."apiKeyId"
  cross join lateral (
    select count(*) filter (where network <> '${OTHER_NETWORKS}') as networks,
      coalesce(bool_or(network = given.network), false) as is_known
    from api_key_refusals as kept
    where kept.api_key_id = given."apiKeyId" and kept.day = given.day and kept.code = given.code
      and kept.is_rehearsal = given."isRehearsal"
  ) as known
),
added as (
  insert into api_key_refusals as refusals
    (api_key_id, day, code, is_rehearsal, network, count, last_at, last_network)
  select "apiKeyId", day, code, "isRehearsal", place, sum(count), max("lastAt"),
    (array_agg("lastNetwork" order by "lastAt" desc))[1]
  from placed group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
  on conflict (api_key_id, day, code, is_rehearsal, network) do update
    set count = refusals.count + excluded.count,
      last_at = greatest(refusals.last_at, excluded.last_at),
      last_network = case
        when excluded.last_at >= refusals.last_at then excluded.last_network
        else refusals.last_network
      end
)
select id from api_keys
where id = any(array(select "apiKeyId" from given)) and id not in (select id from api_key)`,
);
