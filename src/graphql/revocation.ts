import {
  type DocumentNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
} from 'graphql';
import { QUERY_LIMITS } from './query-limits.ts';
import { isRootField, rootSelections } from './root-selections.ts';

const FIELD = 'revokeThisApiKey';

/**
 * Whether an operation does nothing but revoke the key that it is sent with. It is executed for a key which is refused
 * otherwise, so everything that is not certain counts as something else: with `@skip`, it might do nothing.
 */
export function isRevocation(
  document: DocumentNode,
  operation: OperationDefinitionNode | null | undefined,
): boolean {
  if (operation?.operation !== OperationTypeNode.MUTATION) return false;
  const selections = rootSelections(operation.selectionSet, name => fragmentOf(document, name));
  const fields = selections.filter(isRootField);
  return (
    fields.length === 1 &&
    fields.every(({ name }) => name.value === FIELD) &&
    [operation, ...selections].every(({ directives = [] }) => directives.length === 0)
  );
}

/** The document of a GraphQL request that mentions the revocation of its key; undefined if it does not. */
function mentioningRevocation(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('query' in body)) return undefined;
  const { query } = body;
  if (typeof query !== 'string' || query.length > QUERY_LIMITS.characters) return undefined;
  return query.includes(FIELD) ? query : undefined;
}

/** Whether the body of a GraphQL request mentions the revocation of its key. */
export const mentionsRevocation = (body: unknown): boolean => mentioningRevocation(body) !== undefined;

/** Whether the body of a GraphQL request, before its validation, asks for the revocation of its key and nothing else. */
export function asksForRevocation(body: unknown): boolean {
  const query = mentioningRevocation(body);
  if (query === undefined || typeof body !== 'object' || body === null) return false;
  const operationName = 'operationName' in body ? body.operationName : null;
  if (operationName != null && typeof operationName !== 'string') return false;
  try {
    const document = parse(query, { maxTokens: QUERY_LIMITS.tokens, noLocation: true });
    return isRevocation(document, getOperationAST(document, operationName));
  } catch {
    return false;
  }
}

function fragmentOf({ definitions }: DocumentNode, name: string) {
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name) return definition;
  return undefined;
}
