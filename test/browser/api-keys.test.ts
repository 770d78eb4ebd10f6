import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setPlan } from '../../src/accounts/plans.ts';
import {
  createKey,
  gasoline,
  join,
  type Lab,
  openLab,
  PREDICT,
  REVOKE_KEY,
  ROTATE_KEY,
  type Service,
  signUp,
  startService,
} from '../harness.ts';
import { axeViolations, launchBrowser, openPage } from './browser.ts';

const DAY = 86_400_000;
const browser = launchBrowser();
let service: Service;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

type Options = Parameters<typeof openPage>[4];

/** Opens the tab of the lab's deployment and waits for its list. */
async function openTab({ owner, deploymentId }: Lab, options?: Options, person = owner): Promise<Page> {
  const page = await openPage(browser(), service, `/deployments/${deploymentId}/api-keys`, person, options);
  await page.getByRole('heading', { name: 'API keys', exact: true }).waitFor();
  await page.getByText('Loading the API keys').waitFor({ state: 'detached' });
  return page;
}

const tab = (page: Page) => page.getByRole('tabpanel');
const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });
async function cells(page: Page, name: string): Promise<string[]> {
  await row(page, name).waitFor();
  return await row(page, name).getByRole('cell').allInnerTexts();
}
const createButton = (page: Page) => page.getByRole('button', { name: 'Create API key' });
const dialog = (page: Page) => page.getByRole('dialog');
const rawKey = (page: Page) => dialog(page).getByText(/^sk_[0-9A-Za-z]{46}$/);

/** Opens the dialog and creates a key with the default expiry. @returns the raw key, which is still displayed. */
async function createInDialog(page: Page, name: string): Promise<string> {
  await createButton(page).click();
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Create key' }).click();
  return await rawKey(page).innerText();
}

const change = (id: string, values: Partial<Record<'lastUsedAt' | 'createdAt' | 'expiresAt', Date>>) =>
  service.db.updateTable('apiKeys').set(values).where('id', '=', id).execute();

const stored = (name: string, { owner }: Lab) =>
  service.db
    .selectFrom('apiKeys')
    .selectAll()
    .where('name', '=', name)
    .where('projectId', '=', owner.projectId)
    .executeTakeFirst();

/** Inserts many rows, revoked so that they do not count towards a limit. */
async function insertRevoked({ owner, deploymentId }: Lab, count: number): Promise<void> {
  await sql`
    insert into api_keys (id, project_id, deployment_id, name, prefix, digest, scopes, created_at, revoked_at)
    select ('00000000-0000-7000-8000-' || lpad(number::text, 12, '0'))::uuid, ${owner.projectId}, ${deploymentId},
      'Key ' || number, 'sk_000000000', sha256(number::text::bytea), array['PREDICT']::api_key_scope[], now(), now()
    from generate_series(1, ${count}::int) as number`.execute(service.db);
}

/** Predicts with a key, as a program does. */
const call = (key: string, { deploymentId }: Lab) =>
  service.call(PREDICT, { deploymentId, spectra: gasoline() }, { rawKey: key });

test('the tab shows the count and the limit at the top', async () => {
  const lab = await openLab(service);
  const { owner, deploymentId } = lab;
  await createKey(service, owner, { deploymentId });
  await createKey(service, owner, { projectId: owner.projectId });
  const { id } = await createKey(service, owner, { deploymentId });
  await service.ask(REVOKE_KEY, { id }, owner);
  const page = await openTab(lab);
  await page.getByText('2 of 10 keys', { exact: true }).waitFor();
  await createInDialog(page, 'One more');
  await page.getByText('3 of 10 keys', { exact: true }).waitFor();
});

describe('the dialog that creates a key', () => {
  test('requires a name, and shows the server’s error on it', async () => {
    const lab = await openLab(service);
    const page = await openTab(lab);
    await createButton(page).click();
    await dialog(page).getByRole('heading', { name: 'Create API key' }).waitFor();
    const name = page.getByLabel('Name');
    const create = page.getByRole('button', { name: 'Create key' });
    await create.click();
    await dialog(page).getByText('Enter the name.').waitFor();
    await name.and(page.locator(':focus')).waitFor();
    await name.fill('   ');
    await create.click();
    await dialog(page)
      .getByRole('alert')
      .getByText('The name of an API key must have 1 to 100 characters.')
      .waitFor();
    expect(await stored('', lab)).toBeUndefined();
    await name.fill('LIMS');
    await create.click();
    await rawKey(page).waitFor();
  });

  test('offers 30 days, 90 days, 6 months, 1 year, a date and none, and explains the use of an expiry', async () => {
    const lab = await openLab(service);
    const page = await openTab(lab, { timezoneId: 'Asia/Tokyo' });
    await createButton(page).click();
    const expires = page.getByLabel('Expires');
    expect(await expires.locator('option').allInnerTexts()).toEqual([
      '30 days',
      '90 days',
      '6 months',
      '1 year',
      'On a date…',
      'Never',
    ]);
    await dialog(page).getByText('We recommend an expiry').waitFor();

    await page.getByLabel('Name').fill('For a month');
    await expires.selectOption('30 days');
    const before = Date.now();
    await page.getByRole('button', { name: 'Create key' }).click();
    await rawKey(page).waitFor();
    const expiresAt = (await stored('For a month', lab))?.expiresAt ?? new Date(0);
    expect(expiresAt.getTime() - before).toBeGreaterThan(30 * DAY - 1000);
    expect(expiresAt.getTime() - before).toBeLessThanOrEqual(31 * DAY);
    expect(expiresAt.toISOString()).toMatch(/T14:59:59\.999Z$/);
    await page.getByRole('button', { name: 'Done' }).click();

    await createButton(page).click();
    await page.getByLabel('Name').fill('For good');
    await expires.selectOption('Never');
    await page.getByRole('button', { name: 'Create key' }).click();
    await rawKey(page).waitFor();
    expect(await stored('For good', lab)).toMatchObject({ expiresAt: null });
    expect(await cells(page, 'For good')).toContain('No expiry');
  });

  test('takes a date as the end of that day in the time zone of the person, and so does the table', async () => {
    const lab = await openLab(service);
    const page = await openTab(lab, { timezoneId: 'America/Los_Angeles' });
    await createButton(page).click();
    await page.getByLabel('Name').fill('Until spring');
    await page.getByLabel('Expires').selectOption('On a date…');
    await page.getByLabel('Last day').fill('2099-01-31');
    await dialog(page).getByText('until the end of Saturday, January 31, 2099').waitFor();
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    expect((await stored('Until spring', lab))?.expiresAt?.toISOString()).toBe('2099-02-01T07:59:59.999Z');
    expect(await cells(page, 'Until spring')).toContain('Jan 31, 2099\nend of day');

    const elsewhere = await openTab(lab, { timezoneId: 'Europe/Berlin' });
    expect(await cells(elsewhere, 'Until spring')).toContain('Feb 1, 2099\n08:59');
  });

  test('refuses a past date and a missing one', async () => {
    const lab = await openLab(service);
    const page = await openTab(lab);
    await createButton(page).click();
    await page.getByLabel('Name').fill('Too late');
    await page.getByLabel('Expires').selectOption('On a date…');
    const day = page.getByLabel('Last day');
    const create = page.getByRole('button', { name: 'Create key' });
    await create.click();
    await dialog(page).getByText('Choose a day.').waitFor();
    await day.fill('2020-01-31');
    // The error appears immediately, and the sentence on how long the key works disappears.
    await dialog(page).getByText('This day has passed. Choose a later one.').waitFor();
    expect(await dialog(page).getByText('Works until').count()).toBe(0);
    await create.click();
    await dialog(page).getByText('This day has passed. Choose a later one.').waitFor();
    expect(await stored('Too late', lab)).toBeUndefined();
  });

  test('shows the scope `predict` as a fixed badge', async () => {
    const lab = await openLab(service);
    const page = await openTab(lab);
    await createButton(page).click();
    await dialog(page).getByText('predict', { exact: true }).waitFor();
    expect(await dialog(page).getByRole('textbox').count()).toBe(1);
    expect(await dialog(page).getByRole('combobox').count()).toBe(1);
    expect(await dialog(page).getByRole('checkbox').count()).toBe(0);
    await page.getByLabel('Name').fill('LIMS');
    await page.getByRole('button', { name: 'Create key' }).click();
    await rawKey(page).waitFor();
    const { rows } = await sql`
      select scopes::text from api_keys where project_id = ${lab.owner.projectId}`.execute(service.db);
    expect(rows).toEqual([{ scopes: '{PREDICT}' }]);
  });

  test('shows the server’s message if another person has reached the limit meanwhile', async () => {
    const lab = await openLab(service);
    const { owner, deploymentId } = lab;
    for (let count = 0; count < 9; count += 1) await createKey(service, owner, { deploymentId });
    const page = await openTab(lab);
    await createButton(page).click();
    await page.getByLabel('Name').fill('Too many');
    await createKey(service, owner, { deploymentId });
    await page.getByRole('button', { name: 'Create key' }).click();
    await dialog(page)
      .getByRole('alert')
      .getByText('as many usable API keys as its plan allows. Revoke or delete an unused key first.')
      .waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('10 of 10 keys', { exact: true }).waitFor();
  });
});

describe('the modal that reveals a new key', () => {
  test('shows the full key, which works, copies it with a confirmation, and warns that it is shown once', async () => {
    const lab = await openLab(service);
    const page = await openTab(lab);
    const key = await createInDialog(page, 'LIMS');
    expect((await call(key, lab)).status).toBe(200);
    await dialog(page).getByText('This is the only time it is shown').waitFor();
    await dialog(page).getByText('Only a hash of it is stored').waitFor();
    expect(await page.getByRole('button', { name: 'Copied' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    await dialog(page).getByRole('status').getByText('Copied to the clipboard.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(key);
    await page.getByRole('button', { name: 'Done' }).click();
    await dialog(page).waitFor({ state: 'detached' });
  });

  test('tries the key: the answer says what it reaches, and it is not a use', async () => {
    const lab = await openLab(service);
    const page = await openTab(lab);
    await createInDialog(page, 'LIMS');
    await page.getByRole('button', { name: 'Try the key' }).click();
    await dialog(page).getByRole('status').getByText('Answered with status 200').waitFor();
    const answer = await page.getByRole('region', { name: 'Answer of GET /api/key' }).textContent();
    expect(JSON.parse(answer?.slice(answer.indexOf('{')) ?? '')).toMatchObject({
      name: 'LIMS',
      deployments: [{ id: lab.deploymentId, active: true }],
    });
    await page.getByRole('button', { name: 'Done' }).click();
    await row(page, 'LIMS').getByText('Never').first().waitFor();
  });

  test('copies also without TLS, where browsers offer no clipboard API', async () => {
    const lab = await openLab(service);
    const page = await openTab(lab);
    await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
    const key = await createInDialog(page, 'LIMS');
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await createButton(page).click();
    await page.getByLabel('Name').press('ControlOrMeta+V');
    expect(await page.getByLabel('Name').inputValue()).toBe(key);
  });

  test('is not closed by a click outside or Escape, and leaving the page needs a confirmation', async () => {
    const lab = await openLab(service);
    const page = await openTab(lab);
    const key = await createInDialog(page, 'LIMS');
    await page.keyboard.press('Escape');
    await dialog(page).getByRole('alert').getByText('the key is not lost').waitFor();
    expect(await rawKey(page).innerText()).toBe(key);
    await page.mouse.click(5, 5);
    expect(await rawKey(page).innerText()).toBe(key);
    expect(await dialog(page).getByRole('button').allInnerTexts()).toEqual(['Try the key', 'Copy', 'Done']);
    const [question] = await Promise.all([
      page.waitForEvent('dialog'),
      page.close({ runBeforeUnload: true }),
    ]);
    expect(question.type()).toBe('beforeunload');
    await question.dismiss();
    expect(await rawKey(page).innerText()).toBe(key);
  });

  test('stays open if the list cannot be loaded', async () => {
    const lab = await openLab(service);
    const page = await openTab(lab);
    await page.route('**/graphql', route =>
      route.request().postData()?.includes('mutation') ? route.continue() : route.abort(),
    );
    await createInDialog(page, 'LIMS');
    await page.getByText('The server could not be reached').waitFor();
    await rawKey(page).waitFor();
  });

  test('leaves no copy of the key after it is closed: page, storage, cache, memory', async () => {
    const lab = await openLab(service);
    const page = await openTab(lab);
    const key = await createInDialog(page, 'LIMS');
    // The key is found while it is shown, which proves that the search works.
    expect(await placesOf(page, key)).toEqual(['page', 'memory']);
    await page.getByRole('button', { name: 'Done' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    await row(page, 'LIMS').waitFor();
    expect(await placesOf(page, key)).toEqual([]);
    await page.getByRole('tab', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'This month' }).waitFor();
    await page.goBack();
    await row(page, 'LIMS').waitFor();
    expect(await placesOf(page, key)).toEqual([]);
  }, 60_000);
});

/** The places in the browser that contain a text. */
async function placesOf(page: Page, text: string): Promise<string[]> {
  const storages = await page.evaluate(`(async () => JSON.stringify([
    Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, history.state, location.href,
    await indexedDB.databases(), await caches.keys(),
  ]))()`);
  const inputs = await page.evaluate(
    '[...document.querySelectorAll("input")].map(({ value }) => value).join()',
  );
  // Everything that a script holds, including the client's cache, is on the heap.
  const session = await page.context().newCDPSession(page);
  const heap: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => heap.push(chunk));
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot');
  await session.detach();
  const places = {
    page: `${await page.content()} ${inputs}`,
    storage: String(storages),
    memory: heap.join(''),
  };
  return Object.entries(places).flatMap(([place, content]) => (content.includes(text) ? [place] : []));
}

describe('the table', () => {
  test('shows name, prefix, status, last use, expiry, reach and creator of a key', async () => {
    const lab = await openLab(service);
    const { owner, deploymentId } = lab;
    const key = await createKey(service, owner, { deploymentId }, { name: 'LIMS' });
    await createKey(service, owner, { deploymentId }, { name: 'Script' });
    await change(key.id, { lastUsedAt: new Date(Date.now() - 3 * 3_600_000 - 1000) });
    const page = await openTab(lab);
    expect(await page.getByRole('columnheader').allInnerTexts()).toEqual([
      'Name',
      'Key',
      'Status',
      'Last used',
      'Expiry',
      'Reach',
      'Created by',
      'Actions',
    ]);
    const [prefix, status, lastUsed, expiry, reach, creator] = await cells(page, 'LIMS');
    expect(prefix).toBe(`${key.rawKey.slice(0, 12)}...`);
    expect([status, lastUsed, expiry, reach]).toEqual([
      'Active',
      '3 hours ago',
      'No expiry',
      'This deployment',
    ]);
    expect(creator).toMatch(/^Olga Owner\n\w+ \d+, \d{4}$/);
    expect((await cells(page, 'Script'))[2]).toBe('Never');
  });

  test.for([
    ['light', { Active: 'rgb(108, 139, 75)', Revoked: 'rgb(134, 142, 134)', Expired: 'rgb(199, 125, 10)' }],
    ['dark', { Active: 'rgb(156, 183, 119)', Revoked: 'rgb(139, 146, 134)', Expired: 'rgb(226, 169, 59)' }],
  ] as const)(
    'marks Active with a moss-green dot, Revoked with a grey and Expired with an amber one',
    async ([colorScheme, colors]) => {
      const lab = await openLab(service);
      const { owner, deploymentId } = lab;
      const [, revoked, expired] = [
        await createKey(service, owner, { deploymentId }, { name: 'First' }),
        await createKey(service, owner, { deploymentId }, { name: 'Second' }),
        await createKey(service, owner, { deploymentId }, { name: 'Third' }),
      ];
      await service.ask(REVOKE_KEY, { id: revoked.id }, owner);
      await change(expired.id, {
        createdAt: new Date(Date.now() - 2 * DAY),
        expiresAt: new Date(Date.now() - DAY),
      });
      const page = await openTab(lab, { colorScheme });
      for (const [name, word] of [
        ['First', 'Active'],
        ['Second', 'Revoked'],
        ['Third', 'Expired'],
      ] as const) {
        const status = row(page, name).getByRole('cell').nth(1);
        expect((await status.innerText()).split('\n')[0]).toBe(word);
        const dot = status.locator('[data-status]');
        expect(
          await dot.evaluate(
            element => element.ownerDocument.defaultView.getComputedStyle(element).backgroundColor,
          ),
        ).toBe(colors[word]);
        expect(await dot.boundingBox()).toMatchObject({ width: 8, height: 8 });
      }
    },
  );

  test('shows the exact time of the last use on hover and on keyboard focus', async () => {
    const lab = await openLab(service);
    const { id } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    await change(id, { lastUsedAt: new Date('2026-03-01T12:34:56Z') });
    const page = await openTab(lab, { timezoneId: 'Asia/Tokyo' });
    const lastUse = page.getByRole('cell').locator('time[tabindex="0"]');
    const tooltip = page.getByRole('tooltip').getByText('Mar 1, 2026, 21:34:56 GMT+9');
    await lastUse.hover();
    await tooltip.waitFor();
    await page.mouse.move(0, 0);
    await tooltip.waitFor({ state: 'detached' });
    await lastUse.focus();
    await tooltip.waitFor();
  });

  test('lists and marks the keys that reach the deployment from the project', async () => {
    const lab = await openLab(service);
    const { owner, deploymentId } = lab;
    await createKey(service, owner, { deploymentId }, { name: 'Single' });
    await createKey(service, owner, { projectId: owner.projectId }, { name: 'Shared' });
    const page = await openTab(lab);
    expect((await cells(page, 'Shared'))[4]).toBe('Whole project');
    expect((await cells(page, 'Single'))[4]).toBe('This deployment');
  });

  test('marks keys never used, unused for 90 days, and expiring within 14 days', async () => {
    const lab = await openLab(service);
    const { owner, deploymentId } = lab;
    const now = Date.now();
    const expiring = new Date(now + 9 * DAY);
    await createKey(service, owner, { deploymentId }, { name: 'Newborn' });
    const unborn = await createKey(service, owner, { deploymentId }, { name: 'Unborn' });
    await change(unborn.id, { createdAt: new Date(now - 8 * DAY) });
    const idle = await createKey(service, owner, { deploymentId }, { name: 'Idle' });
    const ending = await createKey(service, owner, { deploymentId }, { name: 'Ending', expiresAt: expiring });
    const busy = await createKey(service, owner, { deploymentId }, { name: 'Busy' });
    await change(idle.id, { lastUsedAt: new Date(now - 100 * DAY) });
    for (const { id } of [ending, busy]) await change(id, { lastUsedAt: new Date(now - DAY) });
    const page = await openTab(lab, { timezoneId: 'UTC' });
    const names = await page.getByRole('rowheader').allInnerTexts();
    expect(names).toEqual([
      'Busy',
      'Ending\nExpires in 9 days',
      'Idle\nUnused for 100 days',
      'Unborn\nNever used',
      'Newborn',
    ]);
    expect((await cells(page, 'Newborn'))[2]).toBe('Never');
  });

  test('shows more than 100 keys on demand, and omits none if one is created meanwhile', async () => {
    const lab = await openLab(service);
    await insertRevoked(lab, 230);
    const page = await openTab(lab);
    const rows = page.getByRole('rowheader');
    expect(await rows.count()).toBe(100);
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => rows.count()).toBe(200);
    await page.getByRole('button', { name: 'Show more' }).press('Enter');
    await expect.poll(() => rows.count()).toBe(230);
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
    await createInDialog(page, 'LIMS');
    await page.getByRole('button', { name: 'Done' }).click();
    await expect.poll(() => rows.count()).toBe(231);
    const names = (await rows.allInnerTexts()).map(text => text.split('\n')[0]);
    expect(new Set(names).size).toBe(231);
  });
});

describe('revoking and deleting', () => {
  test('Revoke names the key and its last use, asks for confirmation, and keeps the revoked key in the table', async () => {
    const lab = await openLab(service);
    const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'LIMS' });
    expect((await call(key.rawKey, lab)).status).toBe(200);
    const page = await openTab(lab);
    await page.getByRole('button', { name: 'Revoke LIMS' }).click();
    await dialog(page).getByRole('heading', { name: 'Revoke “LIMS”?' }).waitFor();
    await dialog(page).getByText(`${key.prefix}...`).waitFor();
    await dialog(page).getByText('Last used just now').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    expect((await call(key.rawKey, lab)).status).toBe(200);

    await page.getByRole('button', { name: 'Revoke LIMS' }).click();
    await page.getByRole('button', { name: 'Revoke key', exact: true }).click();
    await row(page, 'LIMS').getByText('Revoked').waitFor();
    expect(await page.getByRole('button', { name: 'Revoke LIMS' }).count()).toBe(0);
    await page.getByText('0 of 10 keys', { exact: true }).waitFor();
    expect((await call(key.rawKey, lab)).status).toBe(403);
    await page.reload();
    await row(page, 'LIMS').getByText('Revoked').waitFor();
  });

  test('every key has a trash icon; its dialog names the key and states that an active one is revoked first', async () => {
    const lab = await openLab(service);
    const { owner, deploymentId } = lab;
    const active = await createKey(service, owner, { deploymentId }, { name: 'Active one' });
    const revoked = await createKey(service, owner, { deploymentId }, { name: 'Revoked one' });
    const expired = await createKey(service, owner, { deploymentId }, { name: 'Expired one' });
    await service.ask(REVOKE_KEY, { id: revoked.id }, owner);
    await change(expired.id, {
      createdAt: new Date(Date.now() - 2 * DAY),
      expiresAt: new Date(Date.now() - DAY),
    });
    const page = await openTab(lab);
    for (const name of ['Revoked one', 'Expired one']) {
      expect(await page.getByRole('button', { name: `Revoke ${name}` }).count()).toBe(0);
      await page.getByRole('button', { name: `Delete ${name}` }).click();
      await dialog(page)
        .getByRole('heading', { name: `Delete “${name}”?` })
        .waitFor();
      expect(await dialog(page).getByText('revoked first').count()).toBe(0);
      await page.getByRole('button', { name: 'Delete key', exact: true }).click();
      await row(page, name).waitFor({ state: 'detached' });
    }
    await page.getByRole('button', { name: 'Delete Active one' }).click();
    await dialog(page).getByText('Never used').waitFor();
    await dialog(page).getByText('it is revoked first').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await row(page, 'Active one').waitFor();
    await page.getByRole('button', { name: 'Delete Active one' }).click();
    await page.getByRole('button', { name: 'Delete key', exact: true }).click();
    await page.getByText('No API key yet').waitFor();
    expect((await call(active.rawKey, lab)).status).toBe(401);
  });

  test('shows the server’s message if the key is already deleted', async () => {
    const lab = await openLab(service);
    const { id } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'LIMS' });
    const page = await openTab(lab);
    await page.getByRole('button', { name: 'Revoke LIMS' }).click();
    await service.db.deleteFrom('apiKeys').where('id', '=', id).execute();
    await page.getByRole('button', { name: 'Revoke key', exact: true }).click();
    await dialog(page).getByRole('alert').getByText('API key not found.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await row(page, 'LIMS').waitFor({ state: 'detached' });
  });
});

describe('without permission to create', () => {
  test('at the limit the button is disabled with the reason, until a key is revoked', async () => {
    const lab = await openLab(service);
    const { owner, deploymentId } = lab;
    for (let count = 1; count <= 10; count += 1) {
      await createKey(service, owner, { deploymentId }, { name: `Key ${count}.` });
    }
    const page = await openTab(lab);
    await page.getByText('10 of 10 keys', { exact: true }).waitFor();
    expect(await createButton(page).isDisabled()).toBe(true);
    const reason = await createButton(page).getAttribute('aria-describedby');
    expect(await page.locator(`[id="${reason}"]`).innerText()).toBe('Revoke or delete an unused key first');
    await page.getByRole('button', { name: 'Revoke Key 3.' }).click();
    await page.getByRole('button', { name: 'Revoke key', exact: true }).click();
    await page.getByText('9 of 10 keys', { exact: true }).waitFor();
    expect(await createButton(page).isEnabled()).toBe(true);
    expect(await page.getByText('Revoke or delete an unused key first').count()).toBe(0);
  });

  test('at the limit the keys that retire are counted by themselves', async () => {
    const lab = await openLab(service);
    const { owner, deploymentId } = lab;
    const keys = [];
    for (let count = 1; count <= 10; count += 1) {
      keys.push(await createKey(service, owner, { deploymentId }, { name: `Key ${count}.` }));
    }
    const rotate = (id = '') => service.ask(ROTATE_KEY, { input: { id, overlapSeconds: 3600 } }, owner);
    await rotate(keys[0]?.id);
    const page = await openTab(lab);
    await page.getByText('10 of 10 keys', { exact: true }).waitFor();
    await page
      .getByText('Active keys of the whole project, beside one that retires and does not count')
      .waitFor();
    await rotate(keys[1]?.id);
    await page.reload();
    await page.getByText('Active keys of the whole project, beside 2 that retire and do not count').waitFor();
    await page.getByText('10 of 10 keys', { exact: true }).waitFor();
  });

  test('without API access in the plan the tab explains the upgrade instead', async () => {
    const lab = await openLab(service, 'FREE');
    const page = await openTab(lab);
    await page.getByRole('heading', { name: 'Upgrade the plan to use API keys' }).waitFor();
    await page.getByText(`npm run spectrakey -- plan ${lab.owner.organization.slug} pro`).waitFor();
    expect(await createButton(page).count()).toBe(0);
    expect(await page.getByRole('table').count()).toBe(0);
  });

  test('after a downgrade the keys stay listed, and can be revoked and deleted', async () => {
    const lab = await openLab(service);
    await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'LIMS' });
    await setPlan(service.db, lab.owner.organization.slug, 'FREE');
    const page = await openTab(lab);
    await page.getByRole('heading', { name: 'Upgrade the plan to use API keys' }).waitFor();
    await page.getByText('calls with the keys below are refused').waitFor();
    await page.getByRole('button', { name: 'Revoke LIMS' }).click();
    await page.getByRole('button', { name: 'Revoke key', exact: true }).click();
    await row(page, 'LIMS').getByText('Revoked').waitFor();
    await page.getByRole('button', { name: 'Delete LIMS' }).click();
    await page.getByRole('button', { name: 'Delete key', exact: true }).click();
    await row(page, 'LIMS').waitFor({ state: 'detached' });
  });

  test('viewers see the table without buttons', async () => {
    const lab = await openLab(service);
    await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'LIMS' });
    const viewer = await signUp(service, 'Vera Viewer');
    await join(service, lab.owner, viewer, 'VIEWER');
    const page = await openTab(lab, {}, viewer);
    expect((await cells(page, 'LIMS'))[1]).toBe('Active');
    await page.getByText('1 of 10 keys', { exact: true }).waitFor();
    expect(await tab(page).getByRole('button').count()).toBe(0);
    expect(await page.getByRole('columnheader', { name: 'Actions' }).count()).toBe(0);
  });
});

describe('the tab around the table', () => {
  test('without keys explains what they are for', async () => {
    const page = await openTab(await openLab(service));
    await page.getByRole('heading', { name: 'No API key yet' }).waitFor();
    expect(await createButton(page).isEnabled()).toBe(true);
  });

  test('shows a skeleton while it loads, without a layout shift', async () => {
    const lab = await openLab(service);
    await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'LIMS' });
    const page = await openTab(lab);
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    await page.route('**/graphql', async route => {
      if (route.request().postData()?.includes('query ApiKeys')) await held;
      await route.continue();
    });
    await page.reload();
    await page.getByText('Loading the API keys').waitFor({ state: 'attached' });
    const places = () =>
      Promise.all(
        [
          createButton(page),
          ...['Name', 'Key', 'Expiry', 'Created by'].map(name => columnHead(page, name)),
        ].map(place => place.boundingBox()),
      );
    const before = await places();
    release();
    await row(page, 'LIMS').waitFor();
    expect(await places()).toEqual(before);
  });

  test('shows that the server cannot be reached, and offers a retry', async () => {
    const lab = await openLab(service);
    await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'LIMS' });
    const page = await openTab(lab);
    await page.route('**/graphql', route =>
      route.request().postData()?.includes('query ApiKeys') ? route.abort() : route.continue(),
    );
    await page.reload();
    await page.getByRole('alert').getByText('The server could not be reached').waitFor();
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Try again' }).click();
    await row(page, 'LIMS').waitFor();
  });

  test('reloads the last use when the window gets the focus', async () => {
    const lab = await openLab(service);
    const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'LIMS' });
    const page = await openTab(lab);
    expect((await cells(page, 'LIMS'))[2]).toBe('Never');
    await call(key.rawKey, lab);
    await page.evaluate("window.dispatchEvent(new Event('focus'))");
    await row(page, 'LIMS').getByText('just now').waitFor();
  });

  test('works with the keyboard alone, and never loses the focus', async () => {
    const lab = await openLab(service);
    const page = await openTab(lab);
    const focus = page.locator(':focus');
    const focused = (name: string) => page.getByRole('button', { name, exact: true }).and(focus).waitFor();
    await createButton(page).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Name').and(focus).waitFor();
    await page.keyboard.type('LIMS');
    await page.keyboard.press('Enter');
    await rawKey(page).waitFor();
    await focused('Copy');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    await page.keyboard.press('Tab');
    await focused('Done');
    await page.keyboard.press('Enter');
    await focused('Create API key');

    for (const place of [
      page.getByRole('searchbox'),
      page.getByLabel('Status'),
      page.getByLabel('Order'),
      page.getByRole('link', { name: 'LIMS' }),
      page.getByRole('button', { name: 'Rotate LIMS' }),
      page.getByRole('button', { name: 'Revoke LIMS' }),
    ]) {
      await page.keyboard.press('Tab');
      await place.and(focus).waitFor();
    }
    await page.keyboard.press('Enter');
    await focused('Cancel');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Revoke LIMS' }).and(focus).waitFor();
    await page.keyboard.press('Enter');
    await focused('Cancel');
    await page.keyboard.press('Tab');
    await focused('Revoke key');
    await page.keyboard.press('Enter');
    await row(page, 'LIMS').getByText('Revoked').waitFor();
    await page.getByRole('heading', { name: 'API keys', exact: true }).and(focus).waitFor();
  });

  test.for([1920, 1200, 1100, 1024, 800, 360])('is not clipped at %i pixels', async width => {
    const lab = await openLab(service);
    const { owner, deploymentId } = lab;
    await createKey(service, owner, { deploymentId }, { name: 'Integration '.repeat(8) });
    const shared = await createKey(service, owner, { projectId: owner.projectId }, { name: 'W'.repeat(100) });
    await change(shared.id, { lastUsedAt: new Date(Date.now() - 59 * 60_000) });
    const page = await openTab(lab, { viewport: { width, height: 740 } });
    await row(page, 'WWW').waitFor();
    expect(await tooWide(page)).toEqual([]);
  });

  test('fits 360 pixels: nothing is clipped, and a key can be created, revoked and deleted', async () => {
    const lab = await openLab(service);
    const page = await openTab(lab, { viewport: { width: 360, height: 740 } });
    await createInDialog(
      page,
      'The process analyser of line 3, building with a Donaudampfschifffahrtsgesellschaft',
    );
    const { x = 0, width = 1000 } = (await rawKey(page).boundingBox()) ?? {};
    expect(x + width).toBeLessThan(360);
    expect(await tooWide(page)).toEqual([]);
    await page.getByRole('button', { name: 'Done' }).click();
    await row(page, 'analyser').waitFor();
    expect(await tooWide(page)).toEqual([]);
    await page.getByRole('button', { name: /^Revoke The process/ }).click();
    await page.getByRole('button', { name: 'Revoke key', exact: true }).click();
    await row(page, 'analyser').getByText('Revoked').waitFor();
    await page.getByRole('button', { name: /^Delete The process/ }).click();
    await page.getByRole('button', { name: 'Delete key', exact: true }).click();
    await page.getByText('No API key yet').waitFor();
  });
});

/** The elements that are wider than their container: clipped, or scrolled sideways. */
const tooWide = (page: Page) =>
  page.evaluate(`[...document.querySelectorAll('[role=tabpanel] *, [role=dialog] *')]
    .filter(({ scrollWidth, clientWidth }) => clientWidth > 1 && scrollWidth > clientWidth)
    .map(({ outerHTML }) => outerHTML)`);

const columnHead = (page: Page, name: string) => page.getByRole('columnheader', { name, exact: true });

/** Waits until the dialog has faded in: before that its colours cannot be checked. */
const waitForFadeIn = (page: Page) =>
  expect
    .poll(() => page.evaluate("getComputedStyle(document.querySelector('[role=dialog]')).opacity"))
    .toBe('1');

test('the tab and its dialogs have no accessibility violations', async () => {
  const lab = await openLab(service);
  const { owner, deploymentId } = lab;
  const now = Date.now();
  const ending = new Date(now + 5 * DAY);
  const first = await createKey(service, owner, { deploymentId }, { name: 'First', expiresAt: ending });
  const second = await createKey(service, owner, { projectId: owner.projectId }, { name: 'Second' });
  const third = await createKey(service, owner, { deploymentId }, { name: 'Third' });
  await change(first.id, { lastUsedAt: new Date(now - DAY) });
  await change(third.id, { createdAt: new Date(now - 2 * DAY), expiresAt: new Date(now - DAY) });
  await service.ask(REVOKE_KEY, { id: second.id }, owner);
  const page = await openTab(lab);
  await row(page, 'First').waitFor();
  expect(await axeViolations(page)).toEqual([]);

  await createButton(page).click();
  await page.getByLabel('Name').fill('Fourth');
  await page.getByLabel('Expires').selectOption('On a date…');
  await waitForFadeIn(page);
  expect(await axeViolations(page)).toEqual([]);
  await page.getByLabel('Last day').fill('2099-01-31');
  await page.getByRole('button', { name: 'Create key' }).click();
  await rawKey(page).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  await waitForFadeIn(page);
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Done' }).click();

  for (const name of ['Revoke First', 'Delete First']) {
    await page.getByRole('button', { name }).click();
    await dialog(page).waitFor();
    await waitForFadeIn(page);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await dialog(page).waitFor({ state: 'detached' });
  }
  await setPlan(service.db, owner.organization.slug, 'FREE');
  await page.reload();
  await page.getByRole('heading', { name: 'Upgrade the plan to use API keys' }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await axeViolations(page)).toEqual([]);
});
