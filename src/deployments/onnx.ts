import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelRefused, readSignature, type Signature, shapeText } from './onnx-signature.ts';

export { ModelRefused, type Signature } from './onnx-signature.ts';

/** A model in ONNX Runtime, ready to run. It holds native memory until `closeModel`. */
export interface OpenModel {
  readonly session: InferenceSession;
  readonly signature: Signature;
}

/** One answer for each spectrum, in the order of the spectra. */
export type Outcome =
  | { kind: 'REGRESSION'; values: number[] }
  | { kind: 'CLASSIFICATION'; categories: string[] };

/** An accepted model could not answer. The message is for the log; the cause is ONNX Runtime's own. */
export class ModelFailed extends Error {
  override readonly name = 'ModelFailed';
}

type Spectrum = readonly number[];

// The sessions' own level does not cover what ONNX Runtime writes to stderr when it first starts: since 1.23
// it looks for graphics cards and complains of some virtual ones (microsoft/onnxruntime issue 26763).
env.logLevel = 'fatal';

// Since 1.29 ONNX Runtime's builds report each session to Microsoft, with the names and hashes of the model in it, and
// keep an identifier in the home folder (microsoft/onnxruntime, docs/Privacy.md). It reads this when the first one opens.
process.env.ORT_DISABLE_TELEMETRY = '1';

const SESSION: InferenceSession.SessionOptions = {
  logSeverityLevel: 4,
  executionProviders: ['cpu'],
  // The binding computes on the calling thread; a pool for each session would only compete with it.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // So that an idle session does not keep the memory of its largest run. Measured with the oil-type model, it
  // is as fast: 9 µs a spectrum (11 with the arena), 1.19 ms a thousand (1.15).
  enableCpuMemArena: false,
  extra: {
    session: {
      // A file can keep its constants in other files, which ONNX Runtime 1.30 then looks up in the working
      // directory, so that an upload could read what lies there. Nothing can lie beneath a device.
      model_external_initializers_file_folder_path: '/dev/null/none',
      // Otherwise bytes that begin as ONNX Runtime's internal format are read as that, with fewer checks.
      load_model_format: 'ONNX',
    },
  },
};

/**
 * Opens an ONNX file. The caller closes it with `closeModel`.
 *
 * @throws {ModelRefused} where the bytes are no ONNX, need what this server lacks, or do not fit `Signature`
 */
export async function openModel(bytes: Uint8Array): Promise<OpenModel> {
  const session = await InferenceSession.create(bytes, SESSION).catch((cause: unknown) => {
    throw new ModelRefused(whyNotOpened(cause), { cause });
  });
  try {
    return { session, signature: readSignature(session.inputMetadata, session.outputMetadata) };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** Frees a model's native memory. It must not be running and is not usable afterwards. */
export async function closeModel(model: OpenModel): Promise<void> {
  await model.session.release();
}

/**
 * Opens an ONNX file, runs it on a synthetic spectrum (and, with a free batch, on two) and closes it again.
 *
 * The trial proves that what the file declares is what it does. It does not demand finite values: the
 * synthetic spectrum is like no instrument's, and a good model may well take the logarithm of something
 * negative in it. Every real prediction is checked by `runModel`.
 *
 * @throws {ModelRefused} as `openModel` does, and where the trial fails
 */
export async function inspectModel(bytes: Uint8Array): Promise<Pick<Signature, 'kind' | 'inputLength'>> {
  const model = await openModel(bytes);
  const { kind, inputLength, batch } = model.signature;
  try {
    await attempt(model, [trialSpectrum(inputLength, 1)]);
    if (batch === 'free')
      await attempt(model, [trialSpectrum(inputLength, 1), trialSpectrum(inputLength, 1.5)]);
  } catch (error) {
    if (!(error instanceof ModelFailed)) throw error;
    throw new ModelRefused(`A trial run failed. ${error.message}`, { cause: error.cause });
  } finally {
    await closeModel(model);
  }
  return { kind, inputLength };
}

/** The most spectra in a call. */
export const MOST_SPECTRA = 1000;
/** The most calls in one run of `runTogether`; as many are tried by `mayRunTogether` and `measureModel`. */
export const MOST_TOGETHER = 32;
/**
 * The longest for which a model may hold the event loop: ONNX Runtime's binding computes on the calling thread. Reading
 * the JSON of 1000 spectra takes as long.
 */
export const LONGEST_INLINE_MS = 20;
const LONGEST_ALONE_MS = LONGEST_INLINE_MS / MOST_TOGETHER;
const SLOW_TO_OPEN_MS = 100;
const ROUNDS = 5;
const LONGEST_ROUNDS_MS = 500;

/** How fast a model is; both without what the machine did beside it, as far as that can be told. */
export interface Speed {
  /** In a run of many, where it takes many: of as many as it may be given inline, for which a run can only be shorter. */
  msPerSpectrum: number;
  /** Whether it is opened in a moment, and one of `MOST_TOGETHER` calls at once takes its part of `LONGEST_INLINE_MS`. */
  isFast: boolean;
}

/**
 * Measures a model that was inspected.
 *
 * @throws {ModelRefused} as `openModel` does, and where a run fails
 */
export async function measureModel(bytes: Uint8Array): Promise<Speed> {
  const openingMs = await least(SLOW_TO_OPEN_MS, async () => closeModel(await openModel(bytes)));
  const model = await openModel(bytes);
  const { inputLength, batch } = model.signature;
  const time = async (count: number, enough: number) => {
    const spectra = Array.from({ length: count }, (_, i) => trialSpectrum(inputLength, 1 + i / count));
    return (await least(enough, () => attempt(model, spectra))) / count;
  };
  try {
    // The first run also makes ready.
    const alone = await time(1, LONGEST_ALONE_MS);
    if (openingMs > SLOW_TO_OPEN_MS || alone > LONGEST_ALONE_MS)
      return { msPerSpectrum: alone, isFast: false };
    if (batch === 'one') return { msPerSpectrum: alone, isFast: true };
    const together = await time(MOST_TOGETHER, 0);
    if (together > LONGEST_ALONE_MS) return { msPerSpectrum: together, isFast: false };
    // Not always a part of what fewer take: a model can compare each spectrum with each.
    const most = Math.min(MOST_SPECTRA, Math.floor(LONGEST_INLINE_MS / together));
    const msPerSpectrum = Math.max(together, await time(most, 0));
    return { msPerSpectrum, isFast: msPerSpectrum <= LONGEST_ALONE_MS };
  } catch (error) {
    if (!(error instanceof ModelFailed)) throw error;
    throw new ModelRefused(`A trial run failed. ${error.message}`, { cause: error.cause });
  } finally {
    await closeModel(model);
  }
}

/**
 * The least of several times: whatever else the machine does only ever adds. It is not asked again for what is short
 * enough, or takes long.
 */
async function least(enoughMs: number, run: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  let leastMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && performance.now() - begun < LONGEST_ROUNDS_MS; round++) {
    const started = performance.now();
    await run();
    leastMs = Math.min(leastMs, performance.now() - started);
    if (leastMs <= enoughMs) break;
  }
  return leastMs;
}

/**
 * Runs a model over spectra of `signature.inputLength` points each; the unit of the values is the model's
 * own. Each value of a float32 model is the exact double of that float.
 *
 * @throws {ModelFailed} where the model errs, answers another number of rows, or gives a number that is not
 *   finite, and where a point is beyond what the model's input type holds
 * @throws {RangeError} where a spectrum has another number of points: callers check that first
 */
export async function runModel(model: OpenModel, spectra: readonly Spectrum[]): Promise<Outcome> {
  const { kind, batch } = model.signature;
  const answers: (number | string)[] = [];
  if (batch === 'one') {
    for (const spectrum of spectra) answers.push(...(await attempt(model, [spectrum])));
  } else if (spectra.length > 0) {
    // `push(...)` would put every answer on the stack.
    for (const answer of await attempt(model, spectra)) answers.push(answer);
  }
  return outcomeOf(kind, answers);
}

function outcomeOf(kind: Signature['kind'], answers: (number | string)[]): Outcome {
  if (kind === 'CLASSIFICATION') return { kind, categories: answers.map(String) };
  const values = answers.map(Number);
  const bad = values.findIndex(value => !Number.isFinite(value));
  if (bad >= 0) throw new ModelFailed(`The model gave ${values[bad]} for spectrum ${bad + 1}.`);
  return { kind, values };
}

/**
 * Runs a model once for calls of one spectrum each: 10 µs a call with the octane model, and 42 µs alone. Where that
 * fails, each call is run by itself, so that a call fails alone.
 *
 * @returns for each call its answer, or why it has none
 * @throws as `runModel` does, for faults that are no model's
 */
export async function runTogether(
  model: OpenModel,
  calls: readonly Spectrum[],
): Promise<(Outcome | ModelFailed)[]> {
  const { kind } = model.signature;
  if (calls.length > 1) {
    const answers = await attempt(model, calls).catch(unlessModelFailed);
    if (!(answers instanceof ModelFailed)) {
      return Array.from(answers, answer => {
        try {
          return outcomeOf(kind, [answer]);
        } catch (error) {
          return unlessModelFailed(error);
        }
      });
    }
  }
  const outcomes: (Outcome | ModelFailed)[] = [];
  for (const spectrum of calls) outcomes.push(await runModel(model, [spectrum]).catch(unlessModelFailed));
  return outcomes;
}

function unlessModelFailed(error: unknown): ModelFailed {
  if (error instanceof ModelFailed) return error;
  throw error;
}

/**
 * Whether calls of one spectrum may share a run: whether each then gets, to the last bit, what it gets alone, tried with
 * every number of different spectra, as kernels choose by it. A model that centres over its batch would mix the calls of different people,
 * and another kernel for larger batches would round otherwise. Classifiers never share, as a label may stay the same
 * while what it is made from does not.
 */
export async function mayRunTogether(model: OpenModel): Promise<boolean> {
  const { kind, batch, inputLength } = model.signature;
  if (kind !== 'REGRESSION' || batch !== 'free') return false;
  const spectra = Array.from({ length: MOST_TOGETHER }, (_, i) => trialSpectrum(inputLength, 1 + i / 7));
  try {
    const alone: (number | string)[] = [];
    for (const spectrum of spectra) alone.push(...(await attempt(model, [spectrum])));
    if (new Set(alone).size < 2 || !alone.every(Number.isFinite)) return false;
    for (let size = 2; size <= MOST_TOGETHER; size++) {
      const together = Array.from(await attempt(model, spectra.slice(0, size)));
      if (!together.every((value, i) => value === alone[i])) return false;
    }
    return true;
  } catch (error) {
    unlessModelFailed(error);
    return false;
  }
}

/** One run: one value or label for each spectrum, the shape verified. */
async function attempt(model: OpenModel, spectra: readonly Spectrum[]): Promise<Iterable<number | string>> {
  const { inputName, outputName } = model.signature;
  const count = spectra.length === 1 ? '1 spectrum' : `${spectra.length} spectra`;
  const input = inputTensor(model.signature, spectra);
  // Naming the output leaves the others out: fetching a ZipMap is an error in the Node binding.
  const outputs = await model.session.run({ [inputName]: input }, [outputName]).catch((cause: unknown) => {
    const why = NO_MEMORY.test(String(cause)) ? 'needs more memory than it may have' : 'gave an error';
    throw new ModelFailed(`The model ${why} for ${count}.`, { cause });
  });
  const output = outputs[outputName];
  if (!output) throw new ModelFailed(`The model gave no output '${outputName}' for ${count}.`);
  if (!isColumn(output.dims, spectra.length)) {
    throw new ModelFailed(
      `Output '${outputName}' has the shape ${shapeText(output.dims)} for ${count}, expected ` +
        `[${spectra.length}] or [${spectra.length}, 1].`,
    );
  }
  const { data } = output;
  if (data instanceof BigInt64Array) return Array.from(data, String);
  if (data instanceof Float32Array || data instanceof Float64Array || Array.isArray(data)) return data;
  throw new ModelFailed(`Output '${outputName}' is ${output.type}, not what the file declares.`);
}

/** `[n]` or `[n, 1]`; for one spectrum also a scalar, which is what squeezing `[1, 1]` leaves. */
function isColumn(dims: readonly number[], n: number): boolean {
  const [rows = 1, columns = 1] = dims;
  return dims.length <= 2 && rows === n && columns === 1;
}

function inputTensor({ inputType, inputLength }: Signature, spectra: readonly Spectrum[]): Tensor {
  const size = spectra.length * inputLength;
  const data = inputType === 'float32' ? new Float32Array(size) : new Float64Array(size);
  spectra.forEach((spectrum, row) => {
    if (spectrum.length !== inputLength) {
      throw new RangeError(`Spectrum ${row + 1} has ${spectrum.length} points, expected ${inputLength}`);
    }
    data.set(spectrum, row * inputLength);
  });
  // 1e39 is a finite double and an infinite float32, for which a classifier still names some category.
  const bad = data.findIndex(value => !Number.isFinite(value));
  if (bad >= 0) {
    const row = Math.floor(bad / inputLength);
    throw new ModelFailed(`Spectrum ${row + 1} holds a number that ${inputType} cannot.`);
  }
  const dims = [spectra.length, inputLength];
  return data instanceof Float32Array ? new Tensor('float32', data, dims) : new Tensor('float64', data, dims);
}

/** Smooth, positive and not constant: some preprocessing takes logarithms or divides by the deviation. */
function trialSpectrum(points: number, height: number): number[] {
  return Array.from({ length: points }, (_, i) => {
    const x = (i + 0.5) / points;
    return 0.3 + 0.1 * x + height * Math.exp(-(((x - 0.4) / 0.15) ** 2));
  });
}

// ONNX Runtime's own words hold paths of the build and of this machine, so they only choose among ours.
const NO_MEMORY = /bad_alloc|failed to allocate memory/i;
const REASONS: readonly (readonly [pattern: RegExp, sentence: string])[] = [
  [NO_MEMORY, 'The model needs more memory than it may have.'],
  [
    /external data|in-memory address marker|model_path/i,
    'The file keeps some of its numbers in other files, expected one ONNX file that holds everything.',
  ],
  [
    /IR version|official released onnx opset|under development/i,
    'The file is of a newer ONNX version than this server reads, expected one exported for an older opset.',
  ],
  [
    /not a registered function|No Op registered|No opset import|NOT_IMPLEMENTED|Could not find an implementation/i,
    'The model uses an operator that this server does not have, expected standard ONNX and ai.onnx.ml operators.',
  ],
  [
    /protobuf parsing failed|data pointer is null|No graph was found/i,
    'The file is not ONNX, expected the bytes of an .onnx file.',
  ],
];

function whyNotOpened(cause: unknown): string {
  const words = cause instanceof Error ? cause.message : '';
  const reason = REASONS.find(([pattern]) => pattern.test(words));
  return reason?.[1] ?? 'ONNX Runtime cannot open the file, expected a valid ONNX model.';
}
