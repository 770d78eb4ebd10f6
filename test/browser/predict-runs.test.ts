import type { Locator, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, openLab, recordOf, type Service, startService } from '../harness.ts';
import { launchBrowser, openPage } from './browser.ts';
import {
  choose,
  csv,
  deployModel,
  fileRow,
  GASOLINE_AXIS,
  gasolineFile,
  gasolineRows,
  manySpectra,
  onDisk,
  predict,
  rowsOf,
  watchCalls,
} from './predict-kit.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service, 'ENTERPRISE');
});
afterAll(() => service.close());

const predictPage = (deploymentId: string) =>
  openPage(browser(), service, `/deployments/${deploymentId}/predict`, lab.owner);
const octane = () => deployModel(service, lab.owner, { xAxis: GASOLINE_AXIS });

/** Handles the calls of `predict` with a number, counted from 1; the others pass. */
const onCall = (page: Page, number: number, handle: (route: Route) => Promise<void>) => {
  let calls = 0;
  return page.route('**/graphql', async route => {
    const { operationName } = JSON.parse(route.request().postData() ?? '{}');
    if (operationName !== 'Predict') return await route.fallback();
    calls += 1;
    return await (calls === number ? handle(route) : route.fallback());
  });
};

/** Lets the server answer a call, and loses the answer. */
async function loseAnswer(route: Route): Promise<void> {
  await route.fetch();
  await route.abort('connectionreset');
}

/** Chooses a file of this many spectra. @returns the button that predicts them, once the file is read */
async function chooseMany(page: Page, count: number): Promise<Locator> {
  await page.locator('input[type=file]').setInputFiles(await onDisk(csv('many.csv', manySpectra(count))));
  const button = page.getByRole('button', { name: `Predict ${count.toLocaleString('en')} spectra` });
  await button.waitFor({ timeout: 60_000 });
  return button;
}

describe('a retry continues where a run failed', () => {
  test('and a call whose answer was lost is not charged twice', { timeout: 90_000 }, async () => {
    const deploymentId = await octane();
    const page = await predictPage(deploymentId);
    const calls = watchCalls(page);
    await onCall(page, 2, loseAnswer);
    await (await chooseMany(page, 2500)).click();
    await page.getByRole('alert').getByText('The server could not be reached.').waitFor({ timeout: 60_000 });
    await page.getByText('repeating it does not count it again').waitFor();
    await page.getByRole('button', { name: 'Continue with the other 1,500' }).click();
    await page.getByRole('heading', { name: '2,500 predictions' }).waitFor({ timeout: 60_000 });
    expect(calls.map(({ spectra }) => spectra.length)).toEqual([1000, 1000, 1000, 500]);
    const keys = calls.map(({ idempotencyKey }) => idempotencyKey);
    expect(keys[1]).toBe(keys[2]);
    expect(new Set(keys).size).toBe(3);
    expect(await recordOf(service, deploymentId)).toEqual({ charged: 2500, logged: 2500 });
  });

  test('after Stop, too', { timeout: 90_000 }, async () => {
    const deploymentId = await octane();
    const page = await predictPage(deploymentId);
    const held = Promise.withResolvers<void>();
    await onCall(page, 2, async route => {
      await held.promise;
      await route.fallback();
    });
    await (await chooseMany(page, 2500)).click();
    await page.getByText('1,000 of 2,500 predicted').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('stopping after this call').waitFor();
    held.resolve();
    await page.getByText('2,000 of 2,500 spectra were predicted and counted').waitFor();
    await page.getByRole('button', { name: 'Continue with the other 500' }).click();
    await page.getByRole('heading', { name: '2,500 predictions' }).waitFor({ timeout: 60_000 });
    expect(await recordOf(service, deploymentId)).toEqual({ charged: 2500, logged: 2500 });
  });
});

describe('another tab of the deployment loses nothing', () => {
  test('neither files, results nor refusals', async () => {
    const page = await predictPage(await octane());
    await choose(page, gasolineFile());
    await predict(page, '10 spectra');
    await page.getByRole('tab', { name: 'Logs' }).click();
    await page.getByRole('table', { name: 'Prediction logs' }).waitFor();
    await page.getByRole('tab', { name: 'Predict' }).click();
    await fileRow(page, 'gasoline-test.csv').getByText('10 spectra').waitFor();
    expect(await rowsOf(page)).toEqual(gasolineRows);
    await choose(page, csv('bad.csv', 'x'));
    await page.getByText('bad.csv was refused').waitFor();
    await page.getByRole('tab', { name: 'Integration' }).click();
    await page.getByRole('tab', { name: 'Predict' }).click();
    await page.getByText('bad.csv was refused').waitFor();
  });

  test('and a run continues', { timeout: 90_000 }, async () => {
    const deploymentId = await octane();
    const page = await predictPage(deploymentId);
    const held = Promise.withResolvers<void>();
    await onCall(page, 2, async route => {
      await held.promise;
      await route.fallback();
    });
    await (await chooseMany(page, 1500)).click();
    await page.getByText('1,000 of 1,500 predicted').waitFor({ timeout: 60_000 });
    await page.getByRole('tab', { name: 'Overview' }).click();
    held.resolve();
    await expect
      .poll(() => recordOf(service, deploymentId), { timeout: 60_000 })
      .toEqual({ charged: 1500, logged: 1500 });
    await page.getByRole('tab', { name: 'Predict' }).click();
    await page.getByRole('heading', { name: '1,500 predictions' }).waitFor();
  });

  test('each deployment has its own', async () => {
    const [one, other] = [await octane(), await octane()];
    const page = await predictPage(one);
    await choose(page, gasolineFile());
    await fileRow(page, 'gasoline-test.csv').waitFor();
    await page.evaluate(`history.pushState(null, '', '/deployments/${other}/predict')`);
    await page.evaluate(`dispatchEvent(new PopStateEvent('popstate'))`);
    await fileRow(page, 'gasoline-test.csv').waitFor({ state: 'detached' });
    await page.getByText('Drop files of spectra here').waitFor();
  });
});

describe('large files', () => {
  test('5 000 spectra of 401 points are read, drawn and predicted while the page stays responsive', {
    timeout: 120_000,
  }, async () => {
    const page = await predictPage(await octane());
    // Counts how long the page cannot react at most, in milliseconds.
    await page.evaluate(`
        window.longest = 0;
        let before = performance.now();
        setInterval(() => {
          const now = performance.now();
          window.longest = Math.max(window.longest, now - before);
          before = now;
        }, 10);
      `);
    const startedAt = performance.now();
    const button = await chooseMany(page, 5000);
    await page.getByText('200 of the spectra are drawn').waitFor();
    const readAt = performance.now();
    const whileReading = Number(await page.evaluate('window.longest'));
    // A fraction of the work, however busy the machine is.
    expect(whileReading).toBeLessThan((readAt - startedAt) / 3);
    await button.click();
    await page.getByRole('heading', { name: '5,000 predictions' }).waitFor({ timeout: 90_000 });
    const longest = Number(await page.evaluate('window.longest'));
    expect(longest).toBeLessThan(Math.max(whileReading + 1, (performance.now() - readAt) / 3));
  });

  test('500 files of one spectrum each are read and predicted in seconds', { timeout: 90_000 }, async () => {
    const page = await predictPage(await octane());
    const [heading = '', ...rows] = gasolineFile().buffer.toString().trim().split('\n');
    const files = Array.from({ length: 500 }, (_, index) =>
      csv(`day-${index}.csv`, `${heading}\n${rows[index % rows.length]}`),
    );
    await choose(page, ...files);
    await page.getByRole('button', { name: 'Predict 500 spectra' }).waitFor({ timeout: 30_000 });
    await predict(page, '500 spectra');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('Drop files of spectra here, or').waitFor();
    expect(await page.getByRole('list', { name: 'Files', exact: true }).count()).toBe(0);
  });

  test('reading shows its progress and can be stopped, and the file read again', {
    timeout: 90_000,
  }, async () => {
    const page = await predictPage(await octane());
    const path = await onDisk(csv('many.csv', manySpectra(5000)));
    await page.locator('input[type=file]').setInputFiles(path);
    const row = fileRow(page, 'many.csv');
    await row.getByRole('progressbar', { name: 'Share of many.csv that was read' }).waitFor();
    await page.getByRole('button', { name: 'Stop reading many.csv' }).click();
    await row.getByText('Reading was stopped.').waitFor();
    expect(await page.getByRole('button', { name: /^Predict/ }).isDisabled()).toBe(true);
    await row.getByRole('button', { name: 'Read again' }).click();
    await page.getByRole('button', { name: 'Predict 5,000 spectra' }).waitFor({ timeout: 60_000 });
  });
});
