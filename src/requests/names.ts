import { badUserInput } from '../errors.ts';

/**
 * Checks a text that is kept as it was sent.
 *
 * @param what how the sentence names it, e.g. "Sample name".
 * @param max the longest it may be, in characters (Unicode code points).
 * @throws BAD_USER_INPUT when it is empty, too long, or holds what PostgreSQL cannot store as text.
 */
export function checkText(value: string, what: string, max: number): void {
  if (value.includes('\0') || !value.isWellFormed()) {
    throw badUserInput(`${what} holds characters that are not valid text (NUL or half of a surrogate pair).`);
  }
  // A code point takes one or two units, so max texts need no count.
  const fits = value.length <= max || (value.length <= 2 * max && [...value].length <= max);
  if (value === '' || !fits) throw badUserInput(`${what} must have 1 to ${max} characters.`);
}

// Control characters, and those that turn the direction of the text around them: a name that holds some would show
// as another in a terminal, a log or a list.
const misleading = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/** A name that a person or program chose, trimmed. @throws as `checkText`, and for characters that mislead. */
export function checkName(value: string, what: string, max = 100): string {
  const name = value.trim();
  checkText(name, what, max);
  if (misleading.test(name)) throw badUserInput(`${what} holds control characters.`);
  return name;
}

/** A text that may be left out, trimmed: null, absent and blank all mean that there is none. @throws as `checkText`. */
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

/** Whether a text is written as ids are. PostgreSQL would refuse the whole statement for one that is not. */
export const isUuid = (text: string): boolean => uuid.test(text);
