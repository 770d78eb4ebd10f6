/** Prints a measurement. */
export function report(what: string, figures: Record<string, number>): void {
  const list = Object.entries(figures).map(([name, figure]) => `${name} ${figure}`);
  process.stdout.write(`${what}: ${list.join(', ')}\n`);
}
