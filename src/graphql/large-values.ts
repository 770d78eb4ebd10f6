import type { Upload } from '../requests/upload.ts';

/**
 * The numbers of a list in a large body. It takes the place of an array, which would have to be copied element by
 * element from the thread that parsed it. What prints an unexpected value (graphql-js, in errors) would print or list
 * each of millions of elements; this prints as its length.
 */
export class NumberList extends Float64Array<ArrayBuffer> {
  /** Known to hold nothing that is infinite. */
  allFinite = false;

  toJSON(): string {
    return `[${this.length} numbers]`;
  }

  override toString(): string {
    return this.toJSON();
  }
}

/**
 * A long text of a large body, which stays with the thread that parsed it: no text of the schema is that long but a
 * file in base64, which comes back decoded.
 */
export class LongText {
  /** What it encodes, where it has the form of base64. */
  readonly file: Upload | undefined;

  constructor(file: Upload | undefined) {
    this.file = file;
  }

  toJSON(): string {
    return 'a long text';
  }

  toString(): string {
    return this.toJSON();
  }
}

/** Whether a value is a list, in whatever form. */
export const isList = (value: unknown): value is unknown[] | NumberList =>
  Array.isArray(value) || value instanceof NumberList;

/** Whether a value is one that the thread for large bodies made. */
export const isLongValue = (value: unknown): value is NumberList | LongText =>
  value instanceof NumberList || value instanceof LongText;
