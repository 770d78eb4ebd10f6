import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  parseConstValue,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  valueFromASTUntyped,
} from 'graphql';

/** The body of a request. */
export interface RequestBody {
  query: string;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
}

/** Literals to choose from, by the name of an argument or input field, otherwise by the name of its type. */
export type Samples = Record<string, readonly string[]>;

/** Literals that hardly any type accepts. */
const ODD_LITERALS = [
  'null',
  'true',
  '7',
  '-1',
  '1.5',
  '2147483648',
  '1e400',
  '"7"',
  '""',
  '[]',
  '{}',
] as const;
const MORE_ODD_LITERALS = [
  'ADMIN',
  '[1, null, 2]',
  '[1, "2", 3]',
  '["x"]',
  '[[1, 2, 3]]',
  '{ more: 1 }',
  '"😀"',
] as const;
/** Values that only variables can hold. */
const ODD_VALUES = [
  { 0: 1, length: 1 },
  '\ud800',
  '\u0000',
  2 ** 60,
  [null],
  [[]],
  { a: { b: [] } },
] as const;
/** Mistakes that make a document invalid, or invalid for most operations. */
const ODD_ENDINGS = [
  '}',
  '"',
  '{ viewer { id } }',
  'fragment Unused on User { id }',
  'subscription { id }',
] as const;

/**
 * Generates a request for a schema: an operation with any syntax of GraphQL, mostly valid, and its variables, mostly
 * of the right types. It can select any field of Query, and the named ones of Mutation, as often as they are named.
 */
export function writeRequest(
  draw: fc.GeneratorValue,
  schema: GraphQLSchema,
  samples: Samples,
  mutations: readonly string[],
): RequestBody {
  const upTo = (max: number) => draw(fc.nat, max);
  function oneOf<Item>(items: readonly Item[]): Item {
    const item = items[upTo(items.length - 1)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }
  const onceIn = (count: number) => upTo(count - 1) === count - 1;
  // Most documents must be valid, and one draws dozens of times.
  const isWrong = onceIn(4);
  const wrongly = () => isWrong && onceIn(20);

  const definitions: string[] = [];
  const variables: Record<string, unknown> = {};
  const fragments: { name: string; on: string; text: string }[] = [];
  let names = 0;
  const newName = (prefix: string) => `${prefix}${names++}`;

  function variable({ name, type }: Place): string {
    const id = newName('v');
    const usual = onceIn(3) ? constant({ name, type }) : undefined;
    // Without "!" a variable fits a non-null position only with a default in its definition.
    const nullable = (usual !== undefined && onceIn(2)) || wrongly();
    const declared = wrongly() ? oneOf(['String', '[ID!]', 'User', 'Nothing']) : String(type);
    definitions.push(
      `$${id}: ${nullable ? declared.replace(/!$/, '') : declared}${usual === undefined ? '' : ` = ${usual}`}`,
    );
    if (onceIn(usual === undefined ? 20 : 2)) return `$${id}`;
    if (onceIn(usual === undefined ? 20 : 3)) variables[id] = null;
    else if (onceIn(20)) variables[id] = oneOf<unknown>(ODD_VALUES);
    else variables[id] = valueFromASTUntyped(parseConstValue(value({ name, type })));
    return `$${id}`;
  }

  /** An input value of the document: a literal with or without variables in it, or a variable. */
  function argument(place: Place): string {
    return onceIn(3) ? variable(place) : literal(place, argument, wrongly);
  }

  /** A literal without variables. */
  function constant(place: Place): string {
    return literal(place, constant, wrongly);
  }

  /** The value of a variable; unlike a document, it may be wrong and still reach execution. */
  function value(place: Place): string {
    return literal(place, value, () => onceIn(25));
  }

  function literal({ name, type }: Place, within: (place: Place) => string, isOdd: () => boolean): string {
    if (isOdd()) return oneOf([...ODD_LITERALS, ...MORE_ODD_LITERALS]);
    const inner = getNullableType(type);
    if (inner === type && onceIn(8)) return 'null';
    const sample = samples[name];
    if (sample && !onceIn(4)) return oneOf(sample);
    if (isListType(inner)) {
      const item = { name: '', type: inner.ofType };
      if (onceIn(8)) return within(item);
      return `[${Array.from({ length: oneOf([3, 3, 3, 1, 2, 0]) }, () => within(item)).join(' ')}]`;
    }
    if (isInputObjectType(inner)) {
      const fields = Object.values(inner.getFields());
      const given = inner.isOneOf && !onceIn(4) ? [oneOf(fields)] : fields;
      const entries = given
        .filter(field =>
          isRequiredInputField(field) || (inner.isOneOf && given.length === 1) ? !isOdd() : onceIn(2),
        )
        .map(field => `${field.name}: ${within(field)}`);
      return `{ ${[...entries, ...(isOdd() ? ['more: 1'] : [])].join(', ')} }`;
    }
    if (isEnumType(inner)) return oneOf(inner.getValues().map(value => value.name));
    return oneOf(samples[inner.name] ?? ['"?"']);
  }

  function directives(): string {
    if (!onceIn(6)) return '';
    const [include] = schema.getDirective('include')?.args ?? [];
    if (wrongly() || !include) return ` ${oneOf(['@include', '@unknown', '@deprecated', '@skip(if: 1)'])}`;
    const given = oneOf([['include'], ['skip'], ['include', 'skip']]);
    return given.map(name => ` @${name}(if: ${argument(include)})`).join('');
  }

  function fieldText({ name, type, args }: AnyField, depth: number): string {
    const given = args
      .filter(arg => (isRequiredArgument(arg) ? !wrongly() : onceIn(2)))
      .map(arg => `${arg.name}: ${argument(arg)}`);
    if (wrongly()) given.push('unknown: 1');
    // Two fields of one name with different arguments would make the document invalid.
    const isNamed = given.length > 0 ? !wrongly() : onceIn(4);
    const alias = isNamed ? `${wrongly() ? oneOf(['id', 'name', '__typename']) : newName('a')}: ` : '';
    const named = getNamedType(type);
    const below = isLeafType(named) !== wrongly() ? '' : ` ${selection(named, depth - 1)}`;
    return `${alias}${name}${given.length > 0 ? `(${given.join(', ')})` : ''}${directives()}${below}`;
  }

  function fieldsOf(type: GraphQLNamedType, depth: number): AnyField[] {
    if (!isObjectType(type)) return [];
    const all = Object.values(type.getFields());
    if (type === schema.getMutationType()) return mutations.flatMap(name => type.getFields()[name] ?? []);
    if (type === schema.getQueryType()) return [...all, ...all, SchemaMetaFieldDef, TypeMetaFieldDef];
    return depth > 0 ? all : all.filter(field => isLeafType(getNamedType(field.type)));
  }

  function part(type: GraphQLNamedType, depth: number): string {
    const fields = fieldsOf(type, depth);
    if (wrongly()) return oneOf(['unknown', '...Unknown', '... on Query { __typename }', 'unknown { id }']);
    switch (oneOf(['field', 'field', 'field', 'field', 'field', 'inline', 'fragment', 'typename'])) {
      case 'inline':
        return `...${oneOf(['', ` on ${type.name}`])}${directives()} ${selection(type, depth)}`;
      case 'fragment': {
        const [known] = fragments.filter(({ on }) => on === type.name);
        if (known && onceIn(2)) return `...${known.name}${directives()}`;
        const name = newName('F');
        const text = `fragment ${name} on ${type.name} ${selection(type, depth)}`;
        fragments.push({ name, on: type.name, text });
        return `...${name}${directives()}`;
      }
      case 'typename':
        return `__typename${directives()}`;
      default:
        if (fields.length === 0) return '__typename';
        return fieldText(oneOf(fields), depth);
    }
  }

  function selection(type: GraphQLNamedType, depth: number): string {
    const isMutation = type === schema.getMutationType();
    const count = isMutation && !wrongly() ? 1 : 1 + upTo(3);
    return `{ ${Array.from({ length: count }, () => part(type, depth)).join(' ')} }`;
  }

  const kind = oneOf(['query', 'mutation', 'mutation'] as const);
  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  if (!root) throw new Error(`the schema has no ${kind}`);
  const body = selection(root, 3);
  const name = oneOf(['', ' Asked']);
  const head = definitions.length > 0 ? `(${definitions.join(', ')})` : '';
  const operation = `${name || head || kind === 'mutation' ? `${kind}${name}${head} ` : ''}${body}`;
  const others = name && onceIn(4) ? ['query Other { __typename }'] : [];
  const endings = wrongly() ? [oneOf(ODD_ENDINGS)] : [];
  const text = [operation, ...others, ...fragments.map(fragment => fragment.text), ...endings].join('\n');

  if (onceIn(8)) variables.unknown = oneOf<unknown>([1, null, 'x', {}]);
  const request: RequestBody = { query: text };
  if (Object.keys(variables).length > 0) request.variables = variables;
  else if (onceIn(4)) request.variables = null;
  if (others.length > 0 ? !onceIn(4) : name && onceIn(2))
    request.operationName = onceIn(4) ? 'Other' : 'Asked';
  else if (onceIn(10)) request.operationName = oneOf([null, '', 'Nobody']);
  return request;
}

type AnyField = GraphQLField<unknown, unknown>;

type Place = Pick<GraphQLArgument | GraphQLInputField, 'name'> & { type: GraphQLInputType };
