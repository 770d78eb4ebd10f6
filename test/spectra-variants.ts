import fc from 'fast-check';
import { demonstration } from './harness.ts';

/** The right answer: for each spectrum of a file its name and its value at each x. */
export interface Truth {
  name: string;
  values: ReadonlyMap<number, number>;
}

/** A file made from gasoline spectra, with the right answer. */
export interface Variant {
  bytes: Uint8Array;
  /** The x of the spectra, ascending: the axis of the model. */
  axis: number[];
  truth: Truth[];
  /** Whether a person who knows the file calls a column headed by a number a point. */
  numericColumnIsPoint: boolean;
  /** Whether the file has no heading, and its points are in the order of the model. */
  isWithoutHeadingInOrder: boolean;
}

const [heading = [], ...gasoline] = demonstration('gasoline-test.csv')
  .toString()
  .trim()
  .split('\n')
  .map(line => line.split(','));

type Cell = { text: string; isNumber: boolean };
const text = (content: string): Cell => ({ text: content, isNumber: false });
const number = (content: string): Cell => ({ text: content, isNumber: true });

const ORDERS = ['ascending', 'ascending', 'descending', 'descending', 'shuffled', 'text'] as const;
const LAYOUTS = ['wide', 'long', 'interleaved', 'transposed', 'pairs'] as const;
const DAMAGES = ['none', 'column', 'cell', 'row', 'heading', 'garbage', 'sign', 'swap', 'half'] as const;
const SCALES = ['absorbance', 'thousands', 'percent'] as const;
const FORMS = ['900', '900.0', '900 nm', 'X900', 'nm_900', '900 (nm)', '900 cm-1', 'X900.nm'] as const;
const WORDS_FOR_NAMES = ['sample_name', 'Sample', 'id', 'NAME', 'Probe', ''];
const WORDS_FOR_X = ['wavelength', 'x', 'Wavelength (nm)', 'nm', 'Wellenlänge [nm]', ''];
const NAMES = [
  'gasoline-51',
  'A',
  '1',
  '2',
  '900',
  '902',
  'Öl',
  'a,b',
  'say "hi"',
  'two\nlines',
  '7;8',
  'x',
  'y',
];
const ODD_NAMES = ['#1', '%2', 'Absorbance', '1,5', '1.002', 'X900', 'sum\tof', ' a ', '0', '12 nm'];
/** A usual value in two of three cases. */
const rarely = <T>(values: fc.Arbitrary<T>, usual: T) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: values });
const GARBAGE = [
  '',
  'NaN',
  'inf',
  'high',
  '1e999',
  '0x10',
  '1 000',
  '#N/A',
  '1.000.000',
  '--1',
  '1,2,3',
  '1e',
  '.',
];

/** How a file differs from `sample_name,900,902,…`. */
const options = fc.record({
  start: fc.nat(380),
  points: fc.integer({ min: 3, max: 9 }),
  samples: fc.integer({ min: 1, max: 5 }),
  order: fc.constantFrom(...ORDERS),
  shuffle: fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
  layout: fc.constantFrom(...LAYOUTS),
  form: fc.constantFrom(...FORMS),
  nameWord: fc.constantFrom(...WORDS_FOR_NAMES, 'operator', 'Wavelength'),
  xWord: fc.constantFrom(...WORDS_FOR_X, 'foo'),
  yWord: fc.constantFrom('y', 'Absorbance', 'Abs.', 'Intensity (a.u.)', 'log(1/R)'),
  names: fc.oneof(
    fc.shuffledSubarray(NAMES, { minLength: 5, maxLength: 5 }),
    fc.array(fc.constantFrom(...NAMES, ...ODD_NAMES), { minLength: 5, maxLength: 5 }),
  ),
  extra: fc.array(
    fc.record({
      heading: fc.constantFrom('operator', 'octane', '1', '25', '2026', '', 'date', 'note', 'x', '5 nm'),
      cell: fc.constantFrom('me', '88.1', '12.05.2026', '', '7', '1,234'),
      isFirst: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  hasRowNumbers: fc.boolean(),
  isHeadingDropped: fc.nat(3).map(share => share === 0),
  damage: rarely(fc.constantFrom(...DAMAGES), 'none'),
  scale: rarely(fc.constantFrom(...SCALES), 'absorbance'),
  place: fc.nat(1000),
  garbage: fc.constantFrom(...GARBAGE),
  dialect: fc.record({
    delimiter: fc.constantFrom(',', ';', '\t'),
    decimal: fc.constantFrom('.', ','),
    encoding: fc.constantFrom('utf-8', 'bom', 'utf-16le', 'utf-16be', 'latin-1'),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    isQuoted: fc.boolean(),
    hasSep: fc.boolean(),
    comments: fc.array(fc.constantFrom('# by me', '% 2026-11-01; a, b', '#'), { maxLength: 2 }),
    hasTitle: fc.boolean(),
    hasCommentAtEnd: fc.boolean(),
    blankLines: fc.nat(2),
    tail: fc.constantFrom('', 'delimiter'),
  }),
});

type Options = typeof options extends fc.Arbitrary<infer T> ? T : never;

/** Any file: right ones, wrong ones, and such that could be read in two ways. */
export const anyVariant: fc.Arbitrary<Variant> = options.map(build);

/** Files that have to be read: only the dialect, the layout, the heading and the direction differ. */
export const rightVariant: fc.Arbitrary<Variant> = options
  .map(chosen => ({
    ...chosen,
    points: chosen.points + 3,
    order: chosen.order === 'descending' ? chosen.order : ('ascending' as const),
    nameWord: WORDS_FOR_NAMES[chosen.place % 5] ?? '',
    xWord: WORDS_FOR_X[chosen.place % 5] ?? '',
    names: chosen.names.map((_name, index) => `${NAMES[0]}-${index}`),
    form: chosen.form === '900 cm-1' ? ('900 nm' as const) : chosen.form,
    extra: chosen.extra.filter(({ heading }) => ['operator', 'octane', 'date', 'note'].includes(heading)),
    isHeadingDropped: chosen.layout === 'pairs' && chosen.isHeadingDropped,
    damage: 'none' as const,
    scale: 'absorbance' as const,
  }))
  .map(build);

function build(chosen: Options): Variant {
  const columns = Array.from({ length: chosen.points }, (_, index) => chosen.start + index + 2);
  const axis = columns.map(column => Number(heading[column]));
  const rows = gasoline.slice(0, chosen.layout === 'pairs' ? 1 : chosen.samples);
  const samples = rows.map((row, index) => ({
    name: chosen.names[index] ?? '',
    texts: new Map(columns.map((column, at) => [axis[at] ?? 0, scaled(row[column] ?? '', chosen)])),
  }));
  const order = inOrder(axis, chosen);
  const numericColumnIsPoint = !chosen.extra.some(extra => /^\d/.test(extra.heading));
  const table = toTable(order, samples, chosen);
  const truth: Truth[] = samples.map(({ name, texts }) => ({
    name,
    values: new Map([...texts].map(([x, content]) => [x, Number(content.replaceAll("'", ''))])),
  }));
  damage(table, truth, chosen);
  // Two columns without a heading are x and y, so neither may be missing; and a repeated heading is one.
  const isHeadingDropped = chosen.isHeadingDropped && !['column', 'heading'].includes(chosen.damage);
  if (isHeadingDropped) table.shift();
  return {
    bytes: encode(table, chosen),
    axis,
    truth,
    numericColumnIsPoint,
    isWithoutHeadingInOrder:
      isHeadingDropped &&
      chosen.layout === 'wide' &&
      chosen.extra.length === 0 &&
      order.every((x, index) => x === axis[index]),
  };
}

/** A value in another unit; `'` stands for the thousands separator. */
function scaled(content: string, { scale }: Options): string {
  if (scale === 'percent') return (50 + Number(content) * 100).toFixed(3);
  if (scale === 'absorbance') return content;
  return String(Math.round(Number(content) * 10_000)).replace(/(\d)(?=\d{3}$)/, "$1'");
}

function inOrder(axis: readonly number[], { order, shuffle }: Options): number[] {
  if (order === 'descending') return axis.toReversed();
  if (order === 'text') return axis.toSorted((one, other) => (String(one) < String(other) ? -1 : 1));
  if (order === 'ascending') return [...axis];
  const keys = axis.map((x, index) => ({ x, key: shuffle[index] ?? 0 }));
  return keys.sort((one, other) => one.key - other.key).map(({ x }) => x);
}

function toTable(
  order: readonly number[],
  samples: readonly { name: string; texts: ReadonlyMap<number, string> }[],
  { layout, form, nameWord, xWord, yWord, extra, hasRowNumbers }: Options,
): Cell[][] {
  const value = (sample: (typeof samples)[number] | undefined, x: number) =>
    number(sample?.texts.get(x) ?? '');
  const point = (x: number) => number(String(x));
  let table: Cell[][];
  if (layout === 'wide') {
    const heads = order.map(x => number(form.replace('900', String(x))));
    table = [
      [text(nameWord), ...heads],
      ...samples.map(sample => [text(sample.name), ...order.map(x => value(sample, x))]),
    ];
  } else if (layout === 'transposed') {
    table = [
      [text(xWord), ...samples.map(({ name }) => text(name))],
      ...order.map(x => [point(x), ...samples.map(sample => value(sample, x))]),
    ];
  } else if (layout === 'pairs') {
    const [sample] = samples;
    return [[text(xWord || 'x'), text(yWord)], ...order.map(x => [point(x), value(sample, x)])];
  } else {
    const points = samples.flatMap(sample => order.map(x => ({ sample, x })));
    if (layout === 'interleaved') points.sort((one, other) => order.indexOf(one.x) - order.indexOf(other.x));
    table = [
      [text(nameWord || 'sample'), text(xWord || 'x'), text(yWord)],
      ...points.map(({ sample, x }) => [text(sample.name), point(x), value(sample, x)]),
    ];
  }
  if (layout !== 'transposed') {
    for (const [index, row] of table.entries()) {
      for (const { heading: word, cell, isFirst } of extra) {
        const added = text(index === 0 ? word : cell);
        row.splice(isFirst ? 0 : row.length, 0, added);
      }
    }
  }
  // Samples named by numbers look like points if the heading of x is an unknown word beside row numbers.
  const isClear = layout !== 'transposed' || xWord !== 'foo';
  if (hasRowNumbers && isClear)
    for (const [index, row] of table.entries()) row.unshift(text(index === 0 ? '' : `${index}`));
  return table;
}

/** Damages a table, and notes in the truth what may still be read. */
function damage(
  table: Cell[][],
  truth: Truth[],
  { damage: kind, place, garbage, layout, hasRowNumbers, xWord }: Options,
): void {
  const at = 1 + (place % Math.max(1, table.length - 1));
  const row = table[at];
  if (!row) return;
  const column = place % row.length;
  const cell = row[column];
  const sampleOfColumn = column - (hasRowNumbers && xWord !== 'foo' ? 2 : 1);
  // Without the column of x, or a known heading for it, another column could be x.
  const hasX = layout === 'wide' || (layout === 'transposed' ? sampleOfColumn >= 0 : xWord !== 'foo');
  if (kind === 'column' && hasX) {
    for (const cells of table) cells.splice(column, 1);
    if (layout === 'transposed') truth.splice(sampleOfColumn, 1);
  }
  if (kind === 'cell') row.splice(column, 1);
  if (kind === 'half') row.splice(Math.ceil(row.length / 2));
  if (kind === 'heading' && table[0]) table.splice(at + 1, 0, [...table[0]]);
  if (kind === 'garbage' && cell?.isNumber) row[column] = text(garbage);
  if (kind === 'sign' && cell?.isNumber) row[column] = text(cell.text.replace("'", '.'));
  if (kind === 'swap') [table[at], table[1]] = [table[1] ?? row, row];
  if (kind === 'row') table.push([...row]);
  const sample = truth[at - 1];
  if (kind === 'row' && layout === 'wide' && sample) truth.push(sample);
  if (kind === 'swap' && layout === 'wide' && sample)
    [truth[at - 1], truth[0]] = [truth[0] ?? sample, sample];
}

function encode(table: readonly Cell[][], { dialect }: Options): Uint8Array {
  const { delimiter, decimal, lineEnd, isQuoted, encoding, blankLines } = dialect;
  const group = decimal === '.' ? ',' : '.';
  const lines = table.map((cells, index) => {
    const written = cells.map(cell => {
      const content = cell.isNumber
        ? cell.text.replace('.', index === 0 && /[a-z]/i.test(cell.text) ? '.' : decimal).replace("'", group)
        : cell.text;
      const isNeeded = content.includes(delimiter) || /["\n\r]/.test(content);
      return isQuoted || isNeeded ? `"${content.replaceAll('"', '""')}"` : content;
    });
    return written.join(delimiter) + (dialect.tail === 'delimiter' ? delimiter : '');
  });
  if (dialect.hasTitle) lines.unshift('Spectra of gasoline');
  lines.unshift(...dialect.comments);
  if (dialect.hasSep) lines.unshift(`sep=${delimiter}`);
  if (dialect.hasCommentAtEnd) lines.push('# end');
  for (let index = 0; index < blankLines; index++) lines.push('');
  const content = lines.join(lineEnd);
  if (encoding === 'latin-1') return Uint8Array.from(content, sign => sign.charCodeAt(0));
  if (encoding === 'utf-8') return new TextEncoder().encode(content);
  if (encoding === 'bom') return new TextEncoder().encode(`\uFEFF${content}`);
  const units = Array.from(`\uFEFF${content}`, sign => sign.charCodeAt(0));
  return Uint8Array.from(
    units.flatMap(unit => (encoding === 'utf-16le' ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255])),
  );
}
