const TYPES = { csv: 'text/csv;charset=utf-8', json: 'application/json' };

/** Saves a text as a file of the browser's user. @param name with its ending */
export function saveFile(name: string, kind: keyof typeof TYPES, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: TYPES[kind] }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
