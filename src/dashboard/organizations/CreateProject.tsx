import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { useMutation } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import { Dialog } from '../projects/Dialog';
import { Refusal } from '../projects/Refusal';

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
  return (
    <Dialog opened={opened} onClose={onClose} title="New project">
      <Creation onClose={onClose} organizationId={organizationId} />
    </Dialog>
  );
}

function Creation({ onClose, organizationId }: Omit<CreateProjectProps, 'opened'>) {
  const [name, setName] = useState('');
  const [{ fetching, error }, create] = useMutation(CREATE_PROJECT);
  const navigate = useNavigate();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // The menu lists projects of organizations; one without any names no project to the cache.
    const { data } = await create(
      { input: { organizationId, name } },
      { additionalTypenames: ['Organization'] },
    );
    if (data) await navigate(`/projects/${data.createProject.id}`);
  };
  return (
    <form onSubmit={event => void submit(event)}>
      <Stack gap="md">
        <Refusal sentence={error ? sentenceOf(error) : null} />
        <TextInput
          label="Name"
          description="Models and deployments that belong together, with their own members and API keys."
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
            Create project
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
