import type { RegisterModelInput } from '../generated/graphql';
import { numberIn } from '../ui/numbers.ts';
import { type AxisDraft, axisInput, NO_AXIS } from './axis-draft.ts';
import type { CalibrationSpectra } from './calibration-spectra.ts';

/** What a person says about the calibration of a model, as the texts of fields. */
export interface CalibrationDraft {
  axis: AxisDraft;
  /** Null until one is typed: then the file's counts. */
  yUnit: string | null;
  /** Null until a number is typed: then the number of samples in the file counts. */
  samples: string | null;
  rmsep: string;
  referenceMin: string;
  referenceMax: string;
  t2Limit: string;
  qLimit: string;
}

export const NO_CALIBRATION: CalibrationDraft = {
  axis: NO_AXIS,
  yUnit: null,
  samples: null,
  rmsep: '',
  referenceMin: '',
  referenceMax: '',
  t2Limit: '',
  qLimit: '',
};

/** The unit of the spectra that applies: what was typed, else what the file states. */
export const yUnitOf = ({ yUnit }: CalibrationDraft, file: CalibrationSpectra | null): string =>
  yUnit ?? file?.yUnit ?? '';

/** The number of samples that applies: what was typed, else the number in the file. */
export const samplesOf = ({ samples }: CalibrationDraft, file: CalibrationSpectra | null): string =>
  samples ?? (file ? String(file.samples) : '');

type CalibrationFields = Pick<RegisterModelInput, 'xAxis' | 'yUnit' | 't2Limit' | 'qLimit' | 'calibration'>;

/** The fields of a registration. The server takes those that are null from the metadata of the ONNX file. */
export function calibrationInput(
  draft: CalibrationDraft,
  file: CalibrationSpectra | null,
): CalibrationFields {
  return {
    xAxis: axisInput(draft.axis, file),
    yUnit: yUnitOf(draft, file).trim() || null,
    t2Limit: numberIn(draft.t2Limit),
    qLimit: numberIn(draft.qLimit),
    calibration: {
      rmsep: numberIn(draft.rmsep),
      referenceMin: numberIn(draft.referenceMin),
      referenceMax: numberIn(draft.referenceMax),
      samples: numberIn(samplesOf(draft, file)),
      yMin: file?.yMin ?? null,
      yMax: file?.yMax ?? null,
    },
  };
}
