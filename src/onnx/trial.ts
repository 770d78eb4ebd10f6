import { readFileSync } from 'node:fs';
import { attempt } from './attempt.ts';
import { RANDOM_OPERATORS } from './constants.ts';
import { checkFileLimits } from './file-limits.ts';
import { type OnnxGraph, readOnnxGraph } from './onnx-graph.ts';
import { MAX_SHARED_SPECTRA, ModelFailed, type Spectrum } from './outcome.ts';
import { latin1 } from './protobuf-fields.ts';
import { rowIndependentValues } from './row-independence.ts';
import { checkBeside, checkRepeat, EVALUATION_MODE, isSame, type RowAnswer } from './same-answers.ts';
import { closeModel, type OpenModel, openModel } from './session.ts';
import { ModelRefused, type Signature } from './signature.ts';
import { trialSpectra } from './trial-spectra.ts';

/** What a trial found. */
export type Inspection = Pick<Signature, 'kind' | 'inputLength'> & {
  /** Whether calls may share a run: each then gets, to the last bit, what it gets alone, whatever the others are. */
  rowIndependent: boolean;
};

/** What the memory of a process may grow by when it opens a model: ONNX Runtime itself takes 25 MB of it. */
const MAX_OPENED_BYTES = 64 * 1024 * 1024;
/**
 * And for each byte of the file. Forests take the max: 9, and 16 where the C library keeps what was freed (without
 * `MALLOC_TRIM_THRESHOLD_`); a matrix takes 3, the vectors of a support vector machine 5.
 */
const MAX_OPENED_FACTOR = 20;
/** What it may grow by in the runs of a trial, beyond that: a host has 256 MiB for everything. */
const MAX_RUNNING_BYTES = 96 * 1024 * 1024;
/** Different spectra in a trial. */
const TRIAL_SPECTRA = 8;
/** A trial tries no more orders and sizes after this time: the server ends one that takes much longer. */
const ENOUGH_MS = 700;
/** A model of more points is not tried with many spectra, and its calls share no run. */
const MAX_SHARED_POINTS = 1_000_000 / MAX_SHARED_SPECTRA;

/**
 * Tries an ONNX file: opens it, runs it on synthetic spectra, alone and beside each other, and closes it again.
 *
 * The trial proves that what the file declares is what it does, and that an answer is the same each time, whatever
 * stands beside the spectrum. It does not demand finite answers of a regression: the synthetic spectra are like no
 * instrument's, and a good model may well take the logarithm of something negative in them. Every real prediction is
 * checked by `runModel`.
 *
 * @throws {ModelRefused} as `openModel` does, and where the trial fails
 */
export async function inspectModel(bytes: Uint8Array): Promise<Inspection> {
  const allowed = MAX_OPENED_BYTES + MAX_OPENED_FACTOR * bytes.byteLength;
  const [before, peakBefore] = [process.memoryUsage.rss(), peakMemory()];
  const model = await openModel(bytes);
  try {
    checkMemory('once it is open', process.memoryUsage.rss() - before, allowed);
    const graph = readOnnxGraph(bytes);
    checkOperators(checkFileLimits(bytes), graph);
    const answers = await tryModel(model);
    checkScores(answers);
    const peak = peakMemory();
    if (peak > peakBefore) checkMemory('in a run', peak - before, allowed + MAX_RUNNING_BYTES);
    const { kind, inputLength } = model.signature;
    return { kind, inputLength, rowIndependent: await isRowIndependent(model, bytes) };
  } catch (error) {
    if (!(error instanceof ModelFailed)) throw error;
    throw new ModelRefused(`A trial run failed. ${error.message}`, { cause: error.cause });
  } finally {
    await closeModel(model);
  }
}

/**
 * Finds out whether calls may share a run of a model, also of one that was registered when this was not tried.
 *
 * @returns false where it is not proven, or there is no time to try it
 * @throws {ModelFailed} where a run fails
 */
export async function isRowIndependent(model: OpenModel, bytes: Uint8Array): Promise<boolean> {
  return isProven(model, readOnnxGraph(bytes)) && (await givesSameBits(model));
}

function checkMemory(when: string, grownBytes: number, allowedBytes: number): void {
  if (grownBytes <= allowedBytes) return;
  const mebibytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
  throw new ModelRefused(
    `The model takes ${mebibytes(grownBytes)} MiB of memory ${when}, expected at most ` +
      `${mebibytes(allowedBytes)} MiB for a file of this size.`,
  );
}

/** The most memory that this process has had. Where /proc is not read, Linux counts what it had before `exec` as well. */
function peakMemory(): number {
  try {
    const status = readFileSync('/proc/self/status', 'latin1');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

/** Refuses what the file already shows to answer otherwise each time, also where a spectrum decides whether it does. */
function checkOperators(operators: ReadonlySet<string>, { nodes }: OnnxGraph): void {
  const refuse = (what: string) => {
    throw new ModelRefused(`The model uses ${what}, which answers otherwise each time. ${EVALUATION_MODE}`);
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
  const { answers, scores } = await attempt(model, spectra);
  return Array.from(answers, (answer, row) => ({
    answer,
    scores: scores.flatMap(({ data, width }) => {
      const from = width === data.length ? 0 : row * width;
      return Array.from(data.subarray(from, from + width));
    }),
  }));
}

/**
 * Runs a model alone, beside others, in other orders and numbers, and again.
 *
 * @returns the answers to each spectrum alone, as far as there was time for them
 */
async function tryModel(model: OpenModel): Promise<RowAnswer[]> {
  const { inputLength, batch } = model.signature;
  const started = performance.now();
  const hasTime = () => performance.now() - started < ENOUGH_MS;
  const spectra = trialSpectra(inputLength, TRIAL_SPECTRA);
  const [first = new Float64Array(), second = first] = spectra;
  const run = (...given: readonly Spectrum[]) => answersTo(model, given);

  const alone = await run(first);
  const pair = batch === 'free' ? await run(first, second) : [];
  if (batch === 'free') checkRepeat(pair, await run(first, second));
  else checkRepeat(alone, await run(first));
  if (hasTime()) alone.push(...(await run(second)));
  /** Answers beside others, and the index of each one's spectrum. */
  const beside: [index: number, answer: RowAnswer][] = [...pair.entries()];
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
        if (answer) beside.push([index, answer]);
      }
    }
    if (hasTime()) checkRepeat(await run(...spectra), await run(...spectra));
  }
  // A state that changes with each run.
  if (hasTime()) checkRepeat(alone.slice(0, 1), await run(first));
  checkBeside(alone, beside);
  return alone;
}

/** Refuses a classifier whose scores are finite for no spectrum of the trial. */
function checkScores(answers: readonly RowAnswer[]): void {
  if (answers.some(({ scores }) => scores.every(Number.isFinite))) return;
  const bad = answers[0]?.scores.find(score => !Number.isFinite(score));
  throw new ModelRefused(
    `The model gave ${bad} beside its label for every spectrum of the trial, expected finite probabilities or scores.`,
  );
}

/** Whether the graph proves that what is fetched for a spectrum follows from that spectrum alone. */
function isProven({ signature }: OpenModel, graph: OnnxGraph): boolean {
  const { inputName, inputLength, outputName, scoreNames } = signature;
  const bytesOf = (name: string) => latin1(Buffer.from(name));
  const proven = rowIndependentValues(graph, bytesOf(inputName), inputLength);
  return [outputName, ...scoreNames].every(name => proven.has(bytesOf(name)));
}

/**
 * Whether every number of spectra in a run gives each of them, to the last bit, what it gets alone, at any place: for
 * other numbers of rows kernels may round otherwise.
 */
async function givesSameBits(model: OpenModel): Promise<boolean> {
  const { batch, inputLength } = model.signature;
  if (batch !== 'free' || inputLength > MAX_SHARED_POINTS) return false;
  const started = performance.now();
  const spectra = trialSpectra(inputLength, 2 * MAX_SHARED_SPECTRA);
  const alone: RowAnswer[] = [];
  for (const spectrum of spectra) {
    if (performance.now() - started > ENOUGH_MS) return false;
    alone.push(...(await answersTo(model, [spectrum])));
  }
  for (let size = 2; size <= MAX_SHARED_SPECTRA; size++) {
    if (performance.now() - started > ENOUGH_MS) return false;
    // Each size begins elsewhere, so that a spectrum stands at many places.
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
