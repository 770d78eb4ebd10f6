import { Button, Table } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../generated';
import type { ApiKeyRowFragment, ApiKeyTarget } from '../generated/graphql';
import { Problem } from '../ui/Problem';
import { type KeyActions, KeyRow, SkeletonRows, WholeRow } from './KeyTable';
import { type KeyFilter, variablesOf } from './key-filter.ts';
import { ABOUT_KEYS, KEYS_ON_A_PAGE } from './queries';

const MORE_API_KEYS = graphql(`
  query MoreApiKeys(
    $of: ApiKeyTarget!
    $first: Int!
    $after: String
    $orderBy: ApiKeyOrder!
    $search: String
    $status: [ApiKeyStatus!]
  ) {
    apiKeys(of: $of, first: $first, after: $after, orderBy: $orderBy, search: $search, status: $status) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...ApiKeyRow
      }
    }
  }
`);

interface List {
  of: ApiKeyTarget;
  filter: KeyFilter;
  now: Date;
  actions?: KeyActions | undefined;
}

interface Page {
  nodes: ApiKeyRowFragment[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

interface KeyRowsProps {
  page: Page;
  /** Whether it was requested with "Show more". */
  next?: boolean;
}

/**
 * The rows of a page and, once requested, the next page below. Each page begins where the one above it ends now, so no
 * key is skipped when a new one moves the last key of a page to the next page.
 */
export function KeyRows({ page: { nodes, pageInfo }, next = false, ...list }: List & KeyRowsProps) {
  const [more, setMore] = useState(false);
  const rows = useRef<HTMLTableSectionElement>(null);
  useEffect(() => {
    // The button "Show more", which had the focus, is gone. The focus moves to the new rows.
    if (next && document.activeElement === document.body) rows.current?.focus();
  }, [next]);
  return (
    <>
      <Table.Tbody ref={rows} tabIndex={-1}>
        {nodes.map(key => (
          <KeyRow
            key={key.id}
            apiKey={key}
            now={list.now}
            inDeployment={list.of.deploymentId !== undefined}
            actions={list.actions}
          />
        ))}
      </Table.Tbody>
      {pageInfo.hasNextPage &&
        (more ? (
          <NextPage {...list} after={pageInfo.endCursor} />
        ) : (
          <WholeRow>
            <Button variant="default" size="xs" onClick={() => setMore(true)}>
              Show more
            </Button>
          </WholeRow>
        ))}
    </>
  );
}

function NextPage({ after, ...list }: List & { after: string | null | undefined }) {
  const [{ data, error }, load] = useQuery({
    query: MORE_API_KEYS,
    variables: { of: list.of, first: KEYS_ON_A_PAGE, after, ...variablesOf(list.filter) },
    context: ABOUT_KEYS,
  });
  if (data) return <KeyRows {...list} page={data.apiKeys} next />;
  if (!error) return <SkeletonRows />;
  return (
    <WholeRow>
      <Problem error={error} retry={() => load({ requestPolicy: 'network-only' })} />
    </WholeRow>
  );
}
