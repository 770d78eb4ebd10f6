import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeOtherWork, type OtherWork } from './cpu.ts';
import type { Measure } from './load.ts';

/** The medians of one variant's rounds. */
export interface Row {
  what: string;
  variant: string;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** A promised ratio, with its bound. */
export interface Figure {
  what: string;
  /** The median, if it was measured several times. */
  ratio: number;
  /** The 95 % confidence interval of the median. */
  interval?: [low: number, high: number];
  atLeast?: number;
  atMost?: number;
}

export interface Results {
  date: string;
  machine: string;
  otherWork?: OtherWork;
  versions: Record<string, string>;
  rows: Row[];
  figures: Figure[];
  /** Resident memory of a server in MB: before any call, and after this many. */
  memoryMb: Record<string, number>;
  /** Calls answered, their log rows, and what the usage counts. */
  records: { answered: number; logged: number; counted: number };
}

const RESULTS = fileURLToPath(new URL('results.json', import.meta.url));
const PAGE = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const MARKS = ['<!-- bench: made by npm run bench -->\n', '<!-- /bench -->'] as const;

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low = 0, high = low] = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return (low + high) / 2;
}

/** The 95 % confidence interval of the median, from the order of the numbers (binomial). */
function interval(numbers: readonly number[]): [low: number, high: number] {
  const sorted = numbers.toSorted((a, b) => a - b);
  const n = sorted.length;
  // The probability that at most `rank` of n numbers lie below the median.
  let [rank, tail, term] = [0, 0.5 ** n, 0.5 ** n];
  while (tail + (term * (n - rank)) / (rank + 1) <= 0.025) {
    term = (term * (n - rank)) / (rank + 1);
    rank += 1;
    tail += term;
  }
  return [sorted[rank] ?? Number.NaN, sorted[n - 1 - rank] ?? Number.NaN];
}

export const rowOf = (what: string, variant: string, measures: readonly Measure[]): Row => ({
  what,
  variant,
  perSecond: median(measures.map(({ perSecond }) => perSecond)),
  p50Ms: median(measures.map(({ p50Ms }) => p50Ms)),
  p99Ms: median(measures.map(({ p99Ms }) => p99Ms)),
});

/** Fewer numbers have no 95 % interval. */
const MIN_NUMBERS = 6;

/** The median of ratios, and its interval. */
export const figureOf = (
  ratios: readonly number[],
  { what, ...bounds }: Pick<Figure, 'what' | 'atLeast' | 'atMost'>,
): Figure => ({
  what,
  ratio: median(ratios),
  ...(ratios.length >= MIN_NUMBERS && { interval: interval(ratios) }),
  ...bounds,
});

/** Whether a figure is within its bound: its interval must reach it. */
export const isWithinBound = ({
  ratio,
  interval: [low, high] = [ratio, ratio],
  atLeast = Number.NEGATIVE_INFINITY,
  atMost = Number.POSITIVE_INFINITY,
}: Figure) => high >= atLeast && low <= atMost;

/** A figure as text, with three digits if two would make it look as if it was within its bound. */
export function measuredText(figure: Figure): string {
  const { ratio, interval: [low, high] = [ratio, ratio], atLeast, atMost } = figure;
  const best = atLeast === undefined ? low : high;
  const digits = !isWithinBound(figure) && Number(best.toFixed(2)) === (atLeast ?? atMost) ? 3 : 2;
  const range = figure.interval ? ` (${low.toFixed(digits)} to ${high.toFixed(digits)})` : '';
  return `${ratio.toFixed(digits)}${range}`;
}

export const connectionsText = (connections: number) =>
  `${connections} connection${connections === 1 ? '' : 's'}`;

const thousands = (value: number) => Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');

/** A number with at most three digits, unless it has more before the point. */
const threeDigits = (value: number) => (value < 100 ? Number(value.toPrecision(3)) : Math.round(value));

/** The tables of docs/benchmarks.md. */
export function tablesOf({
  date,
  machine,
  otherWork,
  versions,
  rows,
  figures,
  memoryMb,
  records,
}: Results): string {
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${date}, ${machine}; ${software.join(', ')}.`,
    ...(otherWork ? [`The machine's other work: ${describeOtherWork(otherWork)}.`] : []),
    '',
    '| figure | measured (95 % interval) | bound |',
    '|---|---|---|',
    ...figures.map(figure => {
      const { what, atLeast, atMost } = figure;
      const bound = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
      return `| ${what} | ${measuredText(figure)} | ${bound}${isWithinBound(figure) ? '' : ': **not reached**'} |`;
    }),
    '',
    '| | variant | requests a second | p50 ms | p99 ms |',
    '|---|---|---|---|---|',
    ...rows.map(
      ({ what, variant, perSecond, p50Ms, p99Ms }) =>
        `| ${what} | ${variant} | ${thousands(perSecond)} | ${threeDigits(p50Ms)} | ${threeDigits(p99Ms)} |`,
    ),
    '',
    // Not measured with `--only`.
    ...(records.answered === 0 ? [] : [memoryAndRecords({ memoryMb, records }), '']),
  ].join('\n');
}

function memoryAndRecords({ memoryMb, records }: Pick<Results, 'memoryMb' | 'records'>): string {
  const memory = Object.entries(memoryMb).map(([when, mb]) => `${mb.toFixed(0)} MB ${when}`);
  return (
    `Resident memory: ${memory.join(', ')}. ` +
    `Of ${thousands(records.answered)} calls that were answered, ${thousands(records.logged)} have their ` +
    `log row, and ${thousands(records.counted)} spectra of ${thousands(records.answered)} are counted.`
  );
}

/** The text between the markers in docs/benchmarks.md. */
export function documentedTables(): string {
  const [, after = ''] = readFileSync(PAGE, 'utf8').split(MARKS[0]);
  return after.split(MARKS[1])[0] ?? '';
}

export function readResults(): Results {
  return JSON.parse(readFileSync(RESULTS, 'utf8'));
}

/** Writes the results to their file, and their tables into docs/benchmarks.md. */
export function writeResults(results: Results): void {
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  const page = readFileSync(PAGE, 'utf8');
  const [before, after = ''] = page.split(MARKS[0]);
  const [, rest = ''] = after.split(MARKS[1]);
  writeFileSync(PAGE, `${before}${MARKS[0]}${tablesOf(results)}${MARKS[1]}${rest}`);
}
