import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { fairQueue } from '../concurrency/fair-queue.ts';
import { checkAnswerSize } from './answer-size.ts';
import type { Context } from './context.ts';
import { withWholeFloatLists, withWholeVariables } from './float-lists.ts';
import { startCostCheck } from './query-cost.ts';
import { findVariableErrors } from './variables.ts';

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

/** A query that may cost more than this is queued; what costs less is executed in a millisecond. */
const QUICK_COST = 500;

/**
 * The queue of heavy queries. One costs up to a tenth of a second of the event loop, and the loop takes all that is ready
 * before it comes to anything else: of the rest of the requests none waits for more than two of them at a time.
 */
const HEAVY_QUERIES = { concurrency: 2, concurrencyOfSender: 1, maxWaiting: 1000, maxWaitingOfSender: 50 };

/**
 * Execution in the place of Apollo's own. Mutations, which no introspection can be part of, run on a schema that reads
 * spectra fast. What costs too much is not executed, and an answer that outgrows its limit is refused whole. The variables
 * of a large body are checked before: graphql-js quotes a wrong value, of whatever length, up to fifty times.
 */
export function startExecution(schema: GraphQLSchema, maxCost?: number): ExecuteOperation {
  const fast = withWholeFloatLists(schema);
  const checkCost = startCostCheck(schema, maxCost);
  const queued = fairQueue(HEAVY_QUERIES);
  return async ({ document, operation, operationName, variables }, contextValue) => {
    const isMutation = operation?.operation === OperationTypeNode.MUTATION;
    if (contextValue.isLarge && operation) {
      const errors = findVariableErrors(schema, operation, variables);
      if (errors.length > 0) return { errors };
    }
    const run = async () =>
      await execute({
        schema: isMutation ? fast : schema,
        document: isMutation && contextValue.isLarge ? withWholeVariables(document) : document,
        contextValue,
        variableValues: variables ?? null,
        operationName: operationName ?? null,
      });
    try {
      const cost = operation ? checkCost(document, operation, variables) : 0;
      const isQuick = isMutation || cost <= QUICK_COST;
      const result = await (isQuick ? run() : queued(contextValue.sender, run));
      checkAnswerSize(contextValue.answer);
      return result;
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  };
}
