import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, openLab, type Person, type Service, signIn, signUp, startService } from '../harness.ts';
import { launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
});
afterAll(() => service.close());

/** Fills in and sends the sign-in form. */
async function signInOn(page: Page, { email, password }: Pick<Person, 'email' | 'password'>) {
  await page.getByLabel('E-mail').fill(email);
  await page.locator('input[type=password]').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test.for(['API keys', 'Predict', 'Integration', 'Logs'])(
  'a session that ends meanwhile leads to sign-in and back: to %s',
  async tab => {
    const page = await openPage(browser(), service, `/projects/${lab.owner.projectId}`, lab.owner);
    await page.getByRole('link', { name: 'Octane', exact: true }).first().waitFor();
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Octane', exact: true }).first().click();
    await page.getByText('Your session has ended.').waitFor();
    expect(await page.getByRole('link', { name: 'First project' }).isVisible()).toBe(false);
    await signInOn(page, lab.owner);
    await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('tab', { name: tab, selected: true }).waitFor();
    expect(new URL(page.url()).pathname).toContain(`/deployments/${lab.deploymentId}/`);
  },
);

test('input is still there after a lost session, and can be sent', async () => {
  const page = await openPage(browser(), service, `/projects/${lab.owner.projectId}`, lab.owner);
  await page.getByRole('button', { name: 'New deployment' }).click();
  const dialog = page.getByRole('dialog', { name: 'New deployment' });
  await dialog.getByLabel('Name').fill('Tank farm');
  await dialog.getByLabel('Description').fill('Typed before the session ended.');
  await page.context().clearCookies();
  await dialog.getByRole('button', { name: 'Create deployment' }).click();
  await page.getByText('Your session has ended.').waitFor();
  await dialog.waitFor({ state: 'hidden' });
  await signInOn(page, lab.owner);
  await dialog.waitFor();
  expect(await dialog.getByLabel('Name').inputValue()).toBe('Tank farm');
  expect(await dialog.getByLabel('Description').inputValue()).toBe('Typed before the session ended.');
  await dialog.getByRole('button', { name: 'Create deployment' }).click();
  await page.waitForURL('**/deployments/*');
  await page.getByText('Typed before the session ended.').waitFor();
});

test('another person who signs in after a lost session sees no data of the previous one', async () => {
  const stranger = await signUp(service, 'Sam Stranger');
  const page = await openPage(browser(), service, `/projects/${lab.owner.projectId}`, lab.owner);
  await page.getByRole('button', { name: 'New deployment' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Secret plan');
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Create deployment' }).click();
  await page.getByText('Your session has ended.').waitFor();
  await signInOn(page, stranger);
  await page.getByRole('heading', { name: 'Project not found' }).waitFor();
  expect(await page.content()).not.toContain('Secret plan');
  expect(await page.content()).not.toContain('Olga Owner');
});

test('signing out that fails is reported, and the page stays signed in', async () => {
  const page = await openPage(browser(), service, '/', lab.owner);
  await page.getByRole('button', { name: 'Account of Olga Owner' }).click();
  await page.route('**/graphql', route => route.abort());
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('alert').getByText('You are still signed in.').waitFor();
  await page.unroute('**/graphql');
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('the browser’s Back button does not remove a key that is being shown', async () => {
  // The test before signed the other session out.
  const { cookie } = await signIn(service, lab.owner);
  const page = await openPage(browser(), service, `/deployments/${lab.deploymentId}`, { cookie });
  await page.getByRole('tab', { name: 'API keys' }).click();
  await page.getByRole('button', { name: 'Create API key' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('LIMS');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const secret = dialog.getByText(/^sk_[0-9A-Za-z]{46}$/);
  await secret.waitFor();
  await page.evaluate('history.back()');
  await dialog.getByText('The dialog stays open so that the key is not lost.').waitFor();
  expect(await secret.isVisible()).toBe(true);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect(new URL(page.url()).pathname).toBe(`/deployments/${lab.deploymentId}/api-keys`);
  await page.goBack();
  await page.getByRole('tab', { name: 'Overview', selected: true }).waitFor();
});
