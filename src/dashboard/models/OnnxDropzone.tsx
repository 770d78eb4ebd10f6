import { Box, Button, Group, Stack, Text } from '@mantine/core';
import { FileBox, FileUp } from 'lucide-react';
import type { MouseEvent } from 'react';
import { type FileRejection, useDropzone } from 'react-dropzone';
import { MAX_MODEL_MIB } from '../limits.ts';
import { formatTenths } from '../ui/numbers';
import classes from './OnnxDropzone.module.css';

const MEBIBYTE = 1024 * 1024;

function sizeOf({ size }: File): string {
  return size < MEBIBYTE ? `${formatTenths(size / 1024)} KiB` : `${formatTenths(size / MEBIBYTE)} MiB`;
}

function refusalOf(rejections: readonly FileRejection[]): string {
  const [first] = rejections;
  if (!first || rejections.length > 1) return 'Choose one file: each model is registered on its own.';
  const { name } = first.file;
  if (!name.toLowerCase().endsWith('.onnx')) {
    return `${name} is not an .onnx file. Export the model as ONNX first.`;
  }
  if (first.file.size === 0) return `${name} is empty.`;
  return `${name} has ${sizeOf(first.file)}; a model may have at most ${MAX_MODEL_MIB} MiB.`;
}

interface OnnxDropzoneProps {
  file: File | null;
  onFile: (file: File) => void;
  onRefused: (sentence: string) => void;
}

/** Takes one `.onnx` file: dropped on it, pasted, or chosen with its button. */
export function OnnxDropzone({ file, onFile, onRefused }: OnnxDropzoneProps) {
  const { getRootProps, getInputProps, isDragActive, open } = useDropzone({
    // ONNX has no registered media type, and browsers report none for such a file, so its name decides.
    accept: { 'application/x-onnx': ['.onnx'] },
    minSize: 1,
    // Refused before the upload instead of after it.
    maxSize: MAX_MODEL_MIB * MEBIBYTE,
    multiple: false,
    // The keyboard reaches the button inside; the area itself needs no tab stop.
    noKeyboard: true,
    onDropAccepted: ([first]) => first && onFile(first),
    onDropRejected: rejections => onRefused(refusalOf(rejections)),
  });
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
      <input {...getInputProps()} aria-label="ONNX file" />
      {file ? (
        <Group gap="sm" wrap="nowrap">
          <FileBox size={24} className={classes.icon} aria-hidden />
          <Box flex={1} miw={0}>
            <Text size="sm" fw={500} truncate>
              {file.name}
            </Text>
            <Text size="xs" c="dimmed">
              {sizeOf(file)}
            </Text>
          </Box>
          <Button size="xs" variant="default" onClick={choose}>
            Replace
          </Button>
        </Group>
      ) : (
        <Stack align="center" gap={6}>
          <FileUp size={26} className={classes.icon} aria-hidden />
          <Text size="sm" fw={500}>
            Drop an .onnx file here
          </Text>
          <Text size="xs" c="dimmed">
            up to {MAX_MODEL_MIB} MiB
          </Text>
          <Button size="xs" variant="default" mt={4} onClick={choose} data-autofocus>
            Choose a file
          </Button>
        </Stack>
      )}
    </Box>
  );
}
