import { type Kysely, sql } from 'kysely';
import { monthOf } from '../accounts/month.ts';
import { lockOrganization } from '../accounts/organizations.ts';
import type { DB } from '../generated/database.ts';

/** Logs in one statement, which takes some milliseconds, so that other statements do not wait long. */
const BATCH_LOGS = 1000;
/** Files in one statement; each has up to 16 MiB. */
const BATCH_FILES = 4;

/** The number of rows that a purge deleted. */
export interface Purged {
  logs: number;
  files: number;
}

/**
 * Deletes the prediction logs and model files of deleted projects and organizations, in batches. What remains can be
 * found in the database, so the next purge continues an interrupted one.
 *
 * @param signal stops the purge after the current batch.
 */
export async function purge(db: Kysely<DB>, now: Date, signal: AbortSignal): Promise<Purged> {
  const purged = { logs: await dropLogs(db, signal), files: await dropFiles(db, signal) };
  if (!signal.aborted) await dropDeletedDeployments(db, monthOf(now));
  return purged;
}

async function dropLogs(db: Kysely<DB>, signal: AbortSignal): Promise<number> {
  let dropped = 0;
  while (!signal.aborted) {
    const deployment = await db
      .selectFrom('deletedDeployments')
      .select('id')
      .where('dropLogs', '=', true)
      .limit(1)
      .executeTakeFirst();
    if (!deployment) break;
    const { numAffectedRows = 0n } = await sql`
      delete from prediction_logs where (id, created_at) in (
        select id, created_at from prediction_logs where deployment_id = ${deployment.id}
        order by id desc limit ${BATCH_LOGS}
      )`.execute(db);
    dropped += Number(numAffectedRows);
    if (numAffectedRows > 0n) continue;
    await db
      .updateTable('deletedDeployments')
      .set({ dropLogs: false })
      .where('id', '=', deployment.id)
      .execute();
  }
  return dropped;
}

async function dropFiles(db: Kysely<DB>, signal: AbortSignal): Promise<number> {
  const selectUnused = (trx: Kysely<DB>) =>
    trx
      .selectFrom('modelFiles')
      .where(where =>
        where.not(
          where.exists(from =>
            from.selectFrom('models').select('id').whereRef('models.fileId', '=', 'modelFiles.id'),
          ),
        ),
      );
  let dropped = 0;
  while (!signal.aborted) {
    const unused = await selectUnused(db).select('organizationId').limit(1).executeTakeFirst();
    if (!unused) break;
    const { organizationId } = unused;
    await db.transaction().execute(async trx => {
      // Take the lock that registering a model takes: it may be about to use the file again.
      await lockOrganization(trx, organizationId);
      const { numDeletedRows } = await trx
        .deleteFrom('modelFiles')
        .where('id', 'in', () =>
          selectUnused(trx).select('id').where('organizationId', '=', organizationId).limit(BATCH_FILES),
        )
        .executeTakeFirstOrThrow();
      dropped += Number(numDeletedRows);
    });
  }
  return dropped;
}

/** Deletes `deleted_deployments` without logs, and without usage in `month`. */
async function dropDeletedDeployments(db: Kysely<DB>, month: string): Promise<void> {
  await sql`
    delete from deleted_deployments as deleted
    where not drop_logs
      and not exists (select from prediction_logs where deployment_id = deleted.id)
      and coalesce(used_month < ${month}, true)`.execute(db);
}
