import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
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
import { MAX_LISTED_KEYS } from '../api-keys/member-keys.ts';
import { MAX_SPECTRA } from '../onnx/outcome.ts';
import { MAX_DAYS } from '../predictions/usage.ts';
import { MAX_IN_A_LIST, MAX_OBJECTS } from '../requests/bounds.ts';
import { MAX_ON_A_PAGE } from '../requests/pagination.ts';
import type { IntrospectionBounds } from './introspection-bounds.ts';

/** What looking a page up costs beside its rows. */
const PAGE_COST = 10;

/** The argument that sizes a page or a list, and its maximum. */
interface SizedBy {
  argument: string;
  max: number;
}

/** A field with this argument is a page: a connection, or a list of its own. */
const PAGE: SizedBy = { argument: 'first', max: MAX_ON_A_PAGE };

/** How long plain lists may be, by the name of their field; all others hold MAX_IN_A_LIST. */
const LIST_BOUNDS = new Map<string, number | SizedBy>([
  ['predictions', MAX_SPECTRA],
  ['dailyPredictions', { argument: 'days', max: MAX_DAYS }],
  ['scopes', 1],
  ['usableApiKeys', MAX_LISTED_KEYS],
  ['keysOfFormerMembers', MAX_LISTED_KEYS],
]);

/** How selections are measured. */
export interface Measure {
  fragments: Record<string, FragmentDefinitionNode>;
  /** Null where they are not known: sizes then count as the maximum. */
  variables: {
    values: Record<string, unknown>;
    definitions: readonly VariableDefinitionNode[];
  } | null;
  /** Bounds of the lists of introspection. Without them lists are not followed: what is in them is counted elsewhere. */
  introspection: IntrospectionBounds | null;
  /** Adds what the fields of a place cost. */
  add: (path: string, cost: number) => void;
}

/** Where selections stand. */
interface Place {
  type: GraphQLObjectType;
  /** How many objects there can be of it. */
  times: number;
  /** The names of the fields that lead here, without aliases. */
  path: string;
  /** How long a list can be that belongs to the page which this object is. */
  pageSize?: number | undefined;
  /** In introspection: whether no object can be here twice. */
  distinct?: boolean | undefined;
}

type AnyField = GraphQLField<unknown, unknown>;

/**
 * Measures the fields of a place and of all places below, each where it is spread. Takes as many steps as there are
 * fields where they are spread, which query-limits.ts bounds.
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
    : times * (pageSize ?? place.pageSize ?? boundOf(measure, field, node));
  if (!isObjectType(target) || !node.selectionSet) {
    measure.add(path, entries);
    return;
  }
  // An answer with more objects is refused (answer-limit.ts), so no list within lists counts as more.
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

function boundOf(measure: Measure, field: AnyField, node: FieldNode): number {
  const bound = LIST_BOUNDS.get(field.name) ?? MAX_IN_A_LIST;
  return typeof bound === 'number' ? bound : sizeOf(measure, field, node, bound);
}

/** The value of an argument that sizes a list: what is absent is its default, what is not a size its maximum. */
function sizeOf(
  { variables }: Measure,
  { args }: AnyField,
  node: FieldNode,
  { argument, max }: SizedBy,
): number {
  const preset = args.find(({ name }) => name === argument)?.defaultValue;

  function read(value: ValueNode | undefined): unknown {
    switch (value?.kind) {
      case undefined:
      case Kind.NULL:
        return preset;
      case Kind.INT:
        return Number(value.value);
      case Kind.VARIABLE: {
        if (!variables) return max;
        const name = value.name.value;
        if (Object.hasOwn(variables.values, name)) return variables.values[name] ?? preset;
        return read(variables.definitions.find(({ variable }) => variable.name.value === name)?.defaultValue);
      }
      default:
        return max;
    }
  }

  const size = read(node.arguments?.find(({ name }) => name.value === argument)?.value);
  return typeof size === 'number' && size >= 1 && size <= max ? size : max;
}
