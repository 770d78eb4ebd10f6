import { describeDisagreement, type ExpectedSpectra } from '../../spectra/model-order.ts';
import type { ChosenFile } from './files.ts';
import type { OrderedFile } from './ordered-file.ts';

/** Describes how files differ in what the model does not state, its x axis or unit; null if they do not. */
export function disagreementOf(files: readonly OrderedFile[], model: ExpectedSpectra): string | null {
  return describeDisagreement(files, model);
}

/** What has to be done before the spectra can be sent; null if nothing has. */
export function describeObstacle(files: readonly ChosenFile[], disagreement: string | null): string | null {
  const some = (...kinds: ChosenFile['state']['kind'][]) =>
    files.some(({ state }) => kinds.includes(state.kind));
  if (some('refused')) return 'Remove or replace the files that were refused.';
  if (some('stopped')) return 'Read the stopped files again, or remove them.';
  if (some('question')) return 'Answer the question first, or remove the file.';
  if (disagreement !== null) return 'Remove the files that differ.';
  return some('waiting', 'reading') ? 'Reading …' : null;
}
