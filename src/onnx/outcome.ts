import { cutText } from './cut.ts';

// What a model is given and what it gives, for the server too: nothing here loads ONNX Runtime.

/** One answer for each spectrum, in the order of the spectra. */
export type Outcome =
  | { kind: 'REGRESSION'; values: number[] }
  | { kind: 'CLASSIFICATION'; categories: string[] };

/** The points of a spectrum. */
export type Spectrum = ArrayLike<number>;

/** The largest number of spectra in a call. */
export const MAX_SPECTRA = 1000;
/** The largest number of calls that travel in one frame. */
export const MAX_CALLS_PER_FRAME = 32;
/** The largest number of spectra for which calls share one run of a model; as many are tried by `inspectModel`. */
export const MAX_SHARED_SPECTRA = 32;
/** The longest text that names a category; the log of predictions keeps it. */
export const MAX_CATEGORY_CHARACTERS = 1000;

/** An accepted model could not answer. The message is for the log; the cause is ONNX Runtime's own. */
export class ModelFailed extends Error {
  override readonly name = 'ModelFailed';
  /** The index of the spectrum in its call on which it failed, where that is known. */
  readonly spectrum: number | undefined;
  /** Whether the model took too long, crashed or took too much memory: what quarantine counts. */
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
