import { badUserInput } from '../errors.ts';

/** What keeps the schema's plain lists short: the maximum number of entries of a parent. */
export const MAX_IN_A_LIST = 200;

/** Objects in the lists of one answer. */
export const MAX_OBJECTS = 10_000;

/**
 * @param held how many the parent has, counted while its row is locked.
 * @throws BAD_USER_INPUT when there is no room for one more.
 */
export function checkRoom(held: number, parent: string, entries: string): void {
  if (held >= MAX_IN_A_LIST) throw badUserInput(`${parent} holds at most ${MAX_IN_A_LIST} ${entries}.`);
}

/** @throws BAD_USER_INPUT when these are more rows than an answer may hold. */
export function checkRows(count: number): void {
  if (count > MAX_OBJECTS)
    throw badUserInput(`The answer would hold more than ${MAX_OBJECTS} objects. Ask for less at once.`);
}
