import { formatX } from '../../spectra/axis.ts';
import { MAX_SPECTRA } from '../limits.ts';

/** The deployment that a snippet calls. */
export interface Target {
  endpoint: string;
  deploymentId: string;
  inputLength: number;
  kind: 'REGRESSION' | 'CLASSIFICATION';
  /** The ends of the model's x axis; null if it has none. */
  xAxis: { first: number; last: number } | null;
  /** Whether the model judges its applicability. */
  hasLimits: boolean;
}

/** The placeholder of the key, in every snippet. */
export const KEY_PLACEHOLDER = 'sk_<your-key>';

/** The languages of the snippets, with their labels. */
export const LANGUAGES = [
  ['curl', 'curl'],
  ['typescript', 'TypeScript'],
  ['python', 'Python'],
] as const;

export type Language = (typeof LANGUAGES)[number][0];

/**
 * A program that predicts for one spectrum. It runs once the key is filled in: a spectrum of zeros takes the place of
 * the measured one.
 */
export function snippetFor(language: Language, target: Target): string {
  return { curl, typescript, python }[language](target);
}

const resultOf = ({ kind }: Target) => (kind === 'REGRESSION' ? 'value' : 'category');

/** What is requested of each prediction. */
const selectionOf = (target: Target) =>
  `sampleName ${resultOf(target)}${target.hasLimits ? ' applicability { verdict }' : ''}`;

const variablesOf = ({ xAxis }: Target) =>
  `$deploymentId: ID!, $spectra: [SpectrumInput!]!${xAxis ? ', $xValues: [Float!]' : ''}`;

const argumentsOf = ({ xAxis }: Target) =>
  `deploymentId: $deploymentId, spectra: $spectra${xAxis ? ', xValues: $xValues' : ''}`;

// Only numbers of the axis are in the snippets: its unit is a text that another person chose, and a shell or an
// interpreter may run what follows a line break in it.
const endsOf = ({ first, last }: NonNullable<Target['xAxis']>) => [first, last].map(formatX).join(', ..., ');

const REFUSALS = [
  '403: the key was revoked, has expired or does not reach this deployment.',
  '429, 503: wait for as many seconds as the header Retry-After says, then try again.',
] as const;

function curl(target: Target): string {
  const { endpoint, deploymentId, inputLength, xAxis } = target;
  // Some shells, such as zsh, execute pasted comments, so these contain nothing with a meaning for a shell.
  const axis = xAxis
    ? `# To have the x axis checked, add xValues to the variables: the x of each of your points, ${endsOf(xAxis).replaceAll('+', '')}.\n`
    : '';
  return `# ${inputLength} values in the order of the points of the model. Put yours in place of the zeros.
Y_VALUES=$(yes 0 | head -n ${inputLength} | paste -s -d , -)
${axis}
# ${REFUSALS.join('\n# ')}
curl '${endpoint}' \\
  -H 'Authorization: Api-Key ${KEY_PLACEHOLDER}' \\
  -H 'Content-Type: application/json' \\
  -d '{
    "query": "mutation Predict(${variablesOf(target)}) { predict(${argumentsOf(target)}) { predictions { ${selectionOf(target)} } } }",
    "variables": {
      "deploymentId": "${deploymentId}",
      "spectra": [{ "sampleName": "sample-1", "yValues": ['"$Y_VALUES"'] }]
    }
  }'
`;
}

function typescript(target: Target): string {
  const { endpoint, deploymentId, inputLength, xAxis, hasLimits } = target;
  const result = [resultOf(target), ...(hasLimits ? ['applicability'] : [])].join(', ');
  const printed = hasLimits ? `${resultOf(target)}, applicability.verdict` : result;
  const axis = xAxis
    ? `
      // The x of each of your points, to be compared with the x axis of the model. Put in all ${inputLength}.
      // xValues: [${endsOf(xAxis)}],`
    : '';
  return `const response = await fetch('${endpoint}', {
  method: 'POST',
  headers: {
    Authorization: 'Api-Key ${KEY_PLACEHOLDER}',
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({
    query: \`
      mutation Predict(${variablesOf(target)}) {
        predict(${argumentsOf(target)}) {
          predictions { ${selectionOf(target)} }
        }
      }\`,
    variables: {
      deploymentId: '${deploymentId}',
      // 1 to ${MAX_SPECTRA} spectra of ${inputLength} values each, in the order of the model's points. Put yours in place of the zeros.
      spectra: [{ sampleName: 'sample-1', yValues: Array(${inputLength}).fill(0) }],${axis}
    },
  }),
});

// ${REFUSALS.join('\n// ')}
if (!response.ok) throw new Error(\`\${response.status} \${await response.text()}\`);

const { data } = await response.json();
for (const { sampleName, ${result} } of data.predict.predictions) {
  console.log(sampleName, ${printed});
}
`;
}

function python(target: Target): string {
  const { endpoint, deploymentId, inputLength, xAxis, hasLimits } = target;
  const axis = xAxis
    ? `
            # The x of each of your points, to be compared with the x axis of the model. Put in all ${inputLength}.
            # "xValues": [${endsOf(xAxis)}],`
    : '';
  const verdict = hasLimits ? ', prediction["applicability"]["verdict"]' : '';
  return `import requests

response = requests.post(
    "${endpoint}",
    headers={"Authorization": "Api-Key ${KEY_PLACEHOLDER}"},
    json={
        "query": """
            mutation Predict(${variablesOf(target)}) {
              predict(${argumentsOf(target)}) {
                predictions { ${selectionOf(target)} }
              }
            }
        """,
        "variables": {
            "deploymentId": "${deploymentId}",
            # 1 to ${MAX_SPECTRA} spectra of ${inputLength} values each, in the order of the model's points. Put yours in place of the zeros.
            "spectra": [{"sampleName": "sample-1", "yValues": [0.0] * ${inputLength}}],${axis}
        },
    },
    timeout=30,
)

# ${REFUSALS.join('\n# ')}
if not response.ok:
    raise SystemExit(f"{response.status_code} {response.text}")

for prediction in response.json()["data"]["predict"]["predictions"]:
    print(prediction["sampleName"], prediction["${resultOf(target)}"]${verdict})
`;
}
