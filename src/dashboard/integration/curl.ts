import { type Door, documentOf, endsOf, KEY_VARIABLE, type Target, urlOf } from './target.ts';

/** A command for a POSIX shell that predicts for one spectrum. */
export function curl(door: Door, target: Target): string {
  const { inputLength, xAxis } = target;
  // Some shells, such as zsh, execute pasted comments, so these contain nothing with a meaning for a shell.
  const [name, place] = door === 'rest' ? ['x_values', 'beside spectra'] : ['xValues', 'to the variables'];
  const axis = xAxis
    ? `# To have the x axis checked, add ${name} ${place}: the x of each of your points, ${endsOf(xAxis).replaceAll('+', '')}.\n`
    : '';
  const isRest = door === 'rest';
  return `# Set ${KEY_VARIABLE} to the API key first.
# ${inputLength} values in the order of the points of the model. Put yours in place of the zeros.
Y_VALUES=$(yes 0 | head -n ${inputLength} | paste -s -d , -)
${axis}# A new text for each call. With the same text a call can be repeated, and is charged once.
IDEMPOTENCY_KEY=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \\n')

# 403: the key was revoked, has expired or does not reach this deployment. With Retry-After, the revocation is only
# rehearsed: run the command again after as many seconds.
# 429, 503: curl waits for as many seconds as the header Retry-After says, then tries again, within two minutes.
curl --retry 5 --retry-max-time 120 --retry-connrefused '${urlOf(door, target)}' \\
  -H "Authorization: Api-Key \${${KEY_VARIABLE}:?}" \\
  -H 'Content-Type: application/json' \\${isRest ? `\n  -H "Idempotency-Key: $IDEMPOTENCY_KEY" \\` : ''}
  -d '${isRest ? REST_BODY : graphqlBody(target)}'
`;
}

const REST_BODY = `{
    "spectra": [{ "sample_name": "sample-1", "y_values": ['"$Y_VALUES"'] }]
  }`;

const graphqlBody = (target: Target) => `{
    "query": "${documentOf(target)
      .map(line => line.trim())
      .join(' ')}",
    "variables": {
      "deploymentId": "${target.deploymentId}",
      "idempotencyKey": "'"$IDEMPOTENCY_KEY"'",
      "spectra": [{ "sampleName": "sample-1", "yValues": ['"$Y_VALUES"'] }]
    }
  }`;
