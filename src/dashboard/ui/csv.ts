import Papa from 'papaparse';

// Texts that a spreadsheet runs as a formula (OWASP's list). A name may come from another person.
// Papa Parse's own pattern misses texts with a line break.
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u;

/** A table as CSV (RFC 4180). Text that a spreadsheet would run as a formula gets a `'` before it. */
export const csvOf = (fields: string[], rows: readonly unknown[][]): string =>
  `${Papa.unparse({ fields, data: [...rows] }, { escapeFormulae: FORMULA })}\r\n`;
