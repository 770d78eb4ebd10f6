import { Box, Button, Group, Stack, Text } from '@mantine/core';
import { FileUp } from 'lucide-react';
import { type MouseEvent, type ReactNode, useEffect, useRef } from 'react';
import { type DropzoneOptions, useDropzone } from 'react-dropzone';
import classes from './FileDropzone.module.css';

interface FileDropzoneProps
  extends Pick<DropzoneOptions, 'accept' | 'minSize' | 'maxSize' | 'onDropRejected' | 'disabled'> {
  /** The name of the input, for screen readers. */
  label: string;
  prompt: string;
  hint: string;
  onFile: (file: File) => void;
  /** The chosen file; without it the area asks for one. */
  chosen?: ReactNode;
  /** Whether its button has the focus at first. */
  autoFocus?: boolean;
}

/** Takes one file: dropped on it, pasted, or chosen with its button. */
export function FileDropzone({
  label,
  prompt,
  hint,
  onFile,
  chosen,
  autoFocus = false,
  ...options
}: FileDropzoneProps) {
  const { getRootProps, getInputProps, isDragActive, open } = useDropzone({
    ...options,
    multiple: false,
    // The keyboard reaches the button inside; the area itself needs no tab stop.
    noKeyboard: true,
    onDropAccepted: ([first]) => first && onFile(first),
  });
  const button = useRef<HTMLButtonElement>(null);
  // The dialog around it may have opened before this was loaded, and then has the focus.
  useEffect(() => {
    if (autoFocus) button.current?.focus();
  }, [autoFocus]);
  const choose = (event: MouseEvent) => {
    // Otherwise the click would also reach the area, and open the dialog twice.
    event.stopPropagation();
    open();
  };
  return (
    <Box
      {...getRootProps()}
      tabIndex={undefined}
      className={classes.area}
      data-over={isDragActive || undefined}
    >
      <input {...getInputProps()} aria-label={label} />
      {chosen ? (
        <Group gap="sm" wrap="nowrap">
          {chosen}
          <Button size="xs" variant="default" onClick={choose}>
            Replace
          </Button>
        </Group>
      ) : (
        <Stack align="center" gap={6}>
          <FileUp size={26} className={classes.icon} aria-hidden />
          <Text size="sm" fw={500} ta="center">
            {prompt}
          </Text>
          <Text size="xs" c="dimmed" ta="center">
            {hint}
          </Text>
          <Button
            size="xs"
            variant="default"
            mt={4}
            onClick={choose}
            ref={button}
            {...(autoFocus ? { 'data-autofocus': true } : {})}
          >
            Choose a file
          </Button>
        </Stack>
      )}
    </Box>
  );
}
