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

/** A program for Python with the package requests that predicts for one spectrum. */
export function python(door: Door, target: Target): string {
  const isRest = door === 'rest';
  const verdict = target.hasLimits ? ', prediction["applicability"]["verdict"]' : '';
  const printed = `prediction["${isRest ? 'sample_name' : 'sampleName'}"], prediction["${resultOf(door, target)}"]${verdict}`;
  return `import os
import time
import uuid

import requests

${isRest ? restBody(target) : graphqlBody(target)}
headers = {
    "Authorization": f"Api-Key {os.environ['${KEY_VARIABLE}']}",${
      isRest
        ? `
    # ${COMMENTS.idempotencyKey}
    "Idempotency-Key": str(uuid.uuid4()),`
        : ''
    }
}

# ${COMMENTS.retried}
for attempt in range(1, ${MAX_ATTEMPTS + 1}):
    wait, max_wait = str(2**attempt), ${MAX_WAIT_SECONDS}
    try:
        response = requests.post("${urlOf(door, target)}", headers=headers, json=body, timeout=60)
        wait = response.headers.get("Retry-After", wait)
        # ${COMMENTS.rehearsed}
        if response.status_code == 403 and "Retry-After" in response.headers:
            max_wait = ${MAX_REHEARSAL_SECONDS}
        elif response.status_code not in (429, 502, 503, 504):
            break
    except requests.RequestException:
        if attempt == ${MAX_ATTEMPTS}:
            raise
    if attempt == ${MAX_ATTEMPTS} or not wait.isdigit() or int(wait) > max_wait:
        break
    time.sleep(int(wait))

# ${COMMENTS.refused}
if not response.ok:
    raise SystemExit(f"{response.status_code} {response.text}")

for prediction in response.json()${isRest ? '' : '["data"]["predict"]'}["predictions"]:
    print(${printed})
`;
}

const axisOf = (target: Target, indent: string, name: string) =>
  target.xAxis
    ? `
${indent}# ${COMMENTS.axis(target)}
${indent}# "${name}": [${endsOf(target.xAxis)}],`
    : '';

const restBody = (target: Target) => `body = {
    # ${COMMENTS.spectra(target)}
    "spectra": [{"sample_name": "sample-1", "y_values": [0.0] * ${target.inputLength}}],${axisOf(target, '    ', 'x_values')}
}`;

const graphqlBody = (target: Target) => `body = {
    "query": """
        ${documentOf(target).join('\n        ')}
    """,
    "variables": {
        "deploymentId": "${target.deploymentId}",
        # ${COMMENTS.spectra(target)}
        "spectra": [{"sampleName": "sample-1", "yValues": [0.0] * ${target.inputLength}}],${axisOf(target, '        ', 'xValues')}
        # ${COMMENTS.idempotencyKey}
        "idempotencyKey": str(uuid.uuid4()),
    },
}`;
