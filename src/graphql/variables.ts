import {
  type ASTNode,
  coerceInputValue,
  type GraphQLError,
  GraphQLFloat,
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
  print,
  typeFromAST,
} from 'graphql';
import { badUserInput } from '../errors.ts';
import { asInSchema, Floats, reportOthers, wholeType, withWholeFloatLists } from './float-lists.ts';
import { isList } from './large-values.ts';

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
  const described = findVariableErrors(schema, operation, variables);
  return described.length > 0 ? described : [badUserInput('The variables do not fit their types.')];
}

/** What is wrong with a request's variables, without quoting them; the first of it, where it is much. */
export function findVariableErrors(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown> | null | undefined,
): GraphQLError[] {
  const whole = withWholeFloatLists(schema);
  const values = variables ?? {};
  const described: GraphQLError[] = [];
  const describe = (reason: string, nodes: ASTNode) => {
    const error = badUserInput(reason, { nodes });
    ours.add(error);
    described.push(error);
    if (described.length === MAX_DESCRIBED) throw ENOUGH;
  };
  try {
    for (const definition of operation.variableDefinitions ?? []) {
      const name = definition.variable.name.value;
      const type = typeFromAST(whole, wholeType(definition.type));
      if (!isInputType(type)) continue;
      if (Object.hasOwn(values, name)) {
        coerceInputValue(shortenMisplaced(type, values[name]), type, (path, value, error) => {
          const at = `Variable "$${name}${printPath(path)}`;
          const leaf = value == null ? null : leafAt(type, path);
          const isFloats = leaf?.name === Floats.name;
          if (isFloats && isList(value)) {
            reportOthers(value, (index, reason) => describe(`${at}[${index}]": ${reason}`, definition));
          } else {
            const reason = leaf ? expectation(isFloats ? GraphQLFloat : leaf) : error.message;
            describe(`${at}": ${asInSchema(reason)}`, definition);
          }
        });
      } else if (definition.defaultValue === undefined && definition.type.kind === Kind.NON_NULL_TYPE) {
        describe(`Variable "$${name}" of type "${print(definition.type)}" is required.`, definition);
      }
    }
  } catch (thrown) {
    if (thrown !== ENOUGH) throw thrown;
  }
  return described;
}

/**
 * The same value, in which lists and objects are short where the schema takes an object: graphql-js looks at all that
 * these hold before it says that they do not fit.
 */
function shortenMisplaced(type: GraphQLInputType, value: unknown): unknown {
  const inner = getNullableType(type);
  if (isListType(inner)) {
    if (!Array.isArray(value)) return shortenMisplaced(inner.ofType, value);
    // An error for each item that is no object ends the search before.
    return value.slice(0, MAX_OBJECTS).map(item => shortenMisplaced(inner.ofType, item));
  }
  if (!isInputObjectType(inner) || typeof value !== 'object' || value === null) return value;
  if (isList(value)) return Array.from(value.slice(0, MAX_DESCRIBED));
  const fields = inner.getFields();
  let unknown = 0;
  const kept = Object.entries(value).filter(([name]) => {
    if (!Object.hasOwn(fields, name)) unknown += 1;
    return Object.hasOwn(fields, name) || unknown <= MAX_DESCRIBED;
  });
  return Object.fromEntries(
    kept.map(([name, held]) => {
      const field = fields[name];
      return field ? [name, shortenMisplaced(field.type, held)] : [name.slice(0, MAX_NAME_CHARACTERS), held];
    }),
  );
}

/** An unknown name is repeated, and compared with the known ones. */
const MAX_NAME_CHARACTERS = 100;

/** More than a body may hold (http/json-budget.ts). */
const MAX_OBJECTS = 10_100;

/** A spectrum of words would otherwise get a sentence for each point. */
const MAX_DESCRIBED = 10;

/** Thrown to stop there: going on through 100 000 wrong points held the event loop for 10 s (measured). */
const ENOUGH = new Error('enough described');

/** Coercion errors are the ones without a path, as no field was reached. */
function isVariableError(error: GraphQLError): boolean {
  return error.path === undefined && !ours.has(error) && error.message.startsWith('Variable "$');
}

/** What `findVariableErrors` found: it needs no other words. */
const ours = new WeakSet<GraphQLError>();

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
