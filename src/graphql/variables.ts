import {
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
  operation: OperationDefinitionNode | undefined,
  values: Record<string, unknown> = {},
  errors: readonly GraphQLError[],
): GraphQLError[] | null {
  if (!operation || !errors.some(isVariableError)) return null;
  const described = (operation.variableDefinitions ?? []).flatMap(definition => {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type)) return [];
    if (!Object.hasOwn(values, name)) {
      return definition.defaultValue === undefined && definition.type.kind === 'NonNullType'
        ? [badUserInput(`Variable "$${name}" of type "${type}" is required.`, { nodes: definition })]
        : [];
    }
    const found: GraphQLError[] = [];
    coerceInputValue(values[name], type, (path, value, error) => {
      const leaf = value == null ? null : leafAt(type, path);
      const reason = leaf ? expectation(leaf) : error.message;
      found.push(badUserInput(`Variable "$${name}${printPath(path)}": ${reason}`, { nodes: definition }));
    });
    return found;
  });
  return described.length > 0
    ? described.slice(0, MOST_DESCRIBED)
    : [badUserInput('The variables do not fit their types.')];
}

/** A spectrum of words would otherwise get a sentence for each point. */
const MOST_DESCRIBED = 10;

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
