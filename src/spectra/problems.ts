import { MAX_PROBLEMS } from './limits.ts';
import type { Problem } from './reading.ts';

/** Thrown inside a reader: the file is refused with these problems. `readSpectraFile` catches it. */
export class FileRefused extends Error {
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    super(problems[0]?.message);
    this.problems = problems;
  }
}

/** Refuses a file for one reason. @param line null for the file as a whole */
export function refuse(line: number | null, message: string): never {
  throw new FileRefused([{ line, message }]);
}

/** Collects problems, so that a person sees several at once. */
export interface Problems {
  /** @throws {FileRefused} at the first problem beyond `MAX_PROBLEMS` - 1, as reading on is useless */
  report(line: number | null, message: string): void;
  /** @throws {FileRefused} if problems were reported */
  refuseIfAny(): void;
}

export function createProblems(): Problems {
  const problems: Problem[] = [];
  return {
    report(line, message) {
      if (problems.length === MAX_PROBLEMS - 1) {
        problems.push({ line: null, message: 'There are more problems. Fix these first.' });
        throw new FileRefused(problems);
      }
      problems.push({ line, message });
    },
    refuseIfAny() {
      if (problems.length > 0) throw new FileRefused(problems);
    },
  };
}

/** A place in a file, for messages: `spectra.csv, line 3`. @param line null if it is not known */
export const placeIn = (file: string, line: number | null): string =>
  line === null ? file : `${file}, line ${line}`;

const MAX_QUOTED = 60;

/** A text for a message, cut if it is long: it may have any length. */
export const shorten = (text: string): string =>
  text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;

/** A text of a file in quotation marks, cut if it is long. */
export const quote = (text: string): string => `'${shorten(text)}'`;

const MAX_LISTED = 5;

/** The first of some texts of a file, for messages. */
export function list(texts: readonly string[]): string {
  const listed = texts.slice(0, MAX_LISTED).map(quote).join(', ');
  return texts.length > MAX_LISTED ? `${listed}, …` : listed;
}
