import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';

/** Where an introspection list is selected. */
interface IntrospectionPlace {
  type: { name: string };
  times: number;
  distinct?: boolean | undefined;
}

/**
 * The max number of entries of all lists of this name together, and whether each entry occurs once; undefined for a list
 * outside introspection.
 */
export type IntrospectionBounds = (
  name: string,
  place: IntrospectionPlace,
) => { times: number; distinct: boolean } | undefined;

/**
 * Computes the max lengths of introspection lists from the schema. All fields of all types are counted exactly; the
 * longest list times the number of types would be fifty times as many. An entry that is reached through a reference
 * (`type`, `ofType`, `possibleTypes`) can occur any number of times, and counts with the longest list.
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
