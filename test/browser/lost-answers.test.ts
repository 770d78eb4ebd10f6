import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codes, createKey, type Lab, openLab, type Service, startService } from '../harness.ts';
import { launchBrowser, openPage } from './browser.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const browser = launchBrowser();
let service: Service;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

type Options = Parameters<typeof openPage>[4];

async function openKeys({ owner, deploymentId }: Lab, options?: Options): Promise<Page> {
  const page = await openPage(browser(), service, `/deployments/${deploymentId}/api-keys`, owner, options);
  await page.getByText(/of 10 keys/).waitFor();
  return page;
}

const dialog = (page: Page) => page.getByRole('dialog');
const button = (page: Page, name: string) => dialog(page).getByRole('button', { name, exact: true });
const rawKey = (page: Page) => dialog(page).getByText(/^sk_[0-9A-Za-z]{46}$/);

const keysOf = ({ owner }: Lab) =>
  service.db
    .selectFrom('apiKeys')
    .select(['id', 'name', 'prefix', 'expiresAt', 'revokedAt', 'predecessorId'])
    .where('projectId', '=', owner.projectId)
    .orderBy('id')
    .execute();

/** Lets the next mutation with the name fail after `what` became of it. */
async function lose(page: Page, name: string, what: (route: Route) => Promise<unknown>): Promise<void> {
  let isLost = false;
  await page.route('**/graphql', async route => {
    if (isLost || !route.request().postData()?.includes(`mutation ${name}`)) return await route.fallback();
    isLost = true;
    await what(route);
  });
}
/** The server carries the request out, and its answer is lost. */
const loseAnswer = async (route: Route) => {
  await route.fetch();
  await route.abort();
};

async function startCreation(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Create API key' }).click();
  await page.getByLabel('Name').fill(name);
  await button(page, 'Create key').click();
}

test('a lost answer leaves one key, which the dialog names and deletes before another is made', async () => {
  const lab = await openLab(service);
  const page = await openKeys(lab);
  await lose(page, 'CreateApiKey', loseAnswer);
  await startCreation(page, 'LIMS');
  await dialog(page).getByText('The key “LIMS” may exist.').waitFor();
  await button(page, 'Check').click();
  const [lost] = await keysOf(lab);
  await dialog(page).getByRole('alert').getByText('its secret was lost').waitFor();
  await dialog(page).getByText(`${lost?.prefix}...`).waitFor();
  expect(await keysOf(lab)).toHaveLength(1);

  await button(page, 'Delete this key').click();
  await dialog(page).getByRole('status').getByText(`${lost?.prefix}...) is deleted.`).waitFor();
  expect(await page.getByLabel('Name').inputValue()).toBe('LIMS');
  await button(page, 'Create key').click();
  const secret = await rawKey(page).innerText();
  expect(await keysOf(lab)).toMatchObject([{ name: 'LIMS', prefix: secret.slice(0, 12) }]);
});

test('a dialog that is opened again, on another page and after midnight too, asks for the outcome first', async () => {
  const lab = await openLab(service);
  const page = await openKeys(lab);
  await page.clock.install({ time: new Date() });
  await lose(page, 'CreateApiKey', loseAnswer);
  await startCreation(page, 'LIMS');
  await button(page, 'Check').waitFor();
  await button(page, 'Not now').click();
  await page.getByRole('tab', { name: 'Logs' }).click();
  await page.clock.fastForward(22 * 60 * 60 * 1000);
  await page.getByRole('tab', { name: 'API keys' }).click();
  await page.getByRole('button', { name: 'Create API key' }).click();
  await button(page, 'Check').click();
  await dialog(page).getByText('its secret was lost').waitFor();
  expect(await keysOf(lab)).toHaveLength(1);
  await button(page, 'Keep it').click();
  await page.getByRole('button', { name: 'Create API key' }).click();
  expect(await page.getByLabel('Name').inputValue()).toBe('');
});

test('an answer that comes after the page was left counts as lost', async () => {
  const lab = await openLab(service);
  const page = await openPage(browser(), service, `/deployments/${lab.deploymentId}`, lab.owner);
  await page.getByRole('tab', { name: 'API keys' }).click();
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  await lose(page, 'CreateApiKey', async route => {
    const response = await route.fetch();
    await left;
    await route.fulfill({ response });
  });
  await startCreation(page, 'LIMS');
  await expect.poll(() => keysOf(lab)).toHaveLength(1);
  await page.goBack();
  await page.getByRole('heading', { name: 'API keys', exact: true }).waitFor({ state: 'detached' });
  const answered = page.waitForResponse(response =>
    Boolean(response.request().postData()?.includes('mutation CreateApiKey')),
  );
  leave();
  await answered;
  await page.getByRole('tab', { name: 'API keys' }).click();
  await page.getByRole('button', { name: 'Create API key' }).click();
  await button(page, 'Check').click();
  await dialog(page).getByText('its secret was lost').waitFor();
  expect(await keysOf(lab)).toHaveLength(1);
});

test('a request that did not reach the server makes its key when it is repeated', async () => {
  const lab = await openLab(service);
  const page = await openKeys(lab);
  for (const what of [
    (route: Route) => route.abort(),
    (route: Route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }),
  ]) {
    await page.unrouteAll();
    await lose(page, 'CreateApiKey', what);
    await startCreation(page, 'LIMS');
    await button(page, 'Check').click();
    await rawKey(page).waitFor();
    await button(page, 'Done').click();
  }
  expect(await keysOf(lab)).toHaveLength(2);
});

test('after a refusal the form can be changed, and a repeat that is refused too says where to look', async () => {
  const lab = await openLab(service);
  const page = await openKeys(lab);
  await startCreation(page, '   ');
  await dialog(page).getByRole('alert').getByText('The name of an API key must have').waitFor();
  await page.getByLabel('Name').fill('LIMS');
  await lose(page, 'CreateApiKey', loseAnswer);
  await button(page, 'Create key').click();
  await button(page, 'Check').waitFor();
  const refused = JSON.stringify({
    errors: [{ message: 'Too many attempts.', extensions: { code: codes.RATE_LIMITED } }],
  });
  await lose(page, 'CreateApiKey', route =>
    route.fulfill({ status: 429, contentType: 'application/json', body: refused }),
  );
  await button(page, 'Check').click();
  await dialog(page).getByText('Too many attempts.').waitFor();
  await dialog(page).getByText('The server refused to repeat the request.').waitFor();
  await button(page, 'Start over').waitFor();
  await button(page, 'Check').click();
  await dialog(page).getByText('its secret was lost').waitFor();
  expect(await keysOf(lab)).toHaveLength(1);
});

test('a lost answer of a rotation leaves one successor, and the next gets its lifetime', async () => {
  const lab = await openLab(service);
  const expiresAt = new Date(Date.now() + 90 * DAY_MS);
  const key = await createKey(
    service,
    lab.owner,
    { deploymentId: lab.deploymentId },
    { name: 'LIMS', expiresAt },
  );
  const page = await openKeys(lab);
  await lose(page, 'RotateApiKey', loseAnswer);
  await page.getByRole('button', { name: 'Rotate LIMS' }).click();
  await button(page, 'Rotate key').click();
  await button(page, 'Not now').click();
  // Another overlap cannot be chosen now: the dialog asks for the outcome first.
  await page.getByRole('button', { name: `Rotate LIMS, ${key.prefix}` }).click();
  await button(page, 'Check').click();
  const [, lost] = await keysOf(lab);
  await dialog(page).getByText(`${lost?.prefix}...`).waitFor();
  await button(page, 'Delete this key').click();
  await dialog(page).getByText('still retires when the first rotation said').waitFor();
  await dialog(page).getByLabel('After 7 days').check();
  await button(page, 'Rotate key').click();
  const secret = await rawKey(page).innerText();
  const [old, successor, ...others] = await keysOf(lab);
  expect(others).toEqual([]);
  expect(successor).toMatchObject({ prefix: secret.slice(0, 12), expiresAt: lost?.expiresAt });
  expect(old?.expiresAt?.getTime()).toBeLessThan(Date.now() + 1.01 * DAY_MS);
});

test('a lost answer of a rotation at once offers to replace the new key, as the old one is refused already', async () => {
  const lab = await openLab(service);
  await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'LIMS' });
  const page = await openKeys(lab);
  await lose(page, 'RotateApiKey', loseAnswer);
  await page.getByRole('button', { name: 'Rotate LIMS' }).click();
  await dialog(page).getByLabel('At once').check();
  await button(page, 'Rotate key').click();
  await button(page, 'Check').click();
  await dialog(page).getByText('The old key is refused already').waitFor();
  await button(page, 'Replace this key').click();
  const secret = await rawKey(page).innerText();
  const keys = await keysOf(lab);
  const usable = keys.filter(({ expiresAt }) => expiresAt === null || expiresAt > new Date());
  expect(usable).toMatchObject([{ name: 'LIMS', prefix: secret.slice(0, 12), expiresAt: null }]);
});

test('keys are created without a secure context too', async () => {
  const lab = await openLab(service);
  const page = await openPage(browser(), service, '/', lab.owner);
  await page.addInitScript('delete Crypto.prototype.randomUUID');
  await page.goto(`/deployments/${lab.deploymentId}/api-keys`);
  expect(await page.evaluate('typeof crypto.randomUUID')).toBe('undefined');
  await startCreation(page, 'LIMS');
  await rawKey(page).waitFor();
  await button(page, 'Done').click();
  await page.getByRole('button', { name: 'Rotate LIMS' }).click();
  await button(page, 'Rotate key').click();
  await rawKey(page).waitFor();
});
