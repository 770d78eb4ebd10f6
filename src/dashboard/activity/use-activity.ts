import { type CombinedError, type TypedDocumentNode, useClient, useQuery } from 'urql';
import type { ActivityRowsFragment, ProjectActivityQueryVariables } from '../generated/graphql';
import { isTurning, type Pages, usePages } from '../ui/use-pages';
import { ENTRIES_OF_A_READ } from './activity-csv.ts';
import { type FilterInAddress, useActivityFilter } from './use-activity-filter.ts';

/** Max entries on a page. */
const ENTRIES_ON_A_PAGE = 25;

/** The variables of a query for the activity of a project or an organization. */
type Variables = ProjectActivityQueryVariables;

/** An activity that is read page by page, with a filter. */
export interface ActivityInPages {
  /** Undefined while loading. */
  activity: ActivityRowsFragment | undefined;
  error: CombinedError | undefined;
  retry: () => void;
  pages: Pages;
  /** Whether the previous page is shown while the next one is loading. */
  turning: boolean;
  filter: FilterInAddress;
  /** Reads `ENTRIES_OF_A_READ` entries for the file; null if they cannot be read. */
  readPage: (after: string | null) => Promise<ActivityRowsFragment | null>;
}

/**
 * Reads an activity page by page, with the filter in the page's address.
 *
 * @param id of the project or organization
 * @param activityOf returns the activity in the answer of the query
 */
export function useActivity<Data>(
  query: TypedDocumentNode<Data, Variables>,
  id: string,
  activityOf: (data: Data) => ActivityRowsFragment | undefined,
): ActivityInPages {
  const client = useClient();
  const filter = useActivityFilter();
  const pages = usePages(undefined, JSON.stringify(filter.filter));
  const variables = { id, first: ENTRIES_ON_A_PAGE, after: pages.after, filter: filter.filter };
  const [result, refresh] = useQuery({ query, variables });
  return {
    activity: result.data && activityOf(result.data),
    error: result.error,
    retry: () => refresh({ requestPolicy: 'network-only' }),
    pages,
    turning: isTurning(result, variables),
    filter,
    readPage: async after => {
      const page = { id, first: ENTRIES_OF_A_READ, after, filter: filter.filter };
      const { data } = await client.query(query, page, { requestPolicy: 'network-only' }).toPromise();
      return (data && activityOf(data)) ?? null;
    },
  };
}
