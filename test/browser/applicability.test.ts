import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newLogId } from '../../src/predictions/log-id.ts';
import { createKey, deploy, type Lab, openLab, type Service, startService } from '../harness.ts';
import { regressionWithStatistics } from '../onnx-files.ts';
import { isAccessibleAtEveryWidth, launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;
let key: { id: string; rawKey: string };
/** A model with limits and a range. The points of a spectrum are its value, T² and Q. */
let judged: { deploymentId: string };

const METADATA = {
  x_quantity: 'wavelength',
  x_unit: 'nm',
  x_values: '[900, 950, 1100]',
  y_unit: 'absorbance',
  t2_limit: '12',
  q_limit: '0.5',
  rmsep: '0.24',
  reference_min: '83.4',
  reference_max: '89.6',
  calibration_samples: '50',
};
const INSIDE = [88, 3, 0.25];
const FAR = [88, 31, 0.25];
const HIGH_VALUE = [95, 3, 0.25];

const PREDICT = `mutation Predict($deploymentId: ID!, $spectra: [SpectrumInput!]!, $xValues: [Float!]) {
  predict(deploymentId: $deploymentId, spectra: $spectra, xValues: $xValues) { logId }
}`;

/** One call with these spectra, named by their order. */
async function predict(spectra: number[][], deploymentId = judged.deploymentId, xValues?: number[]) {
  await service.ask(
    PREDICT,
    {
      deploymentId,
      spectra: spectra.map((yValues, index) => ({ sampleName: `sample-${index + 1}`, yValues })),
      xValues: xValues ?? null,
    },
    key,
  );
}

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId }, { name: 'LIMS' });
  judged = await deploy(service, lab.owner, regressionWithStatistics(METADATA), 'Judged');
  await predict([Array(401).fill(0)], lab.deploymentId);
  await predict([FAR, INSIDE, FAR]);
  await predict([INSIDE], judged.deploymentId, [900, 950, 1100]);
  await predict([HIGH_VALUE]);
  await predict([FAR]);
});
afterAll(() => service.close());

const open = (path: string, options = {}) => openPage(browser(), service, path, lab.owner, options);
const logsPath = (deploymentId = judged.deploymentId) => `/deployments/${deploymentId}/logs`;
const logs = (page: Page) => page.getByRole('table', { name: 'Prediction logs' });
const filter = (page: Page, label: 'All' | 'Outside the calibration') =>
  page.getByRole('radiogroup', { name: 'Calls that are listed' }).getByText(label, { exact: true });
const values = (page: Page) => page.getByRole('table', { name: /^Values of the call/ });

/** The last two columns of each row but the last: the samples, with the words beside their number. */
async function samplesOf(page: Page): Promise<string[]> {
  await page.locator('table[aria-busy=false]').waitFor();
  const cells = await logs(page).locator('tbody > tr > td:nth-last-child(2)').allInnerTexts();
  return cells.map(cell => cell.replace(/\s+/g, ' ').trim());
}

/** Waits for samples that fulfil an expectation. */
const eventually = (page: Page) => expect.poll(() => samplesOf(page), { timeout: 10_000 });

test('rows of the logs say which calls were outside the calibration, and how many of their spectra', async () => {
  const page = await open(logsPath());
  expect(await samplesOf(page)).toEqual([
    'outside the calibration 1',
    '1',
    '1',
    '2 outside the calibration 3',
  ]);
});

test('the details name the statistic with its limit, a value outside the range, and whether the x axis was checked', async () => {
  const page = await open(logsPath());
  const details = async (index: number) => {
    await logs(page).locator('tbody > tr').nth(index).getByRole('button').click();
    await values(page).waitFor();
    const cells = await values(page).locator('tbody tr').allInnerTexts();
    const axis = await page
      .getByRole('definition')
      .filter({ hasText: /checked/i })
      .innerText();
    await logs(page).locator('tbody > tr').nth(index).getByRole('button').click();
    await values(page).waitFor({ state: 'detached' });
    return { rows: cells.map(cell => cell.replace(/\s+/g, ' ').trim()), axis };
  };
  expect(await details(3)).toEqual({
    rows: [
      'sample-1 88.0000 outside the calibration: T² 31 > 12',
      'sample-2 88.0000 inside',
      'sample-3 88.0000 outside the calibration: T² 31 > 12',
    ],
    axis: 'Not checked',
  });
  expect(await details(1)).toEqual({
    rows: ["sample-1 95.0000 value outside the calibration's range 83.4 to 89.6"],
    axis: 'Not checked',
  });
  expect(await details(2)).toEqual({
    rows: ['sample-1 88.0000 inside'],
    axis: 'Checked: the x values sent are those of the model',
  });
});

test('the filter lists only calls outside the calibration, stays in the address, and can be empty', async () => {
  const page = await open(logsPath());
  await samplesOf(page);
  await filter(page, 'Outside the calibration').click();
  await page.waitForURL(`**${logsPath()}?calibration=outside`);
  const outside = ['outside the calibration 1', '2 outside the calibration 3'];
  await eventually(page).toEqual(outside);
  await page.reload();
  expect(await samplesOf(page)).toEqual(outside);
  await page.goBack();
  await eventually(page).toHaveLength(4);
  const { deploymentId } = await deploy(
    service,
    lab.owner,
    regressionWithStatistics(METADATA),
    'Only inside',
  );
  await predict([INSIDE], deploymentId);
  await page.goto(`${logsPath(deploymentId)}?calibration=outside`);
  await page.getByRole('heading', { name: 'No call outside the calibration' }).waitFor();
  await filter(page, 'All').click();
  expect(await samplesOf(page)).toEqual(['1']);
});

test('the logs of the project and of a key mark the same calls, and the project’s have the filter', async () => {
  const page = await open(`/projects/${lab.owner.projectId}/logs?calibration=outside`);
  expect(await samplesOf(page)).toContain('2 outside the calibration 3');
  expect(await logs(page).getByText('Octane', { exact: true }).count()).toBe(0);
  await filter(page, 'All').click();
  await logs(page).getByText('Octane', { exact: true }).waitFor();
  await page.goto(`/projects/${lab.owner.projectId}/api-keys/${key.id}`);
  expect((await samplesOf(page)).some(cell => cell.startsWith('outside the calibration'))).toBe(true);
});

test('a change of the filter leads to the first page', async () => {
  const { deploymentId } = await deploy(service, lab.owner, regressionWithStatistics(METADATA), 'Busy');
  for (let call = 0; call < 22; call++) await predict([call < 21 ? FAR : INSIDE], deploymentId);
  const page = await open(logsPath(deploymentId));
  await page.getByRole('button', { name: 'Older' }).click();
  await page.getByRole('status').getByText('Page 2', { exact: true }).waitFor();
  await filter(page, 'Outside the calibration').click();
  await page.getByRole('status').getByText('Page 1', { exact: true }).waitFor();
  await eventually(page).toHaveLength(20);
  await page.getByRole('button', { name: 'Older' }).click();
  await page.getByRole('status').getByText('Page 2', { exact: true }).waitFor();
  await eventually(page).toHaveLength(1);
});

test('a model without limits has no filter, unless the address asks for it', async () => {
  const page = await open(logsPath(lab.deploymentId));
  expect(await samplesOf(page)).toEqual(['1']);
  expect(await page.getByRole('radiogroup', { name: 'Calls that are listed' }).count()).toBe(0);
  await page.goto(`${logsPath(lab.deploymentId)}?calibration=outside`);
  await page.getByRole('heading', { name: 'No call outside the calibration' }).waitFor();
});

test('the overview shows what the model expects, its calibration, and how many of the month’s predictions were outside, which leads to their logs', async () => {
  const page = await open(`/deployments/${judged.deploymentId}`);
  const facts = page.locator('dl').first().locator('..');
  await page.getByText('3 predictions outside the calibration').waitFor();
  expect(await facts.innerText()).toMatch(
    /X axis\s+900 → 1100 nm, 3 points\s+Quantity\s+Wavelength\s+Unit of the spectra\s+absorbance\s+RMSEP\s+0.24\s+Reference values\s+83.4 to 89.6\s+Calibration samples\s+50\s+Limit of T²\s+12\s+Limit of Q\s+0.5/,
  );
  await page.getByRole('link', { name: '3 predictions outside the calibration' }).click();
  await page.waitForURL(`**${logsPath()}?calibration=outside`);
  expect(await samplesOf(page)).toEqual(['outside the calibration 1', '2 outside the calibration 3']);
});

test('the overview says that none was outside, and nothing for a model without limits', async () => {
  const { deploymentId } = await deploy(service, lab.owner, regressionWithStatistics(METADATA), 'Unused');
  const page = await open(`/deployments/${deploymentId}`);
  await page.getByText('None of them outside the calibration').waitFor();
  await page.goto(`/deployments/${lab.deploymentId}`);
  await page.getByRole('table', { name: 'Predictions a day' }).waitFor({ state: 'attached' });
  expect(await page.getByText('outside the calibration').count()).toBe(0);
});

/** Inserts 20 calls with this many spectra. */
async function insertCalls(deploymentId: string, spectra: number) {
  const applicability = { verdict: 'INSIDE', t2: 3, t2Limit: 12, q: 0.25, qLimit: 0.5 };
  const predictions = Array.from({ length: spectra }, (_, index) => ({
    sampleName: `batch-${index + 1}`,
    value: 88,
    applicability,
    inCalibrationRange: true,
  }));
  const now = Date.now();
  const ids = Array.from({ length: 20 }, (_, call) => newLogId(new Date(now - call)));
  await sql`
    insert into prediction_logs (id, created_at, deployment_id, source, predictions, duration_ms, outside)
    select id, ${new Date(now)}, ${deploymentId}, 'WEB', ${JSON.stringify(predictions)}::jsonb, 1, 0
    from unnest(${ids}::uuid[]) as id`.execute(service.db);
}

test('a page of calls with the max number of spectra is listed, and the values of a call are loaded when it is opened', async () => {
  const { deploymentId } = await deploy(service, lab.owner, regressionWithStatistics(METADATA), 'Batches');
  await insertCalls(deploymentId, 1000);
  const page = await open(logsPath(deploymentId));
  expect(await samplesOf(page)).toEqual(Array(20).fill('1,000'));
  // Calls that were made meanwhile do not confuse which one is opened.
  await predict([FAR], deploymentId);
  await logs(page).locator('tbody > tr').first().getByRole('button').click();
  await values(page).getByRole('cell', { name: 'batch-1', exact: true }).waitFor();
  await page.goto(`/projects/${lab.owner.projectId}/logs`);
  await eventually(page).toHaveLength(20);
});

test('logs with marks and the overview have no accessibility violations, and fit 360 pixels', async () => {
  const page = await open(`${logsPath()}?calibration=outside`);
  await logs(page).locator('tbody > tr').last().getByRole('button').click();
  await values(page).waitFor();
  await isAccessibleAtEveryWidth(page);
  await page.goto(`/projects/${lab.owner.projectId}/logs`);
  await samplesOf(page);
  await isAccessibleAtEveryWidth(page);
  await page.goto(`/deployments/${judged.deploymentId}`);
  await page.getByText('3 predictions outside the calibration').waitFor();
  await isAccessibleAtEveryWidth(page);
});
