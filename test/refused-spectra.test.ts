import { expect, test } from 'vitest';
import { putInModelOrder } from '../src/spectra/model-order.ts';
import { readSpectraFile } from '../src/spectra/read-file.ts';
import { plain, tableUnder } from './pages.ts';

const examples = tableUnder('docs/spectra-files.md', 'What is refused').map(([file = '', message = '']) => ({
  file: plain(file) ?? '',
  message,
}));

/** The model of the page's examples. */
const model = {
  axis: { quantity: 'WAVELENGTH' as const, unit: 'nm', values: [900, 902, 904] },
  inputLength: 3,
  yUnit: 'absorbance',
};

/** Why a file is refused, as the Predict tab shows it. */
function refusalOf(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const reading = readSpectraFile('file.txt', bytes, { modelAxis: model.axis, answers: [] });
  if (reading.kind === 'question') return reading.question.text;
  if (reading.kind === 'refused') {
    const [problem] = reading.problems;
    return problem?.line === null ? problem.message : `Line ${problem?.line}: ${problem?.message}`;
  }
  const ordering = putInModelOrder(reading.file, model);
  return ordering.result === 'refused' ? ordering.message : 'not refused';
}

test('the page on files of spectra has examples', () => {
  expect(examples.length).toBeGreaterThan(10);
});

test.for(examples)('$file is refused as docs/spectra-files.md says', ({ file, message }) => {
  expect(refusalOf(file.replaceAll('⏎', '\n'))).toBe(message);
});
