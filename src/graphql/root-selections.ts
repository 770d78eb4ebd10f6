import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * Lists the selections at the root of an operation, with those in fragments, whatever their directives. A fragment
 * counts once. This also ends recursive fragments, which a rule rejects, and keeps the list linear in the document.
 */
export function rootSelections(
  { selections }: SelectionSetNode,
  fragmentOf: (name: string) => FragmentDefinitionNode | null | undefined,
  visited: Set<string> = new Set(),
): SelectionNode[] {
  return selections.flatMap(selection => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return [selection, ...rootSelections(selection.selectionSet, fragmentOf, visited)];
    const name = selection.name.value;
    if (visited.has(name)) return [selection];
    visited.add(name);
    const fragment = fragmentOf(name);
    return fragment
      ? [selection, ...rootSelections(fragment.selectionSet, fragmentOf, visited)]
      : [selection];
  });
}

/** Whether a selection is a field that does something: `__typename` does nothing, and some clients add it everywhere. */
export const isRootField = (selection: SelectionNode): selection is FieldNode =>
  selection.kind === Kind.FIELD && selection.name.value !== '__typename';
