/**
 * A file in a request. Its bytes can be freed with `take` while the request lasts, as its variables and graphql-js's
 * copies of them refer to this object instead of the bytes.
 */
export class Upload {
  readonly byteLength: number;
  #bytes: Buffer | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.byteLength = bytes.byteLength;
  }

  /** The bytes. @throws when they were taken. */
  get bytes(): Buffer {
    if (!this.#bytes) throw new Error('the bytes of this upload were taken already');
    return this.#bytes;
  }

  /** Returns the bytes and drops the reference to them. @throws when they were taken. */
  take(): Buffer {
    const { bytes } = this;
    this.#bytes = undefined;
    return bytes;
  }
}
