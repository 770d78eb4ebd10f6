import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { MAX_COUNTED_NETWORKS } from '../../src/api-keys/write-refusals.ts';
import {
  type Credential,
  createKey,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  REHEARSE,
  REVOKE_KEY,
  type Service,
  startService,
} from '../harness.ts';
import { isAccessibleAtEveryWidth, launchBrowser, openPage, stands } from './browser.ts';

const MINUTE = 60_000;
const browser = launchBrowser();
let service: Service;
let lab: Lab;
let ago = 0;

beforeAll(async () => {
  service = await startService({
    now: () => new Date(Date.now() - ago),
    trustedProxies: ['127.0.0.1'],
    refusalsMs: 20,
  });
  lab = await openLab(service, 'ENTERPRISE');
});
afterAll(() => service.close());

type Key = Awaited<ReturnType<typeof createKey>>;
const newKey = (name: string) => createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name });
const from = ({ rawKey }: Key, address: string): Credential => ({
  headers: { authorization: `Api-Key ${rawKey}`, 'x-forwarded-for': address },
});
/** A call this long ago, answered or refused. */
async function call(key: Key, address: string, msAgo = 0, spectra = gasoline()) {
  ago = msAgo;
  await service.call(PREDICT, { deploymentId: lab.deploymentId, spectra }, from(key, address));
  ago = 0;
}
const openKey = (id: string, options = {}) =>
  openPage(browser(), service, `/projects/${lab.owner.projectId}/api-keys/${id}`, lab.owner, options);
const dialog = (page: Page) => page.getByRole('dialog');
const networks = (page: Page, name: string) =>
  page.getByRole('list', { name, exact: true }).getByRole('listitem').allInnerTexts();
/** A key that two programs call: one every ten minutes, and one that called once. */
async function calledKey(name: string): Promise<Key> {
  const key = await newKey(name);
  await call(key, '2001:db8::7', 90 * MINUTE);
  for (let minutes = 65; minutes > 0; minutes -= 10) await call(key, '203.0.113.7', minutes * MINUTE);
  return key;
}

test('the page of a key shows who calls, how often, when the next call is due, and what was refused', async () => {
  const key = await calledKey('LIMS');
  await call(key, '203.0.113.7', 3 * MINUTE, [{ sampleName: 'a', yValues: [1] }]);
  await call(key, '198.51.100.1', 2 * MINUTE, [{ sampleName: 'a', yValues: [1] }]);
  const page = await openKey(key.id);
  await page.getByRole('heading', { name: 'Callers' }).waitFor();
  await page.getByRole('list', { name: 'Networks that call' }).waitFor();
  expect(await networks(page, 'Networks that call')).toEqual([
    expect.stringMatching(/^203\.0\.113\.7\s+7 calls in the last day, the last 5 minutes ago$/),
    expect.stringMatching(/^2001:db8::\/64\s+1 call in the last day, the last 1 hour ago$/),
  ]);
  await page
    .getByText(
      /^Every 10 minutes, by the median of the last 8 calls: the next one is due in [45](\.\d)? minutes\.$/,
    )
    .waitFor();
  await page.getByText('in 8 calls', { exact: true }).waitFor();
  await page.getByText('2 calls, the last 2 minutes ago from 198.51.100.1').waitFor();
  expect(await networks(page, 'Networks: The input is not valid')).toEqual([
    expect.stringMatching(/^198\.51\.100\.1\s+1 call, the last 2 minutes ago$/),
    expect.stringMatching(/^203\.0\.113\.7\s+1 call, the last 3 minutes ago$/),
  ]);
  await isAccessibleAtEveryWidth(page);
});

test.for(['Revoke', 'Delete', 'Rehearse'])(
  'the dialog %s names who still calls, and when the next call is due',
  async button => {
    const key = await calledKey(`${button} me`);
    const page = await openKey(key.id);
    await page.getByRole('button', { name: button, exact: true }).click();
    await stands(page, 'dialog');
    await dialog(page).getByText('Last used 5 minutes ago · 8 predictions in the last 30 days').waitFor();
    await dialog(page).getByText('Last calls 5 minutes ago, 15 minutes ago, 25 minutes ago').waitFor();
    await dialog(page)
      .getByText(/the next one is due in [45](\.\d)? minutes/)
      .waitFor();
    expect(await dialog(page).getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(/^203\.0\.113\.7\s/),
      expect.stringMatching(/^2001:db8::\/64\s/),
    ]);
    await isAccessibleAtEveryWidth(page);
  },
);

test('a key with fewer than five calls has no next one, and one without calls has no callers', async () => {
  const key = await newKey('Seldom');
  const page = await openKey(key.id);
  await page.getByText('No call in the logs.').waitFor();
  await page.getByText('None.', { exact: true }).waitFor();
  for (const _ of [1, 2, 3, 4]) await call(key, '203.0.113.7');
  await page.reload();
  await page.getByText('4 calls in the last day').waitFor();
  expect(await page.getByText('by the median').count()).toBe(0);
});

test('during a rehearsal the page shows who is refused, as it happens, and afterwards who was', async () => {
  const key = await calledKey('Rehearsed');
  const page = await openKey(key.id);
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await page.getByRole('button', { name: 'Refuse for 5 minutes' }).click();
  await page.getByText('Nobody has called since it began.').waitFor();
  await call(key, '203.0.113.7');
  const refused = page.getByRole('list', { name: 'Refused during the rehearsal' });
  await refused.getByText('203.0.113.7').waitFor();
  await call(key, '2001:db8::7');
  await refused.getByText('2001:db8::/64').waitFor();
  expect(await networks(page, 'Refused during the rehearsal')).toEqual([
    expect.stringMatching(/^2001:db8::\/64\s+refused, the last time just now$/),
    expect.stringMatching(/^203\.0\.113\.7\s+refused, the last time just now$/),
  ]);
  await page.getByRole('button', { name: 'End now' }).click();
  await refused.waitFor({ state: 'hidden' });
  await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
  await call(key, '203.0.113.9');
  const isWritten = () =>
    service.db.selectFrom('apiKeyRefusals').select('code').where('lastNetwork', '=', '203.0.113.9').execute();
  await expect.poll(isWritten, { interval: 20 }).toHaveLength(1);
  await page.reload();
  await page.getByText('Its revocation was rehearsed').waitFor();
  await page.getByText('1 call, the last just now from 203.0.113.9').waitFor();
  await page.getByText('2 calls, the last just now from 2001:db8::/64').waitFor();
  onTestFinished(() => page.close());
});

test('during a rehearsal the last caller is named, also one beyond the networks that are counted by themselves', async () => {
  const key = await newKey('Many callers');
  await service.ask(REHEARSE, { id: key.id, minutes: 5 }, lab.owner);
  const page = await openKey(key.id);
  for (let host = 1; host <= MAX_COUNTED_NETWORKS + 1; host += 1) await call(key, `203.0.113.${host}`);
  const refused = page.getByRole('list', { name: 'Refused during the rehearsal' });
  await refused.getByText(`203.0.113.${MAX_COUNTED_NETWORKS + 1}`, { exact: true }).waitFor();
});
