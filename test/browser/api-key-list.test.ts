import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createKey,
  gasoline,
  insertKeys,
  join,
  type Lab,
  openLab,
  PREDICT,
  REVOKE_KEY,
  type Service,
  signUp,
  startService,
} from '../harness.ts';
import { isAccessibleAtEveryWidth, launchBrowser, openPage } from './browser.ts';

const HOUR_MS = 60 * 60 * 1000;
const browser = launchBrowser();
let service: Service;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

type Options = Parameters<typeof openPage>[4];

async function openList({ owner, deploymentId }: Lab, query = '', options?: Options): Promise<Page> {
  const path = `/deployments/${deploymentId}/api-keys${query}`;
  const page = await openPage(browser(), service, path, owner, options);
  await page.getByRole('heading', { name: 'API keys', exact: true }).waitFor();
  await page.getByText('Loading the API keys').waitFor({ state: 'detached' });
  return page;
}

const names = async (page: Page) =>
  (await page.getByRole('rowheader').allInnerTexts()).map(text => text.split('\n')[0]);
const search = (page: Page) => page.getByRole('searchbox', { name: 'Search the keys' });
const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

/** Requests of the page, with their bodies. */
function recordRequests(page: Page): string[] {
  const sent: string[] = [];
  page.on('request', request => sent.push(`${request.url()} ${request.postData() ?? ''}`));
  return sent;
}

test('100 keys are searched, filtered and sorted on a phone, and the address keeps what is shown', async () => {
  const lab = await openLab(service, 'ENTERPRISE');
  const { owner, deploymentId } = lab;
  const ids = await insertKeys(service, owner.projectId, 100);
  await sql`
    update api_keys set name = case when place % 10 = 0 then 'LIMS ' else 'Analyser ' end || place,
      prefix = 'sk_' || lpad(place::text, 9, '0'), last_used_at = now() - place * interval '1 hour',
      revoked_at = case when place > 96 then now() end
    from unnest(${ids}::uuid[]) with ordinality as listed (id, place)
    where api_keys.id = listed.id`.execute(service.db);
  const page = await openList(lab, '', { viewport: { width: 390, height: 844 } });
  expect(await page.getByRole('rowheader').count()).toBe(100);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  const status = page.getByLabel('Status');
  expect(await status.locator('option').allInnerTexts()).toEqual([
    'All keys (100)',
    'Without revoked (96)',
    'Active (96)',
    'Expired (0)',
    'Revoked (4)',
  ]);
  await search(page).fill('lims');
  await expect.poll(() => names(page)).toHaveLength(10);
  await page.getByText('10 of 100 keys').waitFor();
  await page.getByLabel('Order').selectOption('Last used first');
  await expect.poll(async () => (await names(page))[0]).toBe('LIMS 10');
  await status.selectOption('Without revoked (96)');
  await page.getByText('9 of 100 keys').waitFor();
  await page.reload();
  await page.getByText('9 of 100 keys').waitFor();
  expect(await names(page)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90].map(place => `LIMS ${place}`));
  expect(await search(page).inputValue()).toBe('lims');

  await search(page).fill('sk_000000007');
  await expect.poll(() => names(page)).toEqual(['Analyser 7']);
  await search(page).fill('nothing like it');
  await page.getByRole('heading', { name: 'No key matches' }).waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect.poll(() => names(page)).toHaveLength(100);
  await search(page).and(page.locator(':focus')).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/deployments/${deploymentId}/api-keys`);
});

test('of a raw key that is pasted into the search, only the first 12 characters leave the page', async () => {
  const lab = await openLab(service);
  const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'Leaked' });
  await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'Other' });
  const secret = key.rawKey.slice(12);
  const page = await openList(lab);
  const sent = recordRequests(page);
  await page.evaluate(`navigator.clipboard.writeText('Api-Key ${key.rawKey}')`);
  await search(page).press('ControlOrMeta+V');
  await expect.poll(() => names(page)).toEqual(['Leaked']);
  expect(await search(page).inputValue()).toBe(key.prefix);
  expect(page.url()).not.toContain(secret.slice(0, 8));
  await page.goto(`${page.url().split('?')[0]}?search=${key.prefix}`);
  await expect.poll(() => names(page)).toEqual(['Leaked']);
  expect(sent.some(request => request.includes(key.prefix))).toBe(true);
  expect(sent.filter(request => request.includes(secret.slice(0, 8)))).toEqual([]);
});

test('keys with the same name are told apart, and the list shows when and by whom a key was revoked', async () => {
  const lab = await openLab(service);
  const { owner, deploymentId } = lab;
  const colleague = await signUp(service, 'Carl Contributor');
  await join(service, owner, colleague, 'CONTRIBUTOR');
  const make = () => createKey(service, owner, { deploymentId }, { name: 'LIMS' });
  const [first, second, byColleague, byHolder] = [await make(), await make(), await make(), await make()];
  await service.ask(REVOKE_KEY, { id: byColleague.id }, colleague);
  const headers = { authorization: `Api-Key ${byHolder.rawKey}` };
  expect((await fetch(`${service.url}/api/key/revoke`, { method: 'POST', headers })).ok).toBe(true);
  const page = await openList(lab, '', { timezoneId: 'UTC' });
  for (const { prefix } of [first, second]) {
    for (const verb of ['Rotate', 'Revoke', 'Delete']) {
      expect(await page.getByRole('button', { name: `${verb} LIMS, ${prefix}`, exact: true }).count()).toBe(
        1,
      );
    }
  }
  await row(page, byColleague.prefix).getByText('by Carl Contributor').waitFor();
  await row(page, byHolder.prefix).getByText('by its holder').waitFor();
  expect(await row(page, byHolder.prefix).getByRole('button').count()).toBe(1);
  await isAccessibleAtEveryWidth(page);
});

test('a key is rotated in its row, which then says when it retires and who still uses it', async () => {
  const lab = await openLab(service);
  const { owner, deploymentId } = lab;
  const key = await createKey(service, owner, { deploymentId }, { name: 'LIMS' });
  const predict = (rawKey: string) => service.ask(PREDICT, { deploymentId, spectra: gasoline() }, { rawKey });
  await predict(key.rawKey);
  const page = await openList(lab);
  await page.getByRole('button', { name: 'Rotate LIMS' }).click();
  await page.getByRole('button', { name: 'Rotate key' }).click();
  const successor = await page.getByText(/^sk_[0-9A-Za-z]{46}$/).innerText();
  await page.getByRole('button', { name: 'Done' }).click();
  const old = row(page, key.prefix);
  await old.getByText(/^Retires tomorrow \d\d:\d\d · last used just now$/).waitFor();
  expect(await old.getByRole('button', { name: 'Rotate' }).count()).toBe(0);
  expect(await old.getByRole('button', { name: 'Revoke' }).count()).toBe(1);

  // Two hours later only the successor was used.
  await predict(successor);
  await sql`update prediction_logs set created_at = created_at - interval '2 hours' where deployment_id = ${deploymentId}`.execute(
    service.db,
  );
  await service.db
    .updateTable('apiKeys')
    .set({ createdAt: new Date(Date.now() - 3 * HOUR_MS) })
    .where('deploymentId', '=', deploymentId)
    .execute();
  await page.reload();
  await old.getByText('Not used since its successor: safe to revoke').waitFor();
});
