import { Box, Button, Code, Group, Text } from '@mantine/core';
import { FileUp } from 'lucide-react';
import { useDropzone } from 'react-dropzone';
import classes from './FilePicker.module.css';

/** Takes files of any kind that are dropped on it, or chosen with its button. */
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
  const { getRootProps, getInputProps, open, isDragActive } = useDropzone({
    onDropAccepted: onFiles,
    // The button inside is clicked and focused; a drop zone that is itself a button would confuse screen readers.
    noClick: true,
    noKeyboard: true,
    disabled,
  });
  return (
    <Box
      {...getRootProps({ className: classes.zone })}
      data-active={isDragActive || undefined}
      data-compact={compact || undefined}
    >
      <input {...getInputProps({ 'aria-label': 'Files of spectra' })} />
      <FileUp size={compact ? 20 : 28} aria-hidden="true" className={classes.icon} />
      <Group gap="sm" justify="center">
        <Text size="sm">{isDragActive ? 'Drop to read them' : 'Drop files of spectra here, or'}</Text>
        <Button variant="default" size="xs" onClick={open} disabled={disabled}>
          {compact ? 'Add files' : 'Choose files'}
        </Button>
      </Group>
      {!compact && <Formats />}
    </Box>
  );
}

const EXAMPLES = [
  {
    title: 'One spectrum per row',
    text: 'sample_name,900,902,904\nS-1,0.0123,0.0131,0.0140\nS-2,0.0119,0.0127,0.0138',
  },
  {
    title: 'One point per row',
    text: 'sample_name,x,y\nS-1,900,0.0123\nS-1,902,0.0131\nS-1,904,0.0140',
  },
  {
    title: 'One column per sample',
    text: 'nm,S-1,S-2\n900,0.0123,0.0119\n902,0.0131,0.0127',
  },
];

/** The kinds of files that are read. */
function Formats() {
  return (
    <>
      <Text size="sm" c="dimmed" ta="center" maw={560}>
        CSV and other text with commas, semicolons or tabs; JCAMP-DX (.dx, .jdx); SPC (.spc). The points are
        compared with the model's x axis before anything is sent.
      </Text>
      <div className={classes.formats}>
        {EXAMPLES.map(({ title, text }) => (
          <div key={title}>
            <Text size="xs" fw={600} mb={4}>
              {title}
            </Text>
            <Code block bg="var(--ground)" fz="xs">
              {text}
            </Code>
          </div>
        ))}
      </div>
    </>
  );
}
