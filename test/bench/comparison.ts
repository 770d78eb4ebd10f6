import type { Load, Measure } from './load.ts';
import { type Figure, figureOf, isWithinBound, measuredText, type Results, rowOf } from './report.ts';
import type { System } from './system.ts';

/** What the parts of the bench share. */
export interface Bench {
  postgresUrl: string;
  system: System;
  /** Rounds of a comparison, and seconds of each measurement. */
  rounds: number;
  seconds: number;
  /** A number of calls or rows in proportion to the scale. */
  count: (full: number) => number;
  results: Results;
  progress: (text: string) => void;
}

export type Variants<Name extends string> = [Name, () => Promise<Measure>][];

/**
 * Measures the variants in turn, round after round, so that other work of the machine affects all alike; a first round
 * warms up. Every second round has the reverse order, as the first and the last may find the machine in different states.
 *
 * @returns the measures of a variant.
 */
export async function compare<Name extends string>(
  { rounds: allRounds, results, progress }: Bench,
  what: string,
  variants: Variants<Name>,
  rounds = allRounds,
): Promise<(name: Name) => Measure[]> {
  const measures = new Map<Name, Measure[]>(variants.map(([name]) => [name, []]));
  for (const [, measure] of variants) await measure();
  for (let round = 1; round <= rounds; round++) {
    for (const [name, measure] of round % 2 === 0 ? variants.toReversed() : variants) {
      const found = await measure();
      measures.get(name)?.push(found);
      progress(
        `${what}, round ${round}: ${name} ${found.perSecond.toFixed(0)}/s, p99 ${found.p99Ms.toFixed(1)} ms`,
      );
    }
  }
  for (const [name, found] of measures) results.rows.push(rowOf(what, name, found));
  return name => measures.get(name) ?? [];
}

/** The ratio of each round. */
export const ratios = (
  over: Measure[],
  under: Measure[],
  of: (measure: Measure) => number = m => m.perSecond,
) => over.map((measure, round) => of(measure) / of(under[round] ?? measure));

type Bound = Pick<Figure, 'what' | 'atLeast' | 'atMost'>;

/** Adds a figure with its bound to the results. A list of numbers is one for each round. */
export function promise({ results, progress }: Bench, measured: number | number[], bound: Bound): void {
  const figure = typeof measured === 'number' ? { ...bound, ratio: measured } : figureOf(measured, bound);
  results.figures.push(figure);
  progress(`${figure.what}: ${measuredText(figure)}${isWithinBound(figure) ? '' : ', not reached'}`);
}

/** Makes loads at once. @returns their sum, and the slowest percentiles */
export async function together(loads: Promise<Measure>[]): Promise<Measure> {
  const measures = await Promise.all(loads);
  const sum = (of: keyof Measure) => measures.reduce((total, measure) => total + measure[of], 0);
  const max = (of: keyof Measure) => Math.max(...measures.map(measure => measure[of]));
  return {
    answered: sum('answered'),
    perSecond: sum('perSecond'),
    p50Ms: max('p50Ms'),
    p99Ms: max('p99Ms'),
  };
}

/** The load of one call on every of these connections, for the seconds of a measurement. */
export const loadOf = (
  { seconds }: Bench,
  call: Pick<Load, 'url' | 'headers' | 'body'>,
  connections: number,
): Load => ({ ...call, connections, until: { seconds } });
