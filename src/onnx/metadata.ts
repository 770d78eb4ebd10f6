import { decodeText, MAX_PROPERTIES, MAX_PROPERTIES_BYTES } from './packed-metadata.ts';
import { readFields } from './protobuf-fields.ts';
import { ModelRefused } from './signature.ts';

/** The names of the metadata properties that are read begin with this. */
export const METADATA_PREFIX = 'spectrakey.';
const WHICH = `metadata properties whose name begins with '${METADATA_PREFIX}'`;
const MANY_PROPERTIES = `The file has more than ${MAX_PROPERTIES} ${WHICH}, which is the maximum.`;
const LONG_PROPERTIES = `The file's ${WHICH} have more than ${MAX_PROPERTIES_BYTES} bytes, which is the maximum.`;

// The fields of onnx.proto that are read (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
const MODEL_METADATA = 14;
const ENTRY = { key: 1, value: 2 };

const readModel = (onnx: Uint8Array) => readFields(onnx, new Set([MODEL_METADATA]));
const readEntry = (message: Uint8Array) => readFields(message, new Set(Object.values(ENTRY)));

/**
 * Reads the metadata properties of a file whose name begins with `METADATA_PREFIX`. Of several with the same name the
 * last one counts. The values are not checked.
 *
 * @param onnx a file that passed `checkFileLimits`
 * @returns the values by name, without the prefix
 * @throws {ModelRefused} when there are more than `MAX_PROPERTIES`, or more than `MAX_PROPERTIES_BYTES`, or one
 *   is not UTF-8
 */
export function readMetadata(onnx: Uint8Array): Record<string, string> {
  const values = new Map<string, Uint8Array>();
  let bytes = 0;
  for (const message of readModel(onnx).all(MODEL_METADATA)) {
    const entry = readEntry(message);
    // As Latin-1, which keeps different bytes different.
    const key = entry.text(ENTRY.key);
    if (!key.startsWith(METADATA_PREFIX)) continue;
    const value = entry.all(ENTRY.value).at(-1) ?? new Uint8Array();
    const before = values.get(key);
    bytes += value.byteLength + (before ? -before.byteLength : key.length);
    values.set(key, value);
    if (values.size > MAX_PROPERTIES) throw new ModelRefused(MANY_PROPERTIES);
    if (bytes > MAX_PROPERTIES_BYTES) throw new ModelRefused(LONG_PROPERTIES);
  }
  return Object.fromEntries(
    Array.from(values, ([key, value]) => {
      const name = decodeText(Buffer.from(key, 'latin1')) ?? refuseText(key);
      return [name.slice(METADATA_PREFIX.length), decodeText(value) ?? refuseText(name)];
    }),
  );
}

function refuseText(name: string): never {
  throw new ModelRefused(`The metadata property '${name}' is not UTF-8, expected text in UTF-8.`);
}
