import { expect } from 'vitest';
import type { Axis } from '../src/spectra/axis.ts';
import { readSpectraFile } from '../src/spectra/read-file.ts';
import type { Answer } from '../src/spectra/reading.ts';

/** The bytes of a text in UTF-8. */
export const encode = (text: string) => new TextEncoder().encode(text);

interface Options {
  name?: string;
  model?: number[];
  answers?: Answer[];
}

function readingOf(content: string | Uint8Array, { name = 'a.csv', model, answers = [] }: Options = {}) {
  const bytes = typeof content === 'string' ? encode(content) : content;
  const modelAxis: Axis | null = model ? { quantity: 'WAVELENGTH', unit: 'nm', values: model } : null;
  return readSpectraFile(name, bytes, { modelAxis, answers });
}

/** The spectra as `A: 900=0.1 902=0.2`, the problems as `line 2: …`, or the question. */
export function read(content: string | Uint8Array, options?: Options): string[] {
  const reading = readingOf(content, options);
  if (reading.kind === 'question') return [`question: ${reading.question.text}`];
  if (reading.kind === 'refused') {
    return reading.problems.map(({ line, message }) =>
      line === null ? message : `line ${line}: ${message}`,
    );
  }
  const { axis, spectra } = reading.file;
  return spectra.map(({ sampleName, y }) => {
    expect(y).toHaveLength(axis.values.length);
    return `${sampleName}: ${y.map((value, index) => `${axis.values[index]}=${value}`).join(' ')}`;
  });
}

/** What a file states beside its spectra. */
export function facts(content: string, options?: Options) {
  const reading = readingOf(content, options);
  if (reading.kind !== 'spectra') throw new Error(`Not read: ${read(content, options)}`);
  const { layout, axis, yUnit, notes } = reading.file;
  return { layout, quantity: axis.quantity, unit: axis.unit, yUnit, notes };
}
