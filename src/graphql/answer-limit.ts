import { MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
} from 'graphql';
import { badUserInput } from '../errors.ts';
import type { Context } from './context.ts';

/** Objects in the lists of one answer. 10 000 of them take a tenth of a second. */
export const MOST_OBJECTS = 10_000;

/**
 * The same schema, whose answers hold so many objects and no more. A short query can ask for lists within lists, of
 * which each has as many entries as its organization cares to make: what they come to is known only while it is made.
 */
export function withAnswerLimit(schema: GraphQLSchema): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: field =>
      isListOfObjects(field.type)
        ? { ...field, resolve: counting(field.resolve ?? defaultFieldResolver) }
        : field,
  });
}

const isListOfObjects = (type: GraphQLOutputType) =>
  isListType(getNullableType(type)) && isObjectType(getNamedType(type));

function counting(resolve: GraphQLFieldResolver<unknown, Context>): GraphQLFieldResolver<unknown, Context> {
  return (parent, args, context, info) => {
    const list = resolve(parent, args, context, info);
    return list instanceof Promise ? list.then(later => count(later, context)) : count(list, context);
  };
}

function count(list: unknown, context: Context): unknown {
  if (Array.isArray(list)) context.objects += list.length;
  if (context.objects > MOST_OBJECTS)
    throw badUserInput(`The answer would hold more than ${MOST_OBJECTS} objects. Ask for less at once.`);
  return list;
}
