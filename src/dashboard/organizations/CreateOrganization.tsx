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

/** The dialog that makes an organization, and leads to it. */
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
          // Who belonged to none has no organization yet that the cache could know the menu by.
          const { data, error } = await create({ name }, { additionalTypenames: ['Organization', 'User'] });
          if (data) await navigate(`/organizations/${data.createOrganization.slug}`);
          return error;
        }}
      />
    </Dialog>
  );
}
