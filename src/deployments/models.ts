import { sql, type Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { checkAllowance, checkStorage } from '../accounts/allowances.ts';
import { type By, recordActivity } from '../activity/activity.ts';
import { canEditProject } from '../auth/roles.ts';
import type { Database } from '../database/pool.ts';
import { badUserInput, notFound } from '../errors.ts';
import type { DB, ModelKind } from '../generated/database.ts';
import { ModelGone } from '../onnx/outcome.ts';
import type { RegisteredModel } from '../onnx/protocol.ts';
import { lockOrganizationOf, lockProjectAs } from '../projects/projects.ts';
import { assertBelowLimit } from '../requests/bounds.ts';
import type { CheckedFacts } from './calibration.ts';
import { bytesOfCurves, factColumns, type ModelFactColumns } from './model-facts.ts';
import { type FileOnDisk, storeFile } from './model-files.ts';
import { continueVersions, nextVersion } from './model-versions.ts';

export interface ModelRow extends ModelFactColumns {
  id: string;
  projectId: string;
  name: string;
  version: number;
  kind: ModelKind;
  targetProperty: string;
  unit: string | null;
  inputLength: number;
  /** Whether calls may share a run, as found by the trial; null if not known yet. */
  rowIndependent: boolean | null;
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
  ...factColumns,
] as const;

/** A model to be registered. */
export interface NewModel
  extends CheckedFacts,
    Pick<
      ModelRow,
      'projectId' | 'name' | 'kind' | 'targetProperty' | 'unit' | 'inputLength' | 'rowIndependent'
    > {
  file: FileOnDisk;
}

/**
 * Inserts a model that passed its trial; a name that exists in the project gets the next version. Locks the rows of the
 * organization and the project, so that the numbers of models, versions and bytes are exact.
 *
 * @throws NOT_FOUND or FORBIDDEN by the viewer's role after locking, which may have changed in the seconds of the
 *   trial; PLAN_LIMIT_REACHED or BAD_USER_INPUT when the organization or the project has the max number of models or
 *   bytes.
 */
export async function insertModel(
  trx: Transaction<DB>,
  { file, ...model }: NewModel,
  { viewerId, actor, now }: By,
): Promise<ModelRow> {
  await lockOrganizationOf(trx, model.projectId);
  const { organizationId } = await lockProjectAs(trx, model.projectId, viewerId, canEditProject);
  await checkAllowance(trx, organizationId, 'models', now);
  const { held } = await trx
    .selectFrom('models')
    .select(eb => eb.fn.countAll<number>().as('held'))
    .where('projectId', '=', model.projectId)
    .executeTakeFirstOrThrow();
  assertBelowLimit(held, 'A project', 'models');
  const fileId = await storeFile(trx, organizationId, file, now);
  await checkStorage(trx, organizationId, bytesOfCurves(model), now);
  const version = await nextVersion(trx, model.projectId, model.name);
  const inserted = await trx
    .insertInto('models')
    .values({ ...model, id: newId(), version, fileId, createdAt: now, createdBy: viewerId })
    .returning(columns)
    .executeTakeFirstOrThrow();
  await recordActivity(trx, actor, now, [
    {
      action: 'model.registered',
      organizationId,
      projectId: model.projectId,
      subjectId: inserted.id,
      subject: inserted.name,
      details: { version: inserted.version },
    },
  ]);
  return inserted;
}

/**
 * Renames all versions of a model. Locks the project's row, so that no version is registered meanwhile.
 *
 * @throws NOT_FOUND or FORBIDDEN by the viewer's role after locking; BAD_USER_INPUT when another model of the project
 *   has the name.
 */
export async function renameModel(
  trx: Transaction<DB>,
  { id, projectId, name }: Pick<ModelRow, 'id' | 'projectId' | 'name'>,
  { viewerId, actor, now }: By,
): Promise<void> {
  const { organizationId } = await lockProjectAs(trx, projectId, viewerId, canEditProject);
  const models = await trx
    .selectFrom('models')
    .select(['id', 'name'])
    .where('projectId', '=', projectId)
    .execute();
  const before = models.find(model => model.id === id)?.name;
  if (before === undefined) throw notFound('Model');
  if (before === name) return;
  if (models.some(model => model.name === name)) {
    throw badUserInput(`The project already has a model "${name}". Choose another name.`);
  }
  const versions = models.filter(model => model.name === before).length;
  await trx
    .updateTable('models')
    .set({ name })
    .where('projectId', '=', projectId)
    .where('name', '=', before)
    .execute();
  await continueVersions(trx, projectId, { before, name });
  await recordActivity(trx, actor, now, [
    {
      action: 'model.renamed',
      organizationId,
      projectId,
      subjectId: id,
      subject: name,
      details: { before, versions },
    },
  ]);
}

function selectModels(db: Database, viewerId: string) {
  return db
    .selectFrom('models')
    .innerJoin('projectAccess as access', 'access.projectId', 'models.projectId')
    .select(columns)
    .where('access.userId', '=', viewerId)
    .orderBy('models.id', 'desc');
}

/** The given models, without those that the viewer cannot see. */
export function findModels(db: Database, viewerId: string, ids: string[]): Promise<ModelRow[]> {
  return selectModels(db, viewerId)
    .where('models.id', '=', eb => eb.fn.any(eb.val(ids)))
    .execute();
}

/** The models of the projects, newest first, without those that the viewer cannot see. */
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
 * Reads a model without a check of visibility. The caller checks that the deployment which names it is reached.
 *
 * @throws when the model does not exist.
 */
export function readModel(db: Database, modelId: string): Promise<ModelRow> {
  return db.selectFrom('models').select(columns).where('id', '=', modelId).executeTakeFirstOrThrow();
}

/** The given models, without a check of visibility. The caller checks that a key reaches their deployments. */
export function readModels(db: Database, ids: readonly string[]): Promise<ModelRow[]> {
  return db
    .selectFrom('models')
    .select(columns)
    .where('id', '=', eb => eb.fn.any(eb.val(ids)))
    .execute();
}

/** Stores whether calls of a model may share a run, if that is not known yet. */
export async function recordRowIndependence(
  db: Database,
  modelId: string,
  rowIndependent: boolean,
): Promise<void> {
  await db
    .updateTable('models')
    .set({ rowIndependent })
    .where('id', '=', modelId)
    .where('rowIndependent', 'is', null)
    .execute();
}

/** pg decodes bytes from text on the event loop: 16 MiB at once block it for 0.2 s. */
const SLICE_BYTES = 1024 * 1024;

/**
 * Reads a model's ONNX file, in slices, and its kind, without a check of visibility.
 *
 * @throws ModelGone when the model does not exist.
 */
export async function readOnnx(db: Database, modelId: string): Promise<RegisteredModel> {
  const file = db
    .selectFrom('models')
    .innerJoin('modelFiles', 'modelFiles.id', 'models.fileId')
    .where('models.id', '=', modelId);
  const gone = () => new ModelGone();
  const { kind, bytes } = await file
    .select(['models.kind', sql<number>`length(onnx)`.as('bytes')])
    .executeTakeFirstOrThrow(gone);
  const slices: Buffer[] = [];
  for (let from = 1; from <= bytes; from += SLICE_BYTES) {
    const { slice } = await file
      .select(sql<Buffer>`substring(onnx from ${from} for ${SLICE_BYTES})`.as('slice'))
      .executeTakeFirstOrThrow(gone);
    slices.push(slice);
  }
  return { onnx: Buffer.concat(slices), kind };
}
