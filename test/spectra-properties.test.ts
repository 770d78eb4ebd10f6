import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Axis } from '../src/spectra/axis.ts';
import { putInModelOrder } from '../src/spectra/model-order.ts';
import { readSpectraFile } from '../src/spectra/read-file.ts';
import type { Answer, SpectraFile } from '../src/spectra/reading.ts';
import { decodeText } from '../src/spectra/text.ts';
import { anyVariant, rightVariant, type Variant } from './spectra-variants.ts';

const axisOf = (values: number[]): Axis => ({ quantity: 'WAVELENGTH', unit: 'nm', values });

/** Reads a file as a person does who answers questions truly, and gives up where no answer is true. */
function read(variant: Variant, modelAxis: Axis | null): SpectraFile | null {
  const answers: Answer[] = [];
  for (;;) {
    const reading = readSpectraFile('file.csv', variant.bytes, { modelAxis, answers });
    if (reading.kind === 'refused') {
      expect(reading.problems.length).toBeGreaterThan(0);
      expect(reading.problems.length).toBeLessThanOrEqual(10);
      return null;
    }
    if (reading.kind === 'spectra') return reading.file;
    const { id } = reading.question;
    expect(answers.map(answer => answer.id)).not.toContain(id);
    if (id === 'no-heading' && !variant.isWithoutHeadingInOrder) return null;
    answers.push({ id, answer: id === 'no-heading' || variant.numericColumnIsPoint ? 'yes' : 'no' });
  }
}

/** The text of a file, for the report of a failure. */
const textOf = ({ bytes }: Variant) => decodeText(bytes);

/** Checks that every spectrum is there, in its place, with the right value at each x. */
function check({ spectra, axis, layout, notes }: SpectraFile, variant: Variant): void {
  const { truth } = variant;
  const report = `${layout}, ${notes.join(' ')}:\n${textOf(variant)}`;
  expect(spectra.length, report).toBe(truth.length);
  for (const [index, { sampleName, y }] of spectra.entries()) {
    // The spectra of the long layout are in the order of their first points.
    const isByName = layout === 'long' && truth.length > 1;
    const sample = isByName ? truth.find(({ name }) => name.trim() === sampleName) : truth[index];
    const right = axis.values.map(x => sample?.values.get(x));
    expect(y, report).toEqual(right);
  }
}

describe('a file that was made from right spectra', () => {
  test('gives the right values in the order of the model, or is refused', () => {
    const counts = { read: 0, refused: 0 };
    fc.assert(
      fc.property(anyVariant, fc.boolean(), (variant, isDescending) => {
        const axis = axisOf(isDescending ? variant.axis.toReversed() : variant.axis);
        const inputLength = axis.values.length;
        const file = read(isDescending ? { ...variant, isWithoutHeadingInOrder: false } : variant, axis);
        const ordering = file && putInModelOrder(file, { axis, inputLength, yUnit: null });
        if (!ordering || ordering.result === 'refused') {
          counts.refused++;
          return;
        }
        counts.read++;
        expect(ordering.file.axis.values, textOf(variant)).toEqual(axis.values);
        check(ordering.file, variant);
      }),
      { numRuns: 6_000 },
    );
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(500);
  });

  test('gives the right value at each x without an axis of the model, or is refused', () => {
    let count = 0;
    fc.assert(
      fc.property(anyVariant, variant => {
        const file = read(variant, null);
        if (!file) return;
        count++;
        check(file, variant);
      }),
      { numRuns: 6_000 },
    );
    expect(count).toBeGreaterThan(500);
  });

  test('is read in every dialect, layout and direction', () => {
    fc.assert(
      fc.property(rightVariant, fc.boolean(), (variant, isChecked) => {
        const axis = axisOf(variant.axis);
        const reading = readSpectraFile('file.csv', variant.bytes, {
          modelAxis: isChecked ? axis : null,
          answers: [],
        });
        if (reading.kind !== 'spectra') throw new Error(`${JSON.stringify(reading)}\n${textOf(variant)}`);
        check(reading.file, variant);
        const ordering = putInModelOrder(reading.file, {
          axis,
          inputLength: axis.values.length,
          yUnit: null,
        });
        if (ordering.result === 'refused') throw new Error(`${ordering.message}\n${textOf(variant)}`);
        check(ordering.file, variant);
      }),
      { numRuns: 3_000 },
    );
  });
});
