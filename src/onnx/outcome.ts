import { cutText } from './cut.ts';

// The input and output of models, for the server as well: nothing here loads ONNX Runtime.

/** The statistics of applicability: names of outputs, in the order in which they are fetched and sent. */
export const STATISTICS = ['t2', 'q'] as const;
/** `t2`: Hotelling's T². `q`: the Q residual, also called squared prediction error (SPE). */
export type Statistic = (typeof STATISTICS)[number];

/** The statistics of a call, of models that declare them: one for each spectrum, possibly NaN or infinite. */
export type Statistics = { [Name in Statistic]?: number[] };

/** The predictions of a call, one for each spectrum, in the order of the spectra. */
export type Outcome = (
  | { kind: 'REGRESSION'; values: number[] }
  | { kind: 'CLASSIFICATION'; categories: string[] }
) &
  Statistics;

/** The intensity values of one spectrum. */
export type Spectrum = ArrayLike<number>;

/** Max spectra in a call. */
export const MAX_SPECTRA = 1000;
/** Max calls in a frame. */
export const MAX_CALLS_PER_FRAME = 32;
/** Max spectra in a run that calls share. `inspectModel` tries every number up to this. */
export const MAX_SHARED_SPECTRA = 32;
/** Max length of a category, which is stored in the prediction log. */
export const MAX_CATEGORY_CHARACTERS = 1000;

/** The model was deleted since the facts about its deployment were read. */
export class ModelGone extends Error {
  override name = 'ModelGone';
}

/** A registered model failed. The message is for the log; the cause, if any, is the error of ONNX Runtime. */
export class ModelFailed extends Error {
  override readonly name = 'ModelFailed';
  /** Index in its call of the spectrum that caused the failure; undefined if unknown. */
  readonly spectrum: number | undefined;
  /** Whether the model ended its host: it took too long, crashed, or exceeded its memory. Counts for quarantine. */
  readonly endedHost: boolean;

  constructor(
    message: string,
    {
      spectrum,
      endedHost = false,
      ...options
    }: ErrorOptions & { spectrum?: number | undefined; endedHost?: boolean } = {},
  ) {
    super(cutText(message), options);
    this.spectrum = spectrum;
    this.endedHost = endedHost;
  }
}
