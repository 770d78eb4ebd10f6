import { MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  coerceInputValue,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  GraphQLFloat,
  GraphQLList,
  GraphQLNonNull,
  GraphQLScalarType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
  valueFromAST,
} from 'graphql';
import { fairQueue } from '../concurrency/fair-queue.ts';
import { checkAnswerSize } from './answer-size.ts';
import type { Context } from './context.ts';
import { startCostCheck } from './query-cost.ts';

/** `[Float!]!`, the type of a spectrum's points. */
const FloatList = new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLFloat)));

function isFloats(value: unknown): value is number[] {
  if (!Array.isArray(value)) return false;
  // Not `every`, which takes five times as long for 401 points.
  for (const item of value) if (!Number.isFinite(item)) return false;
  return true;
}

/**
 * A list of floats that is checked in one loop. graphql-js coerces each item by itself and notes a path to it, for 401
 * points an eighth of all that a bare Apollo Server does, and for 1000 spectra most of it. What is not plainly a list
 * of finite numbers is left to graphql-js: what is accepted, and as what, stays the same.
 */
const Floats = new GraphQLScalarType<unknown>({
  name: 'Floats',
  parseValue: value => (isFloats(value) ? value : coerceInputValue(value, FloatList)),
  parseLiteral: (node, variables) => valueFromAST(node, FloatList, variables),
});

/** The same schema, whose input objects take lists of floats whole. */
function withWholeFloatLists(schema: GraphQLSchema): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.INPUT_OBJECT_FIELD]: field =>
      String(field.type) === String(FloatList) ? { ...field, type: new GraphQLNonNull(Floats) } : field,
  });
}

/** An operation of a document that was validated against the public schema. */
export interface OperationRequest {
  document: DocumentNode;
  /** The one that `operationName` chooses; null or undefined when it chooses none. */
  operation: OperationDefinitionNode | null | undefined;
  operationName: string | null | undefined;
  variables: Record<string, unknown> | null | undefined;
}

/** Executes an operation; what goes wrong in it is in the result. */
export type ExecuteOperation = (request: OperationRequest, context: Context) => Promise<ExecutionResult>;

/** A query that may cost more than this takes turns; what costs less is executed in a millisecond. */
const QUICK_COST = 500;

/**
 * Queries that take turns. One costs up to a tenth of a second of the event loop, and the loop takes all that is ready
 * before it comes to anything else: of the rest of the requests none waits for more than two of them at a time.
 */
const TURNS = { concurrency: 2, concurrencyOfSender: 1, maxWaiting: 1000, maxWaitingOfSender: 50 };

/**
 * Execution in the place of Apollo's own. Mutations, which no introspection can be part of, run on a schema that reads
 * spectra fast. What costs too much is not executed, and an answer that outgrows its limit is refused whole.
 */
export function startExecution(schema: GraphQLSchema): ExecuteOperation {
  const fast = withWholeFloatLists(schema);
  const checkCost = startCostCheck(schema);
  const inTurn = fairQueue(TURNS);
  return async ({ document, operation, operationName, variables }, contextValue) => {
    const isMutation = operation?.operation === OperationTypeNode.MUTATION;
    const run = async () =>
      await execute({
        schema: isMutation ? fast : schema,
        document,
        contextValue,
        variableValues: variables ?? null,
        operationName: operationName ?? null,
      });
    try {
      const cost = operation ? checkCost(document, operation, variables) : 0;
      const isQuick = isMutation || cost <= QUICK_COST;
      const result = await (isQuick ? run() : inTurn(contextValue.sender, run));
      checkAnswerSize(contextValue.answer);
      return result;
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  };
}
