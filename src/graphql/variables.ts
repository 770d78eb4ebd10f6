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
import { asInSchema, Floats, reportNonFinite, wholeType, withWholeFloatLists } from './float-lists.ts';
import { isList } from './large-values.ts';

/**
 * Rewrites errors about variables so that they quote no values. graphql-js quotes the wrong value, and the whole input
 * object around a missing field: a password would appear in the response, and in every log on its way.
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

/** The errors in a request's variables, without values; at most `MAX_DESCRIBED`. */
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
    describedErrors.add(error);
    described.push(error);
    if (described.length === MAX_DESCRIBED) throw STOP;
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
            reportNonFinite(value, (index, reason) => describe(`${at}[${index}]": ${reason}`, definition));
          } else {
            const reason = leaf
              ? expectation(isFloats ? GraphQLFloat : leaf)
              : (describeOneOf(schema, error.message) ?? error.message);
            describe(`${at}": ${asInSchema(reason)}`, definition);
          }
        });
      } else if (definition.defaultValue === undefined && definition.type.kind === Kind.NON_NULL_TYPE) {
        describe(`Variable "$${name}" of type "${print(definition.type)}" is required.`, definition);
      }
    }
  } catch (thrown) {
    if (thrown !== STOP) throw thrown;
  }
  return described;
}

/**
 * Shortens lists and objects where the schema takes an object, as graphql-js reads all of their entries before it reports
 * an error.
 */
function shortenMisplaced(type: GraphQLInputType, value: unknown): unknown {
  const inner = getNullableType(type);
  if (isListType(inner)) {
    if (!Array.isArray(value)) return shortenMisplaced(inner.ofType, value);
    // Items that are not objects end the search earlier, with an error each.
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

/** Max characters of an unknown field name, which is quoted and compared with the known ones. */
const MAX_NAME_CHARACTERS = 100;

/** More than a body may hold (http/json-budget.ts). */
const MAX_OBJECTS = 10_100;

/** Max errors. A spectrum of words would otherwise get one for each point. */
const MAX_DESCRIBED = 10;

/** Thrown to stop at `MAX_DESCRIBED`: 100 000 wrong points blocked the event loop for 10 s (measured). */
const STOP = new Error('enough errors described');

/** Whether an error is about a variable; such errors have no path, as no field was reached. */
function isVariableError(error: GraphQLError): boolean {
  return error.path === undefined && !describedErrors.has(error) && error.message.startsWith('Variable "$');
}

/** Errors from `findVariableErrors`, which are not rewritten again. */
const describedErrors = new WeakSet<GraphQLError>();

/** The scalar or enum at a path within a variable; null if an object or list is expected there. */
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

/**
 * The message for an object of which exactly one field is to be given, instead of that of graphql-js, which calls a field a
 * key; undefined for other messages.
 */
export function describeOneOf(schema: GraphQLSchema, message: string): string | undefined {
  const [, name = ''] = /^(?:OneOf Input Object|Exactly one key .* OneOf type) "(\w+)"/.exec(message) ?? [];
  const type = schema.getType(name);
  if (!isInputObjectType(type)) return undefined;
  const fields = Object.keys(type.getFields()).map(field => `"${field}"`);
  return `Give exactly one of ${fields.slice(0, -1).join(', ')} and ${fields.at(-1)}.`;
}

/** The message for a wrong value. Messages of scalars and enums themselves quote the value. */
export function expectation(leaf: GraphQLLeafType): string {
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
