import { Anchor, Stack, Title } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { useQuery } from 'urql';
import { useViewer, type Viewer } from '../app/Session';
import { graphql } from '../generated';
import { NotFound } from '../ui/NotFound';
import { plainName } from '../ui/plain-name.ts';
import { ActivityList } from './ActivityList';
import { useActivity } from './use-activity.ts';

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
  const activity = useActivity(ACTIVITY, id, ({ organization }) => organization?.activity);
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
        {...activity}
        of="organization"
        people={people.data?.organization?.members.map(({ person }) => person) ?? []}
        fileName={`${plainName(slug) || 'organization'}-activity`}
      />
    </Stack>
  );
}
