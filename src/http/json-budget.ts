/** Max contents of a JSON body besides numbers. A call of 1000 spectra has 2000 objects and lists, and 2000 names. */
export const JSON_BUDGET = { containers: 10_000, names: 20_000, values: 20_000 };

/** A body of at most this length cannot exceed the budget. */
export const ALWAYS_WITHIN_BUDGET_BYTES = 20_000;

const QUOTE = 1;
const OPENING = 2;
const COLON = 3;
const WORD = 4;
const BACKSLASH = 5;
const KIND = new Uint8Array(256);
KIND['"'.charCodeAt(0)] = QUOTE;
KIND['\\'.charCodeAt(0)] = BACKSLASH;
KIND['{'.charCodeAt(0)] = OPENING;
KIND['['.charCodeAt(0)] = OPENING;
KIND[':'.charCodeAt(0)] = COLON;
for (const first of 'tfn') KIND[first.charCodeAt(0)] = WORD;

/**
 * Starts to count the contents of a JSON body as its bytes arrive: objects and lists, names of fields, and other values
 * that are not numbers. Parsed, they take about a hundred times the memory of their bytes ("{}," has 3), and time in
 * proportion: 24 MiB blocked the event loop for 4.8 s and took 930 MB. Bytes that are not JSON are counted as if they
 * were, and rejected by the parser.
 *
 * @returns a function that counts the next bytes, and returns the limit that is exceeded, if any. A byte takes about a
 * nanosecond.
 */
export function startJsonBudget(): (bytes: Uint8Array) => string | undefined {
  let containers = 0;
  let names = 0;
  let texts = 0;
  let words = 0;
  let inText = false;
  let escaped = false;

  return bytes => {
    for (let at = 0; at < bytes.length; at++) {
      const kind = KIND[bytes[at] ?? 0];
      if (escaped) {
        escaped = false;
        continue;
      }
      if (kind === 0) continue;
      if (inText) {
        if (kind === QUOTE) inText = false;
        else if (kind === BACKSLASH) escaped = true;
        continue;
      }
      if (kind === OPENING) containers += 1;
      else if (kind === COLON) names += 1;
      else if (kind === WORD) words += 1;
      else if (kind === QUOTE) {
        inText = true;
        texts += 1;
      }
    }
    if (containers > JSON_BUDGET.containers) return `${JSON_BUDGET.containers} objects and lists`;
    if (names > JSON_BUDGET.names) return `${JSON_BUDGET.names} names of fields`;
    // The last text may be a name whose colon has not arrived yet.
    if (texts - names - 1 + words > JSON_BUDGET.values) {
      return `${JSON_BUDGET.values} values beside numbers, objects and lists`;
    }
    return undefined;
  };
}
