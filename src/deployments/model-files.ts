import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { checkStorage } from '../accounts/allowances.ts';
import type { Database } from '../database/pool.ts';
import type { DB } from '../generated/database.ts';

const digestOf = (onnx: Buffer) => createHash('sha256').update(onnx).digest();

function findFile(db: Database, organizationId: string, sha256: Buffer) {
  return db
    .selectFrom('modelFiles')
    .select('id')
    .where('organizationId', '=', organizationId)
    .where('sha256', '=', sha256)
    .executeTakeFirst();
}

/** Checks that the organization may store a file, before it is worth a trial. @throws PLAN_LIMIT_REACHED */
export async function checkNewFile(
  db: Database,
  organizationId: string,
  onnx: Buffer,
  now: Date,
): Promise<void> {
  const held = await findFile(db, organizationId, digestOf(onnx));
  if (!held) await checkStorage(db, organizationId, onnx.byteLength, now);
}

/**
 * Stores an ONNX file, once for each organization.
 *
 * @param trx a transaction that holds the organization's lock.
 * @returns the file's id. @throws PLAN_LIMIT_REACHED when the plan has no room for a file that is not there yet.
 */
export async function storeFile(
  trx: Transaction<DB>,
  organizationId: string,
  onnx: Buffer,
  now: Date,
): Promise<string> {
  const sha256 = digestOf(onnx);
  const held = await findFile(trx, organizationId, sha256);
  if (held) return held.id;
  await checkStorage(trx, organizationId, onnx.byteLength, now);
  const id = newId();
  await trx
    .insertInto('modelFiles')
    .values({ id, organizationId, sha256, bytes: onnx.byteLength, onnx })
    .execute();
  return id;
}

/** Deletes a file that no model uses any more. @param trx a transaction that holds the organization's lock. */
export async function dropUnusedFile(trx: Transaction<DB>, id: string): Promise<void> {
  await trx
    .deleteFrom('modelFiles')
    .where('id', '=', id)
    .where(where =>
      where.not(
        where.exists(from =>
          from.selectFrom('models').select('id').whereRef('models.fileId', '=', 'modelFiles.id'),
        ),
      ),
    )
    .execute();
}
