import {
  COMMENTS,
  type Door,
  documentOf,
  endsOf,
  KEY_VARIABLE,
  MAX_ATTEMPTS,
  MAX_REHEARSAL_SECONDS,
  MAX_WAIT_SECONDS,
  resultOf,
  type Target,
  urlOf,
} from './target.ts';

/** A program for Node.js that predicts for one spectrum. It needs no types of the browser. */
export function typescript(door: Door, target: Target): string {
  const isRest = door === 'rest';
  const { kind, hasLimits } = target;
  const [sample, result] = [isRest ? 'sample_name' : 'sampleName', resultOf(door, target)];
  const type = kind === 'REGRESSION' ? 'number' : 'string';
  const prediction = `{ ${sample}: string; ${result}: ${type}${hasLimits ? "; applicability: { verdict: 'INSIDE' | 'OUTSIDE' }" : ''} }`;
  const answer = isRest
    ? `{ predictions: Prediction[] }`
    : `{ data: { predict: { predictions: Prediction[] } } }`;
  const read = [sample, result, ...(hasLimits ? ['applicability'] : [])].join(', ');
  const printed = [sample, result, ...(hasLimits ? ['applicability.verdict'] : [])].join(', ');
  return `import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

type Prediction = ${prediction};
type Answer = ${answer};

const key = process.env.${KEY_VARIABLE};
if (!key) throw new Error('Set ${KEY_VARIABLE} to the API key.');

// ${COMMENTS.idempotencyKey}
const idempotencyKey = randomUUID();

const body = JSON.stringify(${isRest ? restBody(target) : graphqlBody(target)});

// ${COMMENTS.retried}
async function predict(attempt = 1): Promise<Answer> {
  const response = await fetch('${urlOf(door, target)}', {
    method: 'POST',
    headers: {
      Authorization: \`Api-Key \${key}\`,
      'Content-Type': 'application/json',${isRest ? `\n      'Idempotency-Key': idempotencyKey,` : ''}
    },
    body,
    signal: AbortSignal.timeout(60_000),
  }).catch((error: unknown) => {
    if (attempt === ${MAX_ATTEMPTS}) throw error;
    return null;
  });
  if (response?.ok) return (await response.json()) as Answer;
  const retryAfter = response?.headers.get('Retry-After') ?? null;
  const seconds = Number(retryAfter ?? 2 ** attempt);
  if (response) {
    // ${COMMENTS.rehearsed}
    const isRehearsed = response.status === 403 && retryAfter !== null;
    const isTemporary = isRehearsed || [429, 502, 503, 504].includes(response.status);
    const maxSeconds = isRehearsed ? ${MAX_REHEARSAL_SECONDS} : ${MAX_WAIT_SECONDS};
    // ${COMMENTS.refused}
    if (!isTemporary || attempt === ${MAX_ATTEMPTS} || !(seconds <= maxSeconds))
      throw new Error(\`\${response.status} \${await response.text()}\`);
  }
  await wait(seconds * 1000);
  return predict(attempt + 1);
}

const { predictions } = ${isRest ? 'await predict()' : '(await predict()).data.predict'};
for (const { ${read} } of predictions) {
  console.log(${printed});
}
`;
}

const axisOf = (target: Target, indent: string, name: string) =>
  target.xAxis
    ? `
${indent}// ${COMMENTS.axis(target)}
${indent}// ${name}: [${endsOf(target.xAxis)}],`
    : '';

const zeros = ({ inputLength }: Target) => `Array<number>(${inputLength}).fill(0)`;

const restBody = (target: Target) => `{
  // ${COMMENTS.spectra(target)}
  spectra: [{ sample_name: 'sample-1', y_values: ${zeros(target)} }],${axisOf(target, '  ', 'x_values')}
}`;

const graphqlBody = (target: Target) => `{
  query: \`
    ${documentOf(target).join('\n    ')}\`,
  variables: {
    deploymentId: '${target.deploymentId}',
    idempotencyKey,
    // ${COMMENTS.spectra(target)}
    spectra: [{ sampleName: 'sample-1', yValues: ${zeros(target)} }],${axisOf(target, '    ', 'xValues')}
  },
}`;
