import { useNavigate } from 'react-router';
import { useMutation } from 'urql';
import { graphql } from '../generated';
import { useAllowance } from '../organizations/use-allowance';
import { Consequences } from '../ui/Consequences';
import { count } from '../ui/numbers';
import { ManageMenu } from './ManageMenu';

const RENAME = graphql(`
  mutation RenameOrganization($id: ID!, $name: String!) {
    renameOrganization(id: $id, name: $name) {
      id
      name
    }
  }
`);

const DELETE = graphql(`
  mutation DeleteOrganization($id: ID!, $name: String!) {
    deleteOrganization(id: $id, name: $name) {
      deletedOrganizationId
    }
  }
`);

/** Renames or deletes an organization. */
export function ManageOrganization({
  organization: { id, name },
}: {
  organization: { id: string; name: string };
}) {
  const [, rename] = useMutation(RENAME);
  const [, remove] = useMutation(DELETE);
  const navigate = useNavigate();
  return (
    <ManageMenu
      what="organization"
      name={name}
      renameNote="Its address does not change."
      onRename={async next => (await rename({ id, name: next })).error}
      typeToConfirm
      onDelete={async typed => {
        const { error } = await remove(
          { id, name: typed },
          { additionalTypenames: ['Project', 'Organization', 'User'] },
        );
        if (!error) await navigate('/');
        return error;
      }}
      consequences={<DeletedWithOrganization id={id} />}
    />
  );
}

function DeletedWithOrganization({ id }: { id: string }) {
  const allowance = useAllowance(id);
  return (
    <Consequences
      items={
        allowance && [
          `${count(allowance.projects.used, 'project')} with ${count(allowance.models.used, 'model')} and all deployments go.`,
          'All API keys are revoked and deleted: programs that call with them are refused from their next call on.',
          'All prediction logs are removed, and every member loses access.',
        ]
      }
    />
  );
}
