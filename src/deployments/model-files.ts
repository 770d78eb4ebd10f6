import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { checkStorage } from '../accounts/allowances.ts';
import type { Database } from '../database/pool.ts';
import type { DB } from '../generated/database.ts';
import type { Upload } from '../requests/upload.ts';

const digestOf = (onnx: Uint8Array) => createHash('sha256').update(onnx).digest();

/** Identifies an ONNX file within an organization. */
export interface FileDigest {
  sha256: Buffer;
  bytes: number;
}

/** An ONNX file on disk, where it is kept during its trial and until its registration has the locks. */
export interface FileOnDisk extends FileDigest {
  path: string;
}

/** The digest and the size of an ONNX file. */
export const describeFile = (onnx: Uint8Array): FileDigest => ({
  sha256: digestOf(onnx),
  bytes: onnx.byteLength,
});

/**
 * Moves an upload from memory to a temporary file, runs `use` on its path, and deletes the file.
 *
 * @returns what `use` returns
 */
export async function withFileOnDisk<Result>(
  upload: Upload,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  // mkdtemp makes a folder that only this user can read.
  const folder = await mkdtemp(join(tmpdir(), 'spectrakey-upload-'));
  try {
    const path = join(folder, 'model.onnx');
    await moveToDisk(upload, path);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A separate function, so that no stack frame refers to the bytes while `use` runs. */
async function moveToDisk(upload: Upload, path: string): Promise<void> {
  await writeFile(path, upload.take());
}

/** Reads a file. @throws when its content has changed since it was written */
async function readBack({ path, sha256 }: FileOnDisk): Promise<Buffer> {
  const onnx = await readFile(path);
  if (!digestOf(onnx).equals(sha256)) throw new Error(`the file ${path} has changed since it was written`);
  return onnx;
}

function findFile(db: Database, organizationId: string, sha256: Buffer) {
  return db
    .selectFrom('modelFiles')
    .select('id')
    .where('organizationId', '=', organizationId)
    .where('sha256', '=', sha256)
    .executeTakeFirst();
}

/** Checks before the trial that the organization may store a file. @throws PLAN_LIMIT_REACHED */
export async function checkNewFile(
  db: Database,
  organizationId: string,
  { sha256, bytes }: FileDigest,
  now: Date,
): Promise<void> {
  const held = await findFile(db, organizationId, sha256);
  if (!held) await checkStorage(db, organizationId, bytes, now);
}

/**
 * Stores an ONNX file, unless the organization has an identical one.
 *
 * @param trx a transaction that holds the organization's lock.
 * @returns the file's id. @throws PLAN_LIMIT_REACHED when a new file exceeds the plan's storage.
 */
export async function storeFile(
  trx: Transaction<DB>,
  organizationId: string,
  file: FileOnDisk,
  now: Date,
): Promise<string> {
  const { sha256, bytes } = file;
  const held = await findFile(trx, organizationId, sha256);
  if (held) return held.id;
  await checkStorage(trx, organizationId, bytes, now);
  const onnx = await readBack(file);
  const id = newId();
  await trx.insertInto('modelFiles').values({ id, organizationId, sha256, bytes, onnx }).execute();
  return id;
}

/** Deletes a file if no model uses it. @param trx a transaction that holds the organization's lock. */
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
