import { csvOf } from '../ui/csv.ts';
import { actorOf, type Entry, sentenceOf } from './sentences.ts';

/** Entries in one request for a file: the max that the server allows. */
export const ENTRIES_OF_A_READ = 100;

/** Max entries of a file, so that one click sends at most 50 requests. */
export const MAX_EXPORTED = 50 * ENTRIES_OF_A_READ;

/** Entries of the activity as CSV, times in UTC. */
export const activityCsv = (entries: readonly Entry[]): string =>
  csvOf(
    [
      'time',
      'actor',
      'actor_id',
      'action',
      'subject',
      'subject_id',
      'project',
      'network',
      'sentence',
      'changes',
      'details',
    ],
    entries.map(entry => [
      entry.createdAt,
      actorOf(entry),
      entry.actor?.id ?? '',
      entry.action,
      entry.subject,
      entry.subjectId,
      entry.project?.name ?? '',
      entry.network ?? '',
      sentenceOf(entry),
      entry.changes.map(({ field, from, to }) => `${field}: ${from ?? ''} -> ${to ?? ''}`).join('; '),
      entry.details.map(({ name, value }) => `${name}: ${value}`).join('; '),
    ]),
  );

interface Page {
  nodes: readonly Entry[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null | undefined };
}

/**
 * Reads what a filter selects, page by page, at most `MAX_EXPORTED` entries.
 *
 * @param read a page of `ENTRIES_OF_A_READ` entries; null if it could not be read
 * @param from the cursor after which to begin; null: with the newest entry
 * @returns the entries, and the cursor after which there are more, if any; null if a page could not be read
 */
export async function readAll(
  read: (after: string | null) => Promise<Page | null>,
  from: string | null,
): Promise<{ entries: Entry[]; next: string | null } | null> {
  const entries: Entry[] = [];
  let after = from;
  for (;;) {
    const page: Page | null = await read(after);
    if (!page) return null;
    entries.push(...page.nodes);
    after = page.pageInfo.endCursor ?? null;
    if (!page.pageInfo.hasNextPage || after === null) return { entries, next: null };
    if (entries.length >= MAX_EXPORTED) return { entries, next: after };
  }
}
