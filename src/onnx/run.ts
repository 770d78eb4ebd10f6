import { attempt, type RawAnswers } from './attempt.ts';
import { MAX_CATEGORY_CHARACTERS, ModelFailed, type Outcome, type Spectrum } from './outcome.ts';
import type { OpenModel } from './session.ts';
import { type Spectra, sharedRuns } from './shared-runs.ts';
import type { Signature } from './signature.ts';

/** How long it may take to find out which spectrum a run failed on. */
const MAX_SEARCH_MS = 1_000;

/**
 * Runs a model over spectra of `signature.inputLength` points each; the unit of the values is the model's
 * own. Each value of a float32 model is the exact double of that float.
 *
 * @throws {ModelFailed} where the model errs, answers another number of rows, or gives a number that is not finite, as
 *   its answer or as a score beside it, and where a point is beyond what the model's input type holds. It says which
 *   spectrum is to blame where that can be found.
 * @throws {RangeError} where a spectrum has another number of points: callers check that first
 */
export async function runModel(model: OpenModel, spectra: readonly Spectrum[]): Promise<Outcome> {
  const { kind, batch } = model.signature;
  if (spectra.length === 0) return join(kind, []);
  if (batch === 'one') {
    const outcomes: Outcome[] = [];
    for (const [index, spectrum] of spectra.entries()) {
      outcomes.push(outcomeOf(kind, await attempt(model, [spectrum], index), 0, 1, index));
    }
    return join(kind, outcomes);
  }
  const started = performance.now();
  const raw = await attempt(model, spectra).catch(async (error: unknown) => {
    const failed = unlessModelFailed(error);
    const isKnown = failed.spectrum !== undefined || performance.now() - started > MAX_SEARCH_MS;
    throw isKnown ? failed : await namingSpectrum(model, spectra, failed);
  });
  return outcomeOf(kind, raw, 0, spectra.length);
}

/** The same error, saying which spectrum alone makes the model fail, where one is found in time. */
async function namingSpectrum(
  model: OpenModel,
  spectra: readonly Spectrum[],
  failed: ModelFailed,
): Promise<ModelFailed> {
  const fails = (from: number, to: number) =>
    attempt(model, spectra.slice(from, to)).then(
      () => false,
      error => unlessModelFailed(error) instanceof ModelFailed,
    );
  const until = performance.now() + MAX_SEARCH_MS;
  let [from, to] = [0, spectra.length];
  while (to - from > 1) {
    if (performance.now() > until) return failed;
    const middle = Math.floor((from + to) / 2);
    if (await fails(from, middle)) to = middle;
    else from = middle;
  }
  if (!(await fails(from, to))) return failed;
  const message = `${failed.message} Spectrum ${from + 1} fails alone as well.`;
  return new ModelFailed(message, { cause: failed.cause, spectrum: from });
}

/** Checks the answers to some of a run's spectra. @param shift the index of the first of them in its call */
function outcomeOf(
  kind: Signature['kind'],
  { answers, scoreFault }: RawAnswers,
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
    const answerFault = typeof answer === 'string' ? categoryFault(answer) : finiteFault(answer);
    const fault = scoreFault(row) ?? answerFault;
    if (fault) throw fail(fault, row);
    if (kind === 'CLASSIFICATION') categories.push(String(answer));
    else values.push(Number(answer));
  }
  return kind === 'CLASSIFICATION' ? { kind, categories } : { kind, values };
}

const finiteFault = (answer: number | undefined) => (Number.isFinite(answer) ? undefined : `${answer}`);

/** PostgreSQL holds no text with a zero character. */
function categoryFault(category: string): string | undefined {
  if (category.length > MAX_CATEGORY_CHARACTERS) {
    return `a category of ${category.length} characters, more than ${MAX_CATEGORY_CHARACTERS},`;
  }
  return category.includes('\0') ? 'a category with a zero character' : undefined;
}

function join(kind: Signature['kind'], outcomes: readonly Outcome[]): Outcome {
  return kind === 'CLASSIFICATION'
    ? { kind, categories: outcomes.flatMap(outcome => ('categories' in outcome ? outcome.categories : [])) }
    : { kind, values: outcomes.flatMap(outcome => ('values' in outcome ? outcome.values : [])) };
}

/**
 * Runs the calls of a frame, one after the other or, where calls may share a run (`rowIndependent` of `inspectModel`), in
 * groups: 10 µs a call of one spectrum with the octane model, and 42 µs alone. Where the run of a group fails, each of its
 * calls is run by itself, so that a call fails alone.
 *
 * @param onOutcomes gets, as each run ends, for its calls the answers or why they have none
 * @throws as `runModel` does, for faults that are no model's
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
    else for (const call of group) onOutcomes([await runModel(model, call).catch(unlessModelFailed)]);
  }
}

/** The answers of one run to several calls; undefined where the run fails. */
async function runShared(
  model: OpenModel,
  calls: readonly Spectra[],
): Promise<(Outcome | ModelFailed)[] | undefined> {
  const { kind, batch } = model.signature;
  const spectra = calls.flat();
  if (spectra.length === 0 || batch !== 'free') return undefined;
  const raw = await attempt(model, spectra).catch(unlessModelFailed);
  if (raw instanceof ModelFailed) return undefined;
  let end = 0;
  return calls.map(call => {
    const from = end;
    end += call.length;
    try {
      return outcomeOf(kind, raw, from, end);
    } catch (error) {
      return unlessModelFailed(error);
    }
  });
}

/** The error, where a model is to blame. @throws every other */
export function unlessModelFailed(error: unknown): ModelFailed {
  if (error instanceof ModelFailed) return error;
  throw error;
}
