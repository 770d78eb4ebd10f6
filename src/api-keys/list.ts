import { sql } from 'kysely';
import type { Database } from '../database/pool.ts';
import { badUserInput } from '../errors.ts';
import type { ApiKeyOrder, ApiKeyStatus } from '../generated/graphql.ts';
import { checkOptionalText } from '../requests/names.ts';
import {
  checkPage,
  invalidCursor,
  NEWEST,
  type Order,
  type PageArguments,
  type PageRequest,
  pagesTable,
  toConnections,
} from '../requests/pagination.ts';
import { type ApiKeyRow, type Reach, selectVisibleKeys } from './queries.ts';
import { prefixIn } from './raw-key.ts';

// Lists of keys: in two orders, searched and filtered. A project has at most its key limit and MAX_ENDED_KEYS rows, which
// the index by project finds, so that neither the orders nor the filters need an index of their own.

const MAX_SEARCH_LENGTH = 100;

/** Which keys of a list are wanted. */
export interface KeyFilter {
  /** A part of the name or the beginning of the key, in any case; null: all. */
  search: string | null;
  /** The statuses; null: all. */
  statuses: readonly ApiKeyStatus[] | null;
}

/** A request for a page of keys: all keys of a project, or those that reach one deployment. */
export type KeyPage = PageRequest &
  Reach &
  KeyFilter & {
    /** For pages by last use, the last use of the key before the first row; null: never used, or the first page. */
    usedBefore: Date | null;
  };

/** Most recently used first, by the last use in `api_keys`. The cursor is that time in milliseconds, and the id. */
const LAST_USED: Order<Pick<ApiKeyRow, 'id' | 'foldedUse'>> = {
  cursorOf: ({ id, foldedUse }) => `${foldedUse?.getTime() ?? NEVER}_${id}`,
  compare: (a, b) =>
    Number(b.foldedUse ?? Number.NEGATIVE_INFINITY) - Number(a.foldedUse ?? Number.NEGATIVE_INFINITY) ||
    NEWEST.compare(a, b),
};
const NEVER = 'never';

/** The last use as the cursor has it: with microseconds, the keys of one millisecond would be skipped between pages. */
const usedAt = sql`coalesce(date_trunc('milliseconds', api_keys.last_used_at), '-infinity')`;

/**
 * Checks the arguments of a list of keys.
 *
 * @throws BAD_USER_INPUT when `first` is out of bounds, `after` is not a cursor of the order, the search is too long, or
 *   there are no statuses
 */
export function checkKeyPage(
  {
    search,
    status,
    ...args
  }: PageArguments & {
    search?: string | null | undefined;
    status?: readonly ApiKeyStatus[] | null | undefined;
  },
  orderBy: ApiKeyOrder,
): PageRequest & KeyFilter & Pick<KeyPage, 'usedBefore'> {
  if (status?.length === 0) throw badUserInput('Name at least one status, or leave "status" out.');
  const filter = { search: checkSearch(search), statuses: status ? [...new Set(status)] : null };
  if (orderBy === 'NEWEST' || args.after == null) return { ...checkPage(args), ...filter, usedBefore: null };
  const [used = '', id] = args.after.split('_', 2);
  const usedBefore = used === NEVER ? null : new Date(/^\d{1,15}$/.test(used) ? Number(used) : Number.NaN);
  if (id === undefined || Number.isNaN(usedBefore?.getTime())) throw invalidCursor();
  return { ...checkPage({ ...args, after: id }), ...filter, usedBefore };
}

/** A search for a whole raw key, or a prefix as it is shown, is one for the prefix. */
function checkSearch(search: string | null | undefined): string | null {
  const text = checkOptionalText(search, 'A search', MAX_SEARCH_LENGTH);
  return text === null ? null : (prefixIn(text) ?? text);
}

/** A text that is equal for the same pages. */
export const identifyKeyPage = ({ usedBefore, ...page }: KeyPage): string =>
  JSON.stringify([
    page.projectId,
    page.deploymentId,
    page.first,
    page.after,
    usedBefore,
    page.search,
    page.statuses,
  ]);

/** Lists pages of keys, each with the total count of its list. Two statements for all pages. */
export async function listApiKeys(
  db: Database,
  { viewerId, now }: { viewerId: string; now: Date },
  pages: readonly KeyPage[],
  orderBy: ApiKeyOrder,
) {
  const table = pagesTable(pages, 'projectId', 'deploymentId');
  const usedBefore = pages.map(page => page.usedBefore ?? (page.after === null ? 'infinity' : '-infinity'));
  const listed = isListed(pages, now);
  const [rows, counts] = await Promise.all([
    db
      .selectFrom(table)
      .innerJoinLateral(
        selectVisibleKeys(db, viewerId)
          .where('apiKeys.projectId', '=', sql.ref<string>('page.projectId'))
          .where(listed)
          .$if(orderBy === 'NEWEST', keys => keys.where('apiKeys.id', '<', sql.ref<string>('page.before')))
          .$if(orderBy === 'LAST_USED', keys =>
            keys
              .where(
                sql<boolean>`(${usedAt}, api_keys.id)
                  < ((${usedBefore}::timestamptz[])[page.place::int], page.before)`,
              )
              .orderBy(usedAt, 'desc'),
          )
          .orderBy('apiKeys.id', 'desc')
          .limit(sql.ref<number>('page.limit'))
          .as('key'),
        join => join.onTrue(),
      )
      .selectAll('key')
      .select('page.place')
      .execute(),
    db
      .selectFrom(table)
      .select(from => [
        'page.place',
        from
          .selectFrom('apiKeys')
          .whereRef('apiKeys.projectId', '=', 'page.projectId')
          .where(listed)
          .select(eb => eb.fn.countAll<number>().as('totalCount'))
          .as('totalCount'),
      ])
      .execute(),
  ]);
  const totals = new Map(counts.map(({ place, totalCount }) => [place, totalCount]));
  return toConnections(rows, pages, orderBy === 'LAST_USED' ? LAST_USED : NEWEST).map(
    (connection, index) => ({
      ...connection,
      totalCount: totals.get(index + 1) ?? 0,
    }),
  );
}

/** Whether a key is in the list of a page: project-wide keys reach every deployment of the project. */
function isListed(pages: readonly KeyPage[], now: Date) {
  const reaches = sql<boolean>`(page.deployment_id is null
    or api_keys.deployment_id is null or api_keys.deployment_id = page.deployment_id)`;
  if (pages.every(({ search, statuses }) => search === null && statuses === null)) return reaches;
  const searches = pages.map(({ search }) => search);
  // PostgreSQL has no arrays of arrays of different lengths.
  const statuses = pages.map(page => page.statuses?.join(' ') ?? null);
  const search = sql`(${searches}::text[])[page.place::int]`;
  const status = sql`(${statuses}::text[])[page.place::int]`;
  return sql<boolean>`(${reaches}
    and (${search} is null or strpos(lower(api_keys.name), lower(${search})) > 0
      or starts_with(lower(api_keys.prefix), lower(${search})))
    and (${status} is null or case
      when api_keys.revoked_at is not null then 'REVOKED' when api_keys.expires_at <= ${now} then 'EXPIRED' else 'ACTIVE'
    end = any(string_to_array(${status}, ' '))))`;
}
