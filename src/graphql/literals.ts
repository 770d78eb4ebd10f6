import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  isValueNode,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

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
  // Messages about the fields of an object name fields but quote no value.
  const isAboutFields = value?.kind === Kind.OBJECT && /^(Field|OneOf) /.test(error.message);
  // Messages about a variable name it but quote no value.
  const isAboutVariable = value?.kind === Kind.VARIABLE;
  if (document && value && isValueNode(value) && !isAboutFields && !isAboutVariable) {
    let expected = '';
    const types = new TypeInfo(schema);
    visit(
      document,
      visitWithTypeInfo(types, {
        enter(node) {
          if (node === value) expected = String(types.getInputType() ?? '');
        },
      }),
    );
    return new GraphQLError(`The value does not fit its type${expected ? ` "${expected}"` : ''}.`, {
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
