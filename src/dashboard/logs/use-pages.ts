import { useState } from 'react';

/** The page of a connection that is shown, and ways to others. */
export interface Pages {
  /** From 1. */
  number: number;
  /** The cursor that the page follows; null for the first. */
  after: string | null;
  toFirst: () => void;
  toNewer: () => void;
  toOlder: (endCursor: string) => void;
}

/** Turns the pages of a connection, which only leads on: the cursors that led to the page shown lead back. */
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
