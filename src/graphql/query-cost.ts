import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { validationFailed } from '../errors.ts';
import { startIntrospectionBounds } from './introspection-bounds.ts';
import { type Measure, walkSelections } from './selections.ts';

/**
 * What a document may cost. Each field costs 1, each object another 1, and a page of a connection 10 and its
 * size. GraphiQL's examples cost less than a third of this, and the pages of the
 * dashboard less than a quarter.
 */
export const MAX_COST = 300_000;

interface Price {
  cost: number;
  /** The place that costs most, with what its fields cost in all places of these names. */
  dearest: { path: string; cost: number };
}

/**
 * The cost of an operation before it is executed: fields are counted where they are spread, aliases by themselves, and
 * lists as long as they may be. Returns it. @throws GRAPHQL_VALIDATION_FAILED where it is beyond MAX_COST.
 */
export type CheckCost = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown> | null | undefined,
) => number;

/**
 * Starts the check for a schema. graphql-query-complexity (2.0) does much of it, but coerces all variables again for
 * each request (a call of `predict` has 400 000 numbers in them), and does not say which part of a document costs what.
 * Here most documents are within the limit whatever their variables are, which is found once.
 */
export function startCostCheck(schema: GraphQLSchema, maxCost: number = MAX_COST): CheckCost {
  const introspection = startIntrospectionBounds(schema);
  const bounds = new WeakMap<OperationDefinitionNode, Price>();

  function priceOf(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Record<string, unknown> | null,
  ): Price {
    const type = schema.getRootType(operation.operation);
    const costs = new Map<string, number>();
    const measure: Measure = {
      fragments: fragmentsOf(document),
      variables: variables && { values: variables, definitions: operation.variableDefinitions ?? [] },
      introspection,
      add: (path, cost) => costs.set(path, (costs.get(path) ?? 0) + cost),
    };
    if (type) walkSelections(measure, operation.selectionSet, { type, times: 1, path: '' });
    const [[path, most] = ['', 0]] = [...costs].sort(([, a], [, b]) => b - a);
    const cost = [...costs.values()].reduce((sum, part) => sum + part, 0);
    return { cost, dearest: { path, cost: most } };
  }

  return (document, operation, variables) => {
    let bound = bounds.get(operation);
    if (!bound) {
      bound = priceOf(document, operation, null);
      bounds.set(operation, bound);
    }
    const isExact = bound.cost <= maxCost || !operation.variableDefinitions?.length;
    const { cost, dearest } = isExact ? bound : priceOf(document, operation, variables ?? {});
    if (cost <= maxCost) return cost;
    const place = dearest.path === '' ? 'its root fields' : `"${dearest.path}"`;
    throw validationFailed(
      `This ${operation.operation} may cost ${cost}, and ${maxCost} is the limit: each field and each object counts, and a list as long as it may be. ${dearest.cost} of that is ${place}. Ask for smaller pages ("first"), fewer lists within lists or fewer aliases at once.`,
      { nodes: operation },
    );
  };
}

/** The fragments of a document, by name. */
const fragmentsOf = ({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> =>
  Object.fromEntries(
    definitions
      .filter(definition => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map(fragment => [fragment.name.value, fragment]),
  );
