/** Writes JCAMP-DX files in each form, as instruments do, so that tests know the points. */

export const FORMS = ['AFFN', 'PAC', 'SQZ', 'SQZDUP', 'DIF', 'DIFDUP'] as const;
export type Form = (typeof FORMS)[number];

export interface JcampSpectrum {
  title?: string;
  /** Integers, as the forms other than AFFN have no others. */
  values: readonly number[];
  firstX: number;
  /** Of a form that is exact in binary, such as 0.5, so that the x of lines are exact too. */
  step: number;
  form: Form;
  xFactor?: number;
  yFactor?: number;
  perLine?: number;
  /** Records to add or to replace, by label; undefined leaves one out. */
  records?: Record<string, string | undefined>;
}

const DIGITS = {
  SQZ: { positive: '@ABCDEFGHI', negative: '@abcdefghi' },
  DIF: { positive: '%JKLMNOPQR', negative: '%jklmnopqr' },
};

function pseudo(value: number, { positive, negative }: { positive: string; negative: string }): string {
  const digits = String(Math.abs(value));
  return (value < 0 ? negative : positive).charAt(Number(digits[0])) + digits.slice(1);
}

const times = (count: number) => ' STUVWXYZs'.charAt(Number(String(count)[0])) + String(count).slice(1);

/** Repeated numbers as one with a DUP code. */
function withRepetitions(numbers: readonly string[]): string {
  const runs: { text: string; count: number }[] = [];
  for (const text of numbers) {
    const last = runs.at(-1);
    if (last?.text === text) last.count++;
    else runs.push({ text, count: 1 });
  }
  return runs.map(({ text, count }) => (count === 1 ? text : text + times(count))).join('');
}

/** The lines of `(X++(Y..Y))`. */
export function writeOrdinates({
  values,
  firstX,
  step,
  form,
  xFactor = 1,
  perLine = 8,
}: JcampSpectrum): string[] {
  const xAt = (index: number) => String((firstX + index * step) / xFactor);
  const lines: string[] = [];
  if (form === 'DIF' || form === 'DIFDUP') {
    for (let at = 0; at < values.length; ) {
      // All lines but the first begin with the last value of the line before.
      const from = Math.max(0, at - 1);
      const ofLine = values.slice(from, from + perLine);
      const differences = ofLine.slice(1).map((value, n) => pseudo(value - (ofLine[n] ?? 0), DIGITS.DIF));
      const rest = form === 'DIF' ? differences.join('') : withRepetitions(differences);
      lines.push(`${xAt(from)}${pseudo(ofLine[0] ?? 0, DIGITS.SQZ)}${rest}`);
      at = from + ofLine.length;
    }
    const last = values.length - 1;
    if (last > 0) lines.push(`${xAt(last)}${pseudo(values[last] ?? 0, DIGITS.SQZ)}`);
    return lines;
  }
  for (let at = 0; at < values.length; at += perLine) {
    const ofLine = values.slice(at, at + perLine);
    const squeezed = ofLine.map(value => pseudo(value, DIGITS.SQZ));
    const written = {
      AFFN: ` ${ofLine.join(' ')}`,
      PAC: ofLine.map(value => (value < 0 ? String(value) : `+${value}`)).join(''),
      SQZ: squeezed.join(''),
      SQZDUP: withRepetitions(squeezed),
    }[form];
    lines.push(xAt(at) + written);
  }
  return lines;
}

/** A block from ##TITLE= to ##END=. */
export function writeBlock(spectrum: JcampSpectrum): string {
  const { title = 'a sample', values, firstX, step, xFactor = 1, yFactor = 1, records } = spectrum;
  const header: Record<string, string | undefined> = {
    TITLE: title,
    'JCAMP-DX': '4.24 $$ a comment',
    'DATA TYPE': 'INFRARED SPECTRUM',
    XUNITS: '1/CM',
    YUNITS: 'ABSORBANCE',
    XFACTOR: String(xFactor),
    YFACTOR: String(yFactor),
    FIRSTX: String(firstX),
    LASTX: String(firstX + (values.length - 1) * step),
    DELTAX: String(step),
    NPOINTS: String(values.length),
    FIRSTY: String((values[0] ?? 0) * yFactor),
    ...records,
  };
  const lines = Object.entries(header).flatMap(([label, value]) =>
    value === undefined ? [] : [`##${label}=${value}`],
  );
  return [...lines, '##XYDATA=(X++(Y..Y))', ...writeOrdinates(spectrum), '##END='].join('\n');
}

/** A LINK file of several blocks. */
export function writeLink(blocks: readonly string[]): string {
  const head = ['##TITLE=all', '##JCAMP-DX=4.24', '##DATA TYPE=LINK', `##BLOCKS=${blocks.length}`];
  return [...head, ...blocks, '##END='].join('\n');
}
