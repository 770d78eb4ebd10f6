import { PREDICT } from './harness.ts';

/** Objects that the bodies refer to. */
interface Names {
  deploymentId: string;
  projectId: string;
}

/** A body of about this many bytes, most of them of one kind. */
export type Family = (bytes: number, names: Names) => string;

const body = (query: string, variables: string, more = '') =>
  `{"query":${JSON.stringify(query)},"variables":${variables}${more}}`;
const many = (item: string, bytes: number) => item.repeat(Math.floor(bytes / item.length));
const list = (item: string, bytes: number, last = item) => `[${many(`${item},`, bytes)}${last}]`;

const spectra = (deploymentId: string, spectra: string) =>
  body(PREDICT, `{"deploymentId":"${deploymentId}","spectra":${spectra}}`);
const points = (deploymentId: string, yValues: string) =>
  spectra(deploymentId, `[{"sampleName":"a","yValues":${yValues}}]`);
const project = (id: string) => body('query ($id: ID!) { project(id: $id) { id } }', `{"id":${id}}`);
const createProject = (input: string) =>
  body(
    'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }',
    `{"input":${input}}`,
  );
const signIn = (email: string) =>
  body('mutation ($e: EmailAddress!) { signIn(email: $e, password: "x") { id } }', `{"e":${email}}`);
const createKey = (expiresAt: string) =>
  body(
    'mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { rawKey } }',
    `{"i":{"name":"a","target":{},"expiresAt":${expiresAt}}}`,
  );
const days = (value: string) =>
  body(
    'query ($id: ID!, $n: Int) { deployment(id: $id) { dailyPredictions(days: $n) { day } } }',
    `{"id":"a","n":${value}}`,
  );

/** Kinds of bodies, each at every place of a request where it is processed differently. */
export const FAMILIES: Record<string, Family> = {
  'objects next to the query': bytes => body('{ viewer { id } }', '{}', `,"more":${list('{}', bytes)}`),
  'objects as spectra': (bytes, { deploymentId }) => spectra(deploymentId, list('{}', bytes)),
  'only objects': bytes => list('{}', bytes),
  'objects within each other': bytes =>
    body('{ viewer { id } }', `{"a":${many('{"a":', bytes / 2)}1${many('}', bytes / 10)}}`),
  'lists as spectra': (bytes, { deploymentId }) => spectra(deploymentId, list('[]', bytes)),
  'lists within each other': (bytes, { deploymentId }) =>
    points(deploymentId, `${many('[', bytes / 2)}${many(']', bytes / 2)}`),
  brackets: bytes => many('[', bytes),
  'names of fields': bytes =>
    createProject(
      `{${Array.from({ length: bytes / 12 }, (_, at) => `"${at.toString(36).padStart(7, 'k')}":0`).join()}}`,
    ),
  'names without an end': bytes => createProject(`{"${many('n', bytes)}":0}`),
  'names in escapes': bytes => createProject(`{"${many('\\u006e', bytes)}":0}`),
  'short texts': (bytes, { deploymentId }) => points(deploymentId, list('"a"', bytes)),
  'medium texts': (bytes, { deploymentId }) => points(deploymentId, list(`"${'a'.repeat(1300)}"`, bytes)),
  'a text as an id': bytes => project(`"${many('x!', bytes)}"`),
  'a text as a number': bytes => days(`"${many('x!', bytes)}"`),
  'a text as an e-mail': bytes => signIn(`"${many('a', bytes)}@b.example"`),
  'a text as a date': bytes => createKey(`"${many('2', bytes)}"`),
  'a text as a spectrum': (bytes, { deploymentId }) => points(deploymentId, `"${many('x!', bytes)}"`),
  'a text as the document': bytes => body(`{ ${many('x', bytes)} }`, '{}'),
  'a text as the document, with extensions': bytes =>
    body(`# ${many('x', bytes)}\n{ viewer { id } }`, '{}', ',"extensions":{}'),
  'a text as the name of the operation': bytes =>
    body('query A { viewer { id } }', '{}', `,"operationName":"${many('x!', bytes)}"`),
  'a text in letters of three bytes': bytes => project(`"${many('€', bytes / 3)}"`),
  'a text in an object of wrong fields': bytes =>
    createProject(
      `{"name":"${many('x!', bytes)}",${Array.from({ length: 60 }, (_, at) => `"f${at}":1`).join()}}`,
    ),
  escapes: bytes => project(`"${many('\\n', bytes)}"`),
  'escapes of four digits': bytes => project(`"${many('\\u20ac', bytes)}"`),
  quotes: bytes => project(`"${many('\\"', bytes)}"`),
  'nulls as numbers': (bytes, { deploymentId }) => points(deploymentId, list('null', bytes)),
  'booleans as numbers': (bytes, { deploymentId }) => points(deploymentId, list('true', bytes)),
  numbers: (bytes, { deploymentId }) => points(deploymentId, list('1', bytes)),
  'numbers of all digits': (bytes, { deploymentId }) =>
    points(deploymentId, list('-1.2345678901234567e-12', bytes)),
  'numbers, in 1000 spectra': (bytes, { deploymentId }) =>
    spectra(deploymentId, list(`{"sampleName":"a","yValues":${list('0.1', bytes / 1000 - 30)}}`, bytes)),
  'numbers, repeatable': (bytes, { deploymentId }) =>
    body(
      PREDICT.replace('$spectra:', '$k: String, $spectra:').replace(
        'deploymentId:',
        'idempotencyKey: $k, deploymentId:',
      ),
      `{"k":"again","deploymentId":"${deploymentId}","spectra":[{"sampleName":"a","yValues":${list('1', bytes)}}]}`,
    ).replace('Predict($deploymentId: ID!,', 'Predict($deploymentId: ID!,'),
  'numbers beyond a double': (bytes, { deploymentId }) => points(deploymentId, list('1e400', bytes)),
  'numbers and null at the end': (bytes, { deploymentId }) => points(deploymentId, list('1', bytes, 'null')),
  'numbers and a list at the end': (bytes, { deploymentId }) => points(deploymentId, list('1', bytes, '[1]')),
  'numbers as spectra': (bytes, { deploymentId }) => spectra(deploymentId, list('1', bytes)),
  'numbers as an object': bytes => createProject(list('1', bytes)),
  'numbers as an id': bytes => project(list('1', bytes)),
  'numbers as a number': bytes => days(list('1', bytes)),
  'numbers as an e-mail': bytes => signIn(list('1', bytes)),
  'numbers as a date': bytes => createKey(list('1', bytes)),
  'numbers as the variables': bytes => body('{ viewer { id } }', list('1', bytes)),
  'numbers as the request': bytes => list('1', bytes),
  'numbers as a separate variable': (bytes, { deploymentId }) =>
    body(
      'mutation ($y: [Float!]!) { predict(deploymentId: "a", spectra: [{ sampleName: "a", yValues: $y }]) { logId } }',
      `{"y":${list('1', bytes)},"d":"${deploymentId}"}`,
    ),
  'one number': (bytes, { deploymentId }) => points(deploymentId, `[${many('1', bytes)}]`),
  'one number as a number': bytes => days(many('1', bytes)),
  'a file': (bytes, { projectId }) =>
    body(
      'mutation ($i: RegisterModelInput!) { registerModel(input: $i) { id } }',
      `{"i":{"projectId":"${projectId}","name":"a","targetProperty":"b","onnx":"${many('AAAA', bytes)}"}}`,
    ),
  'a file that is not base64': (bytes, { projectId }) =>
    body(
      'mutation ($i: RegisterModelInput!) { registerModel(input: $i) { id } }',
      `{"i":{"projectId":"${projectId}","name":"a","targetProperty":"b","onnx":"${many('AAAA', bytes)}-"}}`,
    ),
  'a file as an id': bytes => project(`"${many('AAAA', bytes)}"`),
  'a file as an object': bytes => createProject(`"${many('AAAA', bytes)}"`),
  spaces: bytes => many(' ', bytes),
  'spaces within': bytes => body('{ viewer { id } }', `{${many(' ', bytes)}}`),
};
