import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  codes,
  createKey,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  refusal,
  type Service,
  startService,
} from '../harness.ts';
import { isAccessibleAtEveryWidth, launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service, 'ENTERPRISE');
});
afterAll(() => service.close());

const newKey = (name: string) => createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name });
const openKey = (id: string, options = {}) =>
  openPage(browser(), service, `/projects/${lab.owner.projectId}/api-keys/${id}`, lab.owner, options);
const predict = (rawKey: string) =>
  service.call(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, { rawKey });
const dialog = (page: Page) => page.getByRole('dialog');
const fact = (page: Page, name: string) =>
  page.locator('dt', { hasText: name }).locator('xpath=following-sibling::dd[1]');

test('settings are changed in a dialog that shows the person’s own address', async () => {
  const { id } = await newKey('LIMS');
  const page = await openKey(id);
  await page.getByRole('button', { name: 'Change' }).click();
  await dialog(page).getByText('Your address, as this server sees it: 127.0.0.1').waitFor();
  await dialog(page).getByLabel('Name').fill('LIMS, line 3');
  await dialog(page).getByLabel('Note').fill('Ask Ines');
  await dialog(page).getByLabel('Allowed networks').fill('203.0.113.0/24\n2001:db8::/32');
  await dialog(page).getByLabel('Predictions a month').fill('5000');
  await dialog(page).getByLabel('Calls a minute').fill('60');
  await isAccessibleAtEveryWidth(page);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page).waitFor({ state: 'hidden' });
  await page.getByRole('heading', { name: 'LIMS, line 3' }).waitFor();
  expect(await fact(page, 'Networks').innerText()).toBe('203.0.113.0/24, 2001:db8::/32');
  expect(await fact(page, 'Predictions a month').innerText()).toBe('5,000');
  expect(await fact(page, 'Note').innerText()).toBe('Ask Ines');
});

test('a wrong network is refused with a sentence, and the dialog keeps what was typed', async () => {
  const page = await openKey((await newKey('LIMS')).id);
  await page.getByRole('button', { name: 'Change' }).click();
  await dialog(page).getByLabel('Allowed networks').fill('10.1.2.3/8');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page).getByText('write 10.0.0.0/8').waitFor();
  expect(await dialog(page).getByLabel('Allowed networks').inputValue()).toBe('10.1.2.3/8');
});

test('behind a proxy that is not trusted, the dialog warns that networks mean nothing', async () => {
  const page = await openKey((await newKey('LIMS')).id, {
    extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.7' },
  });
  await page.getByRole('button', { name: 'Change' }).click();
  await dialog(page).getByText('a proxy that the server does not know').waitFor();
});

test('a key is rotated: the successor is shown once, and both work until the old one retires', async () => {
  const old = await newKey('Analyser');
  const page = await openKey(old.id);
  await page.getByRole('button', { name: 'Rotate' }).click();
  await dialog(page).getByLabel('After 1 hour').check();
  await isAccessibleAtEveryWidth(page);
  await dialog(page).getByRole('button', { name: 'Rotate key' }).click();
  const rawKey = (await dialog(page).locator('code[translate=no]').innerText()).trim();
  for (const key of [old.rawKey, rawKey]) expect((await predict(key)).status).toBe(200);
  await dialog(page).getByRole('button', { name: 'Done' }).click();
  await dialog(page).waitFor({ state: 'hidden' });
  // Not twice: its successor works.
  await page.getByRole('button', { name: 'Rotate' }).waitFor({ state: 'hidden' });
  await fact(page, 'Replaced by').getByRole('link').click();
  await fact(page, 'Replaces').waitFor();
  expect(await page.content()).not.toContain(rawKey);
});

test('a revocation is rehearsed from the page of the key, and ended there', async () => {
  const { id, rawKey } = await newKey('Script');
  const page = await openKey(id);
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await dialog(page).getByText('do not come back by themselves').waitFor();
  await dialog(page).getByLabel('Minutes').fill('10');
  await isAccessibleAtEveryWidth(page);
  await dialog(page).getByRole('button', { name: 'Refuse for 10 minutes' }).click();
  await page.getByText('Its revocation is rehearsed until').waitFor();
  expect(await predict(rawKey)).toMatchObject(refusal(codes.API_KEY_REVOKED));
  await page.getByRole('button', { name: 'End now' }).click();
  await page.getByText('Its revocation is rehearsed until').waitFor({ state: 'hidden' });
  expect((await predict(rawKey)).status).toBe(200);
});

test('an owner sets the policy of an organization, and the page of a key says what it breaks', async () => {
  const { owner } = await openLab(service, 'ENTERPRISE', 'Paula Policy');
  const { id } = await createKey(service, owner, { projectId: owner.projectId });
  const page = await openPage(browser(), service, `/organizations/${owner.organization.slug}`, owner);
  await page.getByRole('button', { name: 'Change policy' }).click();
  await page.getByLabel('Longest lifetime in days').fill('90');
  await page.getByLabel('Keys may reach a whole project').uncheck();
  await isAccessibleAtEveryWidth(page);
  await page.getByRole('button', { name: 'Save policy' }).click();
  await expect.poll(() => fact(page, 'Longest lifetime').allInnerTexts()).toEqual(['90 days']);
  expect(await fact(page, 'Keys for a whole project').innerText()).toBe('Not allowed');

  await page.goto(`/projects/${owner.projectId}/api-keys/${id}`);
  expect(await fact(page, 'Policy').innerText()).toMatch(/expire.*project/i);
});
