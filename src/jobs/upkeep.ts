import type { FastifyBaseLogger } from 'fastify';
import type { Kysely } from 'kysely';
import { eraseDeletedAccounts } from '../accounts/erase-accounts.ts';
import { dropExpiredInvitations } from '../accounts/invitations.ts';
import { makeActivityPartitions } from '../activity/partitions.ts';
import { dropOldRefusals } from '../api-keys/refusals-by-code.ts';
import type { DB } from '../generated/database.ts';
import { dropOldPartitions, makeLogPartitions } from '../predictions/partitions.ts';
import { dropExpiredKeys } from '../requests/idempotency.ts';
import { dropEndedCounts } from '../requests/rate-limits.ts';
import { dropExcessDeliveries, dropOldDeliveries } from '../webhooks/prune.ts';

const PARTITIONS_EVERY_MS = 12 * 60 * 60 * 1000;
const EXPIRED_EVERY_MS = 10 * 60 * 1000;

interface Upkeep {
  /** Runs all of it once. Errors are logged. */
  runNow: () => Promise<void>;
  stop: () => void;
}

/**
 * Starts the regular work of every server: deleting expired rows, making the partitions of the next months, and dropping
 * those beyond the retention. It needs no job, as it is cheap and idempotent.
 */
export function startUpkeep({
  db,
  owner,
  log,
  now,
  retentionMonths,
}: {
  db: Kysely<DB>;
  /** The same database, as the role that owns its tables. */
  owner: Kysely<DB>;
  log: Pick<FastifyBaseLogger, 'error'>;
  now: () => Date;
  /** Months for which prediction logs are kept; undefined: forever. */
  retentionMonths: number | undefined;
}): Upkeep {
  async function maintainPartitions(): Promise<void> {
    try {
      await makeLogPartitions(db, now());
      await makeActivityPartitions(db, now());
      if (retentionMonths) await dropOldPartitions(owner, now(), retentionMonths);
    } catch (error) {
      log.error({ err: error }, 'making or dropping partitions failed');
    }
  }

  async function dropExpired(): Promise<void> {
    try {
      await dropEndedCounts(db, now());
      await dropExpiredKeys(db, now());
      await eraseDeletedAccounts(db, now());
      await dropExpiredInvitations(db, now());
      await dropOldDeliveries(db, now());
      await dropExcessDeliveries(db);
      await dropOldRefusals(db, now());
    } catch (error) {
      log.error({ err: error }, 'deleting expired rows failed');
    }
  }

  const timers = [
    setInterval(maintainPartitions, PARTITIONS_EVERY_MS).unref(),
    setInterval(dropExpired, EXPIRED_EVERY_MS).unref(),
  ];
  return {
    async runNow() {
      await dropExpired();
      if (retentionMonths) await maintainPartitions();
    },
    stop: () => timers.forEach(timer => void clearInterval(timer)),
  };
}
