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

/** The dialog that makes a project, and leads to it. */
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
          // The menu lists projects of organizations; one without any names no project to the cache.
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
