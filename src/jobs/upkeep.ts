import type { FastifyBaseLogger } from 'fastify';
import type { Kysely } from 'kysely';
import { eraseDeletedAccounts } from '../accounts/erase-accounts.ts';
import { dropExpiredInvitations } from '../accounts/invitations.ts';
import type { DB } from '../generated/database.ts';
import { dropOldPartitions, makePartitions } from '../predictions/partitions.ts';
import { dropExpiredKeys } from '../requests/idempotency.ts';
import { dropEndedCounts } from '../requests/rate-limits.ts';

const PARTITIONS_EVERY_MS = 12 * 60 * 60 * 1000;
const EXPIRED_EVERY_MS = 10 * 60 * 1000;

export interface Upkeep {
  /** Does all of it once. What fails is logged. */
  runNow: () => Promise<void>;
  stop: () => void;
}

/**
 * Starts the regular work that every server does by itself, as it is cheap and harmless to repeat: removing expired rows,
 * making the partitions of the next months, and dropping those beyond the retention.
 */
export function startUpkeep({
  db,
  log,
  now,
  retentionMonths,
}: {
  db: Kysely<DB>;
  log: Pick<FastifyBaseLogger, 'error'>;
  now: () => Date;
  /** Logs of predictions are kept for this many months; undefined: for ever. */
  retentionMonths: number | undefined;
}): Upkeep {
  async function tendPartitions(): Promise<void> {
    try {
      await makePartitions(db, now());
      if (retentionMonths) await dropOldPartitions(db, now(), retentionMonths);
    } catch (error) {
      log.error({ err: error }, 'making or dropping partitions of the logs failed');
    }
  }

  async function dropExpired(): Promise<void> {
    try {
      await dropEndedCounts(db, now());
      await dropExpiredKeys(db, now());
      await eraseDeletedAccounts(db, now());
      await dropExpiredInvitations(db, now());
    } catch (error) {
      log.error({ err: error }, 'dropping what has expired failed');
    }
  }

  const timers = [
    setInterval(tendPartitions, PARTITIONS_EVERY_MS).unref(),
    setInterval(dropExpired, EXPIRED_EVERY_MS).unref(),
  ];
  return {
    async runNow() {
      await dropExpired();
      if (retentionMonths) await tendPartitions();
    },
    stop: () => timers.forEach(timer => void clearInterval(timer)),
  };
}
