import {
  type ASTNode,
  coerceInputValue,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  isSpecifiedScalarType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { badUserInput } from '../errors.ts';

/**
 * Says anew what is wrong with a request's variables. graphql-js quotes the offending value, and with it the whole
 * input object around a missing field: a password would come back in the answer, and in every log on its way.
 *
 * @returns null when the errors are not about variables.
 */
export function describeVariableErrors(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode | null | undefined,
  variables: Record<string, unknown> | null | undefined,
  errors: readonly GraphQLError[],
): GraphQLError[] | null {
  if (!operation || !errors.some(isVariableError)) return null;
  const values = variables ?? {};
  const described: GraphQLError[] = [];
  const describe = (reason: string, nodes: ASTNode) => {
    described.push(badUserInput(reason, { nodes }));
    if (described.length === MOST_DESCRIBED) throw ENOUGH;
  };
  try {
    for (const definition of operation.variableDefinitions ?? []) {
      const name = definition.variable.name.value;
      const type = typeFromAST(schema, definition.type);
      if (!isInputType(type)) continue;
      if (Object.hasOwn(values, name)) {
        coerceInputValue(values[name], type, (path, value, error) => {
          const leaf = value == null ? null : leafAt(type, path);
          const reason = leaf ? expectation(leaf) : error.message;
          describe(`Variable "$${name}${printPath(path)}": ${reason}`, definition);
        });
      } else if (definition.defaultValue === undefined && definition.type.kind === Kind.NON_NULL_TYPE) {
        describe(`Variable "$${name}" of type "${type}" is required.`, definition);
      }
    }
  } catch (thrown) {
    if (thrown !== ENOUGH) throw thrown;
  }
  return described.length > 0 ? described : [badUserInput('The variables do not fit their types.')];
}

/** A spectrum of words would otherwise get a sentence for each point. */
const MOST_DESCRIBED = 10;

/** Thrown to stop there: going on through 100 000 wrong points held the event loop for 10 s (measured). */
const ENOUGH = new Error('enough described');

/** Coercion errors are the ones without a path, as no field was reached. */
function isVariableError(error: GraphQLError): boolean {
  return error.path === undefined && error.message.startsWith('Variable "$');
}

/** The scalar or enum at a place within a variable; null where an object or list is expected there. */
function leafAt(type: GraphQLInputType, path: readonly (string | number)[]): GraphQLLeafType | null {
  let at = getNullableType(type);
  for (const key of path) {
    if (isListType(at)) at = getNullableType(at.ofType);
    if (typeof key === 'string' && isInputObjectType(at)) {
      const field = at.getFields()[key];
      if (!field) return null;
      at = getNullableType(field.type);
    }
  }
  // A single value stands for a list of one.
  while (isListType(at)) at = getNullableType(at.ofType);
  return isLeafType(at) ? at : null;
}

/** Scalars and enums quote the value when they refuse it, so the sentence is ours. */
function expectation(leaf: GraphQLLeafType): string {
  if (isEnumType(leaf)) {
    return `expected one of ${leaf
      .getValues()
      .map(({ name }) => name)
      .join(', ')}.`;
  }
  return isSpecifiedScalarType(leaf)
    ? `expected a valid ${leaf.name}.`
    : `expected a valid ${leaf.name}. ${leaf.description ?? ''}`.trim();
}

const printPath = (path: readonly (string | number)[]) =>
  path.map(key => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
