import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { Link, Outlet, useOutletContext, useParams } from 'react-router';
import { useQuery } from 'urql';
import { useViewer, type Viewer } from '../app/Session';
import { graphql } from '../generated';
import type { ProjectPageQuery } from '../generated/graphql';
import { ManageProject } from '../manage/ManageProject';
import { Loading } from '../ui/Loading';
import { NotFound } from '../ui/NotFound';
import { PageTabs } from '../ui/PageTabs';
import { Problem } from '../ui/Problem';

const PROJECT = graphql(`
  query ProjectPage($id: ID!) {
    project(id: $id) {
      id
      name
      ...ViewerCan
      organization {
        id
        slug
        name
      }
    }
  }
`);

export type Project = NonNullable<ProjectPageQuery['project']>;

/** The project of the page that a tab is part of. */
export const useProject = () => useOutletContext<Project>();

const tabs = [
  ['deployments', 'Deployments'],
  ['models', 'Models'],
  ['api-keys', 'API keys'],
  ['logs', 'Logs'],
  ['members', 'Members'],
  ['activity', 'Activity'],
] as const;

/** A project's name above its tabs. */
export function ProjectPage() {
  const { projectId = '' } = useParams();
  // A separate page for each project, so that none briefly shows the data of another.
  return <Page key={projectId} id={projectId} />;
}

function Page({ id }: { id: string }) {
  const viewer = useViewer();
  const [{ data, error }, retry] = useQuery({ query: PROJECT, variables: { id } });
  // The session has the projects' names: the page is shown at once, while its own query runs.
  const project = data ? data.project : nameOf(viewer, id);
  if (data && !project && !error) return <NotFound what="Project" />;
  if (!project) {
    return error ? <Problem error={error} retry={() => retry()} /> : <Loading what="the project" />;
  }
  return (
    <Stack gap="md">
      <Stack gap={6}>
        <Breadcrumbs separatorMargin={6}>
          <Anchor component={Link} to={`/organizations/${project.organization.slug}`} size="sm">
            {project.organization.name}
          </Anchor>
          <Text size="sm" c="dimmed">
            Project
          </Text>
        </Breadcrumbs>
        <Group justify="space-between" wrap="nowrap" gap="sm">
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {project.name}
          </Title>
          {data?.project?.viewerCan.manageProject && <ManageProject project={data.project} />}
        </Group>
      </Stack>
      <PageTabs name={project.name} address={`/projects/${id}`} tabs={tabs}>
        {data?.project && <Outlet context={data.project} />}
        {!data?.project && error && <Problem error={error} retry={() => retry()} />}
        {!data?.project && !error && <Loading what="the project" />}
      </PageTabs>
    </Stack>
  );
}

function nameOf({ organizations }: Viewer, id: string): Pick<Project, 'name' | 'organization'> | undefined {
  for (const organization of organizations) {
    const project = organization.projects.find(candidate => candidate.id === id);
    if (project) return { name: project.name, organization };
  }
  return undefined;
}
