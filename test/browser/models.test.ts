import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demonstration, join, type Lab, openLab, type Service, signUp, startService } from '../harness.ts';
import { linearRegression } from '../onnx-files.ts';
import { isAccessibleAtEveryWidth, launchBrowser, openPage, stands } from './browser.ts';
import { onDisk } from './predict-kit.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
});
afterAll(() => service.close());

const MEBIBYTE = 1024 * 1024;

async function openModels(options = {}): Promise<Page> {
  const path = `/projects/${lab.owner.projectId}/models`;
  const page = await openPage(browser(), service, path, lab.owner, options);
  await page.getByRole('heading', { name: 'Models' }).waitFor();
  return page;
}

async function openDialog(page: Page) {
  await page.getByRole('button', { name: 'Register a model' }).click();
  const dialog = page.getByRole('dialog', { name: 'Register a model' });
  await dialog.waitFor();
  const choose = (name: string, buffer: Buffer) =>
    dialog.getByLabel('ONNX file').setInputFiles({ name, mimeType: '', buffer });
  return {
    dialog,
    choose,
    submit: () => dialog.getByRole('button', { name: 'Register model' }).click(),
    name: dialog.getByLabel('Name'),
    target: dialog.getByLabel('Target property'),
  };
}

/** Every request of the page that registers a model. */
function registrations(page: Page): string[] {
  const sent: string[] = [];
  page.on('request', request => {
    const body = request.postData();
    if (body?.includes('RegisterModel')) sent.push(body.slice(0, 80));
  });
  return sent;
}

test('octane.onnx is registered: named after its file, with the kind and length that the server found', async () => {
  const page = await openModels();
  const { dialog, choose, submit, name, target } = await openDialog(page);
  await choose('octane.onnx', demonstration('octane.onnx'));
  expect(await name.inputValue()).toBe('octane');
  await target.fill('octane number');
  await dialog.getByLabel('Unit').fill('RON');
  await submit();
  await dialog.getByText('octane, version 1 is registered').waitFor();
  const facts = dialog.locator('dl');
  expect(await facts.innerText()).toMatch(
    /Name\s+octane, version 1\s+Target\s+octane number \(RON\)\s+Kind\s+Regression\s+Points in a spectrum\s+401\s+X axis\s+none/,
  );
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page
    .getByRole('row', { name: /octane.*Version 1.*octane number \(RON\).*Regression.*401/ })
    .waitFor();
});

test('an existing name is announced as its next version, and becomes it', async () => {
  const page = await openModels();
  const { dialog, choose, submit, target } = await openDialog(page);
  await choose('Octane.onnx', demonstration('octane.onnx'));
  await dialog
    .getByText('The project has Octane, version 1. This file becomes the next version.', { exact: true })
    .waitFor();
  await target.fill('octane number');
  await submit();
  await dialog.getByText('Octane, version 2 is registered').waitFor();
});

test('the upload shows its progress', async () => {
  const page = await openModels();
  const { dialog, choose, submit, target } = await openDialog(page);
  // The maximum of points in a spectrum: half a megabyte to send.
  const onnx = Buffer.from(linearRegression({ weights: Array.from({ length: 100_000 }, () => 1) }));
  await choose('long.onnx', onnx);
  await target.fill('sum');
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  await network.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 300_000,
  });
  await page.evaluate(`(() => {
    window.shares = [];
    new MutationObserver(() => {
      const bar = document.querySelector('[role=progressbar]');
      if (bar) window.shares.push(Number(bar.getAttribute('aria-valuenow')));
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  })()`);
  await submit();
  await dialog.getByRole('progressbar', { name: 'Upload of long.onnx' }).waitFor({ state: 'attached' });
  await dialog.getByText('long, version 1 is registered').waitFor();
  const shares: unknown = await page.evaluate('[...new Set(window.shares)]');
  expect(Array.isArray(shares) && shares.some(share => share > 0 && share < 100)).toBe(true);
  expect(shares).toEqual(Array.isArray(shares) && shares.toSorted((one, other) => one - other));
});

test('an upload survives clicks beside the dialog and Escape; Cancel ends it and nothing is registered', async () => {
  const page = await openModels();
  const { dialog, choose, submit, target } = await openDialog(page);
  await choose('cancelled.onnx', demonstration('octane.onnx'));
  await target.fill('octane number');
  let aborted = false;
  page.on('requestfailed', request => {
    aborted ||= request.postData()?.includes('RegisterModel') ?? false;
  });
  // The request is held, so that it runs for as long as the test needs it.
  await page.route('**/graphql', route =>
    route.request().postData()?.includes('RegisterModel') ? undefined : route.continue(),
  );
  await submit();
  // At 0 % the bar has no width, which Playwright treats as hidden.
  await dialog.getByRole('progressbar').waitFor({ state: 'attached' });
  await page.keyboard.press('Escape');
  await page.mouse.click(5, 400);
  expect(await dialog.getByRole('progressbar').count()).toBe(1);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.getByText('cancelled.onnx').waitFor();
  await expect.poll(() => aborted).toBe(true);
  expect(await dialog.getByRole('alert').count()).toBe(0);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  const { project } = await service.ask(
    'query ($id: ID!) { project(id: $id) { models { name } } }',
    { id: lab.owner.projectId },
    lab.owner,
  );
  expect(project?.models.map(({ name }) => name)).not.toContain('cancelled');
});

test('the server’s message about a refused file is shown, and another file can be chosen', async () => {
  const page = await openModels();
  const { dialog, choose, submit, target } = await openDialog(page);
  await choose('notes.onnx', Buffer.from('These are notes, not a model.'));
  await target.fill('octane number');
  await submit();
  await dialog.getByRole('alert').getByText('The file is not ONNX').waitFor();
  await choose('octane again.onnx', demonstration('octane.onnx'));
  expect(await dialog.getByRole('alert').count()).toBe(0);
  expect(await target.inputValue()).toBe('octane number');
  await submit();
  await dialog.getByText('octane again, version 1 is registered').waitFor();
});

test('a file of more than 16 MiB, an empty one and one of another type are refused before anything is sent', async () => {
  const page = await openModels();
  const sent = registrations(page);
  const { dialog, choose, submit } = await openDialog(page);
  const refusal = dialog.getByRole('alert');
  const large = { name: 'large.onnx', mimeType: '', buffer: Buffer.alloc(16 * MEBIBYTE + 1) };
  await dialog.getByLabel('ONNX file').setInputFiles(await onDisk(large));
  await refusal.getByText('large.onnx has 16 MiB; a model may have at most 16 MiB.').waitFor();
  await choose('empty.onnx', Buffer.alloc(0));
  await refusal.getByText('empty.onnx is empty.').waitFor();
  await choose('model.pkl', Buffer.from('pickled'));
  await refusal.getByText('model.pkl is not an .onnx file. Export the model as ONNX first.').waitFor();
  await dialog.getByLabel('Name').fill('without a file');
  await dialog.getByLabel('Target property').fill('nothing');
  await submit();
  await refusal.getByText('Choose an .onnx file first.').waitFor();
  expect(sent).toEqual([]);
});

test('a model is deployed from its row, the oldest version as well as the newest', async () => {
  const page = await openModels();
  await page.getByRole('button', { name: 'Deploy Octane, version 1', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'New deployment' });
  expect(await dialog.getByRole('group', { name: 'The chosen model' }).innerText()).toMatch(
    /Octane, version 1/,
  );
  await dialog.getByLabel('Name').fill('From its row');
  await dialog.getByRole('button', { name: 'Create deployment' }).click();
  await page.getByRole('heading', { level: 1, name: 'From its row' }).waitFor();
  await page.getByText('Octane, version 1').waitFor();
});

test('viewers see the models and no buttons', async () => {
  const viewer = await signUp(service, 'Vera Viewer');
  await join(service, lab.owner, viewer, 'VIEWER');
  const page = await openPage(browser(), service, `/projects/${lab.owner.projectId}/models`, viewer);
  await page.getByRole('row', { name: /Octane.*Version 1/ }).waitFor();
  expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
});

test('models and the dialog that registers one have no accessibility violations, and fit 360 pixels', async () => {
  const page = await openModels();
  await page.getByRole('row', { name: /Octane.*Version 1/ }).waitFor();
  await isAccessibleAtEveryWidth(page);
  const { dialog, choose, submit, target } = await openDialog(page);
  await stands(page, 'dialog');
  await isAccessibleAtEveryWidth(page);
  await choose('notes.onnx', Buffer.from('These are notes, not a model.'));
  await target.fill('octane number');
  await submit();
  await dialog.getByRole('alert').waitFor();
  await isAccessibleAtEveryWidth(page);
  await choose('axe.onnx', demonstration('octane.onnx'));
  await submit();
  await dialog.getByText('is registered').waitFor();
  await isAccessibleAtEveryWidth(page);
});
