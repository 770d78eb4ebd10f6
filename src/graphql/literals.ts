import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isValueNode,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { describeOneOf, expectation } from './variables.ts';

/**
 * Removes literals of the document from an error, as they may contain a password: graphql-js quotes a value of the
 * wrong type and an unexpected token. Errors about variables are rewritten in variables.ts.
 */
export function withoutLiterals(
  error: GraphQLError,
  schema: GraphQLSchema,
  document: DocumentNode | undefined,
): GraphQLError {
  const [value] = error.nodes ?? [];
  const oneOf = value?.kind === Kind.OBJECT ? describeOneOf(schema, error.message) : undefined;
  if (value && oneOf !== undefined) {
    return new GraphQLError(oneOf, { nodes: value, path: error.path ?? null, extensions: error.extensions });
  }
  // Messages about the fields of an object name fields but quote no value.
  const isAboutFields = value?.kind === Kind.OBJECT && /^(Field|OneOf) /.test(error.message);
  // Messages about a variable name it but quote no value.
  const isAboutVariable = value?.kind === Kind.VARIABLE;
  if (document && value && isValueNode(value) && !isAboutFields && !isAboutVariable) {
    let name = '';
    let expected = '';
    const types = new TypeInfo(schema);
    visit(
      document,
      visitWithTypeInfo(types, {
        enter(node, _key, parent) {
          if (node !== value) return;
          if (parent && 'kind' in parent && 'name' in parent && parent.name)
            name = ` of "${parent.name.value}"`;
          const type = types.getInputType();
          const named = getNamedType(type);
          if (type) expected = ` "${type}"${isLeafType(named) ? `: ${expectation(named)}` : ''}`;
        },
      }),
    );
    return new GraphQLError(`The value${name} does not fit its type${expected.replace(/\.?$/, '.')}`, {
      nodes: value,
      path: error.path ?? null,
      extensions: error.extensions,
    });
  }
  const message = error.message.replace(/^(Syntax Error: .*\b(?:Block)?String) ".*"/s, '$1');
  if (message === error.message) return error;
  return new GraphQLError(message, {
    source: error.source ?? null,
    positions: error.positions ?? null,
    extensions: error.extensions,
  });
}
