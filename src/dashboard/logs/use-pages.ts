import { useState } from 'react';

/** The current page of a connection, and functions that change it. */
export interface Pages {
  /** Counted from 1. */
  number: number;
  /** The cursor before the page; null for the first page. */
  after: string | null;
  toFirst: () => void;
  toNewer: () => void;
  toOlder: (endCursor: string) => void;
}

/** Turns the pages of a connection. It is read forwards only, so earlier cursors are kept for going back. */
export function usePages(onTurn: () => void = () => {}): Pages {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const turnTo = (next: readonly string[]) => {
    onTurn();
    setCursors(next);
  };
  return {
    number: cursors.length + 1,
    after: cursors.at(-1) ?? null,
    toFirst: () => turnTo([]),
    toNewer: () => turnTo(cursors.slice(0, -1)),
    toOlder: endCursor => turnTo([...cursors, endCursor]),
  };
}
