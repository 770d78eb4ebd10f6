import { useNavigate } from 'react-router';
import { useMutation, useQuery } from 'urql';
import { graphql } from '../generated';
import { Consequences } from '../ui/Consequences';
import { count } from '../ui/numbers';
import { ManageMenu } from './ManageMenu';

const RENAME = graphql(`
  mutation RenameProject($id: ID!, $name: String!) {
    renameProject(id: $id, name: $name) {
      id
      name
    }
  }
`);

const DELETE = graphql(`
  mutation DeleteProject($id: ID!) {
    deleteProject(id: $id) {
      deletedProjectId
    }
  }
`);

const CONTENT = graphql(`
  query ContentOfProject($id: ID!) {
    project(id: $id) {
      id
      models {
        id
      }
      deployments {
        id
      }
    }
    apiKeys(of: { projectId: $id }, first: 1) {
      totalCount
    }
  }
`);

interface ManageProjectProps {
  project: { id: string; name: string; organization: { slug: string } };
}

/** Renames or deletes a project. */
export function ManageProject({ project: { id, name, organization } }: ManageProjectProps) {
  const [, rename] = useMutation(RENAME);
  const [, remove] = useMutation(DELETE);
  const navigate = useNavigate();
  return (
    <ManageMenu
      what="project"
      name={name}
      onRename={async next => (await rename({ id, name: next })).error}
      typeToConfirm
      onDelete={async () => {
        const { error } = await remove({ id }, { additionalTypenames: ['Project', 'Organization'] });
        if (!error) await navigate(`/organizations/${organization.slug}`);
        return error;
      }}
      consequences={<DeletedWithProject id={id} />}
    />
  );
}

function DeletedWithProject({ id }: { id: string }) {
  const [{ data }] = useQuery({ query: CONTENT, variables: { id }, requestPolicy: 'network-only' });
  return (
    <Consequences
      items={
        data && [
          `${count(data.project?.deployments.length ?? 0, 'deployment')} and ${count(data.project?.models.length ?? 0, 'model')} go.`,
          data.apiKeys.totalCount === 1
            ? '1 API key is revoked and deleted: programs that call with it are refused from their next call on.'
            : `${count(data.apiKeys.totalCount, 'API key')} are revoked and deleted: programs that call with them are refused from their next call on.`,
          'All prediction logs of the project are removed.',
        ]
      }
    />
  );
}
