import { Kind, type SelectionSetNode, type ValidationContext, type ValidationRule } from 'graphql';
import { validationFailed } from '../errors.ts';

/**
 * Refuses mutation documents with more than one root field, aliases and fragments counted: a failing neighbour can
 * then never swallow a raw key or a charged prediction, and one document is one guess. `@skip` and `@include` are
 * not weighed, as they would let variables decide.
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
  entered: Set<string>,
): number {
  return selections
    .map(selection => {
      // `__typename` does nothing, and some clients add it everywhere.
      if (selection.kind === Kind.FIELD) return selection.name.value === '__typename' ? 0 : 1;
      if (selection.kind === Kind.INLINE_FRAGMENT)
        return countFields(selection.selectionSet, context, entered);
      // A fragment that is spread again adds nothing. This also ends fragments within themselves, which another
      // rule refuses, and keeps the count linear in the document.
      const name = selection.name.value;
      if (entered.has(name)) return 0;
      entered.add(name);
      const fragment = context.getFragment(name);
      return fragment ? countFields(fragment.selectionSet, context, entered) : 0;
    })
    .reduce((sum, count) => sum + count, 0);
}
