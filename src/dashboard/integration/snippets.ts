import { csharp } from './csharp.ts';
import { curl } from './curl.ts';
import { powershell } from './powershell.ts';
import { python } from './python.ts';
import { type Door, documentOf, resultOf, type Target, urlOf } from './target.ts';
import { typescript } from './typescript.ts';

/** The doors with their labels. */
export const DOORS: readonly (readonly [Door, string])[] = [
  ['rest', 'Plain HTTP'],
  ['graphql', 'GraphQL'],
];

const SNIPPETS = {
  curl,
  python,
  typescript,
  csharp: (_door: Door, target: Target) => csharp(target),
  powershell: (_door: Door, target: Target) => powershell(target),
} as const;

export type Language = keyof typeof SNIPPETS;

const LANGUAGES: readonly (readonly [Language, string])[] = [
  ['curl', 'curl'],
  ['python', 'Python'],
  ['typescript', 'TypeScript'],
  ['csharp', 'C#'],
  ['powershell', 'PowerShell'],
];

/** The languages of the snippets for a door, with their labels. */
export const languagesOf = (door: Door) =>
  door === 'rest'
    ? LANGUAGES
    : LANGUAGES.filter(([language]) => !['csharp', 'powershell'].includes(language));

/**
 * A program that predicts for one spectrum. It runs as it is once the environment has the key: a spectrum of zeros takes
 * the place of the measured one. C# and PowerShell have plain HTTP only.
 */
export const snippetFor = (door: Door, language: Language, target: Target): string =>
  SNIPPETS[language](door, target);

/** A call that a page makes itself, with one spectrum of zeros. */
export interface Call {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** @param idempotencyKey new for each call */
export function callFor(door: Door, target: Target, key: string, idempotencyKey: string): Call {
  const headers = { authorization: `Api-Key ${key}`, 'content-type': 'application/json' };
  const zeros = Array<number>(target.inputLength).fill(0);
  const url = urlOf(door, target);
  if (door === 'rest') {
    const body = JSON.stringify({ spectra: [{ sample_name: 'sample-1', y_values: zeros }] });
    return { url, headers: { ...headers, 'idempotency-key': idempotencyKey }, body };
  }
  const variables = {
    deploymentId: target.deploymentId,
    idempotencyKey,
    spectra: [{ sampleName: 'sample-1', yValues: zeros }],
  };
  return { url, headers, body: JSON.stringify({ query: documentOf(target).join('\n'), variables }) };
}

/** The facts about a model that its answers contain. */
export interface AnsweringModel {
  id: string;
  name: string;
  version: number;
  targetProperty: string;
  unit?: string | null | undefined;
}

/** An answer of the deployment as it looks, with a made-up value, as JSON. */
export function exampleAnswer(door: Door, target: Target, model: AnsweringModel): string {
  const value = target.kind === 'REGRESSION' ? 12.34 : 'A';
  const result = { [resultOf(door, target)]: value };
  if (door === 'graphql') {
    const applicability = target.hasLimits ? { applicability: { verdict: 'INSIDE' } } : {};
    return spread({
      data: { predict: { predictions: [{ sampleName: 'sample-1', ...result, ...applicability }] } },
    });
  }
  const judged = { verdict: 'INSIDE', t2: 1.2, t2_limit: 9.8, q: 0.1, q_limit: 0.5 };
  return spread({
    predictions: [
      { sample_name: 'sample-1', ...result, ...(target.hasLimits ? { applicability: judged } : {}) },
    ],
    model: {
      id: model.id,
      name: model.name,
      version: model.version,
      target_property: model.targetProperty,
      unit: model.unit ?? null,
    },
    x_axis_checked: false,
    log_id: '01a20881-bb48-761f-bcab-7ec1b0fb9cf2',
  });
}

const spread = (value: unknown) => JSON.stringify(value, null, 2);

/** The command line of the folder watcher, for every shell. @param file its name */
export const watcherCommand = (file: string, { origin, deploymentId }: Target): string =>
  `node ${file} --server ${origin} --deployment ${deploymentId} --in measured --out predicted`;
