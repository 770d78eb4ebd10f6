import { Button, Group, Paper, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useMutation } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import { MAX_DESCRIPTION_LENGTH, MAX_NAME_LENGTH } from '../limits.ts';
import { ModelFacts } from '../models/ModelFacts';
import { type Model, titleOf } from '../models/model.ts';
import { Dialog } from '../ui/Dialog';
import { Form, SelectField, TextField } from '../ui/Form';
import { Refusal } from '../ui/Refusal';

const CREATE_DEPLOYMENT = graphql(`
  mutation CreateDeployment($input: CreateDeploymentInput!) {
    createDeployment(input: $input) {
      id
      name
    }
  }
`);

interface NewDeploymentProps {
  opened: boolean;
  onClose: () => void;
  /** The project's models, newest first. */
  models: readonly Model[];
  /** The model that is selected first; by default the newest. */
  chosen?: Model | null;
}

/** The dialog that creates a deployment of a model, then opens the page of the deployment. */
export function NewDeployment({ opened, onClose, ...props }: NewDeploymentProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title="New deployment">
      <Creation {...props} onClose={onClose} />
    </Dialog>
  );
}

function Creation({ models, chosen, onClose }: Omit<NewDeploymentProps, 'opened'>) {
  // A model that was registered a moment ago may not be in the list yet.
  const choices = chosen && !models.some(({ id }) => id === chosen.id) ? [chosen, ...models] : models;
  const [modelId, setModelId] = useState(chosen?.id ?? choices[0]?.id ?? null);
  /** The typed name. Until one is typed, the name is that of the model. */
  const [typedName, setTypedName] = useState<string | null>(null);
  const [description, setDescription] = useState('');
  const [{ fetching, error }, create] = useMutation(CREATE_DEPLOYMENT);
  const navigate = useNavigate();
  const model = choices.find(({ id }) => id === modelId);
  const name = typedName ?? model?.name ?? '';

  const submit = async () => {
    if (!model) return;
    const { data } = await create(
      { input: { modelId: model.id, name, description } },
      // An empty list contains no type by which the cache would know to reload it.
      { additionalTypenames: ['Project'] },
    );
    if (data) await navigate(`/deployments/${data.createDeployment.id}`);
  };

  return (
    <Form onSubmit={() => void submit()}>
      <Stack gap="md">
        <Refusal sentence={error ? sentenceOf(error) : null} />
        <SelectField
          label="Model"
          required
          data={choices.map(choice => ({ value: choice.id, label: titleOf(choice) }))}
          value={modelId}
          onChange={setModelId}
          allowDeselect={false}
          searchable={choices.length > 8}
          nothingFoundMessage="No model has this name"
          data-autofocus
        />
        {model && (
          <Paper withBorder p="md" aria-label="The chosen model" role="group">
            <ModelFacts model={model} />
          </Paper>
        )}
        <TextField
          label="Name"
          required
          maxLength={MAX_NAME_LENGTH}
          value={name}
          onChange={event => setTypedName(event.currentTarget.value)}
        />
        <Textarea
          label="Description"
          description="Optional: what it is for, and who calls it."
          maxLength={MAX_DESCRIPTION_LENGTH}
          autosize
          minRows={2}
          maxRows={6}
          value={description}
          onChange={event => setDescription(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={fetching} disabled={!model}>
            Create deployment
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}
