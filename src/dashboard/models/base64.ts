/**
 * A file's bytes in base64. The browser encodes them in the background, so the page stays responsive.
 *
 * @throws what reading throws, e.g. when the file was changed or removed since it was chosen.
 */
export function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => {
      const { result } = reader;
      // data:application/octet-stream;base64,AAAA
      resolve(typeof result === 'string' ? result.slice(result.indexOf(',') + 1) : '');
    });
    reader.addEventListener('error', () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
