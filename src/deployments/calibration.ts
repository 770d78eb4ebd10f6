import { badUserInput } from '../errors.ts';
import type { CalibrationInput, SpectralQuantity, XAxis, XAxisInput } from '../generated/graphql.ts';
import { checkName } from '../requests/names.ts';
import { compareAxes, describeRange, firstNotMonotonic } from '../spectra/axis.ts';
import { evenlySpaced } from '../spectra/evenly-spaced.ts';
import { type Metadata, numberIn, numbersIn, quantityOf } from './metadata.ts';

// What a registration says about the calibration of a model: arguments, or else the metadata of the ONNX file.

const MAX_UNIT_LENGTH = 100;

type Axis = Pick<XAxis, 'quantity' | 'unit' | 'values'>;

/** What a file says about itself, as the trial found it. */
export interface FileFacts {
  inputLength: number;
  /** Which statistics of applicability the model returns. */
  statistics: { t2: boolean; q: boolean };
  metadata: Metadata;
}

/** What a person says about it. */
export interface GivenFacts {
  xAxis?: XAxisInput | null | undefined;
  yUnit?: string | null | undefined;
  t2Limit?: number | null | undefined;
  qLimit?: number | null | undefined;
  calibration?: CalibrationInput | null | undefined;
}

/** The facts that are stored with a model. Curves have one number for each point. */
export interface CheckedFacts {
  xQuantity: SpectralQuantity | null;
  xUnit: string | null;
  xValues: number[] | null;
  yUnit: string | null;
  t2Limit: number | null;
  qLimit: number | null;
  rmsep: number | null;
  referenceMin: number | null;
  referenceMax: number | null;
  calibrationSamples: number | null;
  calibrationMin: number[] | null;
  calibrationMax: number[] | null;
}

/**
 * Checks an x axis.
 *
 * @param inputLength points of the model
 * @throws BAD_USER_INPUT when it has another number of points, is not strictly ascending or descending, or its unit is
 *   not a text of 1 to 100 characters
 */
export function checkXAxis({ quantity, unit, values }: Axis, inputLength: number): Axis {
  const name = checkName(unit, 'The unit of the x axis', MAX_UNIT_LENGTH);
  const points = curveOf(values, 'The x axis', inputLength);
  const index = firstNotMonotonic(points);
  if (index !== undefined) {
    throw badUserInput(
      `The x axis must ascend or descend, but ${points[index]} follows ${points[index - 1]} at point ${index + 1}. Send the x of each point in the order of the model.`,
    );
  }
  return { quantity, unit: name, values: points };
}

/**
 * Checks what is said about a model, and completes it from the metadata of its file.
 *
 * @throws BAD_USER_INPUT that names the argument or the metadata property
 */
export function checkFacts(
  given: GivenFacts,
  { inputLength, statistics, metadata }: FileFacts,
): CheckedFacts {
  const axis = axisFrom(given.xAxis, metadata, inputLength);
  const { calibration } = given;
  const yUnit = (given.yUnit ?? metadata.y_unit ?? '').trim();
  const t2Limit = given.t2Limit ?? numberIn(metadata, 't2_limit');
  const qLimit = given.qLimit ?? numberIn(metadata, 'q_limit');
  checkLimit('t2', t2Limit, statistics.t2);
  checkLimit('q', qLimit, statistics.q);
  const facts = {
    xQuantity: axis?.quantity ?? null,
    xUnit: axis?.unit ?? null,
    xValues: axis?.values ?? null,
    yUnit: yUnit === '' ? null : checkName(yUnit, 'The unit of the spectra', MAX_UNIT_LENGTH),
    t2Limit,
    qLimit,
    rmsep: calibration?.rmsep ?? numberIn(metadata, 'rmsep'),
    ...rangeFrom(calibration, metadata),
    calibrationSamples: calibration?.samples ?? numberIn(metadata, 'calibration_samples'),
    ...bandFrom(calibration, metadata, inputLength),
  };
  checkCalibration(facts);
  return facts;
}

type Given = CalibrationInput | null | undefined;

/** The range of the reference values. Both ends are of the same source: of two calibrations they would not be a range. */
function rangeFrom(given: Given, metadata: Metadata): Pick<CheckedFacts, 'referenceMin' | 'referenceMax'> {
  const { referenceMin = null, referenceMax = null } = given ?? {};
  if (referenceMin !== null || referenceMax !== null) return { referenceMin, referenceMax };
  return {
    referenceMin: numberIn(metadata, 'reference_min'),
    referenceMax: numberIn(metadata, 'reference_max'),
  };
}

/** The range of the calibration spectra at each point, also of one source. */
function bandFrom(
  given: Given,
  metadata: Metadata,
  inputLength: number,
): Pick<CheckedFacts, 'calibrationMin' | 'calibrationMax'> {
  const { yMin = null, yMax = null } = given ?? {};
  if (yMin !== null || yMax !== null) return bandOf(yMin, yMax, inputLength);
  return bandOf(numbersIn(metadata, 'calibration_min'), numbersIn(metadata, 'calibration_max'), inputLength);
}

function bandOf(
  yMin: readonly number[] | null,
  yMax: readonly number[] | null,
  inputLength: number,
): Pick<CheckedFacts, 'calibrationMin' | 'calibrationMax'> {
  if (yMin === null && yMax === null) return { calibrationMin: null, calibrationMax: null };
  if (yMin === null || yMax === null) {
    throw badUserInput('The range of the calibration spectra has one end. Give yMin and yMax.');
  }
  const calibrationMin = curveOf(yMin, 'yMin', inputLength);
  const calibrationMax = curveOf(yMax, 'yMax', inputLength);
  const index = calibrationMin.findIndex((min, i) => min > (calibrationMax[i] ?? min));
  if (index >= 0) throw badUserInput(`yMin is more than yMax at point ${index + 1}.`);
  return { calibrationMin, calibrationMax };
}

/** The x axis that is given, or that of the file. @throws BAD_USER_INPUT when both are there and differ */
function axisFrom(
  given: XAxisInput | null | undefined,
  metadata: Metadata,
  inputLength: number,
): Axis | null {
  const ofFile = axisIn(metadata, inputLength);
  if (!given) return ofFile;
  const axis = axisOf(given, inputLength);
  if (ofFile && compareAxes(ofFile, axis).result !== 'same') {
    throw badUserInput(
      `The file's metadata say that the x axis runs from ${describeRange(ofFile)}, but xAxis runs from ${describeRange(axis)}. Send the file without xAxis, or correct one of them.`,
    );
  }
  return axis;
}

function axisOf({ quantity, unit, values, first, last }: XAxisInput, inputLength: number): Axis {
  const isEven = first != null && last != null;
  if ((values != null) === isEven || (first != null) !== (last != null)) {
    throw badUserInput('Give an x axis either values, or first and last for evenly spaced points.');
  }
  if (isEven && inputLength === 1 && first !== last) {
    throw badUserInput('The model has one point, so first and last of its x axis must be equal.');
  }
  const points = values ?? evenlySpaced(first ?? 0, last ?? 0, inputLength);
  return checkXAxis({ quantity, unit, values: points }, inputLength);
}

function axisIn(metadata: Metadata, inputLength: number): Axis | null {
  const keys = ['x_quantity', 'x_unit', 'x_values', 'x_first', 'x_last'];
  if (!keys.some(key => metadata[key] !== undefined)) return null;
  const { x_quantity: quantity = '', x_unit: unit = '' } = metadata;
  const values = numbersIn(metadata, 'x_values');
  const first = numberIn(metadata, 'x_first');
  const last = numberIn(metadata, 'x_last');
  return axisOf({ quantity: quantityOf(quantity), unit, values, first, last }, inputLength);
}

/**
 * The numbers of a curve, as an array: a list in a large body is a typed array, which pg would send as bytes.
 *
 * @throws BAD_USER_INPUT when there is not one for each point
 */
function curveOf(values: readonly number[], what: string, inputLength: number): number[] {
  if (values.length === inputLength) return Array.from(values);
  throw badUserInput(
    `${what} has ${values.length} values, but the model has ${inputLength} points. Give one for each point.`,
  );
}

function checkLimit(output: string, limit: number | null, isReturned: boolean): void {
  if (isReturned && limit === null) {
    throw badUserInput(
      `The model has the output '${output}' without a limit. Give ${output}Limit, or the metadata spectrakey.${output}_limit.`,
    );
  }
  if (limit === null) return;
  if (!isReturned) {
    throw badUserInput(`There is a limit for '${output}', but the model has no output of this name.`);
  }
  if (!(limit > 0)) throw badUserInput(`The limit of '${output}' is ${limit}, expected a number above 0.`);
}

function checkCalibration({ rmsep, referenceMin, referenceMax, calibrationSamples }: CheckedFacts): void {
  if (rmsep !== null && rmsep < 0) throw badUserInput(`The RMSEP is ${rmsep}, expected 0 or more.`);
  if ((referenceMin === null) !== (referenceMax === null)) {
    throw badUserInput('The range of the reference values has one end. Give referenceMin and referenceMax.');
  }
  if (referenceMin !== null && referenceMax !== null && referenceMin > referenceMax) {
    throw badUserInput(`referenceMin is ${referenceMin}, more than referenceMax, ${referenceMax}.`);
  }
  const isCount =
    calibrationSamples === null || (Number.isInteger(calibrationSamples) && calibrationSamples > 0);
  if (!isCount || Number(calibrationSamples) > MAX_SAMPLES) {
    throw badUserInput(
      `The number of calibration samples is ${calibrationSamples}, expected a whole number from 1.`,
    );
  }
}

/** The max of the column. */
const MAX_SAMPLES = 2 ** 31 - 1;
