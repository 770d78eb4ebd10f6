import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';

/** Where a list of introspection is asked for. */
interface IntrospectionPlace {
  type: { name: string };
  times: number;
  distinct?: boolean | undefined;
}

/**
 * How many entries the lists of this name have together, and whether each can be there only once; undefined for a list
 * that is not part of introspection.
 */
export type IntrospectionBounds = (
  name: string,
  place: IntrospectionPlace,
) => { times: number; distinct: boolean } | undefined;

/**
 * Bounds the lists of introspection by the schema at hand: all fields of all types are as many as there are, where the
 * longest list times the number of types would be fifty times as many. What was reached through a reference (`type`,
 * `ofType`, `possibleTypes`) can be there again and again, and counts with the longest list.
 */
export function startIntrospectionBounds(schema: GraphQLSchema): IntrospectionBounds {
  const types = Object.values(schema.getTypeMap());
  const directives = schema.getDirectives();
  const composites = types.filter(type => isObjectType(type) || isInterfaceType(type));
  const fields = composites.map(type => Object.values(type.getFields()));
  const lengths = new Map<string, number[]>([
    ['types', [types.length]],
    ['directives', [directives.length]],
    ['locations', directives.map(({ locations }) => locations.length)],
    ['fields', fields.map(({ length }) => length)],
    ['args', [...fields.flat(), ...directives].map(({ args }) => args.length)],
    ['inputFields', types.filter(isInputObjectType).map(type => Object.keys(type.getFields()).length)],
    ['enumValues', types.filter(isEnumType).map(type => type.getValues().length)],
    ['interfaces', composites.map(type => type.getInterfaces().length)],
    ['possibleTypes', types.filter(isInterfaceType).map(type => schema.getPossibleTypes(type).length)],
  ]);
  const references = new Set(['interfaces', 'possibleTypes']);
  return (name, { type, times, distinct }) => {
    if (!type.name.startsWith('__')) return undefined;
    const list = lengths.get(name) ?? [types.length];
    const isDistinct = !references.has(name) && (distinct === true || type.name === '__Schema');
    const all = list.reduce((sum, length) => sum + length, 0);
    const each = times * Math.max(0, ...list);
    return { times: isDistinct ? Math.min(all, each) : each, distinct: isDistinct };
  };
}
