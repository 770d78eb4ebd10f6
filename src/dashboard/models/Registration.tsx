import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { Plus } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { useMutation } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import { MAX_NAME_LENGTH } from '../limits.ts';
import { Form, TextField } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { base64Of } from './base64';
import { calibrationInput, NO_CALIBRATION } from './calibration-draft.ts';
import { fetchWithProgress } from './fetch-with-progress';
import { type Model, titleOf } from './model.ts';
import { OnnxDropzone } from './OnnxDropzone';
import { Registered } from './Registered';
import { Uploading } from './Uploading';
import { useCalibrationFile } from './use-calibration-file.ts';

const CalibrationFields = lazy(() =>
  import('./CalibrationFields').then(({ CalibrationFields }) => ({ default: CalibrationFields })),
);

const REGISTER_MODEL = graphql(`
  mutation RegisterModel($input: RegisterModelInput!) {
    registerModel(input: $input) {
      ...ModelFacts
    }
  }
`);

/** What the dialog that registers a model needs from its page. */
export interface RegistrationProps {
  onClose: () => void;
  projectId: string;
  /** The models of the project. A file with the name of one of them becomes its next version. */
  models: readonly Model[];
  /** Called when the person wants to deploy the registered model. */
  onDeploy: (model: Model) => void;
  /** Called when the upload begins and ends. */
  onSending: (sending: boolean) => void;
}

/** The content of the dialog: a file, what it predicts, its calibration, and then what the server found in it. */
export function Registration({ projectId, models, onClose, onDeploy, onSending }: RegistrationProps) {
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState('');
  const [target, setTarget] = useState('');
  const [unit, setUnit] = useState('');
  /** Null while nothing is said about the calibration. */
  const [calibration, setCalibration] = useState<typeof NO_CALIBRATION | null>(null);
  const spectraFile = useCalibrationFile();
  const [refusal, setRefusal] = useState<string | null>(null);
  /** The share of the file that has been sent; null while nothing is being sent. */
  const [share, setShare] = useState<number | null>(null);
  const [registered, setRegistered] = useState<Model | null>(null);
  const cancel = useRef<AbortController>(null);
  const [, register] = useMutation(REGISTER_MODEL);

  const take = (chosen: File) => {
    // A typed name stays; the name of the previous file is replaced.
    const before = file ? nameOf(file) : '';
    if (name === '' || name === before) setName(nameOf(chosen));
    setFile(chosen);
    setRefusal(null);
  };

  const send = async (chosen: File) => {
    const controller = new AbortController();
    cancel.current = controller;
    setRefusal(null);
    setShare(0);
    onSending(true);
    const onnx = await base64Of(chosen).catch(() => null);
    if (onnx === null) {
      setRefusal(`${chosen.name} could not be read. Choose it once more.`);
    } else if (!controller.signal.aborted) {
      const { data, error } = await register(
        {
          input: {
            ...(calibration && calibrationInput(calibration, spectraFile.spectra)),
            ...{ projectId, name, targetProperty: target, unit, onnx },
          },
        },
        {
          fetch: fetchWithProgress({ onProgress: setShare, signal: controller.signal }),
          // An empty list contains no type by which the cache would know to reload it.
          additionalTypenames: ['Project'],
        },
      );
      if (data) setRegistered(data.registerModel);
      else if (error && !controller.signal.aborted) setRefusal(sentenceOf(error));
    }
    setShare(null);
    onSending(false);
  };

  const submit = () => {
    const obstacle = file ? spectraFile.obstacle : 'Choose an .onnx file first.';
    if (file && obstacle === null) void send(file);
    else setRefusal(obstacle);
  };

  if (registered) return <Registered model={registered} onClose={onClose} onDeploy={onDeploy} />;

  const latest = models.find(model => model.name === name.trim());
  const busy = share !== null;
  return (
    <Form onSubmit={submit}>
      <Stack gap="md">
        {busy ? (
          <Uploading share={share} fileName={file?.name ?? ''} />
        ) : (
          <OnnxDropzone file={file} onFile={take} onRefused={setRefusal} />
        )}
        <Refusal sentence={refusal} />
        <TextField
          label="Name"
          description={
            latest
              ? `The project has ${titleOf(latest)}. This file becomes the next version.`
              : 'With the name of an existing model, the file becomes its next version.'
          }
          required
          maxLength={MAX_NAME_LENGTH}
          disabled={busy}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <TextField
          label="Target property"
          description="What the model predicts, for example octane number."
          required
          maxLength={MAX_NAME_LENGTH}
          disabled={busy}
          value={target}
          onChange={event => setTarget(event.currentTarget.value)}
        />
        <TextField
          label="Unit"
          description="Optional, for example mg/kg. Categories have no unit."
          maxLength={MAX_NAME_LENGTH}
          disabled={busy}
          value={unit}
          onChange={event => setUnit(event.currentTarget.value)}
        />
        {calibration ? (
          <Suspense fallback={<Skeleton h={320} />}>
            <CalibrationFields
              draft={calibration}
              onChange={setCalibration}
              file={spectraFile}
              onRemove={() => {
                setCalibration(null);
                spectraFile.files.clear();
              }}
              disabled={busy}
            />
          </Suspense>
        ) : (
          <AddCalibration disabled={busy} onClick={() => setCalibration(NO_CALIBRATION)} />
        )}
        <Group justify="flex-end" gap="xs">
          <Button
            variant="default"
            // Once the server has the whole file it registers the model, even if the request is aborted.
            disabled={share === 1}
            onClick={() => (busy ? cancel.current?.abort() : onClose())}
          >
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Register model
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}

const nameOf = (file: File) => file.name.replace(/\.onnx$/i, '').slice(0, MAX_NAME_LENGTH);

/** The collapsed section about the calibration. */
function AddCalibration({ disabled, onClick }: { disabled: boolean; onClick: () => void }) {
  return (
    <Group justify="space-between" wrap="nowrap" gap="md">
      <div>
        <Text size="sm" fw={600}>
          Calibration
        </Text>
        <Text size="xs" c="dimmed">
          Optional: the x axis, limits and accuracy, so that spectra are checked and doubtful values are
          marked. What the file’s metadata says is used as it is.
        </Text>
      </div>
      <Button
        variant="default"
        size="xs"
        flex="none"
        leftSection={<Plus size={14} />}
        aria-label="Add calibration"
        disabled={disabled}
        onClick={onClick}
      >
        Add
      </Button>
    </Group>
  );
}
