import { type Axis, describeRange, firstNotMonotonic, formatX } from '../axis.ts';
import { quote, refuse } from '../problems.ts';
import type { Answer, Question } from '../reading.ts';
import { matchAxis } from './axis-match.ts';
import type { PointHeading } from './headings.ts';

/** Max headings that are taken for strays among those of the points. */
const MAX_STRAYS = 3;
/** Max columns headed by numbers that may describe the samples, if the model's axis is complete without them. */
const MAX_DESCRIPTIVE = 20;
/** A gap of more than this many usual steps sets headings apart. */
const FAR = 10;

/** The columns of the points among those that are headed by numbers, or what to ask about them. */
export type PointChoice = { points: PointHeading[]; notes: string[] } | { question: Question };

/**
 * Chooses the points among the columns that are headed by numbers. A heading that belongs to no axis, such as `1` before
 * 900 to 1700, describes the samples: with the model's axis it is left out if the axis is complete without it, otherwise
 * a person decides.
 *
 * @throws {FileRefused} if a point of the model's axis is missing and another heading is there instead
 */
export function choosePoints(
  points: readonly PointHeading[],
  line: number,
  modelAxis: Axis | null,
  answers: readonly Answer[],
): PointChoice {
  if (modelAxis) return chooseByModel(points, line, modelAxis);
  const strays = straysOf(points);
  if (strays.length === 0) return { points: [...points], notes: [] };
  const answer = answers.find(({ id }) => id === 'numeric-column')?.answer;
  if (answer === 'yes') return { points: [...points], notes: [] };
  const others = points.filter(point => !strays.includes(point));
  if (answer === 'no') return { points: others, notes: [describeLeftOut(strays)] };
  const range = describeRange({ quantity: null, unit: null, values: others.map(({ x }) => x) });
  const text =
    strays.length === 1
      ? `The heading ${list(strays)} is far from the others, ${range}. Is its column a point of the spectra?`
      : `The headings ${list(strays)} are far from the others, ${range}. Are their columns points of the spectra?`;
  const labels =
    strays.length === 1
      ? { yes: 'It is a point', no: 'It describes the samples' }
      : { yes: 'They are points', no: 'They describe the samples' };
  return { question: { id: 'numeric-column', text, ...labels } };
}

function chooseByModel(points: readonly PointHeading[], line: number, axis: Axis): PointChoice {
  const matches = matchAxis(
    points.map(({ x }) => x),
    axis,
  );
  const strays = points.filter((_point, index) => matches[index] === -1);
  const all = { points: [...points], notes: [] };
  if (strays.length === 0 || strays.length > MAX_DESCRIPTIVE) return all;
  const found = new Set(matches.filter(index => index >= 0));
  const missing = axis.values.filter((_x, index) => !found.has(index));
  if (missing.length > 0 && missing.length <= MAX_STRAYS && strays.length <= MAX_STRAYS) {
    const [heading, is] = strays.length === 1 ? ['heading', 'is'] : ['headings', 'are'];
    refuse(
      line,
      `The ${heading} ${list(strays)} ${is} not on the model's axis, ${describeRange(axis)}, and ${missing.map(formatX).join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. Correct the heading.`,
    );
  }
  if (missing.length > 0 || found.size !== points.length - strays.length) return all;
  // A heading that continues the axis belongs to another axis, which the model refuses as a whole.
  const isOwnAxis =
    firstNotMonotonic(points.map(({ x }) => x)) === undefined &&
    straysOf(points, MAX_DESCRIPTIVE).length === 0;
  if (isOwnAxis) return all;
  return { points: points.filter(point => !strays.includes(point)), notes: [describeLeftOut(strays)] };
}

/** The few headings that are far from all others, or that are written in another way. */
function straysOf(points: readonly PointHeading[], max = MAX_STRAYS): PointHeading[] {
  const strays = new Set<PointHeading>();
  // Without the first strays, others may turn out to be far.
  for (let round = 0; round < MAX_STRAYS; round++) {
    const others = points.filter(point => !strays.has(point));
    const groups = Map.groupBy(others, ({ form }) => form);
    const found = [...smallOf(farGroupsOf(others), max), ...smallOf([...groups.values()], max)];
    if (found.length === 0) break;
    for (const stray of found) strays.add(stray);
  }
  return points.filter(point => strays.has(point));
}

/** The groups of headings between which there are large gaps. */
function farGroupsOf(points: readonly PointHeading[]): PointHeading[][] {
  const sorted = points.toSorted((one, other) => one.x - other.x);
  const gaps = sorted.slice(1).map((point, index) => point.x - (sorted[index]?.x ?? point.x));
  const usual = gaps.toSorted((one, other) => one - other)[Math.floor((gaps.length - 1) / 2)] ?? 0;
  const groups: PointHeading[][] = [];
  for (const [index, point] of sorted.entries()) {
    const gap = gaps[index - 1] ?? 0;
    if (index === 0 || gap > FAR * usual) groups.push([point]);
    else groups.at(-1)?.push(point);
  }
  return groups;
}

/** The members of all groups but the largest, if together they are few. */
function smallOf(groups: readonly PointHeading[][], max: number): PointHeading[] {
  const largest = groups.reduce((one, other) => (other.length > one.length ? other : one), []);
  const members = groups.filter(group => group !== largest).flat();
  return members.length <= max && members.length < largest.length ? members : [];
}

const list = (points: readonly PointHeading[]) =>
  points.map(({ number, column }) => `${quote(number)} (column ${column + 1})`).join(', ');

function describeLeftOut(strays: readonly PointHeading[]): string {
  return strays.length === 1
    ? `The column headed ${list(strays)} describes the samples: it was not read as a point.`
    : `The columns headed ${list(strays)} describe the samples: they were not read as points.`;
}
