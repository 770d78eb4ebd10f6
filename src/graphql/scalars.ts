import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLEmailAddress, GraphQLSafeInt } from 'graphql-scalars';
import { badUserInput } from '../errors.ts';
import { Upload } from '../requests/upload.ts';
import { LongText } from './large-values.ts';

/** Linear in the length, and at native speed: 16 MiB take 15 ms, and a regular expression alone 30. */
function parseBase64(value: unknown): Upload {
  const upload = value instanceof LongText ? value.file : decodeBase64(value);
  if (!upload) {
    throw badUserInput(
      'Base64 must be of RFC 4648 section 4: A–Z a–z 0–9 + / with = at the end, no line breaks',
    );
  }
  return upload;
}

/** Undefined where it is not RFC 4648, section 4. Node skips what it does not know, and ends at "=": that makes it shorter. */
function decodeBase64(text: unknown): Upload | undefined {
  if (typeof text !== 'string' || text.length % 4 !== 0) return undefined;
  if (text.includes('-') || text.includes('_')) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return bytes.length === (text.length / 4) * 3 - padding ? new Upload(bytes) : undefined;
}

const Base64 = new GraphQLScalarType<Upload, string>({
  name: 'Base64',
  parseValue: parseBase64,
  parseLiteral: node => parseBase64(node.kind === 'StringValue' ? node.value : null),
  serialize: value => {
    if (Buffer.isBuffer(value)) return value.toString('base64');
    throw new TypeError('Base64 serializes a Buffer');
  },
});

/** Longer than any of these is. */
const MAX_CHARACTERS = 1000;

/** The same scalar, which is given short texts alone: graphql-scalars searches and quotes a value of any kind and length. */
function ofShortText<Internal, External>(scalar: GraphQLScalarType<Internal, External>) {
  const config = scalar.toConfig();
  return new GraphQLScalarType<Internal, External>({
    ...config,
    parseValue(value) {
      if (typeof value !== 'string' || value.length > MAX_CHARACTERS) {
        throw badUserInput(`${config.name} is a text of at most ${MAX_CHARACTERS} characters`);
      }
      return config.parseValue(value);
    },
  });
}

/** How the schema's own scalars are read and written. */
export const scalars = {
  Base64,
  DateTime: ofShortText(GraphQLDateTime),
  EmailAddress: ofShortText(GraphQLEmailAddress),
  SafeInt: GraphQLSafeInt,
};
