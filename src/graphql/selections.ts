import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  GraphQLFloat,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import { MAX_DETAILS } from '../activity/activity.ts';
import { MAX_LISTED_KEYS } from '../api-keys/member-keys.ts';
import { MAX_NUMBERS } from '../deployments/model-facts.ts';
import { CATALOGUE } from '../errors.ts';
import { MAX_SPECTRA } from '../onnx/outcome.ts';
import { EVENT_TYPES } from '../outbox/events.ts';
import { MAX_CALLERS } from '../predictions/key-callers.ts';
import { MAX_DAYS } from '../predictions/usage.ts';
import { MAX_IN_A_LIST, MAX_OBJECTS } from '../requests/bounds.ts';
import { MAX_ON_A_PAGE } from '../requests/pagination.ts';
import { MAX_POINTS } from '../spectra/limits.ts';
import { MAX_WEBHOOKS } from '../webhooks/manage.ts';
import type { IntrospectionBounds } from './introspection-bounds.ts';

/** Cost of reading a page, besides its rows. */
const PAGE_COST = 10;

/** The argument that sets the length of a page or list, and its maximum. */
interface SizeArgument {
  argument: string;
  max: number;
}

/** A field with this argument is a page: a connection, or a plain list. */
const PAGE: SizeArgument = { argument: 'first', max: MAX_ON_A_PAGE };

/** Max lengths of plain lists, by field name; MAX_IN_A_LIST for all others. */
const LIST_BOUNDS = new Map<string, number | SizeArgument>([
  ['predictions', MAX_SPECTRA],
  ['dailyPredictions', { argument: 'days', max: MAX_DAYS }],
  ['refusals', 2 * Object.keys(CATALOGUE).length],
  ['networks', MAX_CALLERS],
  ['scopes', 1],
  ['webhooks', MAX_WEBHOOKS],
  ['events', Object.keys(EVENT_TYPES).length],
  ['changes', MAX_DETAILS],
  ['details', MAX_DETAILS],
  ['usableApiKeys', MAX_LISTED_KEYS],
  ['keysOfFormerMembers', MAX_LISTED_KEYS],
  ...['values', 'yMin', 'yMax'].map((name): [string, number] => [name, MAX_POINTS]),
]);

/** The cost of a number in a list, such as the values of an x axis: 1 µs for 20 of them, like one field. */
export const COST_OF_NUMBER = 1 / 20;

/** How selections are measured. */
export interface Measure {
  fragments: Record<string, FragmentDefinitionNode>;
  /** Null when they are not known: sizes then count as their maximum. */
  variables: {
    values: Record<string, unknown>;
    definitions: readonly VariableDefinitionNode[];
  } | null;
  /** Max lengths of introspection lists. If null, lists are not followed, as their entries are counted elsewhere. */
  introspection: IntrospectionBounds | null;
  /** Adds the cost of fields at a path. */
  add: (path: string, cost: number) => void;
}

/** Where selections are made. */
interface Place {
  type: GraphQLObjectType;
  /** Max number of objects here. */
  times: number;
  /** The names of the fields that lead here, without aliases. */
  path: string;
  /** If this object is a page: the max length of its lists. */
  pageSize?: number | undefined;
  /** In introspection: whether every object here is different. */
  distinct?: boolean | undefined;
}

type AnyField = GraphQLField<unknown, unknown>;

/**
 * Measures the fields at a place and below, wherever they are spread. Takes one step for each, and query-limits.ts limits
 * their number.
 */
export function walkSelections(measure: Measure, { selections }: SelectionSetNode, place: Place): void {
  for (const selection of selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      walkSelections(measure, selection.selectionSet, place);
    } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = measure.fragments[selection.name.value];
      if (fragment) walkSelections(measure, fragment.selectionSet, place);
    } else {
      walkField(measure, selection, place);
    }
  }
}

function walkField(measure: Measure, node: FieldNode, place: Place): void {
  const { type, times, path } = place;
  const name = node.name.value;
  const field = fieldOf(type, name);
  measure.add(path, times);
  // A leaf such as __typename.
  if (!field) return;

  const isList = isListType(getNullableType(field.type));
  const pageSize = field.args.some(({ name }) => name === PAGE.argument)
    ? sizeOf(measure, field, node, PAGE)
    : undefined;
  const target = getNamedType(field.type);
  const below = { path: path === '' ? name : `${path}.${name}`, pageSize: isList ? undefined : pageSize };
  if (pageSize !== undefined) measure.add(below.path, times * (PAGE_COST + pageSize));

  if (!isList) {
    if (!isObjectType(target) || !node.selectionSet) return;
    measure.add(below.path, times);
    walkSelections(measure, node.selectionSet, { ...below, type: target, times });
    return;
  }
  if (!measure.introspection) return;
  const introspected = measure.introspection(name, place);
  const entries = introspected
    ? introspected.times
    : times * (pageSize ?? place.pageSize ?? maxLengthOf(measure, field, node));
  if (!isObjectType(target) || !node.selectionSet) {
    // An answer with more numbers is rejected before they are read.
    const isNumbers = target === GraphQLFloat;
    measure.add(path, isNumbers ? Math.ceil(Math.min(entries, MAX_NUMBERS) * COST_OF_NUMBER) : entries);
    return;
  }
  // A result with more objects is rejected (result-limit.ts), so nested lists count at most this.
  const objects = introspected ? entries : Math.min(entries, MAX_OBJECTS);
  measure.add(below.path, objects);
  walkSelections(measure, node.selectionSet, {
    ...below,
    type: target,
    times: objects,
    distinct: introspected?.distinct,
  });
}

function fieldOf(type: GraphQLObjectType, name: string): AnyField | undefined {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return type.getFields()[name];
}

function maxLengthOf(measure: Measure, field: AnyField, node: FieldNode): number {
  const bound = LIST_BOUNDS.get(field.name) ?? MAX_IN_A_LIST;
  return typeof bound === 'number' ? bound : sizeOf(measure, field, node, bound);
}

/** The value of a size argument: its default if absent, its maximum if invalid. */
function sizeOf(
  { variables }: Measure,
  { args }: AnyField,
  node: FieldNode,
  { argument, max }: SizeArgument,
): number {
  const defaultValue = args.find(({ name }) => name === argument)?.defaultValue;

  function read(value: ValueNode | undefined): unknown {
    switch (value?.kind) {
      case undefined:
      case Kind.NULL:
        return defaultValue;
      case Kind.INT:
        return Number(value.value);
      case Kind.VARIABLE: {
        if (!variables) return max;
        const name = value.name.value;
        if (Object.hasOwn(variables.values, name)) return variables.values[name] ?? defaultValue;
        return read(variables.definitions.find(({ variable }) => variable.name.value === name)?.defaultValue);
      }
      default:
        return max;
    }
  }

  const size = read(node.arguments?.find(({ name }) => name.value === argument)?.value);
  return typeof size === 'number' && size >= 1 && size <= max ? size : max;
}
