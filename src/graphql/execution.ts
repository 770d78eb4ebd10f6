import { setImmediate as nextIteration } from 'node:timers/promises';
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
import { unauthenticated } from '../errors.ts';
import type { Context } from './context.ts';
import { withWholeFloatLists, withWholeVariables } from './float-lists.ts';
import { startCostCheck } from './query-cost.ts';
import { checkResultSize } from './result-size.ts';
import { isRevocation } from './revocation.ts';
import { findVariableErrors } from './variables.ts';

/** An operation in a document that was validated against the public schema. */
export interface OperationRequest {
  document: DocumentNode;
  /** The operation that `operationName` selects; null or undefined if there is none. */
  operation: OperationDefinitionNode | null | undefined;
  operationName: string | null | undefined;
  variables: Record<string, unknown> | null | undefined;
}

/** Executes an operation. Errors are in the result. */
export type ExecuteOperation = (request: OperationRequest, context: Context) => Promise<ExecutionResult>;

/** Queries of a higher cost are queued; others are executed in a millisecond. */
const MAX_QUICK_COST = 500;

/** The queue of heavy queries. Each blocks the event loop for up to a tenth of a second; at most two do so in one iteration. */
const HEAVY_QUERIES = { concurrency: 2, concurrencyOfSender: 1, maxWaiting: 1000, maxWaitingOfSender: 50 };

/**
 * Starts the execution that replaces Apollo's. Mutations, which cannot contain introspection, run on a schema that reads
 * spectra fast. A document that costs too much is not executed, and a result beyond its limit is rejected as a whole.
 * The variables of a large body are checked first, as graphql-js quotes a wrong value of any length up to fifty times.
 */
export function startExecution(schema: GraphQLSchema, maxCost?: number): ExecuteOperation {
  const fastSchema = withWholeFloatLists(schema);
  const checkCost = startCostCheck(schema, maxCost);
  const queued = fairQueue(HEAVY_QUERIES);
  return async ({ document, operation, operationName, variables }, contextValue) => {
    const { caller } = contextValue;
    if (caller.kind === 'key-holder' && !isRevocation(document, operation)) {
      return { errors: [caller.key.refusal ?? unauthenticated()] };
    }
    const isMutation = operation?.operation === OperationTypeNode.MUTATION;
    if (contextValue.isLarge && operation) {
      const errors = findVariableErrors(schema, operation, variables);
      if (errors.length > 0) return { errors };
    }
    const run = async () =>
      await execute({
        schema: isMutation ? fastSchema : schema,
        document: isMutation && contextValue.isLarge ? withWholeVariables(document) : document,
        contextValue,
        variableValues: variables ?? null,
        operationName: operationName ?? null,
        // Each error quotes a whole object. graphql/variables.ts describes all of them.
        options: { maxCoercionErrors: 1 },
      });
    /** Runs at once or, where it had to wait, in an iteration of the event loop of its own. */
    const runInQueue = () => {
      let hasWaited = false;
      const result = queued(contextValue.callerId, async () => {
        if (hasWaited) await nextIteration();
        return await run();
      });
      hasWaited = true;
      return result;
    };
    try {
      const cost = operation ? checkCost(document, operation, variables) : 0;
      const isQuick = isMutation || cost <= MAX_QUICK_COST;
      const result = await (isQuick ? run() : runInQueue());
      checkResultSize(contextValue.resultSize);
      return result;
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  };
}
