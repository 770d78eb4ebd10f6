import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, openLab, type Service, startService } from '../harness.ts';
import { launchBrowser, openPage } from './browser.ts';
import { choose, csv, deployModel, modelOfThreePoints, predict, rowsOf } from './predict-kit.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
});
afterAll(() => service.close());

const predictPage = (deploymentId: string) =>
  openPage(browser(), service, `/deployments/${deploymentId}/predict`, lab.owner);

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
    await page
      .getByText(
        "2 of 5 predictions are outside the calibration. Such a value may be wrong. 2 other values are outside the calibration's range.",
      )
      .waitFor();
    await page.getByRole('switch', { name: 'Show only these' }).click();
    expect((await rowsOf(page)).map(([sample]) => sample)).toEqual(['far', 'both', 'value', 'huge']);
  });

  test('beside what is known of the calibration: its error, its range and its samples', async () => {
    const page = await predictPage(await judged({ rmsep: 0.24, samples: 50 }));
    await page.getByText('Calibration: RMSEP 0.24, reference values 83.4 to 89.6, 50 samples.').waitFor();
  });

  test('a huge value breaks no layout', async () => {
    const page = await predictPage(await judged({}, 1e300));
    await page.setViewportSize({ width: 390, height: 800 });
    await choose(page, csv('huge.csv', 'sample_name,3000,2000,1000\nhuge,-1,1e30,3e38\ntiny,1e-304,1,1'));
    await predict(page, '2 spectra');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    const [huge, tiny] = await rowsOf(page);
    expect([huge?.[1], tiny?.[1]]).toEqual(['-1.0000e300', '1.0000e-4']);
    expect(huge?.[0]).toContain('T² 1e30 > 12, Q 3e38 > 3');
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

test('the chart names the sample that the pointer is on', async () => {
  const page = await predictPage(
    await deployModel(service, lab.owner, {}, modelOfThreePoints([]), 'Three points'),
  );
  await choose(page, csv('two.csv', 'sample_name,1000,2000,3000\nleft peak,9,1,1\nright peak,1,1,9'));
  const plot = page.locator('.u-over');
  const { width = 0, height = 0 } = (await plot.boundingBox()) ?? {};
  // The curves have their peaks at the first and the last point, below the upper edge.
  for (const [x, name] of [
    [2, 'left peak'],
    [width - 2, 'right peak'],
  ] as const) {
    await plot.hover({ position: { x, y: height / 2 } });
    await plot.hover({ position: { x, y: height * 0.12 } });
    await page.locator('figure').getByText(name, { exact: true }).waitFor();
  }
});
