/** What the readers of all formats share: names, bounds, and the axis that all spectra of a file have. */
import { type Axis, describeRange, firstNotMonotonic, formatX, toleranceOf } from './axis.ts';
import { MAX_FILE_POINTS, MAX_POINTS, MAX_SAMPLE_NAME_LENGTH } from './limits.ts';
import { refuse } from './problems.ts';

/** The name of a file without its ending: the name of the only sample in it. */
export function nameOfFile(name: string): string {
  return name.replace(/(?<=.)\.[^.]*$/, '');
}

/** The names of several samples: those that the file has for them if each has its own, otherwise numbers. */
export function namesOfSamples(fileName: string, given: readonly string[]): string[] {
  const isUsable = (name: string) => name !== '' && name.length <= MAX_SAMPLE_NAME_LENGTH;
  if (new Set(given).size === given.length && given.every(isUsable)) return [...given];
  return given.map((_, index) => `${nameOfFile(fileName)} ${index + 1}`);
}

/** Refuses a spectrum that makes the file hold too many points, before its points are read. */
export function checkPoints(points: number, inFileSoFar: number, line: number | null): void {
  if (points > MAX_POINTS)
    refuse(line, `A spectrum has ${points} points, but it may have at most ${MAX_POINTS}.`);
  if (points + inFileSoFar > MAX_FILE_POINTS) {
    refuse(line, `The file has more than ${MAX_FILE_POINTS} points. Split it into several files.`);
  }
}

export function checkMonotonic({ values }: Axis, line: number | null): void {
  const index = firstNotMonotonic(values);
  if (index === undefined) return;
  const [before = Number.NaN, value = Number.NaN] = [values[index - 1], values[index]];
  const place = `x of point ${index + 1} is ${formatX(value)}, after ${formatX(before)}`;
  refuse(line, `The x values must go in one direction, but ${place}. Correct the file.`);
}

/** Refuses a spectrum whose axis is not that of the first one of the file. `number` is counted from 1. */
export function checkSameAxis(first: Axis, axis: Axis, number: number, line: number | null): void {
  const tolerance = toleranceOf(first.values);
  const index =
    first.values.length === axis.values.length
      ? axis.values.findIndex((x, at) => !(Math.abs(x - (first.values[at] ?? Number.NaN)) <= tolerance))
      : -1;
  const isSame = index === -1 && first.values.length === axis.values.length;
  if (isSame && first.quantity === axis.quantity && first.unit === axis.unit) return;
  const describe = (which: Axis) => `${which.values.length} points from ${describeRange(which)}`;
  const [x = Number.NaN, wanted = Number.NaN] = [axis.values[index], first.values[index]];
  const place = index === -1 ? '' : ` Point ${index + 1} is at ${formatX(x)}, not at ${formatX(wanted)}.`;
  refuse(
    line,
    `Spectrum ${number} has ${describe(axis)}, spectrum 1 has ${describe(first)}.${place} Put spectra of different axes into different files.`,
  );
}
