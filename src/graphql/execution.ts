import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { Context } from './context.ts';
import { withWholeFloatLists, withWholeVariables } from './float-lists.ts';
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

/**
 * Execution in the place of Apollo's own. Mutations, which no introspection can be part of, run on a schema that reads
 * spectra fast. The variables of a large body are checked before: graphql-js quotes a wrong value, of whatever length,
 * up to fifty times.
 */
export function startExecution(schema: GraphQLSchema): ExecuteOperation {
  const fast = withWholeFloatLists(schema);
  return async ({ document, operation, operationName, variables }, contextValue) => {
    const isMutation = operation?.operation === OperationTypeNode.MUTATION;
    if (contextValue.isLarge && operation) {
      const errors = findVariableErrors(schema, operation, variables);
      if (errors.length > 0) return { errors };
    }
    return await execute({
      schema: isMutation ? fast : schema,
      document: isMutation && contextValue.isLarge ? withWholeVariables(document) : document,
      contextValue,
      variableValues: variables ?? null,
      operationName: operationName ?? null,
    });
  };
}
