import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiDocument, operationsOf } from '../../src/dashboard/reference/document.ts';
import { CATALOGUE } from '../../src/errors.ts';
import {
  createKey,
  type Lab,
  openLab,
  REVOKE_KEY,
  recordOf,
  type Service,
  startService,
} from '../harness.ts';
import { isAccessibleAtEveryWidth, launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
const file = fileURLToPath(new URL('../cases/spectra/plain.csv', import.meta.url));
let service: Service;
let lab: Lab;
let key: { id: string; rawKey: string };

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
});
afterAll(() => service.close());

/** Opens the page, without a session. */
async function openReference(path = '/api', options = {}): Promise<Page> {
  const page = await openPage(browser(), service, path, undefined, options);
  await page.getByRole('heading', { name: 'API reference' }).waitFor();
  return page;
}

async function paste(page: Page, rawKey = key.rawKey): Promise<void> {
  await page.getByLabel('API key', { exact: true }).fill(rawKey);
  await page.getByRole('button', { name: 'Use this key' }).click();
}

/** Opens the form of an operation, by its id in the document. */
async function open(page: Page, operationId: string): Promise<Locator> {
  const operation = page.locator(`#${operationId}`);
  await operation.getByRole('button', { name: 'Try it' }).click();
  return operation;
}

test('lists every operation and object of the OpenAPI document, with an address for each, and needs no session', async () => {
  const api: ApiDocument = JSON.parse(await (await fetch(`${service.url}/api/openapi.json`)).text());
  const page = await openReference('/api/');
  const operations = operationsOf(api);
  expect(operations.length).toBeGreaterThan(4);
  for (const { operationId } of operations) {
    expect(await page.locator(`section#${operationId}`).count(), operationId).toBe(1);
  }
  for (const name of Object.keys(api.components.schemas)) {
    expect(await page.locator(`section#schema-${name}`).count(), name).toBe(1);
  }
  const wanted = await page
    .locator('a[href^="#"]')
    .evaluateAll(links => links.map(link => String(link.getAttribute('href')).slice(1)));
  for (const id of new Set(wanted)) expect(await page.locator(`[id="${id}"]`).count(), id).toBe(1);
});

test('the type of a problem leads to the explanation of its code, for every code of the catalogue', async () => {
  const answer = await fetch(`${service.url}/api/key`);
  const { type, code } = JSON.parse(await answer.text());
  const page = await openReference(type);
  const heading = page.getByRole('heading', { name: code, exact: true });
  await expect
    .poll(async () => (await heading.boundingBox())?.y ?? Number.NaN)
    .toSatisfy(y => y > -2 && y < 900);
  for (const [name, { status, message }] of Object.entries(CATALOGUE)) {
    expect(await page.locator(`section#${name}`).innerText()).toContain(`${status}: ${message}`);
  }
});

test('every request goes to this server', async () => {
  const page = await openPage(browser(), service, 'about:blank');
  const urls: string[] = [];
  page.on('request', request => urls.push(request.url()));
  await page.goto(`${service.url}/api`);
  await page.getByRole('heading', { name: 'API reference' }).waitFor();
  await page.waitForLoadState('networkidle');
  expect(urls.length).toBeGreaterThan(3);
  expect(urls.filter(url => !url.startsWith(`${service.url}/`) && !url.startsWith('data:'))).toEqual([]);
});

test('operations are tried with a pasted key, which fills them in and is stored nowhere', async () => {
  const page = await openReference();
  await paste(page);
  await page.getByText('This is the key Integration').waitFor();
  const predict = await open(page, 'predict');
  expect(await predict.getByLabel('deploymentId').inputValue()).toBe(lab.deploymentId);
  await predict.getByRole('button', { name: 'Send' }).click();
  await predict.getByText('Answered with status 200').waitFor();
  const answer = predict.getByRole('region', { name: 'Answer of predict' });
  expect(await answer.textContent()).toMatch(/ratelimit: "monthly-predictions"[\s\S]*"value": -?\d/);
  expect(await recordOf(service, lab.deploymentId)).toEqual({ charged: 1, logged: 1 });

  const long = await open(page, 'predictInProject');
  expect(await long.getByLabel('slug').inputValue()).toBe(lab.owner.organization.slug);
  await long.getByLabel('Body').fill('{"spectra":[]}');
  await long.getByRole('button', { name: 'Send' }).click();
  await long.getByText('Answered with status 400').waitFor();

  const files = await open(page, 'predictFiles');
  await files.locator('input[type=file]').setInputFiles(file);
  await files.getByRole('button', { name: 'Send' }).click();
  await files.getByText('Answered with status 200').waitFor();
  expect(await files.getByRole('region', { name: 'Answer of predictFiles' }).textContent()).toContain(
    '"CSV"',
  );

  const kept = await page.evaluate<string>(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state])',
  );
  expect(kept).not.toContain(key.rawKey);
  expect(await page.content()).not.toContain(key.rawKey);
});

test('an idempotency key can be tried: the second answer is the first one', async () => {
  const page = await openReference();
  await paste(page);
  await page.getByText('This is the key').waitFor();
  const predict = await open(page, 'predict');
  await predict.getByLabel('Idempotency-Key').fill('tried-twice');
  const send = async () => {
    const answered = page.waitForResponse('**/predict');
    await predict.getByRole('button', { name: 'Send' }).click();
    return await (await answered).json();
  };
  const before = await recordOf(service, lab.deploymentId);
  expect(await send()).toEqual(await send());
  expect((await recordOf(service, lab.deploymentId))?.logged).toBe((before?.logged ?? 0) + 1);
});

test('a refused key is reported, and can be tried all the same', async () => {
  const revoked = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  await service.ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
  const page = await openReference();
  await paste(page, revoked.rawKey);
  await page.getByText('Answered with status 403').waitFor();
  const operation = await open(page, 'getKey');
  await operation.getByRole('button', { name: 'Send' }).click();
  await operation.getByText('Answered with status 403').waitFor();
});

test('without a key the form says so, and the document itself needs none', async () => {
  const page = await openReference();
  const operation = await open(page, 'getKey');
  await operation.getByText('Without an API key the answer is an error.').waitFor();
  await operation.getByRole('button', { name: 'Send' }).click();
  await operation.getByText('Answered with status 401').waitFor();
  const openapi = await open(page, 'getOpenApi');
  await openapi.getByRole('button', { name: 'Send' }).click();
  await openapi.getByText('Answered with status 200').waitFor();
});

test('no accessibility violations, nor at 360 px', async () => {
  const page = await openReference('/api');
  await paste(page);
  await page.getByText('This is the key').waitFor();
  for (const id of ['predict', 'predictFiles']) await open(page, id);
  await page.locator('#predict').getByRole('button', { name: 'Send' }).click();
  await page.getByText('Answered with status 200').waitFor();
  await isAccessibleAtEveryWidth(page);
});
