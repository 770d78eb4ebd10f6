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
import { MAX_OBJECTS } from '../database/bound.ts';
import { badUserInput } from '../errors.ts';
import type { Context } from './context.ts';
import { walkSelections } from './selections.ts';

/** What an answer may cost, by the prices of query-cost.ts: 40 000 fields and objects take a tenth of a second. */
export const MAX_ANSWER_COST = 40_000;

/** What the answer to one request comes to so far. */
export interface AnswerSize {
  /** Objects in its lists. */
  objects: number;
  /** What they cost. */
  cost: number;
  /** What an entry of the list at a field costs, itself included. */
  prices: Map<FieldNode, number>;
}

export const startAnswerSize = (): AnswerSize => ({ objects: 0, cost: 0, prices: new Map() });

/** @throws BAD_USER_INPUT when the answer is larger than one may be; it is then refused whole. */
export function checkAnswerSize({ objects, cost }: AnswerSize): void {
  if (objects > MAX_OBJECTS)
    throw badUserInput(`The answer would hold more than ${MAX_OBJECTS} objects. Ask for less at once.`);
  if (cost > MAX_ANSWER_COST)
    throw badUserInput(
      `The answer would hold more than ${MAX_ANSWER_COST} fields and objects. Ask for less at once.`,
    );
}

const isTooLarge = ({ objects, cost }: AnswerSize) => objects > MAX_OBJECTS || cost > MAX_ANSWER_COST;

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
