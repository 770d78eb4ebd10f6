import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paste, temporaryFolder } from '../commands.ts';
import {
  createKey,
  demonstration,
  deploy,
  gasoline,
  type Lab,
  openLab,
  REVOKE_KEY,
  type Service,
  startService,
} from '../harness.ts';
import { regressionWithStatistics } from '../onnx-files.ts';
import { axeViolations, isAccessibleAtEveryWidth, launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
const execute = promisify(execFile);
let service: Service;
let lab: Lab;
let key: { id: string; rawKey: string };
/** A key of the whole project. */
let everyKey: { rawKey: string };
/** A deployment whose model has an x axis. */
let withAxis: string;

const X_VALUES = Array.from({ length: 401 }, (_, point) => 900 + 2 * point);

const setAxis = (modelId: string, unit: string) =>
  service.ask(
    'mutation SetAxis($input: SetModelXAxisInput!) { setModelXAxis(input: $input) { id } }',
    { input: { modelId, quantity: 'WAVELENGTH', unit, values: X_VALUES } },
    lab.owner,
  );

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  everyKey = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const described = await deploy(service, lab.owner, undefined, 'With an x axis');
  await setAxis(described.modelId, 'nm');
  withAxis = described.deploymentId;
});
afterAll(() => service.close());

const integrationPage = (deploymentId = lab.deploymentId, options = {}) =>
  openPage(browser(), service, `/deployments/${deploymentId}/integration`, lab.owner, options);

/** What the button puts on the clipboard. */
async function copy(page: Page, what: string): Promise<string> {
  await page.getByRole('button', { name: `Copy ${what}` }).click();
  await page.getByRole('status').getByText(`Copied ${what}`).waitFor();
  return await page.evaluate('navigator.clipboard.readText()');
}

async function snippet(page: Page, language: string, rawKey = key.rawKey): Promise<string> {
  await page.getByText(language, { exact: true }).click();
  const code = await copy(page, `the ${language} snippet`);
  expect(code.split('sk_<your-key>')).toHaveLength(2);
  return code.replace('sk_<your-key>', rawKey);
}

/** The snippet with a measured spectrum in place of the zeros. */
function withSpectrum(
  code: string,
  zeros: string | RegExp,
  quote = (values: string) => `[${values}]`,
): string {
  const values = gasoline()[0]?.yValues.join(',') ?? '';
  const filled = code.replace(zeros, quote(values));
  expect(filled).not.toBe(code);
  return filled;
}

async function runFile(program: string, name: string, code: string, env: Record<string, string> = {}) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, name), code);
  const { stdout } = await execute(program, [join(folder, name)], { env: { ...process.env, ...env } });
  return stdout;
}

// Replaces Python's requests where it is not installed.
const REQUESTS = `import json as _json, urllib.error, urllib.request
class Response:
    def __init__(self, status, body): self.status_code, self.text = status, body
    ok = property(lambda self: self.status_code < 400)
    def json(self): return _json.loads(self.text)
def post(url, headers, json, timeout):
    data, headers = _json.dumps(json).encode(), {**headers, "Content-Type": "application/json"}
    try: answer = urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=timeout)
    except urllib.error.HTTPError as error: answer = error
    return Response(answer.status, answer.read().decode())
`;

async function runPython(code: string): Promise<string> {
  const installed = await execute('python3', ['-c', 'import requests']).then(
    () => true,
    () => false,
  );
  const folder = await temporaryFolder();
  if (!installed) await writeFile(join(folder, 'requests.py'), REQUESTS);
  return await runFile('python3', 'predict.py', code, installed ? {} : { PYTHONPATH: folder });
}

const octaneOf = (output: string) => Number(/sample-1\D+([\d.]+)/.exec(output)?.[1]);
const OCTANE = 87.9412;

test('shows the endpoint and the deployment, to copy, and leads to the keys', async () => {
  const page = await integrationPage();
  expect(await copy(page, 'the endpoint')).toBe(`${service.url}/graphql`);
  expect(await copy(page, 'the deployment’s id')).toBe(lab.deploymentId);
  // A valid key is not rate limited: 429 means the quota.
  await page
    .getByText('429 when the month’s predictions are used up; 503 when the server is busy.')
    .waitFor();
  await page.getByRole('main').getByRole('link', { name: 'API keys' }).click();
  await page.waitForURL(`**/deployments/${lab.deploymentId}/api-keys`);
});

test('curl: works as pasted, and with a spectrum', async () => {
  const code = await snippet(await integrationPage(), 'curl');
  expect(code).toContain('401 values');
  expect(JSON.parse(await paste(code)).data.predict.predictions).toEqual([
    { sampleName: 'sample-1', value: expect.any(Number) },
  ]);
  const measured = withSpectrum(code, /\$\(yes .*\)/, values => values);
  expect(JSON.parse(await paste(measured)).data.predict.predictions[0].value).toBeCloseTo(OCTANE, 3);
});

test('curl: its comments are safe in every shell that runs them', async () => {
  const code = await snippet(await integrationPage(), 'curl');
  const comments = code.match(/^#.*$/gm);
  expect(comments).toHaveLength(3);
  const described = await snippet(await integrationPage(withAxis), 'curl');
  comments?.push(...(described.match(/^#.*$/gm) ?? []));
  expect(comments).toHaveLength(7);
  for (const comment of comments ?? []) expect(comment).toMatch(/^# [\w .,:-]+$/);
});

test('TypeScript: works as pasted, and with a spectrum', async () => {
  const code = await snippet(await integrationPage(), 'TypeScript');
  expect(code).toContain('401 values');
  const run = (text: string) => runFile(process.execPath, 'predict.ts', text);
  expect(octaneOf(await run(code))).toBeGreaterThan(0);
  expect(octaneOf(await run(withSpectrum(code, 'Array(401).fill(0)')))).toBeCloseTo(OCTANE, 3);
});

test('Python: works as pasted, and with a spectrum', async () => {
  const code = await snippet(await integrationPage(), 'Python');
  expect(code).toContain('401 values');
  const python = await execute('python3', ['--version']).catch(() => null);
  if (!python) {
    console.warn('python3 is not installed: the Python snippet was read, and not run.');
    expect(code).toContain('"yValues": [0.0] * 401');
    return;
  }
  expect(octaneOf(await runPython(code))).toBeGreaterThan(0);
  expect(octaneOf(await runPython(withSpectrum(code, '[0.0] * 401')))).toBeCloseTo(OCTANE, 3);
});

test('the x axis is shown, with all of its values to copy', async () => {
  const page = await integrationPage(withAxis);
  await page.getByText('Wavelength, 900 → 1700 nm, 401 points', { exact: true }).waitFor();
  expect(JSON.parse(await copy(page, 'the x values'))).toEqual(X_VALUES);
  const without = await integrationPage();
  await without.getByText('None, 401 points', { exact: true }).waitFor();
  expect(await without.getByRole('button', { name: 'Copy the x values' }).count()).toBe(0);
});

test('a snippet shows how to send the x values: it works as pasted, and with them the axis is checked', async () => {
  const page = await integrationPage(withAxis);
  const checks: [string, RegExp | string, string, (code: string) => Promise<string>][] = [
    [
      'TypeScript',
      '// xValues: [900, ..., 1700]',
      'xValues: ',
      code => runFile(process.execPath, 'predict.ts', code),
    ],
    ['Python', '# "xValues": [900, ..., 1700]', '"xValues": ', runPython],
  ];
  const python = await execute('python3', ['--version']).catch(() => null);
  for (const [language, comment, property, run] of python ? checks : checks.slice(0, 1)) {
    const code = await snippet(page, language, everyKey.rawKey);
    expect(code).toContain(comment);
    expect(octaneOf(await run(code))).toBeGreaterThan(0);
    const withAxis = (values: number[]) => code.replace(comment, `${property}${JSON.stringify(values)}`);
    expect(octaneOf(await run(withAxis(X_VALUES)))).toBeGreaterThan(0);
    await expect(run(withAxis(X_VALUES.toReversed()))).rejects.toThrow(/the model expects 900 to 1700 nm/);
  }
  const curl = await snippet(page, 'curl', everyKey.rawKey);
  expect(curl).toContain('add xValues to the variables: the x of each of your points, 900, ..., 1700.');
  expect(octaneOf(await paste(curl))).toBeGreaterThan(0);
  const checked = curl.replace('"variables": {', `"variables": { "xValues": ${JSON.stringify(X_VALUES)},`);
  expect(octaneOf(await paste(checked))).toBeGreaterThan(0);
  const { deployment } = await service.ask(
    'query ($id: ID!) { deployment(id: $id) { predictionLogs { nodes { xAxisChecked } } } }',
    { id: withAxis },
    lab.owner,
  );
  const calls = deployment?.predictionLogs.nodes.map(({ xAxisChecked }) => xAxisChecked);
  expect(calls).toEqual(python ? [true, false, true, false, true, false] : [true, false, true, false]);
});

test('a snippet for a model with limits prints the verdict beside the value', async () => {
  const { deploymentId } = await deploy(
    service,
    lab.owner,
    regressionWithStatistics({ t2_limit: '12', q_limit: '0.5' }),
    'Judged',
  );
  const page = await integrationPage(deploymentId);
  const script = await snippet(page, 'TypeScript', everyKey.rawKey);
  expect(await runFile(process.execPath, 'predict.ts', script)).toBe('sample-1 0 INSIDE\n');
  const curl = await snippet(page, 'curl', everyKey.rawKey);
  expect(JSON.parse(await paste(curl)).data.predict.predictions).toEqual([
    { sampleName: 'sample-1', value: 0, applicability: { verdict: 'INSIDE' } },
  ]);
  const python = await snippet(page, 'Python', everyKey.rawKey);
  expect(python).toContain('prediction["applicability"]["verdict"]');
});

test('a unit that another person typed cannot put code into a snippet', async () => {
  const { modelId, deploymentId } = await deploy(service, lab.owner, undefined, 'With an odd unit');
  await setAxis(modelId, "nm'; $(touch /tmp/owned) `touch /tmp/owned` '");
  const page = await integrationPage(deploymentId);
  for (const language of ['curl', 'TypeScript', 'Python']) {
    expect(await snippet(page, language)).not.toContain('owned');
  }
});

test('a refused call prints the reason', async () => {
  const revoked = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  await service.ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
  const code = await snippet(await integrationPage(), 'TypeScript', revoked.rawKey);
  await expect(runFile(process.execPath, 'predict.ts', code)).rejects.toThrow(
    /403 .*This API key has been revoked/,
  );
});

test('a model of categories is queried for categories', async () => {
  const oil = await deploy(service, lab.owner, demonstration('oil-type.onnx'), 'Oil type');
  const { rawKey } = await createKey(service, lab.owner, { deploymentId: oil.deploymentId });
  const page = await integrationPage(oil.deploymentId);
  const code = await snippet(page, 'curl', rawKey);
  expect(JSON.parse(await paste(code)).data.predict.predictions).toEqual([
    { sampleName: 'sample-1', category: expect.any(String) },
  ]);
  const script = await snippet(page, 'TypeScript', rawKey);
  expect(await runFile(process.execPath, 'predict.ts', script)).toMatch(/^sample-1 \w+/);
});

test('a plan without API access is pointed out', async () => {
  const free = await openLab(service, 'FREE', 'Fred Free');
  const path = `/deployments/${free.deploymentId}/integration`;
  const page = await openPage(browser(), service, path, free.owner);
  await page.getByText('The plan has no API access').waitFor();
});

test.for(['light', 'dark'] as const)(
  'the notice that the plan has no API access can be read in %s colours',
  async scheme => {
    const free = await openLab(service, 'FREE', 'Fay Free');
    const path = `/deployments/${free.deploymentId}/integration`;
    const page = await openPage(browser(), service, path, free.owner, { colorScheme: scheme });
    await page.getByText('The plan has no API access').waitFor();
    const background = await page.evaluate(
      "getComputedStyle(document.querySelector('.mantine-Alert-root')).backgroundColor",
    );
    expect(background).toBe(scheme === 'light' ? 'rgb(253, 243, 220)' : 'rgb(53, 43, 23)');
    await isAccessibleAtEveryWidth(page, scheme);
  },
);

test.for(['light', 'dark'] as const)(
  'no accessibility violations in %s colours, nor at 360 px',
  async scheme => {
    const page = await integrationPage(lab.deploymentId, {
      colorScheme: scheme,
      viewport: { width: 360, height: 780 },
    });
    for (const language of ['curl', 'TypeScript', 'Python']) {
      await page.getByText(language, { exact: true }).click();
      await page.getByRole('region', { name: `${language} snippet` }).waitFor();
      expect(await axeViolations(page, scheme)).toEqual([]);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  },
);
