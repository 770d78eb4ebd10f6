import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, openLab, type Service, startService } from '../harness.ts';
import { writeBlock } from '../jcamp-writer.ts';
import { writeSpc } from '../spc-writer.ts';
import { isAccessibleAtEveryWidth, launchBrowser, openPage } from './browser.ts';
import {
  type ChosenFile,
  caseFile,
  choose,
  csv,
  deployModel,
  fileRow,
  GASOLINE_AXIS,
  gasolineFile,
  gasolineRows,
  modelOfThreePoints,
  predict,
  rowsOf,
  watchCalls,
} from './predict-kit.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;
/** Deployments of the octane model with its x axis and with none, and of a model of three points with none. */
let octane: string;
let octaneWithoutAxis: string;
let threePoints: string;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  octane = await deployModel(service, lab.owner, { xAxis: GASOLINE_AXIS });
  octaneWithoutAxis = lab.deploymentId;
  threePoints = await deployModel(service, lab.owner, {}, modelOfThreePoints([]), 'Three points');
});
afterAll(() => service.close());

/** Opens the Predict tab of a deployment and chooses files. */
async function pageWith(deploymentId: string, ...files: ChosenFile[]): Promise<Page> {
  const page = await openPage(browser(), service, `/deployments/${deploymentId}/predict`, lab.owner);
  await choose(page, ...files);
  return page;
}

/** Waits for a sentence beside a file. */
const says = (page: Page, name: string, sentence: string | RegExp) =>
  fileRow(page, name).getByText(sentence).waitFor();

const predictButton = (page: Page) => page.getByRole('button', { name: /^Predict/ });

describe('each file shows what was read from it and what was done with it', () => {
  test("format, number of spectra and range; checked against the model's axis", async () => {
    const page = await pageWith(octane, caseFile('headings-with-unit.csv'));
    await says(page, 'headings-with-unit.csv', 'CSV, one spectrum per row · 10 spectra · 900 to 1700 nm');
    await says(page, 'headings-with-unit.csv', 'checked');
    await predict(page, '10 spectra');
    expect(await rowsOf(page)).toEqual(gasolineRows);
  });

  test.for(['wide-descending.csv', 'long-descending.csv'])(
    "%s: exactly reversed, put into the model's order, and said so",
    async name => {
      const page = await pageWith(octane, caseFile(name));
      await says(page, name, "1700 → 900 nm in the file, put into the model's order 900 → 1700 nm");
      await predict(page, '10 spectra');
      expect(await rowsOf(page)).toEqual(gasolineRows);
    },
  );

  test("a model without an axis gets the file's order, and the page says that nothing was checked", async () => {
    const page = await pageWith(threePoints, csv('up.csv', 'sample_name,3000,2000,1000\nA,1,2,3'));
    await page.getByText('It has no x axis, so the x values of files are not checked.').waitFor();
    await says(page, 'up.csv', '3000 → 1000, not checked: this model has no axis');
    const calls = watchCalls(page);
    await predict(page, '1 spectrum');
    expect(calls).toMatchObject([{ spectra: [{ yValues: [1, 2, 3] }], xValues: null }]);
    expect(await rowsOf(page)).toEqual([['A', '1.0000']]);
  });

  test('one column per sample', async () => {
    const page = await pageWith(octane, caseFile('one-column-a-sample.csv'));
    await says(page, 'one-column-a-sample.csv', 'CSV, one column per sample · 10 spectra');
    await predict(page, '10 spectra');
    expect(await rowsOf(page)).toEqual(gasolineRows);
  });

  test('the column that the names were taken from', async () => {
    const text = 'measured,sample_id,3000,2000,1000\nMonday,A,1,2,3';
    const page = await pageWith(threePoints, csv('names.csv', text));
    await says(page, 'names.csv', "The names were taken from column 'sample_id'.");
    await predict(page, '1 spectrum');
    expect(await rowsOf(page)).toEqual([['A', '1.0000']]);
  });

  test('more files than a screen shows can be scrolled in their list, with a summary, and those first that were refused', async () => {
    const rows = (name: string) => `sample_name,3000,2000,1000\n${name},1,2,3`;
    const many = Array.from({ length: 40 }, (_, index) => csv(`day-${index}.csv`, rows(`D-${index}`)));
    const page = await pageWith(threePoints, ...many, csv('broken.csv', 'sample_name,1000\nA,high'));
    await page.getByText('40 files read, 1 file refused').waitFor();
    const list = page.getByRole('list', { name: 'Files', exact: true });
    expect(await list.getByRole('listitem').first().innerText()).toContain('broken.csv was refused');
    expect((await list.boundingBox())?.height).toBeLessThan(500);
    await page.getByRole('button', { name: 'Remove broken.csv' }).click();
    await list.focus();
    await page.keyboard.press('End');
    await predict(page, '40 spectra');
    expect((await rowsOf(page)).slice(0, 2)).toEqual([
      ['D-0', 'day-0.csv', '1.0000'],
      ['D-1', 'day-1.csv', '1.0000'],
    ]);
    await isAccessibleAtEveryWidth(page);
  });

  test('samples of the same name, which are marked in the results', async () => {
    const page = await pageWith(octane, caseFile('two-samples-of-one-name.csv'));
    await says(page, 'two-samples-of-one-name.csv', /[Tt]wo spectra are called 'same'/);
    await predict(page, '10 spectra');
    const rows = await rowsOf(page);
    expect(rows.slice(0, 3).map(([sample = '']) => sample.replace(/\s+/g, ' '))).toEqual([
      'same duplicate name, 1 of 2',
      'same duplicate name, 2 of 2',
      'gasoline-53',
    ]);
  });
});

describe('a file is refused with what was read, and nothing is sent until it is removed or replaced', () => {
  test('with line and value', async () => {
    const page = await pageWith(
      octane,
      gasolineFile(),
      csv('bad.csv', 'sample_name,900,902\nA,0.1,0.2\nB,0.3,high'),
    );
    const calls = watchCalls(page);
    await says(page, 'bad.csv', 'bad.csv was refused');
    await says(page, 'bad.csv', /Line 3: .*high/);
    await page.getByText('Remove or replace the files that were refused.').waitFor();
    expect(await predictButton(page).isDisabled()).toBe(true);
    // The fixed file replaces the one of the same name.
    await choose(page, csv('bad.csv', gasolineFile().buffer));
    await predict(page, '20 spectra');
    expect(calls.map(({ spectra }) => spectra.length)).toEqual([20]);
  });

  test.for<[string, RegExp]>([
    ['wide-columns-in-text-order.csv', /1700.*900/],
    ['wide-other-axis.csv', /1100 to 1900.*900 to 1700/],
    ['mixed-decimal-signs.csv', /numbers with commas and numbers with points/],
    ['two-axes-in-one-file.csv', /900.*1100/],
  ])('%s', async ([name, sentence]) => {
    const page = await pageWith(octane, gasolineFile(), caseFile(name));
    await says(page, name, sentence);
    expect(await predictButton(page).isDisabled()).toBe(true);
    await page.getByRole('button', { name: `Remove ${name}` }).click();
    await predict(page, '10 spectra');
    expect(await rowsOf(page)).toEqual(gasolineRows);
  });

  test('another number of points than the model takes', async () => {
    const page = await pageWith(octaneWithoutAxis, csv('short.csv', 'sample_name,900,902\nA,0.1,0.2'));
    await says(page, 'short.csv', /2 points.*401/);
    expect(await predictButton(page).isDisabled()).toBe(true);
  });

  test('a file that holds no text', async () => {
    const page = await pageWith(octane, csv('workbook.xlsx', 'PK\u0003\u0004\0\0'));
    await says(page, 'workbook.xlsx', 'workbook.xlsx was refused');
  });

  test.for<[string, string]>([
    ['direction', 'sample_name,1000,2000,3000\nB,1,2,3'],
    ['range', 'sample_name,4000,3000,2000\nB,1,2,3'],
  ])('files that disagree in %s, for a model without an axis', async ([, text]) => {
    const page = await pageWith(
      threePoints,
      csv('a.csv', 'sample_name,3000,2000,1000\nA,1,2,3'),
      csv('b.csv', text),
    );
    const alert = page.getByRole('alert').filter({ hasText: 'These files cannot be sent together' });
    await alert.getByText(/a\.csv.*b\.csv/).waitFor();
    expect(await predictButton(page).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Remove b.csv' }).click();
    await predict(page, '1 spectrum');
  });
});

describe('files of instruments are read, with their format and unit', () => {
  const jcamp = (records: Record<string, string> = {}) =>
    csv('drop.jdx', writeBlock({ values: [9, 2, 3], firstX: 3000, step: -1000, form: 'DIFDUP', records }));
  const spc = csv(
    'drop.spc',
    Buffer.from(
      writeSpc({
        ...{ name: 'even x', version: 0x4b, precision: 'float', xType: 1, yType: 2 },
        ...{ values: [[3, 2, 8]], firstX: 1000, lastX: 3000 },
      }).bytes,
    ),
  );
  const page = async (...files: ChosenFile[]) => {
    const deploymentId = await deployModel(
      service,
      lab.owner,
      {
        xAxis: { quantity: 'WAVENUMBER', unit: 'cm⁻¹', first: 3000, last: 1000 },
        yUnit: 'absorbance',
      },
      modelOfThreePoints([]),
      'Three wavenumbers',
    );
    return await pageWith(deploymentId, ...files);
  };

  test('JCAMP-DX, and SPC with the opposite direction', async () => {
    const tab = await page(jcamp(), spc);
    await says(tab, 'drop.jdx', 'JCAMP-DX · 1 spectrum · 3000 to 1000 cm⁻¹ · ABSORBANCE');
    await says(tab, 'drop.spc', 'SPC · 1 spectrum · 3000 to 1000 cm⁻¹ · Absorbance');
    await says(tab, 'drop.spc', "1000 → 3000 cm⁻¹ in the file, put into the model's order 3000 → 1000 cm⁻¹");
    await predict(tab, '2 spectra');
    expect(await rowsOf(tab)).toEqual([
      ['drop', 'drop.jdx', '9.0000'],
      ['drop', 'drop.spc', '8.0000'],
    ]);
  });

  test('transmittance is refused by a model of absorbances', async () => {
    const tab = await page(jcamp({ YUNITS: 'TRANSMITTANCE' }));
    await says(tab, 'drop.jdx', "The values are 'TRANSMITTANCE', the model expects 'absorbance'.");
    expect(await predictButton(tab).isDisabled()).toBe(true);
  });
});

describe('a question about a file has two answers, and nothing is sent before', () => {
  const heading = 'sample_name,1000,2000,3000\n';
  const rows = 'A,1,2,3\nB,0.5,7,4\nC,9,8,7';

  test("no heading row: read with the model's axis, which page and log call assumed and not checked", async () => {
    const deploymentId = await deployModel(
      service,
      lab.owner,
      { xAxis: { quantity: 'WAVENUMBER', unit: 'cm⁻¹', first: 1000, last: 3000 } },
      modelOfThreePoints([]),
      'Three points with an axis',
    );
    const page = await pageWith(deploymentId, csv('plain.csv', rows));
    const question = fileRow(page, 'plain.csv').getByRole('group', { name: 'A question about plain.csv' });
    await question.waitFor();
    await page.getByText('Answer the question first, or remove the file.').waitFor();
    expect(await predictButton(page).isDisabled()).toBe(true);
    await question.getByRole('button').first().click();
    await says(page, 'plain.csv', "1000 → 3000 cm⁻¹ is the model's axis, which was assumed, not checked");
    const calls = watchCalls(page);
    await predict(page, '3 spectra');
    expect(await rowsOf(page)).toEqual([
      ['A', '1.0000'],
      ['B', '0.5000'],
      ['C', '9.0000'],
    ]);
    expect(calls.map(({ xValues }) => xValues)).toEqual([null]);
    const { deployment } = await service.ask(
      'query ($id: ID!) { deployment(id: $id) { predictionLogs { nodes { spectra xAxisChecked } } } }',
      { id: deploymentId },
      lab.owner,
    );
    expect(deployment?.predictionLogs.nodes).toEqual([{ spectra: 3, xAxisChecked: false }]);
    await choose(page, csv('plain.csv', `${heading}${rows}`));
    await predict(page, '3 spectra');
  });

  test('a lone numeric heading: a point, or not', async () => {
    const page = await pageWith(threePoints, csv('depth.csv', 'sample_name,1,3000,2900,2800\nA,7,1,2,3'));
    await page.getByText("The heading '1' (column 2) is far from the others").waitFor();
    expect(await predictButton(page).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'It describes the samples' }).click();
    await predict(page, '1 spectrum');
    expect(await rowsOf(page)).toEqual([['A', '1.0000']]);
  });

  test('no heading row: refused', async () => {
    const page = await pageWith(octane, caseFile('no-heading.csv'));
    const row = fileRow(page, 'no-heading.csv');
    await row.getByRole('group').getByRole('button').last().click();
    await row.getByText('no-heading.csv was refused').waitFor();
    expect(await predictButton(page).isDisabled()).toBe(true);
  });
});
