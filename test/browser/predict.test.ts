import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  demonstration,
  deploy,
  join,
  type Lab,
  openLab,
  type Service,
  signUp,
  spectraOf,
  startService,
} from '../harness.ts';
import { axeViolations, launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
});
afterAll(() => service.close());

const expected: { octane: { sampleName: string; value: number }[] } = JSON.parse(
  demonstration('expected.json').toString(),
);
const gasolineRows = expected.octane.map(({ sampleName, value }) => [sampleName, value.toFixed(4)]);

const csv = (name: string, content: string | Buffer) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(content),
});
const gasolineFile = () => csv('gasoline-test.csv', demonstration('gasoline-test.csv'));

/** The gasoline spectra in the long format, under other names, their rows backwards. */
function longGasoline(): string {
  const rows = spectraOf('gasoline-test.csv').flatMap(({ sampleName, yValues }) =>
    yValues.map((y, index) => `long ${sampleName},${900 + 2 * index},${y}`),
  );
  return ['sample_name,x,y', ...rows.reverse()].join('\r\n');
}

/** A file of this many spectra. */
function manySpectra(count: number): string {
  const [heading = '', row = ''] = demonstration('gasoline-test.csv').toString().split('\n');
  return [heading, ...Array.from({ length: count }, (_, index) => row.replace(/^[^,]*/, `S-${index}`))].join(
    '\n',
  );
}

const predictPage = (deploymentId: string, person: { cookie: string }, options = {}) =>
  openPage(browser(), service, `/deployments/${deploymentId}/predict`, person, options);

const choose = (page: Page, ...files: ReturnType<typeof csv>[]) =>
  page.locator('input[type=file]').setInputFiles(files);

/** The rows of the table of predictions, cell by cell. */
async function rowsOf(page: Page): Promise<string[][]> {
  const rows = await page.getByRole('table', { name: 'Predictions' }).locator('tbody tr').all();
  return await Promise.all(rows.map(row => row.getByRole('cell').allTextContents()));
}

/** The calls of `predict` that the page makes from now on, by their number of spectra. */
function watchCalls(page: Page): number[] {
  const calls: number[] = [];
  page.on('request', request => {
    const body = request.method() === 'POST' ? JSON.parse(request.postData() ?? '{}') : {};
    if (body.operationName === 'Predict') calls.push(body.variables.spectra.length);
  });
  return calls;
}

test('the gasoline test spectra are drawn, and their octane numbers predicted', async () => {
  const page = await predictPage(lab.deploymentId, lab.owner);
  await choose(page, gasolineFile());
  await page
    .getByRole('img', { name: 'Line chart of 10 spectra of 401 points, x from 900 to 1700' })
    .locator('canvas')
    .waitFor();
  await page.getByRole('button', { name: 'Predict 10 spectra' }).click();
  await page.getByRole('heading', { name: '10 predictions' }).waitFor();
  expect(await rowsOf(page)).toEqual(gasolineRows);
});

test('several files at once, wide and long, are recognized and predicted together', async () => {
  const page = await predictPage(lab.deploymentId, lab.owner);
  const transfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    for (const [name, text] of ${JSON.stringify([
      ['wide.csv', demonstration('gasoline-test.csv').toString()],
      ['long.csv', longGasoline()],
    ])}) transfer.items.add(new File([text], name, { type: 'text/csv' }));
    return transfer;
  })()`);
  await page.getByText('Drop CSV files here').dispatchEvent('drop', { dataTransfer: transfer });
  await page.getByRole('button', { name: 'Predict 20 spectra' }).click();
  await page.getByRole('heading', { name: '20 predictions' }).waitFor();
  const rows = await rowsOf(page);
  expect(rows.slice(0, 10)).toEqual(gasolineRows.map(([sample, value]) => [sample, 'wide.csv', value]));
  // The file's last spectrum comes first, as its rows do.
  expect(rows.slice(10).reverse()).toEqual(
    gasolineRows.map(([sample, value]) => [`long ${sample}`, 'long.csv', value]),
  );
});

test('files are chosen, removed and predicted with the keyboard alone', async () => {
  const page = await predictPage(lab.deploymentId, lab.owner);
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose files' }).press('Enter'),
  ]);
  expect(chooser.isMultiple()).toBe(true);
  await chooser.setFiles([gasolineFile(), csv('other.csv', longGasoline())]);
  await page.getByRole('button', { name: 'Remove other.csv' }).press('Enter');
  await page.getByRole('button', { name: 'Predict 10 spectra' }).press('Enter');
  await page.getByRole('heading', { name: '10 predictions' }).waitFor();
});

test('a model of categories returns categories', async () => {
  const { deploymentId } = await deploy(service, lab.owner, demonstration('oil-type.onnx'), 'Oil type');
  const page = await predictPage(deploymentId, lab.owner);
  await choose(page, csv('mayonnaise-test.csv', demonstration('mayonnaise-test.csv')));
  await page.getByRole('button', { name: 'Predict 42 spectra' }).click();
  await page.getByRole('heading', { name: '42 predictions' }).waitFor();
  const [, ...lines] = demonstration('mayonnaise-test.csv').toString().trim().split('\n');
  expect(await rowsOf(page)).toEqual(lines.map(line => line.split(',').slice(0, 2)));
});

test('problems name the file and line, and nothing is sent until they are fixed', async () => {
  const page = await predictPage(lab.deploymentId, lab.owner);
  const calls = watchCalls(page);
  await choose(page, gasolineFile(), csv('bad.csv', 'sample_name,900,902\nA,0.1,0.2\nB,0.3,high'));
  await page.getByRole('alert').getByText("bad.csv, line 3: 'high' in column 902 is not a number.").waitFor();
  const run = page.getByRole('button', { name: 'Predict 10 spectra' });
  expect(await run.isDisabled()).toBe(true);

  // The fixed file replaces the one of the same name.
  await choose(page, csv('bad.csv', longGasoline()));
  await page.getByRole('button', { name: 'Predict 20 spectra' }).click();
  await page.getByRole('heading', { name: '20 predictions' }).waitFor();
  expect(calls).toEqual([20]);
});

test('spectra with a wrong number of points are named before anything is sent', async () => {
  const page = await predictPage(lab.deploymentId, lab.owner);
  const calls = watchCalls(page);
  const short = longGasoline().replaceAll(/^long gasoline-53,900,.*\r\n/gm, '');
  await choose(page, csv('short.csv', short));
  await page
    .getByRole('alert')
    .getByText("Spectrum 'long gasoline-53' has 400 points, expected 401 (short.csv)")
    .waitFor();
  expect(await page.getByRole('button', { name: 'Predict 10 spectra' }).isDisabled()).toBe(true);
  expect(calls).toEqual([]);
});

test('a file that is not CSV is refused by name', async () => {
  const page = await predictPage(lab.deploymentId, lab.owner);
  await choose(page, { name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from('png') });
  await page.getByRole('alert').getByText('photo.png: This is not a CSV file').waitFor();
  await choose(page, csv('workbook.csv', 'PK\u0003\u0004\0\0'));
  await page.getByRole('alert').getByText('workbook.csv: This is not a text file.').waitFor();
});

test('predictions are downloaded as CSV and JSON, in full and safe to open', async () => {
  const { deploymentId } = await deploy(service, lab.owner, undefined, 'Octane: line 3');
  const page = await predictPage(deploymentId, lab.owner);
  const formula = '=HYPERLINK("http://evil.example")';
  const text = demonstration('gasoline-test.csv')
    .toString()
    .replace('gasoline-51', `"${formula.replaceAll('"', '""')}"`);
  await choose(page, csv('gasoline.csv', text));
  await page.getByRole('button', { name: 'Predict 10 spectra' }).click();
  const download = async (kind: string) => {
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: `Download ${kind}` }).click(),
    ]);
    return { name: saved.suggestedFilename(), text: await readFile(await saved.path(), 'utf8') };
  };

  const table = await download('CSV');
  expect(table.name).toBe('octane-line-3-predictions.csv');
  const [heading, first, second, ...rest] = table.text.trimEnd().split('\r\n');
  expect(heading).toBe('sample_name,value,unit,file');
  expect(first).toMatch(/^"'=HYPERLINK\(""http:\/\/evil\.example""\)",87\.94\d{4,},,gasoline\.csv$/);
  expect(second).toMatch(/^gasoline-52,87\.25\d{4,},,gasoline\.csv$/);
  expect(rest).toHaveLength(8);

  const json = await download('JSON');
  expect(json.name).toBe('octane-line-3-predictions.json');
  const { deployment, model, predictions } = JSON.parse(json.text);
  expect(deployment).toEqual({ id: deploymentId, name: 'Octane: line 3' });
  expect(model).toMatchObject({ name: 'Octane: line 3', version: 1, targetProperty: 'octane number' });
  expect(predictions[0]).toEqual({
    sampleName: formula,
    value: expect.closeTo(87.9412, 4),
    file: 'gasoline.csv',
  });
  expect(predictions).toHaveLength(10);
});

test('more than 1000 spectra take several calls, and a refusal on the way keeps the results so far', async () => {
  const free = await openLab(service, 'FREE');
  const page = await predictPage(free.deploymentId, free.owner);
  const calls = watchCalls(page);
  await choose(page, csv('many.csv', manySpectra(1001)));
  await page.getByText('1,000 predictions are left this month.').waitFor();
  await page.getByRole('button', { name: 'Predict 1,001 spectra' }).click();
  await page
    .getByRole('alert')
    .getByText('This call needs more predictions than are left this month.')
    .waitFor();
  await page.getByText('1,000 of 1,001 spectra were predicted').waitFor();
  expect(calls).toEqual([1000, 1]);
  await page.getByText('1 to 50 of 1,000').waitFor();
  await page.getByRole('button', { name: 'Page 20' }).click();
  await page.getByText('951 to 1,000 of 1,000').waitFor();
  expect((await rowsOf(page)).at(-1)).toEqual(['S-999', '87.9412']);
});

test('an inactive deployment predicts nothing, and the page reports it', async () => {
  const { deploymentId } = await deploy(service, lab.owner);
  const setActive =
    'mutation Set($id: ID!, $active: Boolean!) { setDeploymentActive(id: $id, active: $active) { id } }';
  const page = await predictPage(deploymentId, lab.owner);
  await choose(page, gasolineFile());
  const run = page.getByRole('button', { name: 'Predict 10 spectra' });
  await run.waitFor();
  await service.ask(setActive, { id: deploymentId, active: false }, lab.owner);
  // The page cannot know yet: it shows the server's message.
  await run.click();
  await page.getByRole('alert').getByText('Deployment is not active').waitFor();
  await page.reload();
  await page.getByText('To predict, switch the deployment on first.').waitFor();
  await choose(page, gasolineFile());
  await run.waitFor();
  expect(await run.isDisabled()).toBe(true);
});

test('a viewer is shown why they cannot predict', async () => {
  const viewer = await signUp(service, 'Victor Viewer');
  await join(service, lab.owner, viewer, 'VIEWER');
  const page = await predictPage(lab.deploymentId, viewer);
  await page.getByRole('heading', { name: 'Viewers cannot predict' }).waitFor();
  expect(await page.locator('input[type=file]').count()).toBe(0);
});

test.for(['light', 'dark'] as const)(
  'no accessibility violations in %s colours, nor at 360 px',
  async scheme => {
    const page = await predictPage(lab.deploymentId, lab.owner, {
      colorScheme: scheme,
      viewport: { width: 360, height: 780 },
    });
    await page.getByText('Drop CSV files here').waitFor();
    expect(await axeViolations(page, scheme)).toEqual([]);
    await choose(page, gasolineFile());
    await page.getByRole('button', { name: 'Predict 10 spectra' }).click();
    await page.getByRole('heading', { name: '10 predictions' }).waitFor();
    expect(await axeViolations(page, scheme)).toEqual([]);
    await choose(page, csv('bad.csv', 'x'), csv('short.csv', 'sample_name,900\nA,1'));
    await page.getByText('short.csv)').waitFor();
    expect(await axeViolations(page, scheme)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  },
);
