/** Max length of an error message. ONNX Runtime's messages repeat names and texts of the file. */
export const MAX_ERROR_CHARACTERS = 2_000;

/** Shortens a text to `MAX_ERROR_CHARACTERS`. */
export const cutText = (text: string) =>
  text.length > MAX_ERROR_CHARACTERS ? `${text.slice(0, MAX_ERROR_CHARACTERS - 1)}…` : text;

/** A new error with the shortened message of another one, and without its stack, which repeats the message. */
export const cut = (error: unknown): Error =>
  new Error(cutText(error instanceof Error ? error.message : String(error)));
