import { MAX_CATEGORY_CHARACTERS, ModelFailed, type Outcome, type Spectrum, STATISTICS } from './outcome.ts';
import { type RawAnswers, runOnce } from './run-once.ts';
import type { OpenModel } from './session.ts';
import { type Spectra, sharedRuns } from './shared-runs.ts';
import type { Signature } from './signature.ts';

/** Max time to find the spectrum that makes a run fail. */
const MAX_SEARCH_MS = 1_000;

/**
 * Runs a model over spectra of `signature.inputLength` points each. The unit of the values is that of the model. Each
 * value of a float32 model is the exact double of that float.
 *
 * @throws {ModelFailed} when ONNX Runtime returns an error, an output has another number of rows, an answer or score is
 *   not finite, or a point is beyond the range of the input type. Its `spectrum` is set if the cause can be found.
 * @throws {RangeError} when a spectrum has another number of points: callers check that first
 */
export async function runModel(model: OpenModel, spectra: readonly Spectrum[]): Promise<Outcome> {
  const { kind, batch } = model.signature;
  if (spectra.length === 0) return join(model.signature, []);
  if (batch === 'one') {
    const outcomes: Outcome[] = [];
    for (const [index, spectrum] of spectra.entries()) {
      outcomes.push(outcomeOf(kind, await runOnce(model, [spectrum], index), 0, 1, index));
    }
    return join(model.signature, outcomes);
  }
  const started = performance.now();
  const raw = await runOnce(model, spectra).catch(async (error: unknown) => {
    const failed = asModelFailed(error);
    const isKnown = failed.spectrum !== undefined || performance.now() - started > MAX_SEARCH_MS;
    throw isKnown ? failed : await withFailedSpectrum(model, spectra, failed);
  });
  return outcomeOf(kind, raw, 0, spectra.length);
}

/** Adds to an error the spectrum that makes the model fail alone, if a binary search finds it in time. */
async function withFailedSpectrum(
  model: OpenModel,
  spectra: readonly Spectrum[],
  failed: ModelFailed,
): Promise<ModelFailed> {
  const fails = (from: number, to: number) =>
    runOnce(model, spectra.slice(from, to)).then(
      () => false,
      error => asModelFailed(error) instanceof ModelFailed,
    );
  const deadline = performance.now() + MAX_SEARCH_MS;
  let [from, to] = [0, spectra.length];
  while (to - from > 1) {
    if (performance.now() > deadline) return failed;
    const middle = Math.floor((from + to) / 2);
    if (await fails(from, middle)) to = middle;
    else from = middle;
  }
  if (!(await fails(from, to))) return failed;
  const message = `${failed.message} Spectrum ${from + 1} fails alone as well.`;
  return new ModelFailed(message, { cause: failed.cause, spectrum: from });
}

/** Checks the answers of the rows `from` to `to`. @param shift index in its call of the first of these spectra */
function outcomeOf(
  kind: Signature['kind'],
  { answers, statistics, invalidScore }: RawAnswers,
  from: number,
  to: number,
  shift = 0,
): Outcome {
  const fail = (what: string, row: number) => {
    const spectrum = row - from + shift;
    return new ModelFailed(`The model gave ${what} for spectrum ${spectrum + 1}.`, { spectrum });
  };
  const [values, categories]: [number[], string[]] = [[], []];
  for (let row = from; row < to; row++) {
    const answer = answers[row];
    const invalidAnswer = typeof answer === 'string' ? invalidCategory(answer) : invalidNumber(answer);
    const invalid = invalidScore(row) ?? invalidAnswer;
    if (invalid) throw fail(invalid, row);
    if (kind === 'CLASSIFICATION') categories.push(String(answer));
    else values.push(Number(answer));
  }
  const outcome: Outcome = kind === 'CLASSIFICATION' ? { kind, categories } : { kind, values };
  for (const name of STATISTICS) {
    const column = statistics[name];
    if (column) outcome[name] = Array.from(column.subarray(from, to));
  }
  return outcome;
}

const invalidNumber = (answer: number | undefined) => (Number.isFinite(answer) ? undefined : `${answer}`);

/** Describes a category that cannot be stored: PostgreSQL stores no text with a NUL character. */
function invalidCategory(category: string): string | undefined {
  if (category.length > MAX_CATEGORY_CHARACTERS) {
    return `a category of ${category.length} characters, more than ${MAX_CATEGORY_CHARACTERS},`;
  }
  return category.includes('\0') ? 'a category with a NUL character' : undefined;
}

function join({ kind, statistics }: Signature, outcomes: readonly Outcome[]): Outcome {
  const joined: Outcome =
    kind === 'CLASSIFICATION'
      ? { kind, categories: outcomes.flatMap(outcome => ('categories' in outcome ? outcome.categories : [])) }
      : { kind, values: outcomes.flatMap(outcome => ('values' in outcome ? outcome.values : [])) };
  for (const name of statistics) joined[name] = outcomes.flatMap(outcome => outcome[name] ?? []);
  return joined;
}

/**
 * Runs the calls of a frame. Calls that may share a run (`rowIndependent` of `inspectModel`) run in groups: 10 µs per
 * call of one spectrum with the octane model, 42 µs alone. If the run of a group fails, its calls run one by one, so
 * that only the call that caused it fails.
 *
 * @param onOutcomes called after each run with the outcomes of its calls
 * @throws as `runModel`, except ModelFailed
 */
export async function runCalls(
  model: OpenModel,
  calls: readonly Spectra[],
  together: boolean,
  onOutcomes: (outcomes: (Outcome | ModelFailed)[]) => void,
): Promise<void> {
  for (const group of together ? sharedRuns(calls) : calls.map(call => [call])) {
    const outcomes = group.length > 1 ? await runShared(model, group) : undefined;
    if (outcomes) onOutcomes(outcomes);
    else for (const call of group) onOutcomes([await runModel(model, call).catch(asModelFailed)]);
  }
}

/** Runs calls together. @returns their outcomes; undefined if the run fails */
async function runShared(
  model: OpenModel,
  calls: readonly Spectra[],
): Promise<(Outcome | ModelFailed)[] | undefined> {
  const { kind, batch } = model.signature;
  const spectra = calls.flat();
  if (spectra.length === 0 || batch !== 'free') return undefined;
  const raw = await runOnce(model, spectra).catch(asModelFailed);
  if (raw instanceof ModelFailed) return undefined;
  let end = 0;
  return calls.map(call => {
    const from = end;
    end += call.length;
    try {
      return outcomeOf(kind, raw, from, end);
    } catch (error) {
      return asModelFailed(error);
    }
  });
}

/** Returns a ModelFailed, and throws every other error. */
export function asModelFailed(error: unknown): ModelFailed {
  if (error instanceof ModelFailed) return error;
  throw error;
}
