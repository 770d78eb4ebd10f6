// The encoding of a file's metadata properties between a model host and the server.

/** Max bytes of the names and values that are read, in UTF-8. Three lists of 100 000 numbers can have 7.5 MB. */
export const MAX_PROPERTIES_BYTES = 8 * 1024 * 1024;
/** Max number of properties that are read. */
export const MAX_PROPERTIES = 100;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes UTF-8. @returns undefined for other bytes */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Metadata properties as a model host sends them: the bytes of all names and values, which alternate. */
export interface PackedMetadata {
  /** Bytes of each name and each value. */
  readonly lengths: readonly number[];
  readonly bytes: Uint8Array;
}

/** Encodes metadata. JSON could take six times its size. */
export function packMetadata(metadata: Readonly<Record<string, string>>): PackedMetadata {
  const texts = Object.entries(metadata)
    .flat()
    .map(text => Buffer.from(text));
  return { lengths: texts.map(({ byteLength }) => byteLength), bytes: Buffer.concat(texts) };
}

/** Decodes metadata from an untrusted host. @returns undefined if it is not what `packMetadata` returns */
export function unpackMetadata({ lengths, bytes }: PackedMetadata): Record<string, string> | undefined {
  const isList = Array.isArray(lengths) && lengths.length % 2 === 0 && lengths.length <= 2 * MAX_PROPERTIES;
  if (!isList || bytes.byteLength > MAX_PROPERTIES_BYTES) return undefined;
  let begin = 0;
  const texts: string[] = [];
  for (const length of lengths) {
    if (!Number.isInteger(length) || length < 0) return undefined;
    const text = decodeText(bytes.subarray(begin, begin + length));
    if (text === undefined) return undefined;
    texts.push(text);
    begin += length;
  }
  if (begin !== bytes.byteLength) return undefined;
  return Object.fromEntries(
    Array.from({ length: texts.length / 2 }, (_, i) => [texts[2 * i] ?? '', texts[2 * i + 1] ?? '']),
  );
}
