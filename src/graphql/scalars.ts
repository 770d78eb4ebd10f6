import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLEmailAddress, GraphQLSafeInt } from 'graphql-scalars';
import { badUserInput } from '../errors.ts';

// RFC 4648, section 4. Linear in the length: no part of it can match in two ways.
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

function parseBase64(value: unknown): Buffer {
  if (typeof value !== 'string' || value.length % 4 !== 0 || !base64.test(value)) {
    throw badUserInput(
      'Base64 must be of RFC 4648 section 4: A–Z a–z 0–9 + / with = at the end, no line breaks',
    );
  }
  return Buffer.from(value, 'base64');
}

const Base64 = new GraphQLScalarType<Buffer, string>({
  name: 'Base64',
  parseValue: parseBase64,
  parseLiteral: node => parseBase64(node.kind === 'StringValue' ? node.value : null),
  serialize: value => {
    if (Buffer.isBuffer(value)) return value.toString('base64');
    throw new TypeError('Base64 serializes a Buffer');
  },
});

/** How the schema's own scalars are read and written. */
export const scalars = {
  Base64,
  DateTime: GraphQLDateTime,
  EmailAddress: GraphQLEmailAddress,
  SafeInt: GraphQLSafeInt,
};
