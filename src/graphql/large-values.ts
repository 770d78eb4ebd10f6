/**
 * The numbers of a list in a large body. It takes the place of an array, which would have to be copied element by
 * element from the thread that parsed it. What prints an unexpected value (graphql-js, in errors) would print or list
 * each of millions of elements; this prints as its length.
 */
export class NumberList extends Float64Array<ArrayBuffer> {
  toJSON(): string {
    return `[${this.length} numbers]`;
  }

  override toString(): string {
    return this.toJSON();
  }
}

/** A long text of a large body that has the form of base64, decoded by the thread that parsed it. */
export class DecodedBase64 {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  toJSON(): string {
    return `${this.bytes.length} bytes in base64`;
  }

  toString(): string {
    return this.toJSON();
  }
}

/** Whether a value is a list, in whatever form. */
export const isList = (value: unknown): value is unknown[] | NumberList =>
  Array.isArray(value) || value instanceof NumberList;

/** Whether a value is one that the thread for large bodies made. */
export const isLongValue = (value: unknown): value is NumberList | DecodedBase64 =>
  value instanceof NumberList || value instanceof DecodedBase64;
