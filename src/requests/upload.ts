/**
 * A file that a request brought. It is held in memory until it is taken: the request's variables and graphql-js's copies
 * of them refer to this object for as long as the request lasts, and not to the bytes.
 */
export class Upload {
  readonly byteLength: number;
  #bytes: Buffer | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.byteLength = bytes.byteLength;
  }

  /** The bytes, which stay here. @throws when they were taken. */
  get bytes(): Buffer {
    if (!this.#bytes) throw new Error('an upload was taken already');
    return this.#bytes;
  }

  /** The bytes, to which nothing here refers any more. @throws when they were taken. */
  take(): Buffer {
    const { bytes } = this;
    this.#bytes = undefined;
    return bytes;
  }
}
