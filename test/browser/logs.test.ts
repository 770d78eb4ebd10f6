import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createKey,
  DELETE_KEY,
  demonstration,
  deploy,
  gasoline,
  join,
  type Lab,
  openLab,
  PREDICT,
  type Service,
  signUp,
  spectraOf,
  startService,
} from '../harness.ts';
import { axeViolations, launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
const HOUR_MS = 3_600_000;
let service: Service;
let lab: Lab;
let ago = 0;
let kept: { prefix: string };
let deleted: { id: string; rawKey: string; prefix: string };

/** A call this long ago. */
async function predict(
  hoursAgo: number,
  as: { cookie: string } | { rawKey: string },
  count = 1,
  deploymentId?: string,
) {
  ago = hoursAgo * HOUR_MS;
  const spectra = spectraOf('gasoline-test.csv').slice(0, count);
  await service.ask(PREDICT, { deploymentId: deploymentId ?? lab.deploymentId, spectra }, as);
  ago = 0;
}

beforeAll(async () => {
  service = await startService({ now: () => new Date(Date.now() - ago) });
  lab = await openLab(service);
  const target = { deploymentId: lab.deploymentId };
  const key = await createKey(service, lab.owner, target, { name: 'LIMS' });
  kept = key;
  deleted = await createKey(service, lab.owner, target, { name: 'Old analyser' });
  await predict(49, deleted, 2);
  await predict(3, key, 10);
  await predict(0, lab.owner, 1);
  await service.ask(DELETE_KEY, { id: deleted.id }, lab.owner);
});
afterAll(() => service.close());

const logsPage = (deploymentId = lab.deploymentId, options = {}) =>
  openPage(browser(), service, `/deployments/${deploymentId}/logs`, lab.owner, options);

const logs = (page: Page) => page.getByRole('table', { name: 'Prediction logs' });
const row = (page: Page, text: string) => logs(page).getByRole('row').filter({ hasText: text });

/** The cells of the rows, as they are displayed. */
async function rowsOf(page: Page): Promise<string[][]> {
  await logs(page).locator('tbody time').first().waitFor();
  const rows = await logs(page).locator('tbody > tr').all();
  return await Promise.all(rows.map(each => each.getByRole('cell').allInnerTexts()));
}

test('lists calls newest first, with source, key, samples and duration', async () => {
  const page = await logsPage();
  expect(await rowsOf(page)).toEqual([
    ['just now', 'Web', expect.stringContaining('no key'), '1', expect.stringMatching(/^[\d.]+ ms$/)],
    ['3 hours ago', 'API', `LIMS ${kept.prefix}...`, '10', expect.stringMatching(/^[\d.]+ ms$/)],
    [
      '2 days ago',
      'API',
      expect.stringContaining(`Old analyser ${deleted.prefix}...`),
      '2',
      expect.any(String),
    ],
  ]);
});

test('the key of a call is struck through once it is deleted, and only then', async () => {
  const page = await logsPage();
  await row(page, 'Old analyser').waitFor();
  expect(await row(page, 'Old analyser').locator('s').innerText()).toBe(`Old analyser ${deleted.prefix}...`);
  expect(await row(page, 'Old analyser').getByText('(deleted)').count()).toBe(1);
  expect(await row(page, 'LIMS').locator('s').count()).toBe(0);
});

test('a relative time shows the exact one on hover, and on focus', async () => {
  const page = await logsPage();
  const when = row(page, 'LIMS').getByRole('button');
  const time = await when.locator('time').getAttribute('datetime');
  const year = String(new Date(time ?? 0).getFullYear());
  await when.hover();
  await page.getByRole('tooltip').getByText(year).waitFor();
  await page.mouse.move(0, 0);
  await page.getByRole('tooltip').waitFor({ state: 'hidden' });
  await page.keyboard.press('Tab');
  await when.focus();
  expect(await page.getByRole('tooltip').innerText()).toMatch(/\d+:\d\d:\d\d/);
});

test('a call opens with the keyboard, shows its values, and closes', async () => {
  const page = await logsPage();
  const toggle = row(page, 'LIMS').getByRole('button');
  expect(await toggle.getAttribute('aria-expanded')).toBe('false');
  await toggle.press('Enter');
  const values = page.getByRole('table', { name: /^Values of the call/ });
  await values.getByRole('cell', { name: 'gasoline-51' }).waitFor();
  expect(await toggle.getAttribute('aria-expanded')).toBe('true');
  expect(await values.locator('tbody tr').first().innerText()).toMatch(/^gasoline-51\s+87\.9412$/);
  expect(await values.locator('tbody tr').count()).toBe(10);
  await toggle.press('Enter');
  await values.waitFor({ state: 'detached' });
  // The row is a larger target.
  await row(page, 'LIMS').getByRole('cell', { name: 'LIMS' }).click();
  await values.waitFor();
});

test('pages to older calls and back, 20 to a page', async () => {
  const { deploymentId } = await deploy(service, lab.owner);
  for (let count = 45; count > 0; count -= 1) await predict(count, lab.owner, 1, deploymentId);
  const page = await logsPage(deploymentId);
  const newer = page.getByRole('button', { name: 'Newer' });
  const older = page.getByRole('button', { name: 'Older' });
  const times = async (pageNumber: number) => {
    await page.getByRole('status').getByText(`Page ${pageNumber}`, { exact: true }).waitFor();
    await page.locator('table[aria-busy=false]').waitFor();
    return await logs(page)
      .locator('time')
      .evaluateAll(found => found.map(time => time.getAttribute('datetime')));
  };
  const first = await times(1);
  expect(await newer.isDisabled()).toBe(true);
  await older.click();
  const second = await times(2);
  await older.click();
  const third = await times(3);
  expect([first.length, second.length, third.length]).toEqual([20, 20, 5]);
  const all = [...first, ...second, ...third];
  expect(new Set(all).size).toBe(45);
  expect(all).toEqual(all.toSorted().reverse());
  expect(await older.isDisabled()).toBe(true);
  await newer.click();
  expect(await times(2)).toEqual(second);
  await newer.click();
  expect(await times(1)).toEqual(first);
});

test('refreshing shows the calls made meanwhile', async () => {
  const { deploymentId } = await deploy(service, lab.owner);
  const page = await logsPage(deploymentId);
  await page.getByRole('heading', { name: 'No predictions yet' }).waitFor();
  await predict(0, lab.owner, 1, deploymentId);
  await page.reload();
  await logs(page).locator('time').first().waitFor();
  await predict(0, lab.owner, 7, deploymentId);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await logs(page).getByRole('cell', { name: '7', exact: true }).waitFor();
});

test('a prediction on the Predict tab is in the logs without reloading', async () => {
  const { deploymentId } = await deploy(service, lab.owner);
  const page = await logsPage(deploymentId);
  await page.getByRole('link', { name: 'Predict' }).click();
  const [spectrum] = gasoline();
  const text = ['sample_name,x,y', ...(spectrum?.yValues.map((y, x) => `New,${x},${y}`) ?? [])].join('\n');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'new.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: 'Predict 1 spectrum' }).click();
  await page.getByRole('heading', { name: '1 prediction' }).waitFor();
  await page.getByRole('tab', { name: 'Logs' }).click();
  await logs(page).locator('time').first().click();
  await page.getByRole('cell', { name: 'New', exact: true }).waitFor();
});

test('a failure is reported and can be retried', async () => {
  const page = await logsPage();
  await logs(page).locator('time').first().waitFor();
  await page.route('**/graphql', route =>
    route.request().postData()?.includes('PredictionLogs') ? route.abort() : route.continue(),
  );
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByRole('alert').getByText('The server could not be reached.').waitFor();
  await page.unroute('**/graphql');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('alert').waitFor({ state: 'detached' });
  expect(await rowsOf(page)).toHaveLength(3);
});

test('a deployment without calls explains how to make one', async () => {
  const { deploymentId } = await deploy(service, lab.owner, demonstration('octane.onnx'), 'Unused');
  const viewer = await signUp(service, 'Vivian Viewer');
  await join(service, lab.owner, viewer, 'VIEWER');
  for (const [person, text] of [
    [lab.owner, 'Predict in the browser, or call the deployment from a program as Integration shows.'],
    [viewer, 'Programs call the deployment as Integration shows.'],
  ] as const) {
    const page = await openPage(browser(), service, `/deployments/${deploymentId}/logs`, person);
    await page.getByText(text).waitFor();
  }
});

test('a viewer sees the logs', async () => {
  const viewer = await signUp(service, 'Victor Viewer');
  await join(service, lab.owner, viewer, 'VIEWER');
  const page = await openPage(browser(), service, `/deployments/${lab.deploymentId}/logs`, viewer);
  expect(await rowsOf(page)).toHaveLength(3);
});

test('no accessibility violations, nor at 360 px', async () => {
  const page = await logsPage(lab.deploymentId);
  await row(page, 'LIMS').getByRole('button').click();
  await page.getByRole('table', { name: /^Values of the call/ }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 780 });
  expect(await axeViolations(page)).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  const { deploymentId } = await deploy(service, lab.owner);
  await page.goto(`/deployments/${deploymentId}/logs`);
  await page.getByRole('heading', { name: 'No predictions yet' }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
});
