import type { ValidationRule } from 'graphql';
import { validationFailed } from '../errors.ts';
import { isRootField, rootSelections } from './root-selections.ts';

/**
 * Rejects mutation documents with more than one root field, counting aliases and fragments. A second mutation that fails
 * can then never discard a new raw key or a charged prediction, and one document is one sign-in attempt. `@skip` and
 * `@include` are ignored, as their result depends on variables.
 */
export const oneMutationField: ValidationRule = context => ({
  OperationDefinition(operation) {
    if (operation.operation !== 'mutation') return;
    const selections = rootSelections(operation.selectionSet, name => context.getFragment(name));
    const count = selections.filter(isRootField).length;
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
