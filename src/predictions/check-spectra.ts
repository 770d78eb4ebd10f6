import { badUserInput } from '../errors.ts';
import { MAX_SPECTRA } from '../onnx/outcome.ts';
import { checkText } from '../requests/names.ts';
import { type Axis, compareAxes, describeRange } from '../spectra/axis.ts';
import { MAX_SAMPLE_NAME_LENGTH } from '../spectra/limits.ts';
import type { SpectrumToPredict } from './settlement/repeat.ts';

/** Checks number, names, lengths and values. @throws BAD_USER_INPUT with the name of the first invalid spectrum */
export function checkSpectra(spectra: SpectrumToPredict[], inputLength: number): void {
  if (spectra.length < 1 || spectra.length > MAX_SPECTRA) {
    throw badUserInput(
      `A call takes 1 to ${MAX_SPECTRA} spectra, but this one has ${spectra.length}. ${spectra.length < 1 ? 'Send at least one.' : 'Send them in several calls.'}`,
    );
  }
  for (const { sampleName, yValues, place } of spectra) {
    const prefix = place === undefined ? '' : `${place}: `;
    checkText(sampleName, `${prefix}A sample name`, MAX_SAMPLE_NAME_LENGTH);
    if (yValues.length !== inputLength) {
      throw badUserInput(
        `${prefix}Spectrum '${sampleName}' has ${yValues.length} points, expected ${inputLength}`,
      );
    }
    // Models compute in float32, whose max is 3.4e38; no instrument returns such values.
    const invalid = indexBeyondFloat32(yValues);
    if (invalid >= 0) {
      throw badUserInput(
        `${prefix}Spectrum '${sampleName}' has a value beyond ±3.4e38 at point ${invalid + 1}. Correct the value, or leave the spectrum out.`,
      );
    }
  }
}

/** Index of the first value beyond the range of float32, else -1. A plain loop: a call may have millions of values. */
function indexBeyondFloat32(values: ArrayLike<number>): number {
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(Math.fround(values[index] ?? 0))) return index;
  }
  return -1;
}

/**
 * Checks that the x values of a call are those of the model.
 *
 * @param axis the model's x axis; null if it has none
 * @throws BAD_USER_INPUT that says what differs
 */
export function checkXValues(xValues: ArrayLike<number>, axis: Axis | null): void {
  if (!axis) {
    throw badUserInput(
      'This model has no x axis, so it cannot check x values. Call it without them, or set its x axis first.',
    );
  }
  const given = { ...axis, values: Array.from(xValues) };
  const comparison = compareAxes(axis, given);
  if (comparison.result === 'different') throw badUserInput(comparison.message);
  if (comparison.result === 'reversed') {
    throw badUserInput(
      `The spectra run from ${describeRange(given)}, the model expects ${describeRange(axis)}. Send the points in that order.`,
    );
  }
}
