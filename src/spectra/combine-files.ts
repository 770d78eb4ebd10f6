import { MAX_FILE_POINTS } from './limits.ts';
import { describeDisagreement, type ExpectedSpectra } from './model-order.ts';
import { type OrderedFile, xToCheck } from './ordered-file.ts';
import { placeIn } from './problems.ts';
import { readOrderedFile } from './read-ordered-file.ts';
import type { Problem } from './reading.ts';

/** The bytes of a file, under its name with its ending. */
export interface NamedBytes {
  name: string;
  bytes: Uint8Array;
}

/** Files that are sent together, or why they are not. */
export type Combination =
  | {
      kind: 'combined';
      files: OrderedFile[];
      /** The x that all files have in the order in which they are sent; null if it could not be checked. */
      x: readonly number[] | null;
    }
  | { kind: 'refused' | 'too-many'; message: string };

/**
 * Reads files that are sent to a model in one call: all of them or none, as a part could be mistaken for all. A question
 * that a person would have to answer refuses its file.
 *
 * @param maxSpectra max spectra of all files together; reading stops beyond it
 */
export function combineFiles(
  files: readonly NamedBytes[],
  { model, maxSpectra }: { model: ExpectedSpectra; maxSpectra: number },
): Combination {
  const twice = files.find(({ name }, index) => files.findIndex(other => other.name === name) < index);
  if (twice) {
    return { kind: 'refused', message: `Two files are called ${twice.name}. Give each a name of its own.` };
  }
  const read: OrderedFile[] = [];
  let spectra = 0;
  let points = 0;
  for (const { name, bytes } of files) {
    const reading = readOrderedFile(name, bytes, { model, answers: [] });
    if (reading.kind === 'refused')
      return { kind: 'refused', message: describeProblems(name, reading.problems) };
    if (reading.kind === 'question') {
      return {
        kind: 'refused',
        message: `${name}: ${reading.question.text} Change the file so that this is clear, or predict it in the dashboard, which asks.`,
      };
    }
    spectra += reading.file.samples.length;
    if (spectra > maxSpectra) {
      const held = files.length === 1 ? `${name} holds` : `The files up to ${name} hold`;
      return {
        kind: 'too-many',
        message: `${held} ${spectra} spectra, but a call takes at most ${maxSpectra}. Send ${files.length === 1 ? 'it in several files' : 'the files'} in several calls of at most ${maxSpectra} spectra each.`,
      };
    }
    points += reading.file.points.length;
    if (points > MAX_FILE_POINTS) {
      return {
        kind: 'too-many',
        message: `The files up to ${name} have more than ${MAX_FILE_POINTS} points. Send the files in several calls.`,
      };
    }
    read.push(reading.file);
  }
  const disagreement = describeDisagreement(read, model);
  if (disagreement !== null) return { kind: 'refused', message: disagreement };
  const [first] = read;
  // Every file was compared with the model's axis, so all have the x of the first, which is null if the model has none.
  return { kind: 'combined', files: read, x: first ? xToCheck(first) : null };
}

/** The problems of a file in one text: `spectra.csv, line 3: …`. */
const describeProblems = (name: string, problems: readonly Problem[]): string =>
  problems.map(({ line, message }) => `${placeIn(name, line)}: ${message}`).join('\n');
