import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  codes,
  createKey,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  REVOKE_KEY,
  ROTATE_KEY,
  refusal,
  type Service,
  startService,
  UPDATE_KEY,
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
const RAW_KEY = /^sk_[0-9A-Za-z]{46}$/;
/** The settings that the database has of a key. */
const stored = (rawKey: string) =>
  service.db
    .selectFrom('apiKeys')
    .select(['note', 'allowedNetworks', 'monthlyPredictions', 'callsPerMinute'])
    .where('prefix', '=', rawKey.slice(0, 12))
    .executeTakeFirst();
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

test('a key is created with networks and a limit, and a repeated request has them too', async () => {
  const path = `/deployments/${lab.deploymentId}/api-keys`;
  const page = await openPage(browser(), service, path, lab.owner);
  await page.getByRole('button', { name: 'Create API key' }).click();
  await dialog(page).getByLabel('Name').fill('Analyser, hall 2');
  expect(await dialog(page).getByRole('textbox').count()).toBe(1);
  await dialog(page).getByText('More settings').click();
  await dialog(page).getByText('Your address, as this server sees it: 127.0.0.1').waitFor();
  await dialog(page).getByLabel('Note').fill('Ask Ines');
  await dialog(page).getByLabel('Allowed networks').fill('203.0.113.0/24');
  await dialog(page).getByLabel('Calls a minute').fill('0');
  await dialog(page).getByRole('button', { name: 'Create key' }).click();
  await dialog(page).getByText('Enter 1 or more.').waitFor();
  await dialog(page).getByLabel('Calls a minute').fill('60');
  await isAccessibleAtEveryWidth(page);
  await page.route('**/graphql', route =>
    route.request().postData()?.includes('mutation CreateApiKey') ? route.abort() : route.fallback(),
  );
  await dialog(page).getByRole('button', { name: 'Create key' }).click();
  await dialog(page).getByText('The key “Analyser, hall 2” may exist.').waitFor();
  await page.unrouteAll();
  await dialog(page).getByRole('button', { name: 'Check' }).click();
  const rawKey = await dialog(page).getByText(RAW_KEY).innerText();
  expect(await predict(rawKey)).toMatchObject(refusal(codes.API_KEY_NETWORK_NOT_ALLOWED));
  expect(await stored(rawKey)).toEqual({
    note: 'Ask Ines',
    allowedNetworks: ['203.0.113.0/24'],
    monthlyPredictions: null,
    callsPerMinute: 60,
  });
});

test('the expiry of a key is changed to a day and to never, and stays when other settings are changed', async () => {
  const page = await openKey((await newKey('LIMS')).id, { timezoneId: 'Asia/Tokyo' });
  const change = async (label: string, value: string) => {
    await page.getByRole('button', { name: 'Change' }).click();
    const field = dialog(page).getByLabel(label);
    await (label === 'Expires' ? field.selectOption(value) : field.fill(value));
  };
  const save = async () => {
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await dialog(page).waitFor({ state: 'hidden' });
  };
  const expiry = () => fact(page, 'Expires').innerText();
  await change('Expires', 'On a date…');
  await dialog(page).getByLabel('Last day').fill('2099-01-31');
  await dialog(page).getByText('until the end of Saturday, January 31, 2099').waitFor();
  await save();
  await expect.poll(expiry).toContain('Jan 31, 2099, end of day');
  await change('Name', 'LIMS, line 3');
  await save();
  await page.getByRole('heading', { name: 'LIMS, line 3' }).waitFor();
  expect(await expiry()).toContain('Jan 31, 2099, end of day');
  await change('Expires', 'Never');
  await save();
  await expect.poll(expiry).toContain('Never');
});

test('the expiry of a key that retires can only be brought forward', async () => {
  const { id } = await newKey('Analyser');
  await service.ask(ROTATE_KEY, { input: { id, overlapSeconds: 7 * 86_400 } }, lab.owner);
  const page = await openKey(id, { timezoneId: 'UTC' });
  await page.getByRole('button', { name: 'Change' }).click();
  const choices = await dialog(page).getByLabel('Expires').locator('option').allInnerTexts();
  expect(choices).toEqual([expect.stringMatching(/^Unchanged \(/), 'On a date…']);
  await dialog(page).getByLabel('Expires').selectOption('On a date…');
  const lastDay = dialog(page).getByLabel('Last day');
  const in8Days = new Date(Date.now() + 8 * 86_400_000).toISOString().slice(0, 10);
  await lastDay.fill(in8Days);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page).getByText('This day is too far away.').waitFor();
  await lastDay.fill((await lastDay.getAttribute('max')) ?? '');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page).waitFor({ state: 'hidden' });
  await expect.poll(() => fact(page, 'Expires').innerText()).toContain('end of day');
});

test('what a colleague changes while the dialog is open survives the saving of a note', async () => {
  const { id, rawKey } = await newKey('LIMS');
  const page = await openKey(id);
  await page.getByRole('button', { name: 'Change' }).click();
  await dialog(page).getByLabel('Note').fill('Ask Ines');
  const allowedNetworks = ['203.0.113.0/24'];
  await service.ask(UPDATE_KEY, { input: { id, allowedNetworks, callsPerMinute: 5 } }, lab.owner);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page).waitFor({ state: 'hidden' });
  await expect.poll(() => fact(page, 'Networks').innerText()).toBe('203.0.113.0/24');
  expect(await stored(rawKey)).toMatchObject({ note: 'Ask Ines', allowedNetworks, callsPerMinute: 5 });
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
  await dialog(page).getByText('a proxy that the server does not trust').waitFor();
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

test('a key is rotated at once: the old one is refused from its next call on', async () => {
  const old = await newKey('Analyser');
  const page = await openKey(old.id);
  await page.getByRole('button', { name: 'Rotate' }).click();
  await dialog(page).getByLabel('At once').check();
  await dialog(page).getByRole('button', { name: 'Rotate key' }).click();
  const rawKey = await dialog(page).getByText(RAW_KEY).innerText();
  expect((await predict(rawKey)).status).toBe(200);
  expect(await predict(old.rawKey)).toMatchObject(refusal(codes.API_KEY_EXPIRED));
});

test('a key whose predecessor can still be used is only rotated at once, which ends both', async () => {
  const old = await newKey('Analyser');
  const input = { id: old.id, overlapSeconds: 3600 };
  const { apiKey, rawKey } = (await service.ask(ROTATE_KEY, { input }, lab.owner)).rotateApiKey;
  const page = await openKey(apiKey.id);
  await page.getByRole('button', { name: 'Rotate' }).click();
  await dialog(page).getByText(`${old.prefix}..., has not retired yet`).waitFor();
  expect(await dialog(page).getByRole('radio').count()).toBe(1);
  expect(await dialog(page).getByLabel('At once').isChecked()).toBe(true);
  await isAccessibleAtEveryWidth(page);
  await dialog(page).getByRole('button', { name: 'Rotate key' }).click();
  const newest = await dialog(page).getByText(RAW_KEY).innerText();
  expect((await predict(newest)).status).toBe(200);
  for (const ended of [old.rawKey, rawKey]) {
    expect(await predict(ended)).toMatchObject(refusal(codes.API_KEY_EXPIRED));
  }
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
  const list = await openPage(browser(), service, `/projects/${lab.owner.projectId}/api-keys`, lab.owner);
  await list
    .getByRole('row')
    .filter({ hasText: 'Script' })
    .getByText(/^Rehearsed until \d\d:\d\d$/)
    .waitFor();
  await page.getByRole('button', { name: 'End now' }).click();
  await page.getByText('Its revocation is rehearsed until').waitFor({ state: 'hidden' });
  expect((await predict(rawKey)).status).toBe(200);

  await page.getByRole('button', { name: 'Rehearse' }).click();
  await dialog(page)
    .getByText(/^Its last rehearsal began less than an hour ago\. The next one can begin after .*:\d\d:\d\d/)
    .waitFor();
  expect(
    await dialog(page)
      .getByRole('button', { name: /^Refuse for / })
      .isDisabled(),
  ).toBe(true);
  await isAccessibleAtEveryWidth(page);
});

test('the dialog of a key that has ended changes its name and note alone', async () => {
  const { id } = await newKey('Old');
  await service.ask(REVOKE_KEY, { id }, lab.owner);
  const page = await openKey(id);
  await page.getByRole('button', { name: 'Change' }).click();
  await dialog(page).getByText('its expiry, networks and limits cannot be changed').waitFor();
  expect(await dialog(page).getByRole('textbox').count()).toBe(2);
  await dialog(page).getByLabel('Note').fill('Replaced by line 3');
  await isAccessibleAtEveryWidth(page);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page).waitFor({ state: 'hidden' });
  await expect.poll(() => fact(page, 'Note').innerText()).toBe('Replaced by line 3');
});

test('a refusal has the words of the dialog, and times in the time zone of the person', async () => {
  const { owner, deploymentId } = await openLab(service, 'ENTERPRISE', 'Paula Policy');
  const path = `/deployments/${deploymentId}/api-keys`;
  const page = await openPage(browser(), service, path, owner, { timezoneId: 'Asia/Tokyo' });
  const refused = dialog(page).getByRole('alert');
  await page.getByRole('button', { name: 'Create API key' }).click();
  await dialog(page).getByLabel('Name').fill('LIMS');
  await dialog(page).getByText('More settings').click();
  await dialog(page).getByLabel('Allowed networks').fill('here');
  await dialog(page).getByRole('button', { name: 'Create key' }).click();
  await refused.getByText('"here" in the allowed networks is not a network.').waitFor();
  await dialog(page).getByLabel('Allowed networks').fill('');
  // Another owner, while the dialog is open.
  await service.ask(
    'mutation ($input: SetApiKeyPolicyInput!) { setApiKeyPolicy(input: $input) { id } }',
    {
      input: {
        organizationId: owner.organization.id,
        maxLifetimeDays: 7,
        expiryRequired: true,
        projectKeysAllowed: true,
      },
    },
    owner,
  );
  await dialog(page).getByRole('button', { name: 'Create key' }).click();
  await refused
    .getByText(
      /^The organization's policy allows .* Set the expiry to \w+ \d+, 20\d\d, [\d:]{8} GMT\+9 at the latest\.$/,
    )
    .waitFor();
  await isAccessibleAtEveryWidth(page);
});

test('an owner sets the policy of an organization, and the page of a key says what it breaks', async () => {
  const { owner } = await openLab(service, 'ENTERPRISE', 'Paula Policy');
  const { id } = await createKey(service, owner, { projectId: owner.projectId });
  const page = await openPage(browser(), service, `/organizations/${owner.organization.slug}`, owner);
  await page.getByRole('button', { name: 'Change policy' }).click();
  await page.getByLabel('Max lifetime in days').fill('90');
  await page.getByLabel('Keys may reach a whole project').uncheck();
  await isAccessibleAtEveryWidth(page);
  await page.getByRole('button', { name: 'Save policy' }).click();
  await expect.poll(() => fact(page, 'Max lifetime').allInnerTexts()).toEqual(['90 days']);
  expect(await fact(page, 'Keys for a whole project').innerText()).toBe('Not allowed');

  await page.goto(`/projects/${owner.projectId}/api-keys/${id}`);
  expect(await fact(page, 'Policy').innerText()).toMatch(/expire.*project/i);
  await page.goto(`/projects/${owner.projectId}/api-keys`);
  await page.getByRole('row').getByText('Breaks the policy').waitFor();
  await page.getByText('create one for each deployment').waitFor();
  expect(await page.getByRole('button', { name: 'Create API key' }).isDisabled()).toBe(true);

  // An expiry can be brought forward, whatever the policy.
  await sql`update api_keys set created_at = now() - interval '200 days' where id = ${id}`.execute(
    service.db,
  );
  await page.goto(`/projects/${owner.projectId}/api-keys/${id}`);
  await page.getByRole('button', { name: 'Change' }).click();
  await dialog(page).getByLabel('Expires').selectOption('On a date…');
  const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  await dialog(page).getByLabel('Last day').fill(day);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page).waitFor({ state: 'hidden' });
  await expect.poll(() => fact(page, 'Expires').innerText()).toContain('end of day');
});

test.each([
  [{ maxLifetimeDays: 90, expiryRequired: false }, ['30 days', 'Maximum (90 days)', 'On a date…']],
  [{ maxLifetimeDays: 1, expiryRequired: true }, ['Maximum (1 day)', 'On a date…']],
  [
    { maxLifetimeDays: null, expiryRequired: true },
    ['30 days', '90 days', '6 months', '1 year', 'On a date…'],
  ],
])('the dialogs offer what the policy %o allows, and the server accepts it', async (policy, offered) => {
  const { owner, deploymentId } = await openLab(service, 'ENTERPRISE', 'Paula Policy');
  const old = await createKey(service, owner, { deploymentId }, { name: 'Old' });
  await service.ask(
    'mutation ($input: SetApiKeyPolicyInput!) { setApiKeyPolicy(input: $input) { id } }',
    { input: { organizationId: owner.organization.id, projectKeysAllowed: true, ...policy } },
    owner,
  );
  const page = await openPage(browser(), service, `/deployments/${deploymentId}/api-keys`, owner);
  const choices = (label: string) => dialog(page).getByLabel(label).locator('option').allInnerTexts();
  const finish = async () => {
    await dialog(page).getByText(RAW_KEY).waitFor();
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    await dialog(page).waitFor({ state: 'hidden' });
  };
  await page.getByRole('button', { name: 'Create API key' }).click();
  expect(await choices('Expires')).toEqual(offered);
  await dialog(page).getByLabel('Name').fill('New');
  await isAccessibleAtEveryWidth(page);
  await dialog(page).getByRole('button', { name: 'Create key' }).click();
  await finish();

  await page.getByRole('button', { name: `Rotate Old, ${old.prefix}` }).click();
  const kept = policy.maxLifetimeDays === null ? [] : ['As long as the old key'];
  expect(await choices('The new key expires')).toEqual([...kept, ...offered]);
  await isAccessibleAtEveryWidth(page);
  await dialog(page).getByRole('button', { name: 'Rotate key' }).click();
  await finish();

  const { id } = await service.db
    .selectFrom('apiKeys')
    .select('id')
    .where('predecessorId', '=', old.id)
    .executeTakeFirstOrThrow();
  await page.goto(`/projects/${owner.projectId}/api-keys/${id}`);
  const before = await fact(page, 'Expires').innerText();
  await page.getByRole('button', { name: 'Change' }).click();
  await dialog(page).getByLabel('Expires').selectOption('On a date…');
  const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await dialog(page).getByLabel('Last day').fill(day);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page).waitFor({ state: 'hidden' });
  if (policy.maxLifetimeDays !== 1)
    await expect.poll(() => fact(page, 'Expires').innerText()).not.toBe(before);
});
