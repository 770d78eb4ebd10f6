import { sql, type Transaction } from 'kysely';
import { type By, recordActivity } from '../activity/activity.ts';
import { canEditProject } from '../auth/roles.ts';
import type { Database } from '../database/pool.ts';
import { badUserInput, notFound } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import type { Calibration, SpectralQuantity, XAxis } from '../generated/graphql.ts';
import { lockProjectAs } from '../projects/projects.ts';

// The x axis of a model and the facts about its calibration. Their curves, one number for each point, are read
// separately from the model, and only if they are requested.

/** A model's x axis without its values. */
export interface XAxisRow extends Omit<XAxis, 'values'> {
  modelId: string;
}

/** The facts about a model's calibration without its curves. */
export interface CalibrationRow extends Omit<Calibration, 'yMin' | 'yMax'> {
  modelId: string;
}

/** The curves of a model; null if it has none. */
export interface ModelCurves {
  id: string;
  xValues: number[] | null;
  calibrationMin: number[] | null;
  calibrationMax: number[] | null;
}

/** The columns of `models` that hold these facts. */
export const factColumns = [
  'models.xQuantity',
  'models.xUnit',
  'models.xFirst',
  'models.xLast',
  'models.yUnit',
  'models.t2Limit',
  'models.qLimit',
  'models.rmsep',
  'models.referenceMin',
  'models.referenceMax',
  'models.calibrationSamples',
  sql<boolean>`models.calibration_min is not null`.as('hasCalibrationCurves'),
] as const;

/** These facts in a row of `models`. */
export interface ModelFactColumns {
  xQuantity: SpectralQuantity | null;
  xUnit: string | null;
  xFirst: number | null;
  xLast: number | null;
  yUnit: string | null;
  t2Limit: number | null;
  qLimit: number | null;
  rmsep: number | null;
  referenceMin: number | null;
  referenceMax: number | null;
  calibrationSamples: number | null;
  /** Whether the range of the calibration spectra is known. */
  hasCalibrationCurves: boolean;
}

type Model = ModelFactColumns & { id: string };

/** The x axis of a model; null if it has none. */
export function xAxisOf({ id, xQuantity, xUnit, xFirst, xLast }: Model): XAxisRow | null {
  if (xQuantity === null || xUnit === null || xFirst === null || xLast === null) return null;
  return { modelId: id, quantity: xQuantity, unit: xUnit, first: xFirst, last: xLast };
}

/** What is known about the calibration of a model; null if nothing is. */
export function calibrationOf(model: Model): CalibrationRow | null {
  const { id, rmsep, referenceMin, referenceMax, calibrationSamples: samples, hasCalibrationCurves } = model;
  const isKnown = [rmsep, referenceMin, referenceMax, samples].some(fact => fact !== null);
  return isKnown || hasCalibrationCurves ? { modelId: id, rmsep, referenceMin, referenceMax, samples } : null;
}

/** The curves of a model that has none, or does not exist. */
export const NO_CURVES = { xValues: null, calibrationMin: null, calibrationMax: null };

/** Max numbers in the curves of one answer; a model may have 300 000. */
const MAX_NUMBERS = 1_000_000;

/**
 * Reads the curves of models, without a check of visibility.
 *
 * @throws BAD_USER_INPUT when they have too many numbers; the database does not send them then
 */
export async function readCurves(db: Database, ids: readonly string[]): Promise<ModelCurves[]> {
  const { rows } = await sql<ModelCurves & { total: number }>`
    with curves as materialized (
      select id, x_values, calibration_min, calibration_max,
        -- Each curve has one number for each point. cardinality() would read the whole curve.
        sum(input_length::bigint * ((x_values is not null)::int + 2 * (calibration_min is not null)::int)) over () as total
      from models where id = any((select ${ids}::uuid[])::uuid[])
    )
    select id, total,
      case when total <= ${MAX_NUMBERS} then x_values end as x_values,
      case when total <= ${MAX_NUMBERS} then calibration_min end as calibration_min,
      case when total <= ${MAX_NUMBERS} then calibration_max end as calibration_max
    from curves`.execute(db);
  if (Number(rows[0]?.total ?? 0) > MAX_NUMBERS) {
    throw badUserInput(
      `The answer would hold more than ${MAX_NUMBERS} numbers of axes and calibrations. Ask for fewer models at once.`,
    );
  }
  return rows;
}

/**
 * Gives a model its x axis. Locks the project's row.
 *
 * @param axis checked by `checkXAxis`
 * @throws NOT_FOUND or FORBIDDEN by the viewer's role after locking; BAD_USER_INPUT when the model has an x axis
 */
export async function setXAxis(
  trx: Transaction<DB>,
  { id, projectId }: { id: string; projectId: string },
  { quantity, unit, values }: Pick<XAxis, 'quantity' | 'unit' | 'values'>,
  { viewerId, actor, now }: By,
): Promise<void> {
  const { organizationId } = await lockProjectAs(trx, projectId, viewerId, canEditProject);
  const model = await trx
    .selectFrom('models')
    .select(['name', 'version', 'xQuantity'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!model) throw notFound('Model');
  if (model.xQuantity !== null) {
    throw badUserInput(
      'This model has an x axis, which cannot be changed. Register the file again to give another version another one.',
    );
  }
  await trx
    .updateTable('models')
    .set({ xQuantity: quantity, xUnit: unit, xValues: values })
    .where('id', '=', id)
    .execute();
  const [first = 0] = values;
  await recordActivity(trx, actor, now, [
    {
      action: 'model.x_axis_set',
      organizationId,
      projectId,
      subjectId: id,
      subject: model.name,
      details: { version: model.version, quantity, unit, first, last: values.at(-1) ?? first },
    },
  ]);
}
