import { useState } from 'react';
import { readText } from './read-text';
import { type Problem, readSpectra, type Spectrum } from './spectra-files';

/** A file that was dropped or chosen, with its spectra or problems. */
export interface ReadFile {
  name: string;
  spectra: readonly Spectrum[];
  problems: readonly Problem[];
}

/** The files of spectra on the page. A file replaces an earlier one of the same name. */
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

/** Reads a file. One that cannot be read, such as a folder or a file that was moved meanwhile, counts as empty. */
async function textOf(file: File): Promise<string> {
  try {
    return await readText(file);
  } catch {
    return '\0';
  }
}
