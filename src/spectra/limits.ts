/** Max points of a spectrum. */
export const MAX_POINTS = 100_000;
/** Max points of all spectra of a file. */
export const MAX_FILE_POINTS = 5_000_000;
/** Max bytes of a file: 5 000 000 points in the long layout take about 125 MB. */
export const MAX_FILE_BYTES = 128 * 1024 * 1024;
/** Max characters of a sample's name. */
export const MAX_SAMPLE_NAME_LENGTH = 200;
/** Max reported problems of a file, as a file of a wrong kind has one in each line. */
export const MAX_PROBLEMS = 10;
