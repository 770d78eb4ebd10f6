import { Kind, type OperationDefinitionNode } from 'graphql';

/** What is noted of a request while it is answered, for metrics and traces. */
export interface RequestMetadata {
  /** What it executes; undefined where it is refused before that is known. */
  operation: OperationDefinitionNode | undefined;
  /** The catalogue's code of its answer's first error. */
  code: string | undefined;
  /** Whether it was answered 503 after its time: what it changed is undone. */
  isOver: boolean;
  /** Whether a change of it is being committed, or was: it is not answered 503 after its time any more. */
  isCommitting: boolean;
}

const names = new WeakMap<OperationDefinitionNode, string>();

/**
 * The first root field of a validated operation, by which it is counted: a name of the schema, never one that the
 * client chose. `none` where no operation was found, `other` where the operation begins with a fragment.
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
