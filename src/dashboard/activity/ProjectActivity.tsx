import { useQuery } from 'urql';
import { graphql } from '../generated';
import { useProject } from '../projects/ProjectPage';
import { plainName } from '../ui/plain-name.ts';
import { ActivityList } from './ActivityList';
import { useActivity } from './use-activity.ts';

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
  const activity = useActivity(ACTIVITY, id, ({ project }) => project?.activity);
  const [people] = useQuery({ query: PEOPLE, variables: { id } });
  return (
    <ActivityList
      {...activity}
      of="project"
      people={people.data?.project?.members.map(({ person }) => person) ?? []}
      fileName={`${plainName(name) || 'project'}-activity`}
    />
  );
}
