import { badUserInput } from './errors.ts';

/**
 * A text that a person or program chose, trimmed.
 *
 * @param what how the sentence names it, e.g. "API key name".
 * @param most the longest it may be, in characters (Unicode code points).
 * @throws BAD_USER_INPUT when it is empty, too long, or holds what PostgreSQL cannot store as text.
 */
export function checkName(value: string, what: string, most = 100): string {
  const name = value.trim();
  if (name.includes('\0') || !name.isWellFormed()) {
    throw badUserInput(`${what} holds characters that are not valid text (NUL or half of a surrogate pair).`);
  }
  const length = [...name].length;
  if (length < 1 || length > most) throw badUserInput(`${what} must have 1 to ${most} characters.`);
  return name;
}

/** The same for a text that may be left out: null, absent and blank all mean that there is none. */
export function checkOptionalName(value: string | null | undefined, what: string, most = 100): string | null {
  return value == null || value.trim() === '' ? null : checkName(value, what, most);
}
