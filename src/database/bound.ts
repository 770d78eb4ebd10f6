import { badUserInput } from '../errors.ts';

/** What keeps the schema's plain lists short: the most entries a parent may have. */
const MOST_IN_A_LIST = 200;

/**
 * @param held how many the parent has, counted while its row is locked.
 * @throws BAD_USER_INPUT when there is no room for one more.
 */
export function checkRoom(held: number, parent: string, entries: string): void {
  if (held >= MOST_IN_A_LIST) throw badUserInput(`${parent} holds at most ${MOST_IN_A_LIST} ${entries}.`);
}
