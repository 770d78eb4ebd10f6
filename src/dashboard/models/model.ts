import { graphql } from '../generated';
import type { ModelFactsFragment } from '../generated/graphql';
import { rangeOf } from '../ui/axis-range.ts';
import { count, formatNumber, formatShort } from '../ui/numbers.ts';

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

/** The name and the value of each fact about the calibration that is known. */
export function calibrationFactsOf({
  calibration,
  t2Limit,
  qLimit,
  unit,
}: Pick<Model, 'calibration' | 't2Limit' | 'qLimit' | 'unit'>): [name: string, value: string][] {
  const { rmsep, referenceMin, referenceMax, samples } = calibration ?? {};
  const withUnit = (text: string) => (unit ? `${text} ${unit}` : text);
  const facts: [string, string][] = [];
  if (isNumber(rmsep)) facts.push(['RMSEP', withUnit(formatShort(rmsep))]);
  if (isNumber(referenceMin) && isNumber(referenceMax)) {
    facts.push([
      'Reference values',
      withUnit(`${formatShort(referenceMin)} to ${formatShort(referenceMax)}`),
    ]);
  }
  if (isNumber(samples)) facts.push(['Calibration samples', formatNumber(samples)]);
  if (isNumber(t2Limit)) facts.push(['Limit of T²', formatShort(t2Limit)]);
  if (isNumber(qLimit)) facts.push(['Limit of Q', formatShort(qLimit)]);
  return facts;
}

const isNumber = (value: number | null | undefined) => typeof value === 'number';
