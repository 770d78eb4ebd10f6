import Type, { type Static } from 'typebox';
import { answerProperties, object, oneOf, predictionProperties, text } from './schemas.ts';

// What calls with files send and get, in addition to those in JSON.

export const PredictFilesRequest = object(
  {
    file: Type.Array(
      Type.Unsafe<Uint8Array>({ type: 'string', contentMediaType: 'application/octet-stream' }),
      {
        description: 'Each file in a part of its own, with its filename.',
        minItems: 1,
        maxItems: 1000,
      },
    ),
  },
  { title: 'PredictFilesRequest', description: 'Files of spectra.' },
);

const FileInAnswer = object(
  {
    name: text('The filename, as sent.', 'monday.csv'),
    format: oneOf(['CSV', 'JCAMP-DX', 'SPC'], 'How the file was read.'),
    order: oneOf(
      ['AS_IN_FILE', 'REVERSED'],
      "The order in which the points were sent to the model: that of the file, or reversed, as the model's axis runs the other way.",
    ),
    axis_checked: Type.Boolean({
      description:
        'Whether the x values of the file are those of the model; false if the model has no x axis.',
    }),
    notes: Type.Array(Type.String(), {
      description: 'What was recognized, changed or left out, in sentences for people.',
      examples: [[]],
    }),
  },
  { title: 'File', description: 'A file that was read.' },
);
export type FileInAnswer = Static<typeof FileInAnswer>;

const FilePrediction = object(
  { ...predictionProperties, file: text('The name of the file with the spectrum.', 'monday.csv') },
  { title: 'FilePrediction', description: 'The prediction for a spectrum of a file.' },
);

export const PredictFilesAnswer = object(
  {
    predictions: Type.Array(FilePrediction, {
      description: 'The predictions, in the order of the files and of the spectra in them.',
    }),
    ...answerProperties,
    files: Type.Array(FileInAnswer, { description: 'The files, in the order in which they were sent.' }),
  },
  { title: 'PredictFilesAnswer', description: 'The predictions of a call with files.' },
);
export type PredictFilesAnswer = Static<typeof PredictFilesAnswer>;
