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
 * The error without what the document holds as literals, which may be a password where it should not be: graphql-js
 * quotes the value that does not fit, or the token that it did not expect. Variables are described in variables.ts.
 */
export function withoutLiterals(
  error: GraphQLError,
  schema: GraphQLSchema,
  document: DocumentNode | undefined,
): GraphQLError {
  const [value] = error.nodes ?? [];
  // About the fields of an object: these messages name fields, and quote no value.
  const isAboutFields = value?.kind === Kind.OBJECT && /^(Field|OneOf) /.test(error.message);
  // About a variable in a place: these name it, and quote no value either.
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
