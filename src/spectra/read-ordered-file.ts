import { type ExpectedSpectra, type Ordering, putInModelOrder } from './model-order.ts';
import type { OrderedFile } from './ordered-file.ts';
import { readSpectraFile } from './read-file.ts';
import type { Problem, Question, ReadOptions, SpectraFile } from './reading.ts';

export type OrderedReading =
  | { kind: 'read'; file: OrderedFile }
  | { kind: 'refused'; problems: Problem[] }
  | { kind: 'question'; question: Question };

/**
 * Reads a file and puts its spectra into the model's order. Takes seconds for a large file.
 *
 * @param name the name of the file, with its ending
 * @param model the model that will get the spectra; null if they are not for a model yet: the points keep the file's order
 */
export function readOrderedFile(
  name: string,
  bytes: Uint8Array,
  { model, ...options }: Omit<ReadOptions, 'modelAxis'> & { model: ExpectedSpectra | null },
): OrderedReading {
  const reading = readSpectraFile(name, bytes, { modelAxis: model?.axis ?? null, ...options });
  if (reading.kind !== 'spectra') return reading;
  const ordering: Ordering = model
    ? putInModelOrder(reading.file, model)
    : { result: 'unchecked', file: reading.file, note: null };
  if (ordering.result === 'refused') {
    return { kind: 'refused', problems: [{ line: null, message: ordering.message }] };
  }
  const { spectra, ...facts } = ordering.file;
  return {
    kind: 'read',
    file: {
      ...facts,
      // Once it was checked, the axis has the model's quantity and unit. Its values stay those of the file.
      axis:
        ordering.result === 'unchecked' || !model?.axis
          ? facts.axis
          : { ...model.axis, values: facts.axis.values },
      order: ordering.result,
      orderNote: ordering.note,
      samples: spectra.map(({ sampleName, line }) => ({ sampleName, line })),
      points: pointsOf(spectra),
    },
  };
}

function pointsOf(spectra: SpectraFile['spectra']): Float64Array<ArrayBuffer> {
  const points = new Float64Array(spectra.reduce((sum, { y }) => sum + y.length, 0));
  let offset = 0;
  for (const { y } of spectra) {
    points.set(y, offset);
    offset += y.length;
  }
  return points;
}
