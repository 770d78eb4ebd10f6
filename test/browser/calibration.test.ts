import type { Locator, Page } from 'playwright-core';
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
import { regressionWithStatistics } from '../onnx-files.ts';
import { chooseOption, isAccessibleAtEveryWidth, launchBrowser, openPage, stands } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
});
afterAll(() => service.close());

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

async function openModels(options = {}, person: { cookie: string } = lab.owner): Promise<Page> {
  const page = await openPage(browser(), service, `/projects/${lab.owner.projectId}/models`, person, options);
  await page.getByRole('heading', { name: 'Models' }).waitFor();
  return page;
}

/** Opens the dialog that registers a model, with a file and its target, and the section about the calibration. */
async function openRegistration(page: Page, name: string, onnx: Uint8Array = demonstration('octane.onnx')) {
  await page.getByRole('button', { name: 'Register a model' }).click();
  const dialog = page.getByRole('dialog', { name: 'Register a model' });
  await dialog
    .getByLabel('ONNX file')
    .setInputFiles({ name: `${name}.onnx`, mimeType: '', buffer: Buffer.from(onnx) });
  await dialog.getByLabel('Target property').fill('octane number');
  return { dialog, submit: () => dialog.getByRole('button', { name: 'Register model' }).click() };
}

const addCalibration = (dialog: Locator) => dialog.getByRole('button', { name: 'Add calibration' }).click();

const dropSpectra = (dialog: Locator, name: string, text: string | Buffer) =>
  dialog
    .getByLabel('File of calibration spectra')
    .setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

/** What the server knows of the newest model with this name. */
async function modelOf(name: string) {
  const { project } = await service.ask(
    `query ($id: ID!) {
      project(id: $id) { models {
        id name yUnit t2Limit qLimit xAxis { quantity unit first last }
        calibration { rmsep referenceMin referenceMax samples }
      } }
    }`,
    { id: lab.owner.projectId },
    lab.owner,
  );
  return project?.models.find(model => model.name === name);
}

const row = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(`^${name} `) });
/** The value of a fact, in a list of facts. */
const fact = (place: Page | Locator, name: string) =>
  place.getByRole('term').filter({ hasText: name }).locator('xpath=following-sibling::dd');

test('a CSV of calibration spectra gives a model its x axis, and the range of the values at each point', async () => {
  const page = await openModels();
  const { dialog, submit } = await openRegistration(page, 'From a CSV');
  await addCalibration(dialog);
  await dropSpectra(dialog, 'gasoline-test.csv', demonstration('gasoline-test.csv'));
  await dialog.getByText('10 spectra, 900 → 1700, 401 points', { exact: true }).waitFor();
  expect(await dialog.getByLabel('Samples').inputValue()).toBe('10');
  expect(await dialog.getByLabel('First x').count()).toBe(0);
  await submit();
  // The file does not state what its x values are.
  await dialog.getByText('Choose the quantity.').waitFor();
  await chooseOption(page, 'Quantity', 'Wavelength');
  expect(await dialog.getByLabel('Unit of x').inputValue()).toBe('nm');
  await submit();
  await dialog.getByText('From a CSV, version 1 is registered').waitFor();
  expect(await fact(dialog, 'X axis').innerText()).toBe('900 → 1700 nm, 401 points');
  expect(await fact(dialog, 'Calibration samples').innerText()).toBe('10');
  const { createDeployment } = await service.ask(
    `mutation ($input: CreateDeploymentInput!) {
      createDeployment(input: $input) { model { xAxis { values } calibration { yMin yMax } } }
    }`,
    { input: { modelId: (await modelOf('From a CSV'))?.id, name: 'From a CSV' } },
    lab.owner,
  );
  const stored = createDeployment.model;
  const at = (point: number) => spectraOf('gasoline-test.csv').map(({ yValues }) => yValues[point] ?? 0);
  const points = Array.from({ length: 401 }, (_, point) => point);
  expect(stored.xAxis?.values).toEqual(points.map(point => 900 + 2 * point));
  expect(stored.calibration?.yMin).toEqual(points.map(point => Math.min(...at(point))));
  expect(stored.calibration?.yMax).toEqual(points.map(point => Math.max(...at(point))));
});

test('an x axis and the facts of a calibration are typed, with decimal points or commas', async () => {
  const page = await openModels();
  const { dialog, submit } = await openRegistration(page, 'By hand', regressionWithStatistics({}));
  await addCalibration(dialog);
  await chooseOption(page, 'Quantity', 'Raman shift');
  await dialog.getByLabel('First x').fill('3200,5');
  for (const [label, text] of [
    ['Unit of the spectra', 'counts'],
    ['Lowest', '83.4'],
    ['RMSEP', '0,24'],
    ['Samples', 'fifty'],
    ['Limit of T²', '12'],
    ['Limit of Q', '0.5'],
  ] as const) {
    await dialog.getByLabel(label, { exact: true }).fill(text);
  }
  await submit();
  await dialog.getByText('Enter the last x.').waitFor();
  await dialog.getByText('Enter a whole number, such as 50.').waitFor();
  await dialog.getByLabel('Last x').fill('200');
  await dialog.getByLabel('Samples').fill('50');
  await submit();
  await dialog.getByRole('alert').getByText('The range of the reference values has one end.').waitFor();
  await dialog.getByLabel('Highest').fill('89.6');
  await submit();
  await dialog.getByText('By hand, version 1 is registered').waitFor();
  expect(await modelOf('By hand')).toMatchObject({
    yUnit: 'counts',
    t2Limit: 12,
    qLimit: 0.5,
    xAxis: { quantity: 'RAMAN_SHIFT', unit: 'cm⁻¹', first: 3200.5, last: 200 },
    calibration: { rmsep: 0.24, referenceMin: 83.4, referenceMax: 89.6, samples: 50 },
  });
});

test('the metadata of the file is used where nothing is typed, and shown in the dialog and in the list', async () => {
  const page = await openModels();
  const { dialog, submit } = await openRegistration(page, 'Described', regressionWithStatistics(METADATA));
  await addCalibration(dialog);
  await dialog.getByText('What you leave empty is taken from the metadata of the ONNX file').waitFor();
  await dialog.getByLabel('RMSEP').fill('0.3');
  await submit();
  await dialog.getByText('Described, version 1 is registered').waitFor();
  for (const [name, value] of [
    ['X axis', '900 → 1100 nm, 3 points'],
    ['Quantity', 'Wavelength'],
    ['Unit of the spectra', 'absorbance'],
    ['RMSEP', '0.3'],
    ['Reference values', '83.4 to 89.6'],
    ['Calibration samples', '50'],
    ['Limit of T²', '12'],
    ['Limit of Q', '0.5'],
  ] as const) {
    expect(await fact(dialog, name).innerText()).toBe(value);
  }
  await dialog.getByRole('button', { name: 'Done' }).click();
  expect(await row(page, 'Described').innerText()).toMatch(
    /900 → 1100 nm, 3 points\s+Wavelength · absorbance\s+RMSEP 0.3 · 50 samples\s+83.4 to 89.6\s+T² ≤ 12 · Q ≤ 0.5/,
  );
});

test('a section that is removed again sends nothing', async () => {
  const page = await openModels();
  const { dialog, submit } = await openRegistration(page, 'Removed');
  await addCalibration(dialog);
  await dropSpectra(dialog, 'gasoline-test.csv', demonstration('gasoline-test.csv'));
  await dialog.getByText('10 spectra').waitFor();
  await dialog
    .getByRole('group', { name: 'Calibration' })
    .getByRole('button', { name: 'Remove', exact: true })
    .click();
  await submit();
  await dialog.getByText('Removed, version 1 is registered').waitFor();
  expect(await modelOf('Removed')).toMatchObject({ xAxis: null, calibration: null });
});

test('a file of spectra that is not read says why, and nothing is registered until it is removed', async () => {
  const page = await openModels();
  const { dialog, submit } = await openRegistration(page, 'Misread');
  await addCalibration(dialog);
  await dropSpectra(dialog, 'shuffled.csv', 'sample_name,900,904,902,906\nS-1,0.1,0.2,0.3,0.4\n');
  await dialog
    .getByRole('alert')
    .getByText(/904.* is followed by .*902/)
    .waitFor();
  await submit();
  await dialog.getByText('shuffled.csv is not read. Wait for it, or remove it.').waitFor();
  await dialog.getByRole('button', { name: 'Remove shuffled.csv' }).click();
  await submit();
  await dialog.getByText('Misread, version 1 is registered').waitFor();
});

test('a question about a file of spectra is asked and answered in the dialog', async () => {
  const page = await openModels();
  const { dialog } = await openRegistration(page, 'Questioned');
  await addCalibration(dialog);
  await dropSpectra(dialog, 'batch.csv', 'sample_name,1000,900,902\nS-1,7,0.2,0.3\n');
  await dialog.getByRole('button', { name: 'It describes the samples' }).click();
  await dialog.getByText('1 spectrum, 900 → 902, 2 points', { exact: true }).waitFor();
});

test('an axis of another length than the model is refused with the server’s message', async () => {
  const page = await openModels();
  const { dialog, submit } = await openRegistration(page, 'Shorter');
  await addCalibration(dialog);
  await dropSpectra(
    dialog,
    'shorter.csv',
    'sample_name,900 nm,902 nm,904 nm\nS-1,0.1,0.2,0.3\nS-2,0.1,0.2,0.3\n',
  );
  await dialog.getByText('2 spectra, 900 → 904 nm, 3 points', { exact: true }).waitFor();
  await submit();
  await dialog
    .getByRole('alert')
    .getByText('The x axis has 3 values, but the model has 401 points.')
    .waitFor();
});

test('the x axis of a model is set once, evenly spaced, and its button is gone afterwards', async () => {
  await deploy(service, lab.owner, demonstration('octane.onnx'), 'Without an axis');
  const page = await openModels();
  const button = row(page, 'Without an axis').getByRole('button', { name: 'Set x axis of' });
  // A wide and a narrow screen show it in different places.
  const axis = row(page, 'Without an axis')
    .getByText('900 → 1700 nm, 401 points', { exact: true })
    .filter({ visible: true });
  await button.click();
  const dialog = page.getByRole('dialog', { name: 'Set the x axis' });
  await dialog.getByText('The x axis can be set once').waitFor();
  await dialog.getByRole('button', { name: 'Set x axis' }).click();
  await dialog.getByText('Enter the first x.').waitFor();
  await chooseOption(page, 'Quantity', 'Wavelength');
  await dialog.getByLabel('First x').fill('900');
  await dialog.getByLabel('Last x').fill('1700');
  await dialog.getByText('900 → 1700 nm, 401 points, 2 nm apart', { exact: true }).waitFor();
  await dialog.getByRole('button', { name: 'Set x axis' }).click();
  await dialog.waitFor({ state: 'detached' });
  await axis.waitFor();
  // The focus is not lost with the button.
  await expect.poll(() => axis.evaluate(element => element.matches(':focus'))).toBe(true);
  expect(await button.count()).toBe(0);
  expect(await modelOf('Without an axis')).toMatchObject({
    xAxis: { quantity: 'WAVELENGTH', unit: 'nm', first: 900, last: 1700 },
  });
  await page.reload();
  await axis.waitFor();
  expect(await button.count()).toBe(0);
});

test('the x axis of a model is set from a CSV on the page of its deployment, and another person’s is not overwritten', async () => {
  const { deploymentId } = await deploy(service, lab.owner, demonstration('octane.onnx'), 'Set by two');
  const describeAxis = async () => {
    const page = await openPage(browser(), service, `/deployments/${deploymentId}`, lab.owner);
    await page.getByRole('button', { name: 'Set x axis of' }).click();
    const dialog = page.getByRole('dialog', { name: 'Set the x axis' });
    await dropSpectra(dialog, 'gasoline-test.csv', demonstration('gasoline-test.csv'));
    await dialog.getByText('10 spectra, 900 → 1700, 401 points').waitFor();
    await chooseOption(page, 'Quantity', 'Wavelength');
    return { page, dialog, set: () => dialog.getByRole('button', { name: 'Set x axis' }).click() };
  };
  const [first, second] = [await describeAxis(), await describeAxis()];
  await first.set();
  await first.dialog.waitFor({ state: 'detached' });
  await fact(first.page, 'X axis').getByText('900 → 1700 nm, 401 points').waitFor();
  await second.set();
  await second.dialog
    .getByRole('alert')
    .getByText('This model has an x axis, which cannot be changed.')
    .waitFor();
});

test('viewers see the axis and the calibration, and no button to set one', async () => {
  const { deploymentId } = await deploy(service, lab.owner, demonstration('octane.onnx'), 'Seen by viewers');
  const viewer = await signUp(service, 'Vera Viewer');
  await join(service, lab.owner, viewer, 'VIEWER');
  const page = await openPage(browser(), service, `/deployments/${deploymentId}`, viewer);
  expect(await fact(page, 'X axis').innerText()).toBe('none');
  await page.goto(`/projects/${lab.owner.projectId}/models`);
  await row(page, 'Seen by viewers').waitFor();
  expect(await page.getByRole('button', { name: /x axis/ }).count()).toBe(0);
});

test('the list of models and the dialog that sets an axis have no accessibility violations, and fit 360 pixels', async () => {
  await deploy(service, lab.owner, regressionWithStatistics(METADATA), 'Described in both schemes');
  await deploy(service, lab.owner, demonstration('octane.onnx'), 'Without in both schemes');
  const page = await openModels();
  await row(page, 'Described in both schemes').waitFor();
  await isAccessibleAtEveryWidth(page);
  await page.setViewportSize({ width: 1200, height: 900 });
  await row(page, 'Without in both schemes').getByRole('button', { name: 'Set x axis of' }).click();
  await stands(page, 'dialog');
  await dropSpectra(page.getByRole('dialog'), 'none.csv', 'nothing');
  await page.getByRole('alert').waitFor();
  await isAccessibleAtEveryWidth(page);
});

test('the section about the calibration has no accessibility violations, and fits 360 pixels', async () => {
  const page = await openModels();
  const { dialog } = await openRegistration(page, 'Axe');
  await addCalibration(dialog);
  await dialog.getByText('What you leave empty').waitFor();
  await isAccessibleAtEveryWidth(page);
  await dropSpectra(dialog, 'gasoline-test.csv', demonstration('gasoline-test.csv'));
  await dialog.getByText('10 spectra').waitFor();
  await isAccessibleAtEveryWidth(page);
});
