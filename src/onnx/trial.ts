import { readFileSync } from 'node:fs';
import { RANDOM_OPERATORS } from './constants.ts';
import { checkFileLimits } from './file-limits.ts';
import { readMetadata } from './metadata.ts';
import { type OnnxGraph, readOnnxGraph } from './onnx-graph.ts';
import { MAX_SHARED_SPECTRA, ModelFailed, type Spectrum, type Statistic } from './outcome.ts';
import { latin1 } from './protobuf-fields.ts';
import { rowIndependentValues } from './row-independence.ts';
import { runOnce } from './run-once.ts';
import {
  checkIndependence,
  checkRepeatable,
  EVALUATION_MODE,
  isSame,
  type RowAnswer,
} from './same-answers.ts';
import { closeModel, type OpenModel, openModel } from './session.ts';
import { ModelRefused, type Signature } from './signature.ts';
import { trialSpectra } from './trial-spectra.ts';

/** The result of a trial. */
export type Inspection = Pick<Signature, 'kind' | 'inputLength'> & {
  /** Whether calls may share a run: each gets bit for bit the same answer as alone, whatever the other calls are. */
  rowIndependent: boolean;
  /** The statistics of applicability that the model returns beside its predictions. */
  statistics: Record<Statistic, boolean>;
  /** The file's metadata properties for this product, by name without `METADATA_PREFIX`. Their values are not checked. */
  metadata: Record<string, string>;
};

/** Max growth of the host's memory when it opens a model of any size. ONNX Runtime itself takes 25 MB of it. */
const MAX_OPENED_BYTES = 64 * 1024 * 1024;
/**
 * Max additional growth per byte of the file. Forests take most: 9, and 16 if the C library keeps freed memory (without
 * `MALLOC_TRIM_THRESHOLD_`). A matrix takes 3, the vectors of a support vector machine 5.
 */
const MAX_OPENED_FACTOR = 20;
/** Max further growth in the runs of a trial. A host has 256 MiB in total. */
const MAX_RUNNING_BYTES = 96 * 1024 * 1024;
/** Number of different spectra in a trial. */
const TRIAL_SPECTRA = 8;
/** A trial starts no further runs after this time. The server kills its host after a much longer time. */
const TRIAL_BUDGET_MS = 700;
/** Max points of a model whose calls may share runs; larger models are not tried with many spectra. */
const MAX_SHARED_POINTS = 1_000_000 / MAX_SHARED_SPECTRA;

/**
 * Tries an ONNX file: opens it, runs it on synthetic spectra, alone and together, and closes it again.
 *
 * The trial checks that the model does what its file declares, and that its answers are reproducible and do not depend
 * on the other spectra of a run. It does not require finite answers of a regression: the synthetic spectra do not come
 * from an instrument, and a good model may take the logarithm of a negative number for them. `runModel` checks every
 * real prediction.
 *
 * @throws {ModelRefused} as `openModel`, and when the trial fails
 */
export async function inspectModel(bytes: Uint8Array): Promise<Inspection> {
  const allowed = MAX_OPENED_BYTES + MAX_OPENED_FACTOR * bytes.byteLength;
  const [before, peakBefore] = [process.memoryUsage.rss(), peakMemory()];
  const model = await openModel(bytes);
  try {
    checkMemory('after opening', process.memoryUsage.rss() - before, allowed);
    const graph = readOnnxGraph(bytes);
    checkOperators(checkFileLimits(bytes), graph);
    const answers = await tryModel(model);
    checkScores(answers);
    const peak = peakMemory();
    if (peak > peakBefore) checkMemory('during a run', peak - before, allowed + MAX_RUNNING_BYTES);
    const { kind, inputLength, statistics } = model.signature;
    return {
      kind,
      inputLength,
      rowIndependent: await isRowIndependent(model, bytes),
      statistics: { t2: statistics.includes('t2'), q: statistics.includes('q') },
      metadata: readMetadata(bytes),
    };
  } catch (error) {
    if (!(error instanceof ModelFailed)) throw error;
    throw new ModelRefused(`A trial run failed. ${error.message}`, { cause: error.cause });
  } finally {
    await closeModel(model);
  }
}

/**
 * Finds out whether calls may share a run of a model. Also used for models that were registered before this analysis
 * existed.
 *
 * @returns false if the graph does not prove it, a run differs in a bit, or the runs take too long
 * @throws {ModelFailed} when a run fails
 */
export async function isRowIndependent(model: OpenModel, bytes: Uint8Array): Promise<boolean> {
  return isProvenIndependent(model, readOnnxGraph(bytes)) && (await givesSameBits(model));
}

function checkMemory(when: string, grownBytes: number, allowedBytes: number): void {
  if (grownBytes <= allowedBytes) return;
  const mebibytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
  throw new ModelRefused(
    `The model takes ${mebibytes(grownBytes)} MiB of memory ${when}, expected at most ` +
      `${mebibytes(allowedBytes)} MiB for a file of this size.`,
  );
}

/** Peak memory of this process in bytes. On Linux the fallback without /proc includes the memory before `exec`. */
function peakMemory(): number {
  try {
    const status = readFileSync('/proc/self/status', 'latin1');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

/** Refuses operators whose output differs in each run, even if only some spectra reach them. */
function checkOperators(operators: ReadonlySet<string>, { nodes }: OnnxGraph): void {
  const refuse = (what: string) => {
    throw new ModelRefused(`The model uses ${what}, whose output differs each time. ${EVALUATION_MODE}`);
  };
  for (const operator of operators) {
    if (RANDOM_OPERATORS.has(operator)) refuse(`the random operator ${operator}`);
  }
  for (const { opType, domain, attributes } of nodes) {
    if (domain !== '' || opType !== 'BatchNormalization') continue;
    if ((attributes.get('training_mode')?.int ?? 0) !== 0) refuse('BatchNormalization in training mode');
  }
}

async function answersTo(model: OpenModel, spectra: readonly Spectrum[]): Promise<RowAnswer[]> {
  const { answers, scores, statistics } = await runOnce(model, spectra);
  return Array.from(answers, (answer, row) => ({
    answer,
    statistics: model.signature.statistics.map(name => statistics[name]?.[row] ?? Number.NaN),
    scores: scores.flatMap(({ data, width }) => {
      const from = width === data.length ? 0 : row * width;
      return Array.from(data.subarray(from, from + width));
    }),
  }));
}

/**
 * Runs a model over single spectra, over several in different orders and numbers, and repeats runs.
 *
 * @returns the answer to each spectrum alone, for as many spectra as the time allowed
 * @throws {ModelRefused} when answers differ
 */
async function tryModel(model: OpenModel): Promise<RowAnswer[]> {
  const { inputLength, batch } = model.signature;
  const started = performance.now();
  const hasTime = () => performance.now() - started < TRIAL_BUDGET_MS;
  const spectra = trialSpectra(inputLength, TRIAL_SPECTRA);
  const [first = new Float64Array(), second = first] = spectra;
  const run = (...given: readonly Spectrum[]) => answersTo(model, given);

  const alone = await run(first);
  const pair = batch === 'free' ? await run(first, second) : [];
  if (batch === 'free') checkRepeatable(pair, await run(first, second));
  else checkRepeatable(alone, await run(first));
  if (hasTime()) alone.push(...(await run(second)));
  /** Answers in runs with other spectra, with the index of the spectrum. */
  const together: [index: number, answer: RowAnswer][] = [...pair.entries()];
  for (const spectrum of spectra.slice(2)) if (hasTime()) alone.push(...(await run(spectrum)));
  if (batch === 'free') {
    const known = Array.from(alone.keys());
    const orders = [
      known,
      known.toReversed(),
      ...known.slice(2).map(size => known.slice(size - 2, size + 1)),
    ];
    for (const order of orders) {
      if (!hasTime()) break;
      const answers = await run(...order.flatMap(index => spectra[index] ?? []));
      for (const [i, index] of order.entries()) {
        const answer = answers[i];
        if (answer) together.push([index, answer]);
      }
    }
    if (hasTime()) checkRepeatable(await run(...spectra), await run(...spectra));
  }
  // Detects a state that changes with each run.
  if (hasTime()) checkRepeatable(alone.slice(0, 1), await run(first));
  checkIndependence(alone, together);
  return alone;
}

/** Refuses a classifier if each spectrum of the trial has a score that is not finite. */
function checkScores(answers: readonly RowAnswer[]): void {
  if (answers.some(({ scores }) => scores.every(Number.isFinite))) return;
  const invalid = answers[0]?.scores.find(score => !Number.isFinite(score));
  throw new ModelRefused(
    `The model gave ${invalid} as a score for every spectrum of the trial, expected finite probabilities or scores.`,
  );
}

/** Whether the graph proves that all outputs for a spectrum depend on that spectrum alone. */
function isProvenIndependent({ signature, fetched }: OpenModel, graph: OnnxGraph): boolean {
  const { inputName, inputShape } = signature;
  const graphName = (name: string) => latin1(Buffer.from(name));
  const proven = rowIndependentValues(graph, graphName(inputName), inputShape);
  return fetched.every(name => proven.has(graphName(name)));
}

/**
 * Whether each spectrum gets bit for bit the same answer alone and in runs of every size up to `MAX_SHARED_SPECTRA`, at
 * different positions. Kernels may round differently for different numbers of rows.
 */
async function givesSameBits(model: OpenModel): Promise<boolean> {
  const { batch, inputLength } = model.signature;
  if (batch !== 'free' || inputLength > MAX_SHARED_POINTS) return false;
  const started = performance.now();
  const spectra = trialSpectra(inputLength, 2 * MAX_SHARED_SPECTRA);
  const alone: RowAnswer[] = [];
  for (const spectrum of spectra) {
    if (performance.now() - started > TRIAL_BUDGET_MS) return false;
    alone.push(...(await answersTo(model, [spectrum])));
  }
  for (let size = 2; size <= MAX_SHARED_SPECTRA; size++) {
    if (performance.now() - started > TRIAL_BUDGET_MS) return false;
    // Each size starts with another spectrum, so that spectra are tried at many positions.
    const order = Array.from({ length: size }, (_, i) => (size * 7 + i) % spectra.length);
    const together = await answersTo(
      model,
      order.flatMap(index => spectra[index] ?? []),
    );
    for (const [i, index] of order.entries()) {
      const [a, b] = [together[i], alone[index]];
      if (!a || !b || !isSame(a, b)) return false;
    }
  }
  return true;
}
