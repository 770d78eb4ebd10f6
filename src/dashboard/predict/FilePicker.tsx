import { Alert, Box, Button, Code, Group, Stack, Text } from '@mantine/core';
import { FileUp } from 'lucide-react';
import { type FileRejection, useDropzone } from 'react-dropzone';
import classes from './FilePicker.module.css';

/** Max size of a file: reading a larger one would block the page for seconds. */
const MAX_FILE_MIB = 100;

/** Takes CSV files that are dropped on it, or chosen with its button. */
export function FilePicker({
  onFiles,
  disabled,
  compact,
}: {
  onFiles: (files: readonly File[]) => void;
  disabled: boolean;
  /** Whether to take little space, because files were already chosen. */
  compact: boolean;
}) {
  const { getRootProps, getInputProps, open, isDragActive, fileRejections } = useDropzone({
    onDropAccepted: onFiles,
    accept: { 'text/csv': ['.csv', '.tsv', '.txt'] },
    maxSize: MAX_FILE_MIB * 1024 * 1024,
    // The button inside is clicked and focused; a drop zone that is itself a button would confuse screen readers.
    noClick: true,
    noKeyboard: true,
    disabled,
  });
  return (
    <Stack gap="sm">
      <Box
        {...getRootProps({ className: classes.zone })}
        data-active={isDragActive || undefined}
        data-compact={compact || undefined}
      >
        <input {...getInputProps({ 'aria-label': 'CSV files' })} />
        <FileUp size={compact ? 20 : 28} aria-hidden="true" className={classes.icon} />
        <Group gap="sm" justify="center">
          <Text size="sm">{isDragActive ? 'Drop to read them' : 'Drop CSV files here, or'}</Text>
          <Button variant="default" size="xs" onClick={open} disabled={disabled}>
            {compact ? 'Add files' : 'Choose files'}
          </Button>
        </Group>
        {!compact && <Formats />}
      </Box>
      {fileRejections.length > 0 && (
        <Alert color="red" variant="light" role="alert">
          {fileRejections.map(rejection => (
            <Text size="sm" key={rejection.file.name}>
              {describeRejection(rejection)}
            </Text>
          ))}
        </Alert>
      )}
    </Stack>
  );
}

function describeRejection({ file, errors }: FileRejection): string {
  const tooLarge = errors.some(({ code }) => code === 'file-too-large');
  return tooLarge
    ? `${file.name}: The file is larger than ${MAX_FILE_MIB} MiB. Split it into several.`
    : `${file.name}: This is not a CSV file (.csv, .tsv or .txt).`;
}

function Formats() {
  return (
    <div className={classes.formats}>
      <div>
        <Text size="sm" fw={600} mb={4}>
          Wide: one spectrum a row
        </Text>
        <Code block bg="var(--ground)">
          {'sample_name,900,902,904\nS-1,0.0123,0.0131,0.0140\nS-2,0.0119,0.0127,0.0138'}
        </Code>
        <Text size="xs" c="dimmed" mt={6}>
          Columns whose heading is a number are the points, in their order. Other columns are ignored, except
          the sample’s name.
        </Text>
      </div>
      <div>
        <Text size="sm" fw={600} mb={4}>
          Long: one point a row
        </Text>
        <Code block bg="var(--ground)">
          {'sample_name,x,y\nS-1,900,0.0123\nS-1,902,0.0131'}
        </Code>
        <Text size="xs" c="dimmed" mt={6}>
          Rows may come in any order. Points are sent by ascending x.
        </Text>
      </div>
      <Text size="xs" c="dimmed" className={classes.note}>
        Commas, semicolons or tabs between fields; with semicolons or tabs, decimal commas too.
      </Text>
    </div>
  );
}
