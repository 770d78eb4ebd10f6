import { Stack, Text } from '@mantine/core';
import { endsOf, rangeOf } from '../../spectra/axis-range.ts';
import { FileRow } from '../spectra-files/FileRow';
import { count, countSpectra } from '../ui/numbers';
import type { CalibrationSpectra } from './calibration-spectra.ts';
import { FileDropzone } from './FileDropzone';
import type { CalibrationFile } from './use-calibration-file.ts';

interface SpectraDropzoneProps {
  file: CalibrationFile;
  /** What is taken from the file. */
  hint: string;
  disabled?: boolean;
}

/** Takes a file of calibration spectra, and shows what was read. */
export function SpectraDropzone({
  file: { files, chosen, spectra, choose },
  hint,
  disabled = false,
}: SpectraDropzoneProps) {
  if (!chosen) {
    return (
      <FileDropzone
        label="File of calibration spectra"
        prompt="Drop a file of the calibration spectra here"
        hint={hint}
        onFile={choose}
        disabled={disabled}
      />
    );
  }
  return (
    <Stack component="ul" p={0} m={0} style={{ listStyle: 'none' }} aria-label="Calibration spectra">
      <FileRow
        files={files}
        file={chosen}
        disabled={disabled}
        facts={() => spectra && <WhatWasRead spectra={spectra} />}
      />
    </Stack>
  );
}

function WhatWasRead({ spectra: { spectra, axis, notes } }: { spectra: CalibrationSpectra }) {
  const facts = [countSpectra(spectra), rangeOf(endsOf(axis)), count(axis.values.length, 'point')];
  return (
    <>
      <Text size="sm" c="dimmed" role="status">
        {facts.join(', ')}
      </Text>
      {notes.map(note => (
        <Text key={note} size="sm">
          {note}
        </Text>
      ))}
    </>
  );
}
