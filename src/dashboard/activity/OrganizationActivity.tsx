import { Anchor, Stack, Title } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { useClient, useQuery } from 'urql';
import { useViewer, type Viewer } from '../app/Session';
import { graphql } from '../generated';
import { NotFound } from '../ui/NotFound';
import { plainName } from '../ui/plain-name.ts';
import { isTurning, usePages } from '../ui/use-pages';
import { ActivityList, ENTRIES_ON_A_PAGE } from './ActivityList';
import { useActivityFilter } from './use-activity-filter.ts';

const ACTIVITY = graphql(`
  query OrganizationActivity($id: ID!, $first: Int!, $after: String, $filter: ActivityFilter) {
    organization(id: $id) {
      id
      activity(first: $first, after: $after, filter: $filter) {
        ...ActivityRows
      }
    }
  }
`);

const PEOPLE = graphql(`
  query PeopleOfOrganization($id: ID!) {
    organization(id: $id) {
      id
      members {
        person {
          id
          name
        }
      }
    }
  }
`);

/** What was done in an organization, for its admins and owners. */
export function OrganizationActivity() {
  const { slug } = useParams();
  const organization = useViewer().organizations.find(candidate => candidate.slug === slug);
  if (!organization?.viewerCan.manageMembers) return <NotFound what="Organization" />;
  // A separate page for each organization, so that none shows the entries of another.
  return <Page key={organization.id} organization={organization} />;
}

function Page({ organization: { id, name, slug } }: { organization: Viewer['organizations'][number] }) {
  const client = useClient();
  const filter = useActivityFilter();
  const pages = usePages(undefined, JSON.stringify(filter.filter));
  const variables = { id, first: ENTRIES_ON_A_PAGE, after: pages.after, filter: filter.filter };
  const [result, refresh] = useQuery({ query: ACTIVITY, variables });
  const [people] = useQuery({ query: PEOPLE, variables: { id } });
  return (
    <Stack gap="lg">
      <title>{`Activity · ${name} · Spectrakey`}</title>
      <Stack gap={6}>
        <Anchor component={Link} to={`/organizations/${slug}`} size="sm">
          {name}
        </Anchor>
        <Title order={1}>Activity</Title>
      </Stack>
      <ActivityList
        of="organization"
        activity={result.data?.organization?.activity}
        error={result.error}
        retry={() => refresh({ requestPolicy: 'network-only' })}
        pages={pages}
        turning={isTurning(result, variables)}
        filter={filter}
        people={people.data?.organization?.members.map(({ person }) => person) ?? []}
        fileName={`${plainName(slug) || 'organization'}-activity`}
        readPage={async after => {
          const page = { id, first: 100, after, filter: filter.filter };
          const { data } = await client.query(ACTIVITY, page, { requestPolicy: 'network-only' }).toPromise();
          return data?.organization?.activity ?? null;
        }}
      />
    </Stack>
  );
}
