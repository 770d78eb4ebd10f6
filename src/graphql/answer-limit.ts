import { MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  defaultFieldResolver,
  type FieldNode,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
} from 'graphql';
import { type AnswerSize, isTooLarge } from './answer-size.ts';
import type { Context } from './context.ts';
import { walkSelections } from './selections.ts';

/**
 * The same schema, whose answers grow up to a limit. The cost of a document bounds what its lists may hold; what they do
 * hold is known only while it is made. Each list counts when it is there, with all that its entries ask for but further
 * lists, so that too many pages are refused before the first of them is read.
 */
export function withAnswerLimit(schema: GraphQLSchema): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: field =>
      isListType(getNullableType(field.type))
        ? { ...field, resolve: counting(field.resolve ?? defaultFieldResolver) }
        : field,
  });
}

function counting(resolve: GraphQLFieldResolver<unknown, Context>): GraphQLFieldResolver<unknown, Context> {
  return (parent, args, context, info) => {
    // What is refused anyway is not read, and is not an error in each of its places.
    if (isTooLarge(context.answer)) return [];
    const list = resolve(parent, args, context, info);
    return list instanceof Promise
      ? list.then(later => count(later, context, info))
      : count(list, context, info);
  };
}

function count(list: unknown, { answer }: Context, info: GraphQLResolveInfo): unknown {
  if (!Array.isArray(list)) return list;
  if (isObjectType(getNamedType(info.returnType))) answer.objects += list.length;
  for (const node of info.fieldNodes) answer.cost += list.length * priceOf(node, answer, info);
  return isTooLarge(answer) ? [] : list;
}

/** What an entry of the list at a field costs. */
function priceOf(node: FieldNode, { prices }: AnswerSize, info: GraphQLResolveInfo): number {
  let price = prices.get(node);
  if (price === undefined) {
    price = 1;
    const type = getNamedType(info.returnType);
    if (node.selectionSet && isObjectType(type)) {
      const measure = {
        fragments: info.fragments,
        variables: { values: info.variableValues, definitions: [] },
        introspection: null,
        add: (_path: string, cost: number) => {
          price = (price ?? 0) + cost;
        },
      };
      walkSelections(measure, node.selectionSet, { type, times: 1, path: '' });
    }
    prices.set(node, price);
  }
  return price;
}
