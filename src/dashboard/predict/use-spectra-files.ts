import { useState } from 'react';
import { readText } from './read-text';
import { type Problem, readSpectra, type Spectrum } from './spectra-files';

/** A file that was dropped or chosen, with what was found in it. */
export interface ReadFile {
  name: string;
  spectra: readonly Spectrum[];
  problems: readonly Problem[];
}

/** The files of spectra that the page holds. A file of the same name takes the place of the one before. */
export function useSpectraFiles() {
  const [files, setFiles] = useState<readonly ReadFile[]>([]);
  const remove = (name: string) => setFiles(current => current.filter(file => file.name !== name));
  const add = async (chosen: readonly File[]) => {
    const read = await Promise.all(
      chosen.map(async file => ({ name: file.name, ...readSpectra(file.name, await textOf(file)) })),
    );
    setFiles(current => {
      const byName = new Map([...current, ...read].map(file => [file.name, file]));
      return [...byName.values()];
    });
  };
  return { files, add, remove, clear: () => setFiles([]) };
}

/** A file that cannot be read, such as a folder or one that was moved meanwhile, counts as one without text. */
async function textOf(file: File): Promise<string> {
  try {
    return await readText(file);
  } catch {
    return '\0';
  }
}
