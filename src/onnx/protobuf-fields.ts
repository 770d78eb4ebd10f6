import protobuf from 'protobufjs/minimal.js';

/** Fields of one protocol buffer message, by number. */
export interface Fields {
  /** All length-delimited values of a field: texts, bytes, messages. */
  all(number: number): readonly Uint8Array[];
  /** The value of a field that holds one message. Several parts of it are concatenated, as readers do. */
  message(number: number): Uint8Array | undefined;
  /** The last value of a field that holds one text, decoded as Latin-1; '' if there is none. */
  text(number: number): string;
  /** The integers of a field, packed or not. Above 2^53 they lose precision. */
  integers(number: number): readonly number[];
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/**
 * Reads the wanted fields of a message. Like the C++ library, it ignores fields of an unexpected wire type.
 *
 * @param onField called for each value that is read, so that the caller can limit their number
 * @throws {RangeError} or protobufjs' errors when the bytes are not a protocol buffer message
 */
export function readFields(message: Uint8Array, wanted: ReadonlySet<number>, onField?: () => void): Fields {
  const bytes = new Map<number, Uint8Array[]>();
  const integers = new Map<number, number[]>();
  const reader = protobuf.Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const [number, wireType] = [tag >>> 3, tag & 7];
    if (number === 0) throw new RangeError('a field has the number 0');
    if (!wanted.has(number) || (wireType !== VARINT && wireType !== LENGTH_DELIMITED)) {
      reader.skipType(wireType, 0, number);
      continue;
    }
    onField?.();
    if (wireType === VARINT) push(integers, number, int64(reader));
    else push(bytes, number, reader.bytes());
  }
  const all = (number: number) => bytes.get(number) ?? [];
  return {
    all,
    message(number) {
      const [first, ...others] = all(number);
      return others.length > 0 ? Buffer.concat(all(number)) : first;
    },
    text: number => latin1(all(number).at(-1)),
    integers: number => [...(integers.get(number) ?? []), ...all(number).flatMap(packed)],
  };
}

/** Decodes bytes as Latin-1, which keeps distinct bytes distinct; decoding invalid UTF-8 would not. */
export const latin1 = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('latin1');

function push<Value>(values: Map<number, Value[]>, number: number, value: Value): void {
  const known = values.get(number);
  if (known) known.push(value);
  else values.set(number, [value]);
}

function packed(bytes: Uint8Array): number[] {
  const reader = protobuf.Reader.create(bytes);
  const values: number[] = [];
  while (reader.pos < reader.len) values.push(int64(reader));
  return values;
}

/** protobufjs returns an object if the package `long` is installed, else a number. */
const int64 = (reader: protobuf.Reader) => Number(reader.int64().toString());
