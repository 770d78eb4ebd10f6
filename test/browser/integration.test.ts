import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOORS, languagesOf, snippetFor, watcherCommand } from '../../src/dashboard/integration/snippets.ts';
import {
  createKey,
  deploy,
  type Lab,
  openLab,
  REVOKE_KEY,
  recordOf,
  type Service,
  startService,
} from '../harness.ts';
import { regressionWithStatistics } from '../onnx-files.ts';
import { targetOf } from '../snippet-runs.ts';
import { axeViolations, isAccessibleAtEveryWidth, launchBrowser, openPage, switchColors } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;
let key: { id: string; rawKey: string };
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

/** Chooses a door and a language. @returns what the button copies */
async function snippet(page: Page, door: string, language: string): Promise<string> {
  await page.getByText(door, { exact: true }).click();
  await page.getByText(language, { exact: true }).click();
  return await copy(page, `the ${language} snippet`);
}

test('shows the endpoints and the deployment, to copy, and leads to the keys', async () => {
  const page = await integrationPage();
  expect(await copy(page, 'the endpoint')).toBe(`${service.url}/api/deployments/${lab.deploymentId}/predict`);
  expect(await copy(page, 'the GraphQL endpoint')).toBe(`${service.url}/graphql`);
  expect(await copy(page, 'the deployment’s id')).toBe(lab.deploymentId);
  // A valid key is not rate limited: 429 means the quota.
  await page
    .getByText('429 when the month’s predictions are used up; 503 when the server is busy.')
    .waitFor();
  await page.getByRole('main').getByRole('link', { name: 'API keys' }).click();
  await page.waitForURL(`**/deployments/${lab.deploymentId}/api-keys`);
});

test('plain HTTP comes first, and every snippet is shown and copied with the facts of the deployment', async () => {
  const page = await integrationPage(withAxis);
  const target = targetOf(service.url, withAxis, { xAxis: { first: 900, last: 1700 } });
  expect(await copy(page, 'the curl snippet')).toBe(snippetFor('rest', 'curl', target));
  for (const [door, label] of DOORS) {
    for (const [language, name] of languagesOf(door)) {
      const code = snippetFor(door, language, target);
      expect(await snippet(page, label, name)).toBe(code);
      expect(await page.getByRole('region', { name: `${name} snippet` }).textContent()).toBe(code);
    }
  }
  // A language that GraphQL does not have.
  await snippet(page, 'Plain HTTP', 'C#');
  await page.getByText('GraphQL', { exact: true }).click();
  await page.getByRole('region', { name: 'curl snippet' }).waitFor();
});

test('a model with limits and a classification have snippets of their own', async () => {
  const statistics = regressionWithStatistics({ t2_limit: '12', q_limit: '0.5' });
  const { deploymentId } = await deploy(service, lab.owner, statistics, 'Judged');
  const page = await integrationPage(deploymentId);
  expect(await snippet(page, 'Plain HTTP', 'Python')).toContain('prediction["applicability"]["verdict"]');
  const example = page.getByRole('region', { name: 'Answer, for example' });
  expect(await example.textContent()).toContain('"verdict": "INSIDE"');
});

test('one call is made from the page with a pasted key, which is stored nowhere', async () => {
  const page = await integrationPage();
  const field = page.getByLabel('API key');
  const answer = page.getByRole('region', { name: 'Answer', exact: true });
  await page.getByRole('button', { name: 'Make one call' }).click();
  await page.getByText('Enter the API key.').waitFor();
  for (const [, label] of DOORS) {
    await page.getByText(label, { exact: true }).click();
    await field.fill(` ${key.rawKey}\n`);
    const before = await recordOf(service, lab.deploymentId);
    await page.getByRole('button', { name: 'Make one call' }).click();
    await page.getByText('Answered with status 200').waitFor();
    expect(await answer.textContent()).toMatch(/"value": -?\d/);
    expect(await recordOf(service, lab.deploymentId)).toEqual({
      charged: (before?.charged ?? 0) + 1,
      logged: (before?.logged ?? 0) + 1,
    });
  }
  const kept = await page.evaluate<string>(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state])',
  );
  expect(kept).not.toContain(key.rawKey);
  expect(await page.content()).not.toContain(key.rawKey);
  expect(await field.getAttribute('type')).not.toBe('password');
  await page.reload();
  expect(await field.inputValue()).toBe('');
});

test('a call that the page makes counts by its key alone: a refusal is shown with its reason', async () => {
  const revoked = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  await service.ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
  const page = await integrationPage();
  await page.getByLabel('API key').fill(revoked.rawKey);
  await page.getByRole('button', { name: 'Make one call' }).click();
  await page.getByText('Answered with status 403').waitFor();
  await page.getByText(/"detail": "This API key has been revoked/).waitFor();
});

test('the folder watcher is downloaded as it is, with its command line', async () => {
  const page = await integrationPage();
  const file = new URL('../../docs/clients/spectrakey-watch.mjs', import.meta.url);
  const started = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download spectrakey-watch.mjs' }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe('spectrakey-watch.mjs');
  expect(await readFile(await download.path(), 'utf8')).toBe(await readFile(file, 'utf8'));
  const command = watcherCommand('spectrakey-watch.mjs', targetOf(service.url, lab.deploymentId));
  expect(await copy(page, 'the command')).toBe(command);
});

test('the x axis is shown, with all of its values to copy', async () => {
  const page = await integrationPage(withAxis);
  await page.getByText('Wavelength, 900 → 1700 nm, 401 points', { exact: true }).waitFor();
  expect(JSON.parse(await copy(page, 'the x values'))).toEqual(X_VALUES);
  const without = await integrationPage();
  await without.getByText('None, 401 points', { exact: true }).waitFor();
  expect(await without.getByRole('button', { name: 'Copy the x values' }).count()).toBe(0);
});

test('a unit that another person typed cannot put code into a snippet', async () => {
  const { modelId, deploymentId } = await deploy(service, lab.owner, undefined, 'With an odd unit');
  await setAxis(modelId, "nm'; $(touch /tmp/owned) `touch /tmp/owned` '");
  const page = await integrationPage(deploymentId);
  for (const [door, label] of DOORS) {
    for (const [, name] of languagesOf(door)) {
      expect(await snippet(page, label, name)).not.toContain('owned');
    }
  }
});

test('a plan without API access is pointed out', async () => {
  const free = await openLab(service, 'FREE', 'Fred Free');
  const path = `/deployments/${free.deploymentId}/integration`;
  const page = await openPage(browser(), service, path, free.owner);
  await page.getByText('The plan has no API access').waitFor();
});

test('the notice that the plan has no API access can be read', async () => {
  const free = await openLab(service, 'FREE', 'Fay Free');
  const path = `/deployments/${free.deploymentId}/integration`;
  const page = await openPage(browser(), service, path, free.owner);
  await page.getByText('The plan has no API access').waitFor();
  for (const [colorScheme, color] of [
    ['light', 'rgb(253, 243, 220)'],
    ['dark', 'rgb(53, 43, 23)'],
  ] as const) {
    await switchColors(page, colorScheme);
    const background = await page.evaluate(
      "getComputedStyle(document.querySelector('.mantine-Alert-root')).backgroundColor",
    );
    expect(background).toBe(color);
  }
  await isAccessibleAtEveryWidth(page);
});

test('no accessibility violations, nor at 360 px', async () => {
  const page = await integrationPage(lab.deploymentId, {
    viewport: { width: 360, height: 780 },
  });
  for (const [, language] of languagesOf('rest')) {
    await page.getByText(language, { exact: true }).click();
    await page.getByRole('region', { name: `${language} snippet` }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
  }
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
});
