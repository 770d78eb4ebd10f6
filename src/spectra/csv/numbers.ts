import { type Problems, quote } from '../problems.ts';

const NUMBER = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?$/i;
/** Either a number with three decimals, or an integer with a thousands separator. */
const TWO_NUMBERS = /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/;
const GROUPED = /^[+-]?\d{1,3}(?:[.,'’\s]\d{3})+(?:[.,]\d+)?$/;

/** Whether a text is a number with a decimal point or comma. */
export const isNumberText = (text: string): boolean => NUMBER.test(text);

/** The number that a text is, whether its decimal sign is a point or a comma; NaN if it is none or not finite. */
export function toNumber(text: string): number {
  if (!NUMBER.test(text)) return Number.NaN;
  const value = Number(text.replace(',', '.'));
  return Number.isFinite(value) ? value : Number.NaN;
}

/** A number text and its place. */
interface Place {
  text: string;
  line: number;
}

/**
 * Reads the numbers of a file, and finds their decimal sign: one for the whole file. As `toNumber` gives the same for
 * both signs, the file is refused at the end if its numbers do not agree on one.
 */
export interface NumberReader {
  /** An x in a heading or a cell: it shows which decimal sign the file has, but not whether thousands are separated. */
  readX(text: string, line: number, column: number): number;
  /** The value of a point. A text that is not a finite number is reported, and read as NaN. */
  readY(text: string, line: number, column: number): number;
  /** Reports what fits two conventions or none. */
  checkConvention(): void;
}

/** @param nameOf the column with this index, for messages */
export function createNumberReader(nameOf: (column: number) => string, problems: Problems): NumberReader {
  let [point, comma, pointOrGroup, commaOrGroup, plain]: (Place | undefined)[] = [];

  function read(text: string, line: number, column: number): number {
    const value = toNumber(text);
    if (Number.isNaN(value)) {
      problems.report(line, describeNotNumber(text, nameOf(column)));
    } else if (text.includes(',')) {
      if (!comma || !commaOrGroup) {
        if (TWO_NUMBERS.test(text)) commaOrGroup ??= { text, line };
        else comma ??= { text, line };
      }
    } else if ((!point || !pointOrGroup) && text.includes('.')) {
      if (TWO_NUMBERS.test(text)) pointOrGroup ??= { text, line };
      else point ??= { text, line };
    }
    return value;
  }

  return {
    readX: read,
    readY(text, line, column) {
      if (!plain && /^[+-]?\d+$/.test(text)) plain = { text, line };
      return read(text, line, column);
    },
    checkConvention() {
      const [withPoint, withComma] = [point ?? pointOrGroup, comma ?? commaOrGroup];
      if (withPoint && withComma) {
        problems.report(
          null,
          `The file has numbers with commas and numbers with points: ${at(withComma)} and ${at(withPoint)}. Save it with one decimal sign and without thousands separators.`,
        );
        return;
      }
      const unclear = pointOrGroup ?? commaOrGroup;
      if (!unclear || point || comma) return;
      const [grouped, decimal] = [unclear.text.replace(/[.,]/, ''), unclear.text.replace(',', '.')];
      const beside = plain ? ` beside ${at(plain)}` : '';
      problems.report(
        unclear.line,
        `${quote(unclear.text)}${beside} can be two numbers, ${grouped} or ${decimal}. Save the file without thousands separators, and decimals with another number of digits than three.`,
      );
    },
  };
}

const at = ({ text, line }: Place) => `${quote(text)} on line ${line}`;

function describeNotNumber(text: string, column: string): string {
  if (text === '') return `The cell in ${column} is empty. Enter its value, or remove the sample.`;
  const place = `${quote(text)} in ${column}`;
  if (NUMBER.test(text)) return `${place} is too large for a number.`;
  if (GROUPED.test(text)) return `${place} has thousands separators. Save the file without them.`;
  return `${place} is not a number.`;
}
