import type { ChosenFile } from './files.ts';

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
