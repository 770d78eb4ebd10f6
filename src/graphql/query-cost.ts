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
 * Max cost of a document. Each field costs 1, each object another 1, and a page of a connection 10 plus its size.
 * GraphiQL's examples cost less than a third of this, and the pages of the dashboard less than a quarter.
 */
export const MAX_COST = 300_000;

interface Cost {
  total: number;
  /** The path with the highest cost, summed over all its aliases and fragments. */
  highest: { path: string; cost: number };
}

/**
 * Computes the cost of an operation before it is executed. Fields count wherever they are spread, each alias counts, and
 * lists count with their max length.
 *
 * @throws GRAPHQL_VALIDATION_FAILED when the cost is over the limit
 */
export type CheckCost = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown> | null | undefined,
) => number;

/**
 * Starts the check for a schema. graphql-query-complexity (2.0) does much of it, but coerces all variables again for
 * each request (a call of `predict` has 400 000 numbers in them), and does not report which part of a document costs
 * most. Here the cost for any variables is computed once for each document, and most are within the limit.
 */
export function startCostCheck(schema: GraphQLSchema, maxCost: number = MAX_COST): CheckCost {
  const introspection = startIntrospectionBounds(schema);
  /** The cost of each operation for any variables. */
  const maxCosts = new WeakMap<OperationDefinitionNode, Cost>();

  function costOf(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Record<string, unknown> | null,
  ): Cost {
    const type = schema.getRootType(operation.operation);
    const costs = new Map<string, number>();
    const measure: Measure = {
      fragments: fragmentsOf(document),
      variables: variables && { values: variables, definitions: operation.variableDefinitions ?? [] },
      introspection,
      add: (path, cost) => costs.set(path, (costs.get(path) ?? 0) + cost),
    };
    if (type) walkSelections(measure, operation.selectionSet, { type, times: 1, path: '' });
    const [[path, cost] = ['', 0]] = [...costs].sort(([, a], [, b]) => b - a);
    const total = [...costs.values()].reduce((sum, part) => sum + part, 0);
    return { total, highest: { path, cost } };
  }

  return (document, operation, variables) => {
    let anyVariables = maxCosts.get(operation);
    if (!anyVariables) {
      anyVariables = costOf(document, operation, null);
      maxCosts.set(operation, anyVariables);
    }
    const suffices = anyVariables.total <= maxCost || !operation.variableDefinitions?.length;
    const { total, highest } = suffices ? anyVariables : costOf(document, operation, variables ?? {});
    if (total <= maxCost) return total;
    const place = highest.path === '' ? 'its root fields' : `"${highest.path}"`;
    throw validationFailed(
      `This ${operation.operation} may cost ${total}, and ${maxCost} is the limit: each field and each object counts, and lists count with their maximum length. ${highest.cost} of that is ${place}. Ask for smaller pages ("first"), fewer lists within lists or fewer aliases at once.`,
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
