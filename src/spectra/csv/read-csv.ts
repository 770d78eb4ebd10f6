import { type Axis, describeRange, firstNotMonotonic } from '../axis.ts';
import { nameOfFile } from '../file-spectra.ts';
import { createProblems, list, quote, refuse } from '../problems.ts';
import type { Reading, ReadOptions, SpectraFile } from '../reading.ts';
import { recognizeXUnit, statedYKind, yUnitsDiffer } from '../units.ts';
import { isPercent, isYUnit, readXHeading } from '../words.ts';
import { fits } from './axis-match.ts';
import { type Columns, readColumns } from './columns.ts';
import { findDialect } from './dialect.ts';
import { isHeading } from './heading-row.ts';
import { recognizeLayout } from './layout.ts';
import { createNumberReader, isNumberText, toNumber } from './numbers.ts';
import { choosePoints } from './points.ts';
import { readLong } from './read-long.ts';
import { readTransposed } from './read-transposed.ts';
import { readWide, readWithoutHeading } from './read-wide.ts';
import type { Row } from './rows.ts';
import type { Reader, TableSpectra } from './spectra.ts';
import { isApart, isCount, isEven, isNumeric, type Survey, surveyRows } from './survey.ts';
import { columnName, openTable, type Table } from './table.ts';

/**
 * Reads a CSV text of spectra in one of three layouts, which differ in the heading:
 *
 * - wide, one spectrum a row: the columns headed by a number, perhaps with a unit, are its points; the others describe
 *   the sample, and one of them is its name (`sample_name`, `sample`, `id`, …, else the first);
 * - long, one point a row: `sample_name,x,y`, or `x,y` for one spectrum, named after the file;
 * - transposed, one spectrum a column: the first column is x.
 *
 * Points keep the order of the file. Two passes go through the text: the first finds out what the columns hold, the
 * second reads them.
 *
 * @throws {FileRefused} with the reasons for which the file is not read
 */
export function readCsv(
  name: string,
  text: string,
  { modelAxis, answers, onProgress }: ReadOptions,
): Reading {
  if (text.trim() === '') refuse(null, 'The file is empty.');
  refuseJasco(text);
  const table = openTable(findDialect(text));
  if (!table) {
    return refuse(
      null,
      'The file has no table: its lines are not divided into cells by commas, semicolons or tabs. Save the spectra as CSV.',
    );
  }
  const problems = createProblems();
  const columns = readColumns(table, modelAxis);
  const candidates = [0, 1, ...columns.xs.map(({ column }) => column)];
  const survey = surveyRows(table, candidates, problems, share => onProgress?.(share / 2));
  problems.refuseIfAny();
  const numbers = createNumberReader(column => columnName(table, column), problems);
  const reader: Reader = {
    fileName: nameOfFile(name),
    table,
    survey,
    numbers,
    problems,
    onProgress: share => onProgress?.((1 + share) / 2),
  };
  const finish = (layout: NonNullable<SpectraFile['layout']>, found: TableSpectra): Reading => {
    problems.refuseIfAny();
    numbers.checkConvention();
    problems.refuseIfAny();
    const { axis, isAxisAssumed = false, yUnit, spectra, notes } = found;
    return {
      kind: 'spectra',
      file: {
        name,
        format: 'CSV',
        layout,
        axis,
        isAxisAssumed,
        yUnit: yUnit ?? table.yUnit,
        spectra,
        notes: [...table.notes, ...notes, ...describeDuplicates(spectra)],
      },
    };
  };

  if (isPairs(table, survey) && !hasHeadingAsComment(table)) {
    if (!isFirstX(table, survey, modelAxis)) {
      refuse(
        table.heading.line,
        'The file has two columns of numbers without a heading, and nothing shows which of them is x. Add a heading, such as x,y.',
      );
    }
    const found = readLong(reader, PAIRS, true);
    return finish('long', {
      ...found,
      notes: ['The file has no heading: its two columns were read as x and y.', ...found.notes],
    });
  }
  if (!isHeading(table, columns, survey, modelAxis)) {
    const answer = answers.find(({ id }) => id === 'no-heading')?.answer;
    const read =
      !table.lacksCorner &&
      canReadWithoutHeading(columns, survey, modelAxis) &&
      !hasSimilarComment(table, columns);
    const reason = describeNoHeading(table, columns);
    if (!read || !modelAxis || answer === 'no') return refuse(table.heading.line, `${reason} ${ADD_HEADING}`);
    if (answer === 'yes') return finish('wide', readWithoutHeading(reader, 0, modelAxis));
    const text = `${reason} Read all ${survey.rows + 1} rows as spectra, with the model's axis, ${describeRange(modelAxis)}?`;
    return {
      kind: 'question',
      question: { id: 'no-heading', text, yes: "Read with the model's axis", no: 'Do not read the file' },
    };
  }
  if (survey.rows === 0) refuse(table.heading.line, 'There are no spectra below the heading.');
  const layout = recognizeLayout(table, columns, survey, modelAxis);
  if (layout.kind === 'long') {
    const found = readLong(reader, layout);
    const heading = table.heading.fields[layout.y] ?? '';
    const yUnit = found.yUnit ?? (statedYKind(heading) ? heading : null);
    return finish('long', withUnits(table, { ...found, yUnit }, [layout.x.column], [layout.y]));
  }
  if (layout.kind === 'transposed') {
    const { column } = layout.x;
    const samples = table.heading.fields.flatMap((_, index) => (index > column ? [index] : []));
    const found = readTransposed(reader, layout.x);
    const yUnit =
      found.yUnit ??
      unitStatedIn(
        samples.map(index => table.heading.fields[index] ?? ''),
        table.heading.line,
      );
    return finish('transposed', withUnits(table, { ...found, yUnit }, [column], samples));
  }
  const choice = choosePoints(columns.points, table.heading.line, modelAxis, answers);
  if ('question' in choice) return { kind: 'question', question: choice.question };
  const found = readWide(reader, layout.name, choice.points);
  const cells = choice.points.map(({ column }) => column);
  return finish(
    'wide',
    withUnits(table, { ...found, notes: [...choice.notes, ...found.notes] }, cells, cells),
  );
}

/** Refuses a text export of Jasco, whose lines above and below the points are tables of their own. */
function refuseJasco(text: string): void {
  const [lines = ''] = /^XYDATA[^\n]*$/m.exec(text.slice(0, MAX_JASCO_HEADER)) ?? [];
  if (lines === '' || !/^TITLE[\t;, ]/.test(text)) return;
  refuse(
    null,
    'This is a text export of Jasco. Export JCAMP-DX instead, or keep only the lines of points below XYDATA.',
  );
}

/** Characters within which the points of a Jasco export begin. */
const MAX_JASCO_HEADER = 10_000;

/** The layout of two columns without a heading, as OMNIC and OPUS export a spectrum. */
const PAIRS = {
  kind: 'long',
  name: null,
  x: { column: 0, quantity: null, unit: null },
  y: 1,
  yUnit: null,
} as const;

function isPairs({ heading: { fields } }: Table, survey: Survey): boolean {
  const isFilled = isNumeric(survey, 0) && isNumeric(survey, 1);
  return fields.length === 2 && fields.every(isNumberText) && isFilled;
}

/**
 * Whether the first of two columns without a heading is x: the model's, or by its numbers, which are much larger than
 * those of the second, or evenly spaced. Row numbers are not x.
 */
function isFirstX({ heading: { fields } }: Table, survey: Survey, modelAxis: Axis | null): boolean {
  const [xs = [], ys = []] = [0, 1].map(column => [
    toNumber(fields[column] ?? ''),
    ...(survey.values.get(column) ?? []),
  ]);
  if (fits(xs, modelAxis)) return true;
  // Another axis than the model's is refused when it is compared.
  if (modelAxis) return !isCount(xs);
  return !isCount(xs) && (isApart(xs, survey) || (xs.length > 3 && isEven(xs) && !isEven(ys)));
}

const ADD_HEADING =
  'Add a heading with sample_name and the x of each point, or head the column of names with sample_name if this is one.';

function describeNoHeading(table: Table, columns: Columns): string {
  const { heading } = table;
  const { points } = columns;
  const wrong = firstNotMonotonic(points.map(({ x }) => x));
  const why =
    wrong === undefined
      ? 'nothing shows that its numbers are the x of points and not a spectrum'
      : 'its numbers neither ascend nor descend as the x of points does';
  const reason = `The first row (${list(heading.fields)}) is not a heading: ${why}.`;
  return hasSimilarComment(table, columns)
    ? `${reason} The comment on line ${table.comment?.line} may be the heading or a spectrum: remove its first sign.`
    : reason;
}

/** Whether the last comment above the table has as many cells as a row. */
const hasSimilarComment = ({ comment }: Table, { width }: Columns) => comment?.fields.length === width;

/** Whether the last comment above two columns states what one of them holds, or is a pair of numbers. */
function hasHeadingAsComment({ comment }: Table): boolean {
  if (comment?.fields.length !== 2) return false;
  return comment.fields.some(field => {
    const text = field.replace(/^[#%]+\s*/, '');
    return [field, text].some(
      content => readXHeading(content) !== null || statedYKind(content) !== null || isNumberText(content),
    );
  });
}

/** Whether the rows are a name and as many numbers as the model has points. */
function canReadWithoutHeading({ points, width }: Columns, survey: Survey, modelAxis: Axis | null): boolean {
  if (modelAxis === null || points.length !== width - 1 || points.some(({ column }) => column === 0))
    return false;
  const hasNames = survey.rows === 0 || !isNumeric(survey, 0);
  return hasNames && points.length === modelAxis.values.length;
}

/**
 * The unit that texts state, such as `S1 %T`; null if they state none.
 *
 * @throws {FileRefused} if they state several
 */
function unitStatedIn(texts: readonly string[], line: number): string | null {
  // A letter is the name of a sample.
  const units = new Map(texts.map(text => [text.length > 1 ? statedYKind(text) : null, text]));
  units.delete(null);
  if (units.size > 1) {
    refuse(
      line,
      `The values have several units: ${list([...units.values()])}. Put each unit into a file of its own.`,
    );
  }
  const [unit = null] = units.values();
  return unit;
}

/** Adds what the row of units below the heading states. @param x its cells below those of x, and @param y of values */
function withUnits(
  { units }: Table,
  found: TableSpectra,
  x: readonly number[],
  y: readonly number[],
): TableSpectra {
  if (!units) return found;
  const xUnit = recognizeXUnit(sharedText(units, x));
  const yTexts = y.map(column => units.fields[column] ?? '');
  const shared = sharedText(units, y);
  const yUnit = isPercent(shared)
    ? `${found.yUnit ?? ''} %`.trim()
    : shared || unitStatedIn(yTexts, units.line) || '';
  if (isPercent(shared) && found.yUnit !== null) found = { ...found, yUnit };
  if (found.yUnit !== null && isYUnit(yUnit) && yUnitsDiffer(found.yUnit, yUnit)) {
    refuse(
      units.line,
      `The heading says that the values are ${quote(found.yUnit)}, the row below it ${quote(yUnit)}. Remove the wrong one.`,
    );
  }
  return {
    ...found,
    axis: xUnit
      ? { ...found.axis, unit: xUnit.unit, quantity: found.axis.quantity ?? xUnit.quantity }
      : found.axis,
    yUnit: found.yUnit ?? (isYUnit(yUnit) ? yUnit : null),
    notes: [`Line ${units.line} was read as the units.`, ...found.notes],
  };
}

/** The text that some cells of a row have in common; empty if there is none. */
function sharedText({ fields }: Row, columns: readonly number[]): string {
  const texts = new Set(columns.map(column => fields[column] ?? ''));
  const [text = ''] = texts;
  return texts.size === 1 ? text : '';
}

const MAX_DUPLICATES = 3;

function describeDuplicates(spectra: readonly { sampleName: string }[]): string[] {
  const counts = new Map<string, number>();
  for (const { sampleName } of spectra) counts.set(sampleName, (counts.get(sampleName) ?? 0) + 1);
  const repeated = [...counts].filter(([, count]) => count > 1);
  const notes = repeated
    .slice(0, MAX_DUPLICATES)
    .map(([name, count]) => `${count === 2 ? 'Two' : count} spectra are called ${quote(name)}.`);
  const more = repeated.length - notes.length;
  return more > 0
    ? [...notes, `${more} more ${more === 1 ? 'name is' : 'names are'} used several times.`]
    : notes;
}
