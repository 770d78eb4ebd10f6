import { useEffect, useState } from 'react';
import type { AnyVariables, CombinedError, UseQueryState } from 'urql';

/** Logs on a page. */
const SIZE = 20;
/** Logs on a page if more would hold more spectra than an answer may: 5 of 1000 spectra always fit. */
const SMALL_SIZE = 5;

/** The current page of logs, and functions that change it. */
export interface Pages {
  /** Counted from 1. */
  number: number;
  /** Max logs of the page. */
  size: number;
  /** The cursor before the page; null for the first page. */
  after: string | null;
  toFirst: () => void;
  toNewer: () => void;
  toOlder: (endCursor: string) => void;
  /** Makes the pages smaller from here on, because the server refuses this one. Null if they are as small as possible. */
  shrink: (() => void) | null;
}

interface Turned {
  list: string;
  size: number;
  cursors: readonly string[];
}

/**
 * Turns the pages of a list of logs. It is read forwards only, so earlier cursors are kept for going back.
 *
 * @param list the name of what is listed, if that can change; a change of it leads to the first page
 */
export function usePages(onTurn: () => void = () => {}, list = ''): Pages {
  const [turned, setTurned] = useState<Turned>({ list, size: SIZE, cursors: [] });
  const { size, cursors } = turned.list === list ? turned : { size: SIZE, cursors: [] };
  const turnTo = (next: readonly string[]) => {
    onTurn();
    setTurned({ list, size, cursors: next });
  };
  return {
    number: cursors.length + 1,
    size,
    after: cursors.at(-1) ?? null,
    toFirst: () => turnTo([]),
    toNewer: () => turnTo(cursors.slice(0, -1)),
    toOlder: endCursor => turnTo([...cursors, endCursor]),
    shrink: size === SMALL_SIZE ? null : () => setTurned({ list, size: SMALL_SIZE, cursors }),
  };
}

/**
 * Makes the pages smaller if the server refuses a page, which it does if its calls have too many spectra. A page that is
 * refused for another reason is refused again, and its error is then shown.
 *
 * @returns the error, unless smaller pages avoid it
 */
export function useSmallerPages(
  error: CombinedError | undefined,
  { shrink }: Pages,
): CombinedError | undefined {
  const isAvoidable = error !== undefined && error.graphQLErrors.length > 0 && shrink !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the function is another one in each render
  useEffect(() => {
    if (isAvoidable) shrink();
  }, [isAvoidable]);
  return isAvoidable ? undefined : error;
}

/** Whether the result is still that of another page or list, which is shown until the next one is loaded. */
export function isTurning<Variables extends AnyVariables>(
  { fetching, operation }: UseQueryState<unknown, Variables>,
  variables: Variables,
): boolean {
  return fetching && JSON.stringify(operation?.variables) !== JSON.stringify(variables);
}
