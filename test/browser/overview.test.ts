import { afterAll, beforeAll, expect, test } from 'vitest';
import { gasoline, type Lab, openLab, PREDICT, type Service, startService } from '../harness.ts';
import { axeViolations, launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  await service.ask(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline(3) }, lab.owner);
});
afterAll(() => service.close());

const openOverview = (options?: object) =>
  openPage(browser(), service, `/deployments/${lab.deploymentId}`, lab.owner, options);

test('the overview shows the model, its target, unit and kind, and the month’s predictions against the limit', async () => {
  const page = await openOverview();
  const main = page.getByRole('main');
  await main.getByRole('heading', { name: 'Octane', level: 1 }).waitFor();
  for (const text of ['Octane, version 1', 'octane number', 'Regression', '401']) {
    await main.getByText(text, { exact: true }).waitFor();
  }
  await main.getByText(/^of 100,000 predictions in /).waitFor();
  await main.getByText('3', { exact: true }).first().waitFor();
});

test('the chart shows the predictions of 30 days, in numbers too', async () => {
  const page = await openOverview();
  const rows = page.getByRole('table', { name: 'Predictions a day' }).getByRole('row');
  await rows.last().waitFor();
  expect(await rows.count()).toBe(30);
  const today = new Date().toISOString().slice(0, 10);
  expect(await rows.last().innerText()).toMatch(new RegExp(`^${today}\\s+3$`));
});

test('the chart has a scale from zero', async () => {
  const page = await openOverview();
  const scale = page.getByRole('figure').locator('[aria-hidden] > div').first();
  await scale.waitFor();
  // The highest day has 3 predictions.
  expect((await scale.innerText()).split(/\s+/)).toEqual(['4', '2', '0']);
  const bars = page.getByRole('figure').locator('[style*="height"]');
  const heights = await bars.evaluateAll(all => all.map(bar => bar.getBoundingClientRect().height));
  const plot = await bars
    .last()
    .locator('..')
    .evaluate(day => day.getBoundingClientRect().height);
  expect((heights.at(-1) ?? 0) / plot).toBeCloseTo(0.75, 2);
});

test('the overview fits a screen of 360 px without scrolling sideways', async () => {
  const page = await openOverview({ viewport: { width: 360, height: 740 } });
  await page.getByRole('table', { name: 'Predictions a day' }).waitFor({ state: 'attached' });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
});

test('the overview has no accessibility violations', async () => {
  const page = await openOverview();
  await page.getByRole('table', { name: 'Predictions a day' }).waitFor({ state: 'attached' });
  expect(await axeViolations(page)).toEqual([]);
});

test('a deployment that does not exist and one of another tenant get the same page', async () => {
  const stranger = await openLab(service, 'PRO', 'Sam Stranger');
  for (const id of [stranger.deploymentId, '01a20881-bb48-761f-bcab-7ec1b0fb9cf1', 'nonsense']) {
    const page = await openPage(browser(), service, `/deployments/${id}`, lab.owner);
    await page.getByRole('heading', { name: 'Deployment not found' }).waitFor();
  }
});
