import { useNavigate } from 'react-router';
import { useMutation } from 'urql';
import { graphql } from '../generated';
import { Dialog } from '../ui/Dialog';
import { NameForm } from '../ui/NameForm';

const CREATE_ORGANIZATION = graphql(`
  mutation CreateOrganization($name: String!) {
    createOrganization(name: $name) {
      id
      slug
    }
  }
`);

interface CreateOrganizationProps {
  opened: boolean;
  onClose: () => void;
}

/** The dialog that creates an organization, then opens its page. */
export function CreateOrganization({ opened, onClose }: CreateOrganizationProps) {
  const [, create] = useMutation(CREATE_ORGANIZATION);
  const navigate = useNavigate();
  return (
    <Dialog opened={opened} onClose={onClose} title="New organization">
      <NameForm
        description="A laboratory or a company, with its own plan, members and projects. It begins on the Free plan."
        submit="Create organization"
        onClose={onClose}
        onName={async name => {
          // An empty list of organizations contains no type by which the cache would know to reload the menu.
          const { data, error } = await create({ name }, { additionalTypenames: ['Organization', 'User'] });
          if (data) await navigate(`/organizations/${data.createOrganization.slug}`);
          return error;
        }}
      />
    </Dialog>
  );
}
