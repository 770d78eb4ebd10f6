import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { useMutation } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import { Dialog } from '../projects/Dialog';
import { Refusal } from '../projects/Refusal';

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
  return (
    <Dialog opened={opened} onClose={onClose} title="New organization">
      <Creation onClose={onClose} />
    </Dialog>
  );
}

function Creation({ onClose }: Pick<CreateOrganizationProps, 'onClose'>) {
  const [name, setName] = useState('');
  const [{ fetching, error }, create] = useMutation(CREATE_ORGANIZATION);
  const navigate = useNavigate();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // Who belonged to none has no organization yet that the cache could know the menu by.
    const { data } = await create({ name }, { additionalTypenames: ['Organization', 'User'] });
    if (!data) return;
    onClose();
    await navigate(`/organizations/${data.createOrganization.slug}`);
  };
  return (
    <form onSubmit={event => void submit(event)}>
      <Stack gap="md">
        <Refusal sentence={error ? sentenceOf(error) : null} />
        <TextInput
          label="Name"
          description="A laboratory or a company, with its own plan, members and projects. It begins on the Free plan."
          required
          maxLength={100}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={fetching}>
            Create organization
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
