import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';
import { keyFieldForbidden } from '../errors.ts';

/** The fields of a key that its holder may read, who may be anyone: nothing about people, networks and other keys. */
const READABLE = [
  'id',
  'name',
  'prefix',
  'scopes',
  'status',
  'createdAt',
  'expiresAt',
  'revokedAt',
  'revocationSource',
] as const;

const isReadable = (name: string) => name === '__typename' || READABLE.some(readable => readable === name);

/**
 * Checks what a request selects of the key that it revokes, before that is done: a field that fails afterwards would
 * discard the answer.
 *
 * @throws FORBIDDEN for a field that only people may read
 */
export function checkHeldSelection({
  fieldNodes,
  fragments,
}: Pick<GraphQLResolveInfo, 'fragments'> & { fieldNodes: readonly FieldNode[] }): void {
  // Each fragment once: they can be nested to double with every level.
  const visited = new Set<string>();
  function check({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        if (!isReadable(selection.name.value)) throw keyFieldForbidden(selection.name.value, READABLE);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        check(selection.selectionSet);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments[selection.name.value];
        if (fragment) check(fragment.selectionSet);
      }
    }
  }
  for (const { selectionSet } of fieldNodes) if (selectionSet) check(selectionSet);
}
