import type { Page, Route } from 'playwright-core';
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
  modelOfThreePoints,
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

describe('a retry continues where a run failed', () => {
  test('and a call whose answer was lost is not charged twice', async () => {
    const deploymentId = await octane();
    const page = await predictPage(deploymentId);
    const calls = watchCalls(page);
    await onCall(page, 2, loseAnswer);
    await choose(page, csv('many.csv', manySpectra(2500)));
    await page.getByRole('button', { name: 'Predict 2,500 spectra' }).click();
    await page.getByRole('alert').getByText('The server could not be reached.').waitFor();
    await page.getByText('repeating it does not count it again').waitFor();
    await page.getByRole('button', { name: 'Continue with the other 1,500' }).click();
    await page.getByRole('heading', { name: '2,500 predictions' }).waitFor();
    expect(calls.map(({ spectra }) => spectra.length)).toEqual([1000, 1000, 1000, 500]);
    const keys = calls.map(({ idempotencyKey }) => idempotencyKey);
    expect(keys[1]).toBe(keys[2]);
    expect(new Set(keys).size).toBe(3);
    expect(await recordOf(service, deploymentId)).toEqual({ charged: 2500, logged: 2500 });
  });

  test('after Stop, too', async () => {
    const deploymentId = await octane();
    const page = await predictPage(deploymentId);
    const held = Promise.withResolvers<void>();
    await onCall(page, 2, async route => {
      await held.promise;
      await route.fallback();
    });
    await choose(page, csv('many.csv', manySpectra(2500)));
    await page.getByRole('button', { name: 'Predict 2,500 spectra' }).click();
    await page.getByText('1,000 of 2,500 predicted').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('stopping after this call').waitFor();
    held.resolve();
    await page.getByText('2,000 of 2,500 spectra were predicted and counted').waitFor();
    await page.getByRole('button', { name: 'Continue with the other 500' }).click();
    await page.getByRole('heading', { name: '2,500 predictions' }).waitFor();
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

  test('and a run continues', async () => {
    const deploymentId = await octane();
    const page = await predictPage(deploymentId);
    const held = Promise.withResolvers<void>();
    await onCall(page, 2, async route => {
      await held.promise;
      await route.fallback();
    });
    await choose(page, csv('many.csv', manySpectra(1500)));
    await page.getByRole('button', { name: 'Predict 1,500 spectra' }).click();
    await page.getByText('1,000 of 1,500 predicted').waitFor();
    await page.getByRole('tab', { name: 'Overview' }).click();
    held.resolve();
    await expect.poll(() => recordOf(service, deploymentId)).toEqual({ charged: 1500, logged: 1500 });
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
    await page.getByText('Drop files of spectra here').waitFor();
    expect(await fileRow(page, 'gasoline-test.csv').count()).toBe(0);
  });
});

describe('large files', () => {
  const large = csv('large.csv', manySpectra(5000));

  test('5 000 spectra of 401 points are read and drawn while the page stays responsive', async () => {
    const page = await predictPage(await octane());
    // The longest time that the page could not react, in milliseconds.
    await page.evaluate(`
      window.longest = 0;
      let before = performance.now();
      setInterval(() => {
        const now = performance.now();
        window.longest = Math.max(window.longest, now - before);
        before = now;
      }, 10);
    `);
    await choose(page, large);
    await page.getByRole('button', { name: 'Predict 5,000 spectra' }).waitFor({ timeout: 60_000 });
    await page.getByText('200 of the spectra are drawn').waitFor();
    expect(Number(await page.evaluate('window.longest'))).toBeLessThan(1000);
  });

  test('reading shows its progress and can be stopped, and the file read again', async () => {
    const page = await predictPage(await octane());
    await choose(page, large);
    const row = fileRow(page, 'large.csv');
    await row.getByRole('progressbar', { name: 'Share of large.csv that was read' }).waitFor();
    await page.getByRole('button', { name: 'Stop reading large.csv' }).click();
    await row.getByText('Reading was stopped.').waitFor();
    expect(await page.getByRole('button', { name: /^Predict / }).isDisabled()).toBe(true);
    await row.getByRole('button', { name: 'Read again' }).click();
    await page.getByRole('button', { name: 'Predict 5,000 spectra' }).waitFor({ timeout: 60_000 });
  });
});

describe('results say whether the model was applicable', () => {
  const rows = ['in,85,1,1', 'far,86,31,1', 'both,84,13,4', 'value,95,1,1', 'huge,1e30,1,1'];
  const file = csv('three.csv', `sample_name,3000,2000,1000\n${rows.join('\n')}`);
  const judged = (calibration: object = {}, scale = 1) =>
    deployModel(
      service,
      lab.owner,
      {
        xAxis: { quantity: 'WAVENUMBER', unit: 'cm⁻¹', first: 3000, last: 1000 },
        t2Limit: 12,
        qLimit: 3,
        calibration: { referenceMin: 83.4, referenceMax: 89.6, ...calibration },
      },
      modelOfThreePoints(['t2', 'q'], scale),
      'Three points',
    );

  test('in a word, with each statistic that exceeds its limit and the range of the calibration', async () => {
    const page = await predictPage(await judged());
    await choose(page, file);
    await predict(page, '5 spectra');
    const range = "value outside the calibration's range 83.4 to 89.6";
    expect(await rowsOf(page)).toEqual([
      ['in', '85.0000', 'inside'],
      ['far', '86.0000', 'outside the calibration: T² 31 > 12'],
      ['both', '84.0000', 'outside the calibration: T² 13 > 12, Q 4 > 3'],
      ['value', '95.0000', range],
      ['huge', '1.0000e30', range],
    ]);
    await page.getByText('4 of 5 predictions are outside the calibration.').waitFor();
    await page.getByRole('switch', { name: 'Show only these' }).click();
    expect((await rowsOf(page)).map(([sample]) => sample)).toEqual(['far', 'both', 'value', 'huge']);
  });

  test('a huge value breaks no layout', async () => {
    const page = await predictPage(await judged({}, 1e300));
    await page.setViewportSize({ width: 390, height: 800 });
    await choose(page, csv('huge.csv', 'sample_name,3000,2000,1000\nhuge,-1,1e30,3e38\ntiny,1e-310,1,1'));
    await predict(page, '2 spectra');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    const [huge, tiny] = await rowsOf(page);
    expect([huge?.[1], tiny?.[1]]).toEqual(['-1.0000e300', '1.0000e-10']);
    expect(huge?.[2]).toContain('T² 1e30 > 12, Q 3e38 > 3');
  });

  test('the chart draws the range of the calibration behind the curves', async () => {
    const page = await predictPage(await judged({ yMin: [80, 0, 0], yMax: [90, 12, 3] }));
    await choose(page, file);
    await page
      .getByRole('img', {
        name: /^Line chart of 5 spectra of 3 points, wavenumber from 3000 to 1000 cm⁻¹, .*, over the range of the calibration$/,
      })
      .waitFor();
    await page.getByText('the shaded area is the range of the calibration').waitFor();
  });
});

test('the chart draws descending wavenumbers from left to right, as they are sent', async () => {
  const page = await predictPage(
    await deployModel(
      service,
      lab.owner,
      { xAxis: { quantity: 'WAVENUMBER', unit: 'cm⁻¹', first: 3000, last: 1000 } },
      modelOfThreePoints([]),
      'Three points',
    ),
  );
  await choose(page, csv('peak.csv', 'sample_name,3000,2000,1000\nA,9,1,1'));
  await page.getByRole('img', { name: /wavenumber from 3000 to 1000 cm⁻¹/ }).waitFor();
  // The curve's color reaches the top of the plot near its left end, where the first point is.
  const highest = await page.evaluate(`(() => {
    const canvas = document.querySelector('.uplot canvas');
    const { left, top, width, height } = document.querySelector('.u-over').getBoundingClientRect();
    const box = canvas.getBoundingClientRect();
    const scale = canvas.width / box.width;
    const part = (from, to) => {
      const x = (left - box.left + from * width) * scale;
      const { data } = canvas.getContext('2d')
        .getImageData(x, (top - box.top) * scale, (to - from) * width * scale, height * scale / 4);
      let colored = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] > 150 && Math.abs(data[i] - data[i + 1]) > 12) colored++;
      }
      return colored;
    };
    return { left: part(0, 0.2), right: part(0.8, 1) };
  })()`);
  expect(highest).toMatchObject({ right: 0 });
  expect(highest).not.toMatchObject({ left: 0 });
});
