import { useClient, useQuery } from 'urql';
import { graphql } from '../generated';
import { useProject } from '../projects/ProjectPage';
import { plainName } from '../ui/plain-name.ts';
import { isTurning, usePages } from '../ui/use-pages';
import { ActivityList, ENTRIES_ON_A_PAGE } from './ActivityList';
import { useActivityFilter } from './use-activity-filter.ts';

const ACTIVITY = graphql(`
  query ProjectActivity($id: ID!, $first: Int!, $after: String, $filter: ActivityFilter) {
    project(id: $id) {
      id
      activity(first: $first, after: $after, filter: $filter) {
        ...ActivityRows
      }
    }
  }
`);

const PEOPLE = graphql(`
  query PeopleOfProject($id: ID!) {
    project(id: $id) {
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

/** What was done in the project. */
export function ProjectActivity() {
  const { id, name } = useProject();
  const client = useClient();
  const filter = useActivityFilter();
  const pages = usePages(undefined, JSON.stringify(filter.filter));
  const variables = { id, first: ENTRIES_ON_A_PAGE, after: pages.after, filter: filter.filter };
  const [result, refresh] = useQuery({ query: ACTIVITY, variables });
  const [people] = useQuery({ query: PEOPLE, variables: { id } });
  return (
    <ActivityList
      of="project"
      activity={result.data?.project?.activity}
      error={result.error}
      retry={() => refresh({ requestPolicy: 'network-only' })}
      pages={pages}
      turning={isTurning(result, variables)}
      filter={filter}
      people={people.data?.project?.members.map(({ person }) => person) ?? []}
      fileName={`${plainName(name) || 'project'}-activity`}
      readPage={async after => {
        const page = { id, first: 100, after, filter: filter.filter };
        const { data } = await client.query(ACTIVITY, page, { requestPolicy: 'network-only' }).toPromise();
        return data?.project?.activity ?? null;
      }}
    />
  );
}
