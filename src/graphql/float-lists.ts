import { MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  coerceInputValue,
  type DocumentNode,
  GraphQLFloat,
  GraphQLList,
  GraphQLNonNull,
  GraphQLScalarType,
  type GraphQLSchema,
  Kind,
  type TypeNode,
  valueFromAST,
  visit,
} from 'graphql';
import { isList, NumberList } from './large-values.ts';

const Float = new GraphQLNonNull(GraphQLFloat);
/** `[Float!]!`, the type of a spectrum's points. */
const FloatList = new GraphQLNonNull(new GraphQLList(Float));

/** The first item of a list that is not a finite number; -1 where there is none. `findIndex` takes five times as long. */
function findOther(list: unknown[] | NumberList): number {
  if (list instanceof NumberList && list.allFinite) return -1;
  for (let at = 0; at < list.length; at++) if (!Number.isFinite(list[at])) return at;
  return -1;
}

/**
 * A list of floats that is checked in one loop. graphql-js coerces each item by itself and notes a path to it, for 401
 * points an eighth of all that a bare Apollo Server does, and for 1000 spectra most of it. What is not plainly a list
 * of finite numbers is left to graphql-js: what is accepted, and as what, stays the same.
 */
export const Floats = new GraphQLScalarType<unknown>({
  name: 'Floats',
  parseValue(value) {
    if (!isList(value)) return coerceInputValue(value, FloatList);
    const other = findOther(value);
    // It throws. What stands before it is left out, as two million items would take half a second.
    return other === -1 ? value : coerceInputValue(value[other], Float);
  },
  parseLiteral: (node, variables) => valueFromAST(node, FloatList, variables),
});

/** Reports what is not a finite number in a list that `Floats` refused. What `report` throws ends the search. */
export function reportOthers(
  list: unknown[] | NumberList,
  report: (index: number, reason: string) => void,
): void {
  for (let at = 0; at < list.length; at++) {
    const item = list[at];
    if (item == null) report(at, 'Expected non-nullable type "Float!" not to be null.');
    else if (!Number.isFinite(item)) report(at, 'expected a valid Float.');
  }
}

/** What graphql-js says of a type, which callers know as the list that it is. */
export const asInSchema = (message: string): string => message.replaceAll('"Floats!"', `"${FloatList}"`);

const made = new WeakMap<GraphQLSchema, GraphQLSchema>();

/** The same schema, whose input objects take lists of floats whole. */
export function withWholeFloatLists(schema: GraphQLSchema): GraphQLSchema {
  let whole = made.get(schema);
  if (!whole) {
    whole = mapSchema(schema, {
      [MapperKind.INPUT_OBJECT_FIELD]: field =>
        String(field.type) === String(FloatList) ? { ...field, type: new GraphQLNonNull(Floats) } : field,
    });
    made.set(schema, whole);
  }
  return whole;
}

/** The type of a variable in such a schema: `[Float!]` and `[Float!]!` are whole too. */
export function wholeType(type: TypeNode): TypeNode {
  if (type.kind === Kind.NON_NULL_TYPE) {
    const inner = wholeType(type.type);
    return inner.kind === Kind.NON_NULL_TYPE ? type : { ...type, type: inner };
  }
  const isFloats =
    type.kind === Kind.LIST_TYPE &&
    type.type.kind === Kind.NON_NULL_TYPE &&
    type.type.type.kind === Kind.NAMED_TYPE &&
    type.type.type.name.value === GraphQLFloat.name;
  return isFloats ? { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: Floats.name } } : type;
}

const rewritten = new WeakMap<DocumentNode, DocumentNode>();

/** The same document for such a schema. */
export function withWholeVariables(document: DocumentNode): DocumentNode {
  let whole = rewritten.get(document);
  if (!whole) {
    whole = visit(document, {
      VariableDefinition: definition => ({ ...definition, type: wholeType(definition.type) }),
      SelectionSet: () => false,
    });
    rewritten.set(document, whole);
  }
  return whole;
}
