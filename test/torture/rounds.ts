import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The number of rounds: 1000 is the full measure. */
    rounds: number;
  }
}

/** A count that is `full` for 1000 rounds, and at least `least`. */
export const scaled = (full: number, least: number): number =>
  Math.max(least, Math.round((full * inject('rounds')) / 1000));
