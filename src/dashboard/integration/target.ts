import { formatX } from '../../spectra/axis.ts';
import { MAX_REHEARSAL_MINUTES, MAX_SPECTRA } from '../limits.ts';

/** The deployment that a snippet calls. */
export interface Target {
  /** The address of the server, without a path. */
  origin: string;
  deploymentId: string;
  inputLength: number;
  kind: 'REGRESSION' | 'CLASSIFICATION';
  /** The ends of the model's x axis; null if it has none. */
  xAxis: { first: number; last: number } | null;
  /** Whether the model judges its applicability. */
  hasLimits: boolean;
}

/** The two ways to call a deployment. */
export type Door = 'rest' | 'graphql';

/** The environment variable from which every snippet reads the key. */
export const KEY_VARIABLE = 'SPECTRAKEY_API_KEY';

/** Max attempts of a snippet, and the max seconds that it waits for one; beyond, it reports the refusal. */
export const MAX_ATTEMPTS = 5;
export const MAX_WAIT_SECONDS = 60;
/** The longest rehearsal of a revocation. */
export const MAX_REHEARSAL_SECONDS = 60 * MAX_REHEARSAL_MINUTES;

/** The address that a call is sent to. */
export const urlOf = (door: Door, { origin, deploymentId }: Target) =>
  door === 'rest' ? `${origin}/api/deployments/${deploymentId}/predict` : `${origin}/graphql`;

/** The property of a prediction that holds its result. */
export const resultOf = (door: Door, { kind }: Target) =>
  door === 'rest' || kind === 'REGRESSION' ? 'value' : 'category';

/** The lines of the document that is sent to GraphQL. */
export function documentOf(target: Target): string[] {
  const { xAxis, hasLimits } = target;
  const variables = `$deploymentId: ID!, $spectra: [SpectrumInput!]!, $idempotencyKey: String!${xAxis ? ', $xValues: [Float!]' : ''}`;
  const given = `deploymentId: $deploymentId, spectra: $spectra, idempotencyKey: $idempotencyKey${xAxis ? ', xValues: $xValues' : ''}`;
  const selection = `sampleName ${resultOf('graphql', target)}${hasLimits ? ' applicability { verdict }' : ''}`;
  return [
    `mutation Predict(${variables}) {`,
    `  predict(${given}) {`,
    `    predictions { ${selection} }`,
    '  }',
    '}',
  ];
}

/**
 * The ends of the x axis with dots between. Only numbers of the axis are in the snippets: its unit is a text that another
 * person chose, and a shell or an interpreter may run what follows a line break in it.
 */
export const endsOf = ({ first, last }: NonNullable<Target['xAxis']>) =>
  [first, last].map(formatX).join(', ..., ');

/** The sentences of the comments, without the marks of a language. */
export const COMMENTS = {
  spectra: ({ inputLength }: Target) =>
    `1 to ${MAX_SPECTRA} spectra of ${inputLength} values each, in the order of the model's points. Put yours in place of the zeros.`,
  axis: ({ inputLength }: Target) =>
    `The x of each of your points, to be compared with the x axis of the model. Put in all ${inputLength}.`,
  idempotencyKey: 'The same for every attempt: a call that is repeated is charged once.',
  retried: 'Without an answer, and after 429 and 503, the call is repeated when Retry-After has passed.',
  rehearsed: 'A 403 with Retry-After: the revocation of the key is rehearsed, and ends by itself.',
  refused: '403: the key was revoked, has expired or does not reach this deployment.',
} as const;
