import { badUserInput } from '../errors.ts';

/**
 * Checks a text that is stored as sent.
 *
 * @param what its name in the error, e.g. "Sample name".
 * @param max max characters (Unicode code points).
 * @throws BAD_USER_INPUT when it is empty, too long, or contains what PostgreSQL cannot store as text.
 */
export function checkText(value: string, what: string, max: number): void {
  if (value.includes('\0') || !value.isWellFormed()) {
    throw badUserInput(
      `${what} contains characters that are not valid text (NUL or half of a surrogate pair).`,
    );
  }
  // A code point has one or two UTF-16 units, so code points are counted only between max and twice max units.
  const fits = value.length <= max || (value.length <= 2 * max && [...value].length <= max);
  if (value === '' || !fits) throw badUserInput(`${what} must have 1 to ${max} characters.`);
}

// Control characters, and characters that change the direction of text: a name with these can look like another name
// in a terminal, a log or a list.
const misleading = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/** Trims and checks a name that a person or program chose. @throws as `checkText`, and for misleading characters */
export function checkName(value: string, what: string, max = 100): string {
  const name = value.trim();
  checkText(name, what, max);
  if (misleading.test(name)) throw badUserInput(`${what} contains control characters.`);
  return name;
}

/** Trims and checks an optional text. @returns null for null, undefined or a blank text. @throws as `checkText` */
export function checkOptionalText(
  value: string | null | undefined,
  what: string,
  max: number,
): string | null {
  const text = value?.trim() ?? '';
  if (text === '') return null;
  checkText(text, what, max);
  return text;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text has the form of an id. PostgreSQL rejects the whole statement for one that does not. */
export const isUuid = (text: string): boolean => uuid.test(text);
