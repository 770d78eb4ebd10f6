import { createHash } from 'node:crypto';
import { uuidv7 as newId } from 'uuidv7';
import { projectAccess } from '../accounts/roles.ts';
import { checkRoom } from '../database/bound.ts';
import type { Database } from '../database/connect.ts';
import type { ModelKind } from '../generated/database.ts';
import { lockProject } from './projects.ts';

export interface ModelRow {
  id: string;
  projectId: string;
  name: string;
  version: number;
  kind: ModelKind;
  targetProperty: string;
  unit: string | null;
  inputLength: number;
  /** Whether calls may share a run, as its trial found. */
  rowIndependent: boolean;
  createdAt: Date;
}

const columns = [
  'models.id',
  'models.projectId',
  'models.name',
  'models.version',
  'models.kind',
  'models.targetProperty',
  'models.unit',
  'models.inputLength',
  'models.rowIndependent',
  'models.createdAt',
] as const;

/**
 * Stores an inspected model; a name that the project has already becomes its next version.
 *
 * @param trx a transaction: the project's row is locked while versions are counted.
 * @throws BAD_USER_INPUT when the project has no room for one more.
 */
export async function insertModel(
  trx: Database,
  model: Omit<ModelRow, 'id' | 'version'> & { onnx: Buffer; createdBy: string },
): Promise<ModelRow> {
  await lockProject(trx, model.projectId);
  const { held, version } = await trx
    .selectFrom('models')
    .select(eb => [
      eb.fn.countAll<number>().as('held'),
      eb.fn.coalesce(eb.fn.max('version').filterWhere('name', '=', model.name), eb.lit(0)).as('version'),
    ])
    .where('projectId', '=', model.projectId)
    .executeTakeFirstOrThrow();
  checkRoom(held, 'A project', 'models');
  return await trx
    .insertInto('models')
    .values({
      ...model,
      id: newId(),
      version: version + 1,
      sha256: createHash('sha256').update(model.onnx).digest(),
    })
    .returning(columns)
    .executeTakeFirstOrThrow();
}

function selectModels(db: Database, viewerId: string) {
  return db
    .selectFrom('models')
    .innerJoin(projectAccess(db).as('access'), 'access.projectId', 'models.projectId')
    .select(columns)
    .where('access.userId', '=', viewerId)
    .orderBy('models.id', 'desc');
}

/** Those of the given models that the viewer can see. */
export function findModels(db: Database, viewerId: string, ids: string[]): Promise<ModelRow[]> {
  return selectModels(db, viewerId)
    .where('models.id', '=', eb => eb.fn.any(eb.val(ids)))
    .execute();
}

/** The models of projects that the viewer can see, newest first. */
export function findModelsOf(
  db: Database,
  viewerId: string,
  projectIds: string[],
  limit: number,
): Promise<ModelRow[]> {
  return selectModels(db, viewerId)
    .where('models.projectId', '=', eb => eb.fn.any(eb.val(projectIds)))
    .limit(limit)
    .execute();
}

/**
 * A model that the caller was found to reach by calling its deployment.
 *
 * @throws when there is no such model.
 */
export function readModel(db: Database, modelId: string): Promise<ModelRow> {
  return db.selectFrom('models').select(columns).where('id', '=', modelId).executeTakeFirstOrThrow();
}

/**
 * The bytes of a model's ONNX file.
 *
 * @throws when there is no such model: ask for models that a deployment names.
 */
export async function readOnnx(db: Database, modelId: string): Promise<Buffer> {
  const { onnx } = await db
    .selectFrom('models')
    .select('onnx')
    .where('id', '=', modelId)
    .executeTakeFirstOrThrow();
  return onnx;
}
