import { Box, Text } from '@mantine/core';
import { FileBox } from 'lucide-react';
import type { FileRejection } from 'react-dropzone';
import { MAX_MODEL_MIB } from '../limits.ts';
import { formatTenths } from '../ui/numbers';
import { FileDropzone } from './FileDropzone';
import classes from './FileDropzone.module.css';

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
  return (
    <FileDropzone
      label="ONNX file"
      prompt="Drop an .onnx file here"
      hint={`up to ${MAX_MODEL_MIB} MiB`}
      // ONNX has no registered media type, and browsers report none for such a file, so its name decides.
      accept={{ 'application/x-onnx': ['.onnx'] }}
      minSize={1}
      // Refused before the upload instead of after it.
      maxSize={MAX_MODEL_MIB * MEBIBYTE}
      onFile={onFile}
      onDropRejected={rejections => onRefused(refusalOf(rejections))}
      autoFocus
      chosen={
        file && (
          <>
            <FileBox size={24} className={classes.icon} aria-hidden />
            <Box flex={1} miw={0}>
              <Text size="sm" fw={500} truncate>
                {file.name}
              </Text>
              <Text size="xs" c="dimmed">
                {sizeOf(file)}
              </Text>
            </Box>
          </>
        )
      }
    />
  );
}
