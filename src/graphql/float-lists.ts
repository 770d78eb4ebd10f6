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
const NullableFloatList = new GraphQLList(Float);
/** `[Float!]!`, the type of a spectrum's points. */
const FloatList = new GraphQLNonNull(NullableFloatList);

/** The index of the first item that is not a finite number, or -1. `findIndex` takes five times as long. */
function findNonFinite(list: unknown[] | NumberList): number {
  if (list instanceof NumberList && list.allFinite) return -1;
  for (let at = 0; at < list.length; at++) if (!Number.isFinite(list[at])) return at;
  return -1;
}

/**
 * The type of a list of floats that is checked in one loop. graphql-js coerces each item separately and records its
 * path, which takes an eighth of the time of a bare Apollo Server for 401 points, and most of it for 1000 spectra. Any
 * other value is left to graphql-js, so that what is accepted, and the result, stay the same.
 */
export const Floats = new GraphQLScalarType<unknown>({
  name: 'Floats',
  parseValue(value) {
    if (!isList(value)) return coerceInputValue(value, FloatList);
    const index = findNonFinite(value);
    // This throws. Only this item is coerced, as two million items would take half a second.
    return index === -1 ? value : coerceInputValue(value[index], Float);
  },
  parseLiteral: (node, variables) => valueFromAST(node, FloatList, variables),
});

/** Reports the items that are not finite numbers in a list that `Floats` rejected. What `report` throws ends the search. */
export function reportNonFinite(
  list: unknown[] | NumberList,
  report: (index: number, reason: string) => void,
): void {
  for (let at = 0; at < list.length; at++) {
    const item = list[at];
    if (item == null) report(at, 'Expected non-nullable type "Float!" not to be null.');
    else if (!Number.isFinite(item)) report(at, 'expected a valid Float.');
  }
}

/** Replaces `Floats` in a message of graphql-js by the type in the public schema. */
export const asInSchema = (message: string): string => message.replaceAll('"Floats!"', `"${FloatList}"`);

const schemas = new WeakMap<GraphQLSchema, GraphQLSchema>();

/** The same schema with `Floats` for lists of floats in input objects. */
export function withWholeFloatLists(schema: GraphQLSchema): GraphQLSchema {
  let whole = schemas.get(schema);
  if (!whole) {
    whole = mapSchema(schema, {
      [MapperKind.INPUT_OBJECT_FIELD]: field => {
        const type = String(field.type);
        if (type === String(FloatList)) return { ...field, type: new GraphQLNonNull(Floats) };
        return type === String(NullableFloatList) ? { ...field, type: Floats } : field;
      },
    });
    schemas.set(schema, whole);
  }
  return whole;
}

/** The type of a variable in such a schema: `Floats` for `[Float!]` and `[Float!]!`. */
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

const documents = new WeakMap<DocumentNode, DocumentNode>();

/** The same document with the types of its variables changed for such a schema. */
export function withWholeVariables(document: DocumentNode): DocumentNode {
  let whole = documents.get(document);
  if (!whole) {
    whole = visit(document, {
      VariableDefinition: definition => ({ ...definition, type: wholeType(definition.type) }),
      SelectionSet: () => false,
    });
    documents.set(document, whole);
  }
  return whole;
}
