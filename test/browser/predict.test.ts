import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  demonstration,
  deploy,
  join,
  type Lab,
  openLab,
  type Service,
  signUp,
  startService,
} from '../harness.ts';
import { isAccessibleAtEveryWidth, launchBrowser, openPage } from './browser.ts';
import {
  choose,
  csv,
  deployModel,
  GASOLINE_AXIS,
  gasolineFile,
  gasolineRows,
  longGasoline,
  manySpectra,
  modelOfThreePoints,
  predict,
  rowsOf,
  watchCalls,
} from './predict-kit.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;
/** A deployment of the octane model with its x axis. */
let octane: string;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  octane = await deployModel(service, lab.owner, { xAxis: GASOLINE_AXIS, yUnit: 'log(1/R)' });
});
afterAll(() => service.close());

const predictPage = (deploymentId: string, person: { cookie: string } = lab.owner, options = {}) =>
  openPage(browser(), service, `/deployments/${deploymentId}/predict`, person, options);

test('the gasoline spectra are checked and drawn, and their octane numbers predicted', async () => {
  const page = await predictPage(octane);
  await page.getByText('The model takes spectra of 401 points, 900 to 1700 nm, log(1/R).').waitFor();
  const calls = watchCalls(page);
  await choose(page, gasolineFile());
  await page
    .getByRole('img', {
      name: 'Line chart of 10 spectra of 401 points, wavelength from 900 to 1700 nm, log(1/R) between',
    })
    .locator('canvas')
    .waitFor();
  await predict(page, '10 spectra');
  expect(await rowsOf(page)).toEqual(gasolineRows);
  // What was checked is sent too, so that the server checks it again and its log says so.
  const xValues = Array.from({ length: 401 }, (_, index) => 900 + 2 * index);
  expect(calls.map(({ xValues, spectra }) => [xValues, spectra.length])).toEqual([[xValues, 10]]);
});

test('files are dropped together, wide and long, and predicted together', async () => {
  const page = await predictPage(octane);
  const transfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    for (const [name, text] of ${JSON.stringify([
      ['wide.csv', demonstration('gasoline-test.csv').toString()],
      ['long.txt', longGasoline()],
    ])}) transfer.items.add(new File([text], name, { type: 'text/plain' }));
    return transfer;
  })()`);
  await page.getByText('Drop files of spectra here').dispatchEvent('drop', { dataTransfer: transfer });
  await predict(page, '20 spectra');
  expect(await rowsOf(page)).toEqual([
    ...gasolineRows.map(([sample, value]) => [sample, 'wide.csv', value]),
    ...gasolineRows.map(([sample, value]) => [`long ${sample}`, 'long.txt', value]),
  ]);
});

test('files are chosen, removed and predicted with the keyboard alone', async () => {
  const page = await predictPage(octane);
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
  const page = await predictPage(deploymentId);
  await choose(page, csv('mayonnaise-test.csv', demonstration('mayonnaise-test.csv')));
  await predict(page, '42 spectra');
  const [, ...lines] = demonstration('mayonnaise-test.csv').toString().trim().split('\n');
  expect(await rowsOf(page)).toEqual(lines.map(line => line.split(',').slice(0, 2)));
});

test('results and downloads say what was predicted from what, and are safe to open', async () => {
  const deploymentId = await deployModel(
    service,
    lab.owner,
    { xAxis: GASOLINE_AXIS, unit: 'RON' },
    undefined,
    'Octane: line 3',
  );
  const page = await predictPage(deploymentId);
  const formula = '=HYPERLINK("http://evil.example")';
  const text = demonstration('gasoline-test.csv')
    .toString()
    .replace('gasoline-51', `"${formula.replaceAll('"', '""')}"`);
  await choose(page, csv('gasoline.csv', text));
  await predict(page, '10 spectra');
  const log = await service.db
    .selectFrom('predictionLogs')
    .select(['id', 'createdAt'])
    .where('deploymentId', '=', deploymentId)
    .executeTakeFirstOrThrow();
  await page.getByRole('columnheader', { name: 'octane number in RON' }).waitFor();
  await page.getByText('from gasoline.csv').waitFor();
  await page.getByText('Octane: line 3, version 1 ·').getByText(log.id).waitFor();
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
  expect(heading).toMatch(/^sample_name,file,line,target,value,unit,applicability,/);
  expect(first).toMatch(
    /^"'=HYPERLINK\(""http:\/\/evil\.example""\)",gasoline\.csv,2,octane number,87\.94\d{4,},RON,/,
  );
  expect(second).toMatch(/^gasoline-52,gasoline\.csv,3,octane number,87\.25\d{4,},RON,/);
  expect(second).toContain(`,checked,Octane: line 3,1,${log.id},${log.createdAt.toISOString()}`);
  expect(rest).toHaveLength(8);

  const json = await download('JSON');
  expect(json.name).toBe('octane-line-3-predictions.json');
  const { deployment, model, predictions } = JSON.parse(json.text);
  expect(deployment).toEqual({ id: deploymentId, name: 'Octane: line 3' });
  expect(model).toEqual({
    name: 'Octane: line 3',
    version: 1,
    targetProperty: 'octane number',
    unit: 'RON',
  });
  expect(predictions[0]).toMatchObject({
    sampleName: formula,
    value: expect.closeTo(87.9412, 4),
    file: 'gasoline.csv',
    xAxis: 'checked',
    logId: log.id,
    time: log.createdAt.toISOString(),
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
  expect(calls.map(({ spectra }) => spectra.length)).toEqual([1000, 1]);
  await page.getByText('No predictions are left this month.').waitFor();
  await page.getByText('1 to 50 of 1,000').waitFor();
  await page.getByRole('button', { name: 'Page 20' }).click();
  await page.getByText('951 to 1,000 of 1,000').waitFor();
  expect((await rowsOf(page)).at(-1)).toEqual(['S-999', '87.9412']);
});

test('an inactive deployment predicts nothing, and the page reports it', async () => {
  const { deploymentId } = await deploy(service, lab.owner);
  const setActive =
    'mutation Set($id: ID!, $active: Boolean!) { setDeploymentActive(id: $id, active: $active) { id } }';
  const page = await predictPage(deploymentId);
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
  const page = await predictPage(octane, viewer);
  await page.getByRole('heading', { name: 'Viewers cannot predict' }).waitFor();
  expect(await page.locator('input[type=file]').count()).toBe(0);
});

test('no accessibility violations, nor at 360 px', { timeout: 90_000 }, async () => {
  const deploymentId = await deployModel(
    service,
    lab.owner,
    {
      xAxis: { quantity: 'WAVENUMBER', unit: 'cm⁻¹', first: 3000, last: 1000 },
      t2Limit: 12,
      qLimit: 3,
      calibration: { referenceMin: 83.4, referenceMax: 89.6, yMin: [80, 0, 0], yMax: [90, 12, 3] },
    },
    modelOfThreePoints(),
    'Three points',
  );
  const page = await predictPage(deploymentId, lab.owner);
  await page.getByText('Drop files of spectra here').waitFor();
  await isAccessibleAtEveryWidth(page);
  const rows = 'inside,85,1,1\nT²,86,31,1\nvalue,95,1,1\nsame,85,1,1\nsame,85,1,1';
  await choose(
    page,
    csv('one.csv', `sample_name,3000,2000,1000\n${rows}`),
    csv('two.csv', 'sample_name,1000,2000,3000\nreversed,1,1,85'),
  );
  await predict(page, '6 spectra');
  await isAccessibleAtEveryWidth(page);
  await choose(page, csv('bad.csv', 'x'), csv('no-heading.csv', 'A,1,2,3\nB,4,5,6'));
  await page.getByText('A question about no-heading.csv').waitFor();
  await page.getByText('bad.csv was refused').waitFor();
  await isAccessibleAtEveryWidth(page);
});
