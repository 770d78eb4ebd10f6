import { badUserInput } from '../errors.ts';

/** Max entries of a parent, which limits the plain lists of the schema. */
export const MAX_IN_A_LIST = 200;

/** Max objects in the lists of one result. */
export const MAX_OBJECTS = 10_000;

/**
 * Checks that a parent may get one more entry.
 *
 * @param held the number of its entries, counted while its row is locked.
 * @throws BAD_USER_INPUT when it has the max.
 */
export function assertBelowLimit(held: number, parent: string, entries: string): void {
  if (held >= MAX_IN_A_LIST) throw badUserInput(`${parent} holds at most ${MAX_IN_A_LIST} ${entries}.`);
}

/** Checks the number of objects in the lists of one result. @throws BAD_USER_INPUT when it exceeds `MAX_OBJECTS` */
export function checkRows(count: number): void {
  if (count > MAX_OBJECTS)
    throw badUserInput(`The answer would hold more than ${MAX_OBJECTS} objects. Ask for less at once.`);
}
