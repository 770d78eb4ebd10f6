import { sql, type Transaction } from 'kysely';
import { checkStorage } from '../accounts/allowances.ts';
import { type By, recordActivity } from '../activity/activity.ts';
import { canEditProject } from '../auth/roles.ts';
import type { Database } from '../database/pool.ts';
import { badUserInput, notFound } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import type { Calibration, SpectralQuantity, XAxis } from '../generated/graphql.ts';
import { lockOrganizationOf, lockProjectAs } from '../projects/projects.ts';

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

/** A request for curves of a model: the values of its x axis, or the range of its calibration spectra. */
export interface CurvesOfModel {
  modelId: string;
  of: 'axis' | 'calibration';
}

/** The requested curves of a model; null if it has none, and if they are not requested. */
export interface ModelCurves {
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
export const NO_CURVES: ModelCurves = { xValues: null, calibrationMin: null, calibrationMax: null };

/** Max numbers in the curves of one answer; a model may have 300 000. */
export const MAX_NUMBERS = 800_000;

/**
 * Reads curves of models, without a check of visibility.
 *
 * @returns those of each request, in their order; null for all when together they have too many numbers, which the
 *   database does not send then
 */
export async function readCurves(
  db: Database,
  requests: readonly CurvesOfModel[],
): Promise<(ModelCurves | null)[]> {
  const { rows } = await sql<ModelCurves & { place: number; total: number }>`
    with curves as materialized (
      select place,
        case when wanted."of" = 'axis' then x_values end as x_values,
        case when wanted."of" = 'calibration' then calibration_min end as calibration_min,
        case when wanted."of" = 'calibration' then calibration_max end as calibration_max,
        -- Each curve has one number for each point. cardinality() would read the whole curve.
        sum(input_length::bigint * case wanted."of"
          when 'axis' then (x_values is not null)::int else 2 * (calibration_min is not null)::int end) over () as total
      from unnest(${requests.map(({ modelId }) => modelId)}::uuid[], ${requests.map(curves => curves.of)}::text[])
        with ordinality as wanted (id, "of", place)
      join models using (id)
    )
    select place::int, total,
      case when total <= ${MAX_NUMBERS} then x_values end as x_values,
      case when total <= ${MAX_NUMBERS} then calibration_min end as calibration_min,
      case when total <= ${MAX_NUMBERS} then calibration_max end as calibration_max
    from curves`.execute(db);
  if (Number(rows[0]?.total ?? 0) > MAX_NUMBERS) return requests.map(() => null);
  const byPlace = new Map(rows.map(({ place, total, ...curves }) => [place, curves]));
  return requests.map((_, index) => byPlace.get(index + 1) ?? NO_CURVES);
}

/** The bytes of curves as they count for the plan's storage. */
export const bytesOfCurves = ({ xValues, calibrationMin, calibrationMax }: Partial<ModelCurves>): number =>
  [xValues, calibrationMin, calibrationMax].reduce(
    (sum, curve) => sum + (curve?.length ?? 0) * Float64Array.BYTES_PER_ELEMENT,
    0,
  );

/**
 * Gives a model its x axis. Locks the rows of the organization and the project, so that its bytes are exact.
 *
 * @param axis checked by `checkXAxis`
 * @throws NOT_FOUND or FORBIDDEN by the viewer's role after locking; BAD_USER_INPUT when the model has an x axis;
 *   PLAN_LIMIT_REACHED when it exceeds the plan's storage
 */
export async function setXAxis(
  trx: Transaction<DB>,
  { id, projectId }: { id: string; projectId: string },
  { quantity, unit, values }: Pick<XAxis, 'quantity' | 'unit' | 'values'>,
  { viewerId, actor, now }: By,
): Promise<void> {
  await lockOrganizationOf(trx, projectId);
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
  await checkStorage(trx, organizationId, bytesOfCurves({ xValues: values }), now);
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
