import type { FastifyReply, FastifyRequest } from 'fastify';
import { Kind, type OperationDefinitionNode } from 'graphql';
import { codes } from '../errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The method and path of a route outside GraphQL, for metrics and traces: `GET /api/key`. */
    operation?: string;
  }
}

/** What is recorded of a request while it is handled, for metrics, traces and the time limit. */
export interface RequestMetadata {
  /** The operation; undefined if the request is rejected before it is known. */
  operation: OperationDefinitionNode | undefined;
  /** The code of the response's first error. */
  code: string | undefined;
  /** Whether it timed out and was answered 503: its transaction is then rolled back. */
  isOver: boolean;
  /** Whether its transaction is being or was committed: it then no longer times out. */
  isCommitting: boolean;
}

/** The code of the error that a request was answered with; undefined if it was answered without one. */
export function codeOfAnswer(
  { code }: Pick<RequestMetadata, 'code'>,
  { statusCode }: Pick<FastifyReply, 'statusCode'>,
): string | undefined {
  // Requests that Apollo rejects by itself have no code here; graphql/answers.ts answers them with this one.
  return code ?? (statusCode >= 400 ? codes.BAD_USER_INPUT : undefined);
}

const names = new WeakMap<OperationDefinitionNode, string>();

/**
 * The first root field of a validated operation, as a label for metrics and traces: a name of the schema, never one that
 * the client chose. `none` without an operation, `other` for one that begins with a fragment.
 */
export function rootFieldOf(operation: OperationDefinitionNode | undefined): string {
  if (!operation) return 'none';
  let name = names.get(operation);
  if (name === undefined) {
    const [first] = operation.selectionSet.selections;
    name = first?.kind === Kind.FIELD ? first.name.value : 'other';
    names.set(operation, name);
  }
  return name;
}

/** What a request asks for, as a label: the root field of a GraphQL operation, or the method and path of its route. */
export const operationOf = ({
  operation,
  routeOptions,
}: Pick<FastifyRequest, 'operation' | 'routeOptions'>): string =>
  routeOptions.config?.operation ?? rootFieldOf(operation);
