import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { DOORS, exampleAnswer, languagesOf, snippetFor } from '../src/dashboard/integration/snippets.ts';
import type { Target } from '../src/dashboard/integration/target.ts';
import { paste, temporaryFolder } from './commands.ts';
import { runFile, snippetKeepsItsPromises, targetOf } from './snippet-runs.ts';

const execute = promisify(execFile);
const project = fileURLToPath(new URL('..', import.meta.url));

// Replaces Python's requests where it is not installed.
const REQUESTS = `import json as _json, urllib.error, urllib.request
RequestException = OSError
class Response:
    def __init__(self, answer):
        self.status_code, self.headers, self.text = answer.status, answer.headers, answer.read().decode()
    ok = property(lambda self: self.status_code < 400)
    def json(self): return _json.loads(self.text)
def post(url, headers, json, timeout):
    data, headers = _json.dumps(json).encode(), {**headers, "Content-Type": "application/json"}
    try: answer = urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=timeout)
    except urllib.error.HTTPError as error: answer = error
    return Response(answer)
`;

async function runPython(code: string, env: Record<string, string>): Promise<string> {
  const installed = await execute('python3', ['-c', 'import requests']).then(
    () => true,
    () => false,
  );
  const folder = await temporaryFolder();
  if (!installed) await writeFile(join(folder, 'requests.py'), REQUESTS);
  return await runFile('python3', 'predict.py', code, { ...env, ...(!installed && { PYTHONPATH: folder }) });
}

const list = (values: readonly number[]) => `[${values.join(', ')}]`;

for (const [door, label] of DOORS) {
  const xValues = door === 'rest' ? 'x_values' : 'xValues';
  snippetKeepsItsPromises(`curl, ${label}`, {
    door,
    language: 'curl',
    run: (code, env) =>
      paste(
        `${Object.entries(env)
          .map(([name, value]) => `${name}=${value}\n`)
          .join('')}${code}`,
      ),
    zeros: /\$\(yes .*\)/,
    write: values => values.join(','),
    axis: '"spectra":',
    writeAxis: values => `"${xValues}": ${list(values)}, "spectra":`,
    isProgram: false,
  });
  snippetKeepsItsPromises(`Python, ${label}`, {
    door,
    language: 'python',
    run: runPython,
    zeros: '[0.0] * 401',
    write: list,
    axis: `# "${xValues}": [900, ..., 1700],`,
    writeAxis: values => `"${xValues}": ${list(values)},`,
    isProgram: true,
  });
  snippetKeepsItsPromises(`TypeScript, ${label}`, {
    door,
    language: 'typescript',
    run: (code, env) => runFile(process.execPath, 'predict.mts', code, env),
    zeros: 'Array<number>(401).fill(0)',
    write: list,
    axis: `// ${xValues}: [900, ..., 1700],`,
    writeAxis: values => `${xValues}: ${list(values)},`,
    isProgram: true,
  });
}

/** A target of every kind that snippets differ for. */
const TARGETS: Target[] = (['REGRESSION', 'CLASSIFICATION'] as const).flatMap(kind =>
  [true, false].map(full =>
    targetOf('https://lab.example', '01a20881-bb48-761f-bcab-7ec1b0fb9cf1', {
      kind,
      xAxis: full ? { first: 4000, last: 1e21 } : null,
      hasLimits: full,
    }),
  ),
);

test('TypeScript: compiles with strict rules and without the types of a browser', async () => {
  const folder = await temporaryFolder();
  const files = DOORS.flatMap(([door]) => TARGETS.map((target, at) => ({ door, target, at })));
  const names = await Promise.all(
    files.map(async ({ door, target, at }) => {
      const name = join(folder, `${door}-${at}.mts`);
      await writeFile(name, snippetFor(door, 'typescript', target));
      return name;
    }),
  );
  const options =
    '--noEmit --strict --noUncheckedIndexedAccess --exactOptionalPropertyTypes --noUnusedLocals';
  const environment =
    '--target es2023 --lib es2023 --module nodenext --skipLibCheck --types node --typeRoots';
  await execute(
    join(project, 'node_modules/.bin/tsc'),
    [...options.split(' '), ...environment.split(' '), join(project, 'node_modules/@types'), ...names],
    { cwd: folder },
  );
});

test('curl: its comments are safe in every shell that runs them', () => {
  for (const [door] of DOORS) {
    for (const target of TARGETS) {
      const comments = snippetFor(door, 'curl', target).match(/^#.*$/gm) ?? [];
      expect(comments).toHaveLength(target.xAxis ? 7 : 6);
      for (const comment of comments) expect(comment).toMatch(/^# [\w .,:-]+$/);
    }
  }
});

describe('every snippet', () => {
  const snippets = DOORS.flatMap(([door]) =>
    languagesOf(door).flatMap(([language]) =>
      TARGETS.map(target => ({ door, language, target, code: snippetFor(door, language, target) })),
    ),
  );

  test('reads the key from the environment, and holds none', () => {
    for (const { code } of snippets) {
      expect(code).toContain('SPECTRAKEY_API_KEY');
      expect(code).not.toMatch(/sk_/);
    }
  });

  test('sends an idempotency key and names the statuses', () => {
    for (const { code } of snippets) {
      expect(code).toMatch(/idempotency-?_?key/i);
      for (const part of ['403', '429', '503', 'Retry-After']) expect(code).toContain(part);
    }
  });

  test('says that a key whose revocation is rehearsed works again', () => {
    for (const { code } of snippets) expect(code).toMatch(/# .*rehearse|\/\/ .*rehearse/);
  });

  test('mentions the x axis exactly if the model has one', () => {
    for (const { code, target } of snippets) expect(/x_?values/i.test(code)).toBe(target.xAxis !== null);
  });
});

test('PowerShell: says that no test runs it', () => {
  const [target] = TARGETS;
  if (!target) throw new Error('no target');
  expect(snippetFor('rest', 'powershell', target)).toMatch(/^# .*no test of Spectrakey runs this one\.$/m);
});

test('the example of an answer is JSON with the facts of the model', () => {
  const model = { id: 'm', name: 'Octane "A"', version: 3, targetProperty: 'octane number', unit: 'RON' };
  const answers = TARGETS.map(target => JSON.parse(exampleAnswer('rest', target, model)));
  expect(answers[0]).toMatchObject({
    predictions: [{ sample_name: 'sample-1', value: 12.34, applicability: { verdict: 'INSIDE' } }],
    model: { name: 'Octane "A"', version: 3, target_property: 'octane number', unit: 'RON' },
  });
  expect(answers[3].predictions).toEqual([{ sample_name: 'sample-1', value: 'A' }]);
});
