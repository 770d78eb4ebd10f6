import { csvOf } from '../ui/csv.ts';
import { plainName } from '../ui/plain-name.ts';
import type { Predicted } from './predicted.ts';

interface Model {
  name: string;
  version: number;
  kind: 'REGRESSION' | 'CLASSIFICATION';
  targetProperty: string;
  unit?: string | null | undefined;
}

/** What was done with the axis of a spectrum, in words. */
const ORDERS: Record<Predicted['order'], string> = {
  checked: 'checked',
  reversed: 'checked, put into the order of the model',
  unchecked: 'not checked',
};

const VERDICTS = { INSIDE: 'inside', OUTSIDE: 'outside' } as const;

/**
 * Predictions as CSV, numbers in full. The columns are the same for all models of a kind: a regression has `value` and
 * `unit`, a classification `category`. Text that a spreadsheet would run as a formula gets a `'` before it.
 */
export function toCsv(predictions: readonly Predicted[], model: Model): string {
  const rows = predictions.map(prediction => columnsOf(prediction, model));
  return csvOf(
    Object.keys(rows[0] ?? {}),
    rows.map(row => Object.values(row)),
  );
}

/** The columns of a prediction. A property that is null becomes an empty field. */
function columnsOf(prediction: Predicted, { name, version, kind, targetProperty, unit }: Model) {
  const { sampleName, file, line, value, category, applicability, inCalibrationRange } = prediction;
  return {
    sample_name: sampleName,
    file,
    line,
    target: targetProperty,
    ...(kind === 'REGRESSION' ? { value, unit } : { category }),
    applicability: applicability && VERDICTS[applicability.verdict],
    t2: applicability?.t2,
    t2_limit: applicability?.t2Limit,
    q: applicability?.q,
    q_limit: applicability?.qLimit,
    value_in_calibration_range: inCalibrationRange,
    x_axis: ORDERS[prediction.order],
    model: name,
    model_version: version,
    log_id: prediction.logId,
    time: prediction.at.toISOString(),
  };
}

/** Predictions as JSON, with the model that made them; names exactly as they were read. */
export function toJson(
  predictions: readonly Predicted[],
  deployment: { id: string; name: string; model: Model },
): string {
  const { name, version, kind, targetProperty, unit } = deployment.model;
  return JSON.stringify(
    {
      deployment: { id: deployment.id, name: deployment.name },
      model: { name, version, targetProperty, unit: unit ?? null },
      predictions: predictions.map(prediction => ({
        sampleName: prediction.sampleName,
        file: prediction.file,
        line: prediction.line,
        ...(kind === 'REGRESSION' ? { value: prediction.value } : { category: prediction.category }),
        applicability: applicabilityOf(prediction),
        inCalibrationRange: prediction.inCalibrationRange ?? null,
        xAxis: ORDERS[prediction.order],
        logId: prediction.logId,
        time: prediction.at.toISOString(),
      })),
    },
    null,
    2,
  );
}

/** The statistics of a prediction, without what the GraphQL client adds to them. */
function applicabilityOf({ applicability }: Predicted) {
  if (!applicability) return null;
  const { verdict, t2 = null, t2Limit = null, q = null, qLimit = null } = applicability;
  return { verdict, t2, t2Limit, q, qLimit };
}

/** The name of a downloaded file, from the name of the deployment and only with characters that every system allows. */
export function fileNameOf(deployment: string, ending: string): string {
  const plain = plainName(deployment);
  return `${plain ? `${plain}-` : ''}predictions.${ending}`;
}
