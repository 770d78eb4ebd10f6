import type { Upload } from '../requests/upload.ts';

/**
 * A list of numbers in a large body. An array would have to be copied element by element from the worker that parsed it.
 * Prints as its length, as graphql-js prints unexpected values in errors, and there may be millions of elements.
 */
export class NumberList extends Float64Array<ArrayBuffer> {
  /** True: no element is infinite. False: not known. */
  allFinite = false;

  toJSON(): string {
    return `[${this.length} numbers]`;
  }

  override toString(): string {
    return this.toJSON();
  }
}

/**
 * Stands for a long text of a large body. The text stays in the worker: only a file in base64 may be this long, and it
 * is returned decoded.
 */
export class LongText {
  /** The decoded file; undefined if the text is not base64. */
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

/** Whether a value is a list, as an array or a `NumberList`. */
export const isList = (value: unknown): value is unknown[] | NumberList =>
  Array.isArray(value) || value instanceof NumberList;

/** Whether a value comes from the worker for large bodies. */
export const isLongValue = (value: unknown): value is NumberList | LongText =>
  value instanceof NumberList || value instanceof LongText;
