// Limits of the API that the dashboard checks before it sends. test/dashboard-limits.test.ts compares them with the
// server.

/** Max characters of the name of a person, an organization, a project, a model, a deployment or a key. */
export const MAX_NAME_LENGTH = 100;
/** Max characters of a deployment's description. */
export const MAX_DESCRIPTION_LENGTH = 1000;
/** Min characters of a new password. */
export const MIN_PASSWORD_LENGTH = 15;
/** Max spectra of one call. */
export const MAX_SPECTRA = 1000;
/** Max size of an ONNX file in MiB. */
export const MAX_MODEL_MIB = 16;
/** Max bytes of the spectra of one call, well below the 24 MiB that the server accepts in a request. */
export const MAX_CALL_BYTES = 16 * 1024 * 1024;
/** Max characters of a key's note. */
export const MAX_NOTE_LENGTH = 1000;
/** Max minutes for which the revocation of a key is rehearsed. */
export const MAX_REHEARSAL_MINUTES = 10;
/** Minutes that must pass between the beginnings of two rehearsals of a key. */
export const MINUTES_BETWEEN_REHEARSALS = 60;
/** Max days that an organization's policy can allow a key to live. */
export const MAX_LIFETIME_DAYS = 36_500;
