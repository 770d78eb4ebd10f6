import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeLogPartitions } from '../../src/predictions/partitions.ts';
import {
  createKey,
  DELETE_KEY,
  deploy,
  gasoline,
  join,
  type Lab,
  openLab,
  PREDICT,
  REVOKE_KEY,
  type Service,
  signUp,
  startService,
} from '../harness.ts';
import { isAccessibleAtEveryWidth, launchBrowser, openPage, stands } from './browser.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const browser = launchBrowser();
let service: Service;
let lab: Lab;
let ago = 0;

beforeAll(async () => {
  service = await startService({ now: () => new Date(Date.now() - ago) });
  await makeLogPartitions(service.db, new Date(Date.now() - 31 * DAY));
  lab = await openLab(service, 'ENTERPRISE');
});
afterAll(() => service.close());

type Key = Awaited<ReturnType<typeof createKey>>;

const newKey = (name: string, target = { deploymentId: lab.deploymentId }) =>
  createKey(service, lab.owner, target, { name });

/** A call this long ago. */
async function call({ rawKey }: Key, msAgo: number, spectra = 1, deploymentId = lab.deploymentId) {
  ago = msAgo;
  await service.ask(PREDICT, { deploymentId, spectra: gasoline(spectra) }, { rawKey });
  ago = 0;
}

const pathOf = (id: string) => `/projects/${lab.owner.projectId}/api-keys/${id}`;
const openKey = (id: string, person: { cookie: string } = lab.owner, options = {}) =>
  openPage(browser(), service, pathOf(id), person, options);

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });
const calls = (page: Page) => page.getByRole('table', { name: 'Prediction logs' });
const dialog = (page: Page) => page.getByRole('dialog');

/** The rows of the calls, without the head. */
async function rowsOf(page: Page): Promise<string[][]> {
  await page.locator('table[aria-busy=false]').waitFor();
  const rows = await calls(page).locator('tbody > tr').all();
  return await Promise.all(rows.map(row => row.getByRole('cell').allInnerTexts()));
}

/** The facts of the key, by name. */
async function factsOf(page: Page): Promise<Record<string, string>> {
  await page.getByRole('term').first().waitFor();
  const names = await page.getByRole('term').allInnerTexts();
  const values = await page.getByRole('definition').allInnerTexts();
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}

describe('the page of a key', () => {
  test('shows what the key is, its predictions on each of 30 days, and its calls, newest first', async () => {
    const key = await newKey('LIMS');
    await call(key, 29 * DAY, 3);
    await call(key, 5 * DAY, 2);
    await call(key, 3 * MINUTE, 5);
    await call(await newKey('Another'), 0, 7);
    const page = await openKey(key.id);
    await heading(page, 'LIMS').waitFor();
    expect(await factsOf(page)).toEqual({
      'Begins with': `${key.prefix}...`,
      Status: 'Active',
      'Last used': '3 minutes ago',
      Reach: 'Octane',
      Created: expect.stringMatching(/ by Olga Owner$/),
      Expires: 'Never',
    });
    await page.getByText('10 predictions', { exact: true }).waitFor();
    const days = page.getByRole('table', { name: 'Predictions a day' }).getByRole('row');
    expect(await days.count()).toBe(30);
    const counts = await days.getByRole('cell').allInnerTexts();
    expect([counts[0], counts[24], counts.reduce((sum, each) => sum + Number(each), 0)]).toEqual([
      '3',
      '2',
      10,
    ]);
    expect(await rowsOf(page)).toEqual(
      ['5', '2', '3'].map(samples => [
        expect.stringMatching(/\d\d:\d\d:\d\d/),
        'Octane',
        samples,
        expect.stringMatching(/ ms$/),
      ]),
    );
    expect(await page.title()).toBe('LIMS · API key · Spectrakey');
  });

  test('of a key of the whole project shows which deployment each call went to, also a deleted one', async () => {
    const { projectId } = lab.owner;
    const key = await createKey(service, lab.owner, { projectId }, { name: 'Everywhere' });
    const { deploymentId } = await deploy(service, lab.owner, undefined, 'Short-lived');
    await call(key, 2 * MINUTE, 1, deploymentId);
    await call(key, MINUTE);
    await service.ask(
      'mutation ($id: ID!) { deleteDeployment(id: $id) { deletedDeploymentId } }',
      {
        id: deploymentId,
      },
      lab.owner,
    );
    const page = await openKey(key.id);
    expect((await rowsOf(page)).map(([, deployment]) => deployment)).toEqual([
      'Octane',
      'Short-lived (deleted)',
    ]);
    expect(await factsOf(page)).toMatchObject({ Reach: 'Whole project' });
    await calls(page).getByRole('link', { name: 'Octane' }).click();
    await page.waitForURL(`**/deployments/${lab.deploymentId}/logs`);
  });

  test('pages to older calls, 20 to a page, and shows the calls made meanwhile when refreshed', async () => {
    const key = await newKey('Busy');
    for (let minutes = 25; minutes > 0; minutes -= 1) await call(key, minutes * MINUTE, 1 + (minutes % 20));
    const page = await openKey(key.id);
    const samples = async () => (await rowsOf(page)).map(([, , count]) => Number(count));
    const expected = Array.from({ length: 25 }, (_, index) => 1 + ((index + 1) % 20));
    expect(await samples()).toEqual(expected.slice(0, 20));
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByRole('status').getByText('Page 2', { exact: true }).waitFor();
    expect(await samples()).toEqual(expected.slice(20));
    await call(key, 0, 50);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await calls(page).getByRole('cell', { name: '50', exact: true }).waitFor();
    expect(await samples()).toEqual([50, ...expected.slice(0, 19)]);
  });

  test('of a key without calls says so, and how a program starts to call', async () => {
    const page = await openKey((await newKey('Unused')).id);
    await heading(page, 'No call yet').waitFor();
    await page.getByText('0 predictions', { exact: true }).waitFor();
    expect(await factsOf(page)).toMatchObject({ 'Last used': 'Never', Status: 'Active' });
    await page.getByRole('link', { name: 'Integration' }).click();
    await page.waitForURL(`**/deployments/${lab.deploymentId}/integration`);
  });

  test('of a key whose logs are deleted says so, and not that it has no call', async () => {
    const { id } = await newKey('Ancient');
    const lastUsedAt = new Date(Date.now() - 200 * DAY);
    await service.db.updateTable('apiKeys').set({ lastUsedAt }).where('id', '=', id).execute();
    const page = await openKey(id);
    await heading(page, 'No call in the logs').waitFor();
    expect(await factsOf(page)).toMatchObject({ 'Last used': '6 months ago' });
  });

  test('shows "more than" where the calls are too many to count', async () => {
    const { id } = await newKey('Firehose');
    await sql`
      insert into prediction_logs
        (id, deployment_id, created_at, source, predictions, duration_ms, api_key_id, api_key_name, api_key_prefix)
      select overlay(id placing lpad(to_hex(number), 12, '0') from 25)::uuid, ${lab.deploymentId}, now(), 'API', '[{}]', 1, ${id},
        'Firehose', 'sk_000000000'
      from generate_series(0, 100000) as number, (select ${id}::text as id) as key`.execute(service.db);
    const page = await openKey(id);
    await page.getByText('more than 100,001 predictions', { exact: true }).waitFor();
    const today = page.getByRole('table', { name: 'Predictions a day' }).getByRole('row').last();
    expect(await today.innerText()).toMatch(/^[\d-]+\s+more than 100,001$/);
  });

  test('of a revoked key shows when and by whom, and its calls', async () => {
    const key = await newKey('Former');
    await call(key, DAY, 4);
    await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
    const page = await openKey(key.id);
    expect(await factsOf(page)).toMatchObject({
      Status: 'Revoked',
      Revoked: expect.stringMatching(/ by Olga Owner$/),
    });
    expect(await rowsOf(page)).toHaveLength(1);
    expect(await page.getByRole('button', { name: 'Revoke' }).count()).toBe(0);
  });

  test('lets people who may revoke and delete the key', async () => {
    const key = await newKey('Condemned');
    await call(key, 0);
    const page = await openKey(key.id);
    await page.getByRole('button', { name: 'Revoke' }).click();
    await dialog(page).getByText('Last used just now · 1 prediction in the last 30 days').waitFor();
    expect(await dialog(page).getByRole('link').count()).toBe(0);
    await page.getByRole('button', { name: 'Revoke key' }).click();
    await page.getByRole('definition').getByText('Revoked').waitFor();
    await heading(page, 'Condemned').and(page.locator(':focus')).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete key' }).click();
    await page.waitForURL(`**/projects/${lab.owner.projectId}/api-keys`);
    await page.getByRole('table', { name: 'API keys' }).waitFor();
    await page.getByRole('link', { name: 'Condemned' }).waitFor({ state: 'detached' });
  });

  test('shows a viewer the same, without buttons', async () => {
    const key = await newKey('Watched');
    await call(key, 0, 2);
    const viewer = await signUp(service, 'Vera Viewer');
    await join(service, lab.owner, viewer, 'VIEWER');
    const page = await openKey(key.id, viewer);
    await page.getByText('2 predictions', { exact: true }).waitFor();
    expect(await rowsOf(page)).toHaveLength(1);
    expect(await page.getByRole('button', { name: /Revoke|Delete/ }).count()).toBe(0);
  });

  test('is the same for a deleted key, one of another project or tenant, and for nonsense', async () => {
    const deleted = await newKey('Deleted');
    await service.ask(DELETE_KEY, { id: deleted.id }, lab.owner);
    const stranger = await openLab(service, 'PRO', 'Sam Stranger');
    const foreign = await createKey(service, stranger.owner, { deploymentId: stranger.deploymentId });
    for (const path of [
      pathOf(deleted.id),
      pathOf(foreign.id),
      `/projects/${stranger.owner.projectId}/api-keys/${foreign.id}`,
      pathOf('ffffffff-ffff-ffff-ffff-ffffffffffff'),
      pathOf('nonsense'),
      `/projects/nonsense/api-keys/${deleted.id}`,
    ]) {
      const page = await openPage(browser(), service, path, lab.owner);
      await heading(page, 'API key not found').waitFor();
    }
  });

  test('shows that the server cannot be reached, and offers a retry', async () => {
    const key = await newKey('Unreachable');
    await call(key, 0);
    const page = await openKey(key.id);
    await page.route('**/graphql', route =>
      route.request().postData()?.includes('query ApiKey') ? route.abort() : route.continue(),
    );
    await page.reload();
    await page.getByRole('alert').getByText('The server could not be reached').waitFor();
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Try again' }).click();
    await heading(page, 'Unreachable').waitFor();
    expect(await rowsOf(page)).toHaveLength(1);
  });

  test('has no accessibility violations, nor has the dialog, at any width', async () => {
    const key = await newKey(`The process analyser of line 3, of the Donaudampfschifffahrt`);
    await call(key, 29 * DAY, 2);
    await call(key, 0);
    const page = await openKey(key.id, lab.owner);
    await rowsOf(page);
    await isAccessibleAtEveryWidth(page);
    await page.getByRole('button', { name: 'Revoke' }).click();
    await stands(page, 'dialog');
    await dialog(page).getByText('3 predictions in the last 30 days').waitFor();
    await isAccessibleAtEveryWidth(page);
    await page.goto(pathOf((await newKey('Unused')).id));
    await heading(page, 'No call yet').waitFor();
    await isAccessibleAtEveryWidth(page);
  });
});

test('no list of calls is clipped at 360 pixels', async () => {
  const key = await newKey('Donaudampfschifffahrt analyser');
  const { deploymentId } = await deploy(service, lab.owner, undefined, 'Donaudampfschifffahrt line');
  const { projectId } = lab.owner;
  const shared = await createKey(service, lab.owner, { projectId }, { name: 'Donaudampfschifffahrt LIMS' });
  await call(key, 45 * MINUTE, 1000);
  await call(shared, 45 * MINUTE, 1000, deploymentId);
  for (const path of [
    pathOf(key.id),
    pathOf(shared.id),
    `/deployments/${lab.deploymentId}/logs`,
    `/deployments/${deploymentId}/logs`,
    `/projects/${projectId}/logs`,
  ]) {
    const page = await openPage(browser(), service, path, lab.owner, {
      viewport: { width: 360, height: 740 },
    });
    await rowsOf(page);
    const clipped = await calls(page).evaluate(
      table => table.getBoundingClientRect().right > table.parentElement.getBoundingClientRect().right,
    );
    expect([path, clipped]).toEqual([path, false]);
  }
});

describe('the way to the calls of a key', () => {
  test.for(['deployments', 'projects'] as const)('is its name in the list of %s', async list => {
    const { id } = await newKey(`Listed in ${list}`);
    const owner = list === 'deployments' ? lab.deploymentId : lab.owner.projectId;
    const page = await openPage(browser(), service, `/${list}/${owner}/api-keys`, lab.owner);
    await page.getByRole('link', { name: `Listed in ${list}` }).click();
    await page.waitForURL(`**${pathOf(id)}`);
    await heading(page, `Listed in ${list}`).waitFor();
    await page.getByRole('link', { name: 'API keys', exact: true }).click();
    await page.waitForURL(`**/projects/${lab.owner.projectId}/api-keys`);
  });

  test.for(['deployments', 'projects'] as const)(
    'is its name in the logs of %s, unless it is deleted',
    async list => {
      const kept = await newKey(`Kept in ${list}`);
      const deleted = await newKey(`Deleted in ${list}`);
      for (const key of [kept, deleted]) await call(key, 0);
      await service.ask(DELETE_KEY, { id: deleted.id }, lab.owner);
      const owner = list === 'deployments' ? lab.deploymentId : lab.owner.projectId;
      const page = await openPage(browser(), service, `/${list}/${owner}/logs`, lab.owner);
      await calls(page).getByText(`Deleted in ${list}`).waitFor();
      expect(
        await calls(page)
          .getByRole('link', { name: `Deleted in ${list}` })
          .count(),
      ).toBe(0);
      await calls(page)
        .getByRole('link', { name: `Kept in ${list}` })
        .click();
      await page.waitForURL(`**${pathOf(kept.id)}`);
    },
  );

  test.for(['Revoke', 'Delete'] as const)(
    'is in the confirmation of %s, with the last use and the predictions of 30 days',
    async verb => {
      const name = `For ${verb}`;
      const key = await newKey(name);
      await call(key, 28 * DAY, 1000);
      const page = await openPage(browser(), service, `/deployments/${lab.deploymentId}/api-keys`, lab.owner);
      await page.getByRole('link', { name }).waitFor();
      // The dialog reads the last use again: the list was loaded before this call.
      await call(key, 3.5 * MINUTE, 234);
      await page.getByRole('button', { name: `${verb} ${name}` }).click();
      await dialog(page)
        .getByText('Last used 3 minutes ago · 1,234 predictions in the last 30 days')
        .waitFor();
      await dialog(page).getByRole('link', { name: 'See its calls' }).click();
      await page.waitForURL(`**${pathOf(key.id)}`);
      await dialog(page).waitFor({ state: 'detached' });
      expect(await rowsOf(page)).toHaveLength(2);
    },
  );
});
