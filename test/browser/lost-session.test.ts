import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, openLab, type Service, signIn, startService } from '../harness.ts';
import { launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
});
afterAll(() => service.close());

test.for(['API keys', 'Predict', 'Integration', 'Logs'])(
  'a session that ends meanwhile leads to sign-in and back: to %s',
  async tab => {
    const page = await openPage(browser(), service, `/projects/${lab.owner.projectId}`, lab.owner);
    await page.getByRole('link', { name: 'Octane', exact: true }).first().waitFor();
    const cookies = await page.context().cookies();
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Octane', exact: true }).first().click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.context().addCookies(cookies);
    await page.goto(new URL(page.url()).searchParams.get('next') ?? '');
    await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('tab', { name: tab, selected: true }).waitFor();
    expect(new URL(page.url()).pathname).toContain(`/deployments/${lab.deploymentId}/`);
  },
);

test('signing out that fails says so, and does not pretend', async () => {
  const page = await openPage(browser(), service, '/', lab.owner);
  await page.getByRole('button', { name: 'Account of Olga Owner' }).click();
  await page.route('**/graphql', route => route.abort());
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('alert').getByText('You are still signed in.').waitFor();
  await page.unroute('**/graphql');
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('the browser’s way back does not take away a key that is being shown', async () => {
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
  await dialog.getByText('Still here, so that the key is not lost.').waitFor();
  expect(await secret.isVisible()).toBe(true);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect(new URL(page.url()).pathname).toBe(`/deployments/${lab.deploymentId}/api-keys`);
  await page.goBack();
  await page.getByRole('tab', { name: 'Overview', selected: true }).waitFor();
});
