import { setTimeout as wait } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { dayOf } from '../accounts/month.ts';
import type { SentKey } from '../auth/caller.ts';
import type { DB } from '../generated/database.ts';
import { addRefusals, MAX_COUNTED_NETWORKS, OTHER_NETWORKS } from './write-refusals.ts';

// Calls with a known key that were answered with an error are counted in memory, and written every few seconds in one
// statement: however many there are, PostgreSQL gets a bounded number of rows. Each server adds its own counts.

/** Time from a refusal to the statement that writes it. */
const FLUSH_MS = 3000;
/** Max time that stopping waits for the last statement. */
const MAX_STOP_MS = 2000;
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

/** The groups of an organization, by a text for each key, day and code, and for rehearsals. */
interface OrganizationRefusals {
  groups: Map<string, Group>;
  rows: number;
}

/** Where a row is in memory. */
interface RowAddress {
  organizationId: string;
  refusals: OrganizationRefusals;
  groupKey: string;
  group: Group;
  /** The network of the row. */
  rowNetwork: string;
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
  const organizations = new Map<string, OrganizationRefusals>();
  let total = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let flushing: Promise<void> | undefined;

  function findRow({ id, organizationId, isRehearsal = false }: SentKey, { code, network, at }: Refusal) {
    const refusals = organizations.get(organizationId) ?? { groups: new Map<string, Group>(), rows: 0 };
    const day = dayOf(at);
    const groupKey = `${id} ${day} ${code} ${isRehearsal}`;
    const group = refusals.groups.get(groupKey) ?? {
      apiKeyId: id,
      day,
      code,
      isRehearsal,
      rows: new Map(),
    };
    const hasOwnRow = group.rows.has(network) || group.rows.size < MAX_COUNTED_NETWORKS;
    const rowNetwork = hasOwnRow ? network : OTHER_NETWORKS;
    const found = group.rows.get(rowNetwork);
    if (found) return found;
    if (refusals.rows >= MAX_ROWS_OF_ORGANIZATION) return undefined;
    if (total >= MAX_ROWS && !dropForOther(refusals)) return undefined;
    const row: Row = { count: 0, lastAt: at, lastNetwork: network };
    group.rows.set(rowNetwork, row);
    refusals.groups.set(groupKey, group);
    refusals.rows += 1;
    organizations.set(organizationId, refusals);
    total += 1;
    return row;
  }

  function drop({ organizationId, refusals, groupKey, group, rowNetwork }: RowAddress): void {
    group.rows.delete(rowNetwork);
    refusals.rows -= 1;
    total -= 1;
    if (group.rows.size === 0) refusals.groups.delete(groupKey);
    if (refusals.rows === 0) organizations.delete(organizationId);
  }

  /** Drops a row of the organization with the most rows. @returns false if no other organization has more rows */
  function dropForOther({ rows }: OrganizationRefusals): boolean {
    const [organizationId] = [...organizations].reduce((largest, each) =>
      each[1].rows > largest[1].rows ? each : largest,
    );
    const refusals = organizations.get(organizationId);
    const [groupKey, group] = refusals?.groups.entries().next().value ?? [];
    const rowNetwork = group?.rows.keys().next().value;
    if (!refusals || groupKey === undefined || !group || rowNetwork === undefined) return false;
    if (refusals.rows <= rows + 1) return false;
    drop({ organizationId, refusals, groupKey, group, rowNetwork });
    return true;
  }

  /** The rows with their counts now, and what to do once these are written. */
  function snapshotRows() {
    return [...organizations].flatMap(([organizationId, refusals]) =>
      [...refusals.groups].flatMap(([groupKey, group]) =>
        [...group.rows].map(([rowNetwork, row]) => {
          const { count, lastAt, lastNetwork } = row;
          const { apiKeyId, day, code, isRehearsal } = group;
          const written = () => {
            row.count -= count;
            // It may have been dropped meanwhile.
            const isKept = group.rows.get(rowNetwork) === row && refusals.groups.get(groupKey) === group;
            if (row.count === 0 && isKept) drop({ organizationId, refusals, groupKey, group, rowNetwork });
          };
          return {
            given: { apiKeyId, day, code, isRehearsal, network: rowNetwork, count, lastAt, lastNetwork },
            written,
          };
        }),
      ),
    );
  }

  async function write(): Promise<void> {
    const rows = snapshotRows();
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
