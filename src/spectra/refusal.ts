import type { Reading, SpectraFile } from './reading.ts';

/** What a reader throws inside itself when a file cannot be read right. */
export class Refused extends Error {
  /** Counted from 1; null for the file as a whole. */
  readonly line: number | null;

  constructor(message: string, line: number | null) {
    super(message);
    this.name = 'Refused';
    this.line = line;
  }
}

export function refuse(message: string, line: number | null = null): never {
  throw new Refused(message, line);
}

const MAX_QUOTED = 40;

/** A text of a file for a message: in quotes, shortened, without control characters. */
export function quote(text: string): string {
  const short = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  return `'${short.replace(/\p{Cc}/gu, ' ')}'`;
}

/** Runs a reader; what it refuses becomes the problem of the file. */
export function readingOf(read: () => SpectraFile): Reading {
  try {
    return { kind: 'spectra', file: read() };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { kind: 'refused', problems: [{ line: error.line, message: error.message }] };
  }
}
