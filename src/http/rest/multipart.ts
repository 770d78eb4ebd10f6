import { MIMEType } from 'node:util';
import { Busboy } from '@fastify/busboy';
import type { NamedBytes } from '../../spectra/combine-files.ts';
import { shorten } from '../../spectra/problems.ts';

/** Max parts of a body: a call takes at most 1000 spectra, and a file holds at least one. */
const MAX_PARTS = 1000;
const MAX_NAME_LENGTH = 200;
/** Max bytes and pairs of the headers of a part. */
const MAX_HEADER_BYTES = 2048;
const MAX_HEADERS = 20;

/** Max length of a boundary (RFC 2046, section 5.1.1). */
const MAX_BOUNDARY_LENGTH = 70;

const HOW = 'Send each file in a part named "file", with its filename.';

/** The files of a body of `multipart/form-data`, or why it is refused. */
export type Parts =
  | { kind: 'files'; files: NamedBytes[] }
  | { kind: 'refused' | 'too-many'; message: string };

/**
 * Splits a body of `multipart/form-data` (RFC 7578) into its files.
 *
 * @param contentType with the boundary
 */
export async function splitParts(contentType: string, body: Buffer): Promise<Parts> {
  const boundary = boundaryOf(contentType) ?? '';
  if (boundary === '' || boundary.length > MAX_BOUNDARY_LENGTH) {
    return {
      kind: 'refused',
      message: `The boundary of the Content-Type must have 1 to ${MAX_BOUNDARY_LENGTH} characters. ${HOW}`,
    };
  }
  return await splitBy(boundary, body);
}

async function splitBy(boundary: string, body: Buffer): Promise<Parts> {
  const parts = countParts(boundary, body);
  // Before busboy, which takes 256 MB of memory for a million empty parts.
  if (parts > MAX_PARTS) {
    return {
      kind: 'too-many',
      message: `The body has more than ${MAX_PARTS} files. Send them in several calls.`,
    };
  }
  return await new Promise(resolve => {
    const files: NamedBytes[] = [];
    const refuse = (message: string) => resolve({ kind: 'refused', message });
    const cannotRead = () => refuse(`The body is not complete multipart/form-data. ${HOW}`);
    const parser = new Busboy({
      headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
      limits: {
        fields: 1,
        fieldSize: 0,
        headerPairs: MAX_HEADERS,
        headerSize: MAX_HEADER_BYTES,
      },
      // Also a part without a type: busboy takes a part for a field unless it has a filename.
      isPartAFile: (_name, _type, fileName) => fileName !== undefined,
    });
    parser.on('file', (field, stream, name) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', cannotRead);
      stream.on('end', () => files.push({ name, bytes: Buffer.concat(chunks) }));
      if (field !== 'file') refuse(`The body has a part named "${shorten(field ?? '')}". ${HOW}`);
      else if (name === '') refuse(`A part has no filename. ${HOW}`);
      else if (name.length > MAX_NAME_LENGTH) {
        refuse(`The filename "${shorten(name)}" is longer than ${MAX_NAME_LENGTH} characters. Shorten it.`);
      }
    });
    parser.on('field', field =>
      refuse(
        field === 'file'
          ? `A part has no filename. ${HOW}`
          : `The body has a part named "${shorten(field ?? '')}". ${HOW}`,
      ),
    );
    parser.on('error', cannotRead);
    parser.on('finish', () => {
      if (files.length === 0) refuse(`The body has no file. ${HOW}`);
      // Busboy skips parts whose headers it cannot read.
      else if (files.length !== parts) refuse(`The body has a part that is not a file. ${HOW}`);
      else resolve({ kind: 'files', files });
    });
    parser.end(body);
  });
}

/** The boundary that a Content-Type states; undefined if it states none, or is not one of `multipart/form-data`. */
export function boundaryOf(contentType: string): string | undefined {
  try {
    const { essence, params } = new MIMEType(contentType);
    return essence === 'multipart/form-data' ? (params.get('boundary') ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

/** The number of delimiters of parts: each begins a line, and only the last is followed by `--`. */
function countParts(boundary: string, body: Buffer): number {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  let count = body.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2)) ? 1 : 0;
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + delimiter.length)) {
    const end = at + delimiter.length;
    if (body[end] !== DASH || body[end + 1] !== DASH) count++;
  }
  return count;
}

const DASH = '-'.charCodeAt(0);
