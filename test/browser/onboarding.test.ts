import { afterAll, beforeAll, expect, test } from 'vitest';
import { demonstration, join, type Person, type Service, signUp, startService } from '../harness.ts';
import { isAccessibleAtEveryWidth, launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const newcomer = (name: string): Promise<Person> => signUp(service, name);

test('signing up leads through model and deployment to the deployment’s page, one step at a time', async () => {
  const page = await openPage(browser(), service, '/sign-up');
  await page.getByLabel('Name').fill('Nina Newcomer');
  await page.getByLabel('E-mail').fill('nina@lab.example');
  await page.locator('input[type=password]').fill('a fresh start for spectra');
  await page.getByRole('button', { name: 'Create account' }).click();

  const step = page.locator('[aria-current=step]');
  await step.getByText('Register your first model').waitFor();
  expect(await page.getByRole('button', { name: 'New deployment' }).count()).toBe(0);
  await step.getByRole('button', { name: 'Register a model' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('input[type=file]').setInputFiles({
    name: 'octane.onnx',
    mimeType: '',
    buffer: demonstration('octane.onnx'),
  });
  await dialog.getByLabel('Target property').fill('octane number');
  await dialog.getByRole('button', { name: 'Register model' }).click();
  await dialog.getByText('octane, version 1 is registered').waitFor();
  await dialog.getByRole('button', { name: 'Done' }).click();

  await step.getByText('Create a deployment').waitFor();
  expect(await page.getByRole('button', { name: 'Register a model' }).count()).toBe(0);
  await step.getByRole('button', { name: 'New deployment' }).click();
  await dialog.getByRole('button', { name: 'Create deployment' }).click();

  await page.waitForURL('**/deployments/*');
  await page.getByRole('heading', { level: 1, name: 'octane' }).waitFor();
  await page.getByRole('link', { name: 'First project' }).click();
  await page.getByRole('row', { name: /octane/ }).waitFor();
  expect(await step.count()).toBe(0);
});

test('a model that was just registered is deployed without closing the dialog in between', async () => {
  const person = await newcomer('Quick Starter');
  const page = await openPage(browser(), service, `/projects/${person.projectId}`, person);
  await page.getByRole('button', { name: 'Register a model' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('input[type=file]').setInputFiles({
    name: 'octane.onnx',
    mimeType: '',
    buffer: demonstration('octane.onnx'),
  });
  await dialog.getByLabel('Target property').fill('octane number');
  await dialog.getByRole('button', { name: 'Register model' }).click();
  await dialog.getByRole('button', { name: 'Create deployment' }).click();
  const creation = page.getByRole('dialog', { name: 'New deployment' });
  await creation.getByRole('group', { name: 'The chosen model' }).getByText('octane number').waitFor();
  await creation.getByRole('button', { name: 'Create deployment' }).click();
  await page.waitForURL('**/deployments/*');
});

test('the steps work with the keyboard alone', async () => {
  const person = await newcomer('Keyboard Walker');
  const page = await openPage(browser(), service, `/projects/${person.projectId}`, person);
  // Set up early: the browser must expect a file chooser before the key is pressed.
  const chooser = page.waitForEvent('filechooser');
  const register = page.getByRole('button', { name: 'Register a model' });
  await register.focus();
  await page.keyboard.press('Enter');
  const choose = page.getByRole('dialog').getByRole('button', { name: 'Choose a file' });
  await choose.and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await (await chooser).setFiles({
    name: 'octane.onnx',
    mimeType: '',
    buffer: demonstration('octane.onnx'),
  });
  await page.getByRole('dialog').getByText('octane.onnx').waitFor();
  await page.getByRole('dialog').getByLabel('Target property').focus();
  await page.keyboard.type('octane number');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByText('octane, version 1 is registered').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[aria-current=step]').getByText('Create a deployment').waitFor();
});

test('a viewer is shown who can deploy', async () => {
  const owner = await newcomer('Empty Owner');
  const viewer = await newcomer('Empty Viewer');
  await join(service, owner, viewer, 'VIEWER');
  const page = await openPage(browser(), service, `/projects/${owner.projectId}`, viewer);
  await page.getByText('A contributor or owner of the project registers a model').waitFor();
  expect(await page.getByRole('button', { name: /Register|New deployment/ }).count()).toBe(0);
});

test('the three steps have no accessibility violations, and fit 360 pixels', async () => {
  const person = await newcomer('First Stepper');
  const page = await openPage(browser(), service, `/projects/${person.projectId}`, person, {});
  await page.getByText('Register your first model').waitFor();
  await isAccessibleAtEveryWidth(page);
});
