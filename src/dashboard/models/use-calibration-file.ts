import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { type ChosenFile, createFiles, type Files } from '../spectra-files/files.ts';
import { type CalibrationSpectra, calibrationSpectraOf } from './calibration-spectra.ts';

/** A file of calibration spectra, chosen by a person and read in the browser. */
export interface CalibrationFile {
  files: Files;
  /** Undefined while there is none. */
  chosen: ChosenFile | undefined;
  /** Null until it is read. */
  spectra: CalibrationSpectra | null;
  /** Why it cannot be used yet; null if it can, or if there is none. */
  obstacle: string | null;
  choose: (file: File) => void;
}

/** Reads a file of calibration spectra. Another one replaces it. */
export function useCalibrationFile(): CalibrationFile {
  const [files] = useState(() => createFiles(null));
  const [chosen] = useSyncExternalStore(files.subscribe, files.get);
  useEffect(() => files.clear, [files]);
  const read = chosen?.state.kind === 'read' ? chosen.state.file : null;
  return {
    files,
    chosen,
    spectra: useMemo(() => read && calibrationSpectraOf(read), [read]),
    obstacle: chosen && !read ? `${chosen.name} is not read. Wait for it, or remove it.` : null,
    choose(file) {
      files.clear();
      files.add([file]);
    },
  };
}
