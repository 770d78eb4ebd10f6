/**
 * The cursor after which a page of logs begins with this log: of its id plus one. Cursors are ids, and newest first is
 * id descending.
 */
export function cursorBefore(id: string): string {
  const next = BigInt(`0x${id.replaceAll('-', '')}`) + 1n;
  return next
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
