import Papa from 'papaparse';

// Texts that a spreadsheet runs as a formula (OWASP's list). A name may come from another person.
// Papa Parse's own pattern misses texts with a line break.
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u;

/**
 * A formula after what another spreadsheet takes for the end of a cell. With a list separator of `;`, as in German and
 * French, Excel reads quotes within such a cell as text.
 */
const FORMULA_AFTER_SEPARATOR = /(?<!^)([;\t\r\n]["\s]*)(?=[=+\-@＝＋－＠])/gu;

/** A table as CSV (RFC 4180). Text that a spreadsheet would run as a formula gets a `'` before it. */
export function csvOf(fields: string[], rows: readonly unknown[][]): string {
  const data = rows.map(row =>
    row.map(cell => (typeof cell === 'string' ? cell.replaceAll(FORMULA_AFTER_SEPARATOR, "$1'") : cell)),
  );
  return `${Papa.unparse({ fields, data }, { escapeFormulae: FORMULA })}\r\n`;
}
