import { Kind, type SelectionSetNode, type ValidationContext, type ValidationRule } from 'graphql';
import { validationFailed } from '../errors.ts';

/**
 * Rejects mutation documents with more than one root field, counting aliases and fragments. A second mutation that fails
 * can then never discard a new raw key or a charged prediction, and one document is one sign-in attempt. `@skip` and
 * `@include` are ignored, as their result depends on variables.
 */
export const oneMutationField: ValidationRule = context => ({
  OperationDefinition(operation) {
    if (operation.operation !== 'mutation') return;
    const count = countFields(operation.selectionSet, context, new Set());
    if (count > 1) {
      context.reportError(
        validationFailed(
          `A mutation document has one root field, and this one has ${count}. Send each mutation in its own request.`,
          { nodes: operation },
        ),
      );
    }
  },
});

function countFields(
  { selections }: SelectionSetNode,
  context: ValidationContext,
  visited: Set<string>,
): number {
  return selections
    .map(selection => {
      // `__typename` does nothing, and some clients add it everywhere.
      if (selection.kind === Kind.FIELD) return selection.name.value === '__typename' ? 0 : 1;
      if (selection.kind === Kind.INLINE_FRAGMENT)
        return countFields(selection.selectionSet, context, visited);
      // A fragment counts once. This also ends recursive fragments, which another rule rejects, and keeps the count
      // linear in the document.
      const name = selection.name.value;
      if (visited.has(name)) return 0;
      visited.add(name);
      const fragment = context.getFragment(name);
      return fragment ? countFields(fragment.selectionSet, context, visited) : 0;
    })
    .reduce((sum, count) => sum + count, 0);
}
