import { useState } from 'react';
import type { AnyVariables, UseQueryState } from 'urql';

/** The current page of a list, and functions that change it. */
export interface Pages {
  /** Counted from 1. */
  number: number;
  /** The cursor before the page; null for the first page. */
  after: string | null;
  toFirst: () => void;
  toNewer: () => void;
  toOlder: (endCursor: string) => void;
}

interface Turned {
  list: string;
  cursors: readonly string[];
}

/**
 * Turns the pages of a list. It is read forwards only, so earlier cursors are kept for going back.
 *
 * @param list the name of what is listed, if that can change; a change of it leads to the first page
 */
export function usePages(onTurn: () => void = () => {}, list = ''): Pages {
  const [turned, setTurned] = useState<Turned>({ list, cursors: [] });
  const cursors = turned.list === list ? turned.cursors : [];
  const turnTo = (next: readonly string[]) => {
    onTurn();
    setTurned({ list, cursors: next });
  };
  return {
    number: cursors.length + 1,
    after: cursors.at(-1) ?? null,
    toFirst: () => turnTo([]),
    toNewer: () => turnTo(cursors.slice(0, -1)),
    toOlder: endCursor => turnTo([...cursors, endCursor]),
  };
}

/** Whether the result is still that of another page or list, which is shown until the next one is loaded. */
export function isTurning<Variables extends AnyVariables>(
  { fetching, operation }: UseQueryState<unknown, Variables>,
  variables: Variables,
): boolean {
  return fetching && JSON.stringify(operation?.variables) !== JSON.stringify(variables);
}
