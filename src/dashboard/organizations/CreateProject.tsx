import { useNavigate } from 'react-router';
import { useMutation } from 'urql';
import { graphql } from '../generated';
import { Dialog } from '../ui/Dialog';
import { NameForm } from '../ui/NameForm';

const CREATE_PROJECT = graphql(`
  mutation CreateProject($input: CreateProjectInput!) {
    createProject(input: $input) {
      id
    }
  }
`);

interface CreateProjectProps {
  opened: boolean;
  onClose: () => void;
  organizationId: string;
}

/** The dialog that creates a project, then opens its page. */
export function CreateProject({ opened, onClose, organizationId }: CreateProjectProps) {
  const [, create] = useMutation(CREATE_PROJECT);
  const navigate = useNavigate();
  return (
    <Dialog opened={opened} onClose={onClose} title="New project">
      <NameForm
        description="Models and deployments that belong together, with their own members and API keys."
        submit="Create project"
        onClose={onClose}
        onName={async name => {
          // An empty list of projects in the menu contains no type by which the cache would know to reload it.
          const { data, error } = await create(
            { input: { organizationId, name } },
            { additionalTypenames: ['Organization'] },
          );
          if (data) await navigate(`/projects/${data.createProject.id}`);
          return error;
        }}
      />
    </Dialog>
  );
}
