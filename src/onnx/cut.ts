/** What is kept of an error of ONNX Runtime, which repeats names and texts of the file. */
export const MAX_ERROR_CHARACTERS = 2_000;

/** A text, shortened where it is longer than is logged or sent. */
export const cutText = (text: string) =>
  text.length > MAX_ERROR_CHARACTERS ? `${text.slice(0, MAX_ERROR_CHARACTERS - 1)}…` : text;

/** An error with the beginning of what another one says. Its stack, which repeats that, is its own. */
export const cut = (error: unknown): Error =>
  new Error(cutText(error instanceof Error ? error.message : String(error)));
