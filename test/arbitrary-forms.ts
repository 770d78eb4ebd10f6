import fc from 'fast-check';
import { BOUNDARY } from './file-calls.ts';
import { oneSpectrum } from './watcher.ts';

/** A body of a form, with its Content-Type. */
export interface Form {
  type: string;
  body: Uint8Array<ArrayBuffer>;
}

/** Boundaries, mostly valid ones: the characters of RFC 2046, up to 70. */
const boundary = fc.oneof(
  { arbitrary: fc.constant(BOUNDARY), weight: 8 },
  {
    arbitrary: fc.string({ unit: fc.constantFrom(..."abzAZ09'()+_,-./:=? "), minLength: 1, maxLength: 80 }),
    weight: 1,
  },
  { arbitrary: fc.integer({ min: 71, max: 300 }).map(length => 'b'.repeat(length)), weight: 1 },
);

/** Characters of the head of a part, also of what ends it. */
const headText = fc.string({
  unit: fc.constantFrom(...'ab"\\;=é ', '\r\n', '\n', '\t', 'filename', '--'),
  maxLength: 20,
});

/** Heads of parts, mostly that of a file. */
const head = fc.oneof(
  {
    arbitrary: fc
      .tuple(
        fc.oneof({ arbitrary: fc.constant('form-data'), weight: 8 }, headText),
        fc.oneof({ arbitrary: fc.constant('; name="file"'), weight: 8 }, fc.constant(''), headText),
        fc.oneof(
          {
            arbitrary: fc.constantFrom('a.csv', 'b.jdx', 'c.spc').map(name => `; filename="${name}"`),
            weight: 8,
          },
          headText.map(name => `; filename="${name}"`),
          fc.constant(''),
          headText,
        ),
      )
      .map(([disposition, name, filename]) => `Content-Disposition: ${disposition}${name}${filename}`),
    weight: 8,
  },
  { arbitrary: fc.constantFrom('', 'Content-Type: text/csv', `X: ${'x'.repeat(5000)}`), weight: 1 },
  { arbitrary: headText, weight: 1 },
);

const content = fc.oneof(
  { arbitrary: fc.constant(Buffer.from(oneSpectrum('S-1'))), weight: 4 },
  { arbitrary: fc.uint8Array({ maxLength: 300 }), weight: 1 },
);

function formOf(
  parts: readonly { head: string; bytes: Uint8Array }[],
  { boundary }: { boundary: string },
): Form {
  const pieces = parts.flatMap(({ head, bytes }) => [
    Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return {
    type: `multipart/form-data; boundary="${boundary}"`,
    body: Uint8Array.from(Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])),
  };
}

/** A form that the model answers. */
export const trueForm = formOf(
  [
    {
      head: 'Content-Disposition: form-data; name="file"; filename="a.csv"',
      bytes: Buffer.from(oneSpectrum('S-1')),
    },
  ],
  { boundary: BOUNDARY },
);

/** One part more than a form may have. */
export const tooManyParts = formOf(
  Array.from({ length: 1001 }, (_, index) => ({
    head: `Content-Disposition: form-data; name="file"; filename="${index}.csv"`,
    bytes: Buffer.from('x'),
  })),
  { boundary: BOUNDARY },
);

/** Forms whose boundary, heads of parts and files may be anything. */
export const anyForm: fc.Arbitrary<Form> = fc.oneof(
  {
    arbitrary: fc
      .tuple(fc.array(fc.record({ head, bytes: content }), { minLength: 1, maxLength: 2 }), boundary)
      .map(([parts, boundary]) => formOf(parts, { boundary })),
    weight: 16,
  },
  {
    arbitrary: fc
      .uint8Array({ maxLength: 300 })
      .map(bytes => ({ type: `multipart/form-data; boundary=${BOUNDARY}`, body: Uint8Array.from(bytes) })),
    weight: 2,
  },
  { arbitrary: fc.constant(trueForm), weight: 6 },
  { arbitrary: fc.constant(tooManyParts), weight: 2 },
);
