import { rangeOf } from '../../spectra/axis-range.ts';
import { graphql } from '../generated';
import type { ModelFactsFragment } from '../generated/graphql';
import { count, formatNumber, formatShort } from '../ui/numbers.ts';
import { nameOfQuantity } from '../ui/spectral-axis.ts';

graphql(`
  fragment ModelFacts on Model {
    id
    name
    version
    kind
    targetProperty
    unit
    inputLength
    xAxis {
      quantity
      unit
      first
      last
    }
    yUnit
    t2Limit
    qLimit
    calibration {
      rmsep
      referenceMin
      referenceMax
      samples
    }
    createdAt
  }
`);

/** What the dashboard shows of a registered model. */
export type Model = ModelFactsFragment;

/** The name of a model in a sentence. */
export const titleOf = ({ name, version }: Pick<Model, 'name' | 'version'>) => `${name}, version ${version}`;

/** What a model predicts, in a word. */
export const kindOf = ({ kind }: Pick<Model, 'kind'>) =>
  kind === 'REGRESSION' ? 'Regression' : 'Classification';

/** What a model predicts, with its unit. */
export const targetOf = ({ targetProperty, unit }: Pick<Model, 'targetProperty' | 'unit'>) =>
  unit ? `${targetProperty} (${unit})` : targetProperty;

/** How many points a spectrum must have. */
export const pointsOf = ({ inputLength }: Pick<Model, 'inputLength'>) => count(inputLength, 'point');

/** The x axis of a model with its number of points: `900 → 1700 nm, 401 points`. */
export const axisOf = ({ xAxis, inputLength }: Pick<Model, 'xAxis' | 'inputLength'>) =>
  xAxis ? `${rangeOf(xAxis)}, ${pointsOf({ inputLength })}` : null;

/** Whether the model says of each spectrum if it is like those of the calibration. */
export const hasLimits = ({ t2Limit, qLimit }: Pick<Model, 't2Limit' | 'qLimit'>) =>
  typeof t2Limit === 'number' || typeof qLimit === 'number';

/** What the x values of a model measure, in a word; null if they are nothing that has one. */
export const quantityOf = ({ xAxis }: Pick<Model, 'xAxis'>) =>
  xAxis && xAxis.quantity !== 'OTHER' ? nameOfQuantity(xAxis.quantity) : null;

/** Significant digits of statistics that were estimated from some dozens of samples. */
const DIGITS = 4;

type Calibrated = Pick<Model, 'calibration' | 't2Limit' | 'qLimit' | 'unit'>;

/** The numbers of a calibration as texts; null where they are not known. */
function textsOf({ calibration, t2Limit, qLimit, unit }: Calibrated) {
  const { rmsep, referenceMin, referenceMax, samples } = calibration ?? {};
  const inUnit = (text: string) => (unit ? `${text} ${unit}` : text);
  const isRange = isNumber(referenceMin) && isNumber(referenceMax);
  return {
    rmsep: isNumber(rmsep) ? inUnit(formatShort(rmsep, DIGITS)) : null,
    range: isRange ? inUnit(`${formatShort(referenceMin)} to ${formatShort(referenceMax)}`) : null,
    samples: isNumber(samples) ? formatNumber(samples) : null,
    samplesCounted: isNumber(samples) ? count(samples, 'sample') : null,
    t2Limit: isNumber(t2Limit) ? formatShort(t2Limit, DIGITS) : null,
    qLimit: isNumber(qLimit) ? formatShort(qLimit, DIGITS) : null,
  };
}

/** The name and the value of each fact about the calibration that is known. */
export function calibrationFactsOf(model: Calibrated): [name: string, value: string][] {
  const { rmsep, range, samples, t2Limit, qLimit } = textsOf(model);
  const facts = [
    ['RMSEP', rmsep],
    ['Reference values', range],
    ['Calibration samples', samples],
    ['Limit of T²', t2Limit],
    ['Limit of Q', qLimit],
  ] as const;
  return facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
}

/** What is known of the calibration, in up to three short lines. */
export function calibrationLinesOf(model: Calibrated): string[] {
  const { rmsep, range, samplesCounted, t2Limit, qLimit } = textsOf(model);
  const lines = [
    [rmsep && `RMSEP ${rmsep}`, samplesCounted],
    [range],
    [t2Limit && `T² ≤ ${t2Limit}`, qLimit && `Q ≤ ${qLimit}`],
  ];
  return lines.map(parts => parts.filter(part => part !== null).join(' · ')).filter(line => line !== '');
}

/** What is known of the calibration's error, values and samples, as a sentence; null if nothing is. */
export function describeCalibration(model: Calibrated): string | null {
  const { rmsep, range, samplesCounted } = textsOf(model);
  const parts = [rmsep && `RMSEP ${rmsep}`, range && `reference values ${range}`, samplesCounted].filter(
    part => part !== null,
  );
  return parts.length > 0 ? `Calibration: ${parts.join(', ')}.` : null;
}

const isNumber = (value: number | null | undefined) => typeof value === 'number';
