import { MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  defaultFieldResolver,
  type FieldNode,
  type GraphQLFieldResolver,
  GraphQLFloat,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
} from 'graphql';
import type { Context } from './context.ts';
import { isTooLarge, type ResultSize } from './result-size.ts';
import { COST_OF_NUMBER, walkSelections } from './selections.ts';

/**
 * Limits the size of results. The cost of a document is computed from the max length of its lists, but nested lists
 * multiply, and their total is known only during execution. Each list is counted when it is resolved, with the fields
 * selected in its entries except further lists, so a result that is too large is rejected before those are read.
 */
export function withResultLimit(schema: GraphQLSchema): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: field =>
      isListType(getNullableType(field.type))
        ? { ...field, resolve: counting(field.resolve ?? defaultFieldResolver) }
        : field,
  });
}

function counting(resolve: GraphQLFieldResolver<unknown, Context>): GraphQLFieldResolver<unknown, Context> {
  return (parent, args, context, info) => {
    // The result is already rejected: read nothing more, and report the error once instead of in every place.
    if (isTooLarge(context.resultSize)) return [];
    const list = resolve(parent, args, context, info);
    return list instanceof Promise
      ? list.then(resolved => count(resolved, context, info))
      : count(list, context, info);
  };
}

function count(list: unknown, { resultSize: size }: Context, info: GraphQLResolveInfo): unknown {
  if (!Array.isArray(list)) return list;
  if (isObjectType(getNamedType(info.returnType))) size.objects += list.length;
  for (const node of info.fieldNodes) size.cost += list.length * entryCost(node, size, info);
  return isTooLarge(size) ? [] : list;
}

/** The cost of one entry of the list at a field. */
function entryCost(node: FieldNode, { entryCosts }: ResultSize, info: GraphQLResolveInfo): number {
  let cost = entryCosts.get(node);
  if (cost === undefined) {
    cost = 1;
    const type = getNamedType(info.returnType);
    if (type === GraphQLFloat) cost = COST_OF_NUMBER;
    if (node.selectionSet && isObjectType(type)) {
      const measure = {
        fragments: info.fragments,
        variables: { values: info.variableValues, definitions: [] },
        introspection: null,
        add: (_path: string, more: number) => {
          cost = (cost ?? 0) + more;
        },
      };
      walkSelections(measure, node.selectionSet, { type, times: 1, path: '' });
    }
    entryCosts.set(node, cost);
  }
  return cost;
}
