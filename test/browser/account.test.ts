import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Person, type Service, signIn, signUp, startService } from '../harness.ts';
import { isAccessibleAtEveryWidth, launchBrowser, openPage, stands } from './browser.ts';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0';

let service: Service;
let ada: Person;
const browser = launchBrowser();

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());
beforeEach(async () => {
  ada = await signUp(service, 'Ada Lovelace');
});

const openAccount = (options?: Parameters<typeof openPage>[4]) =>
  openPage(browser(), service, '/account', ada, options);
const section = (page: Page, name: string) => page.getByRole('region', { name });
const rows = (page: Page) => section(page, 'Sessions').getByRole('listitem');

async function viewerIdOf(as: { cookie: string }) {
  return (await service.ask('{ viewer { id } }', {}, as)).viewer?.id ?? null;
}

/** Simulates that Ada has given her organization away. */
const leaveOrganization = () =>
  service.db.deleteFrom('organizations').where('id', '=', ada.organization.id).execute();

test('the account page opens from the user menu and shows the e-mail', async () => {
  const page = await openPage(browser(), service, '/', ada);
  await page.getByRole('button', { name: 'Account of Ada Lovelace' }).click();
  await page.getByRole('menuitem', { name: 'Account' }).click();
  await page.waitForURL('**/account');
  await page.getByRole('definition').getByText(ada.email).waitFor();
  expect(await page.title()).toBe('Account · Spectrakey');
});

describe('the password', () => {
  test('is changed, which ends the other sessions; the list shows it', async () => {
    const other = await signIn(service, ada);
    const page = await openAccount();
    await expect.poll(() => rows(page).count()).toBe(2);
    await page.getByLabel('Current password').fill(ada.password);
    await page.getByLabel('New password').fill('another passphrase of mine');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('status').getByText('The password was changed.').waitFor();
    await expect.poll(() => rows(page).count()).toBe(1);
    expect(await page.getByLabel('Current password').inputValue()).toBe('');
    expect(await viewerIdOf(other)).toBeNull();
    expect(await viewerIdOf(ada)).toBe(ada.id);
    await signIn(service, { ...ada, password: 'another passphrase of mine' });
  });

  test('is unchanged if the current one is wrong: the page shows the error and keeps the input', async () => {
    const page = await openAccount();
    await page.getByLabel('Current password').fill('not the passphrase');
    await page.getByLabel('New password').fill('another passphrase of mine');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('alert').getByText('The current password is wrong.').waitFor();
    expect(await page.getByLabel('New password').inputValue()).toBe('another passphrase of mine');
    expect(new URL(page.url()).pathname).toBe('/account');
    await signIn(service, ada);
  });
});

describe('sessions', () => {
  test('are listed with browser, network and time, and end one by one or all except this one', async () => {
    const others = [await signIn(service, ada), await signIn(service, ada), await signIn(service, ada)];
    const page = await openAccount();
    const current = rows(page).filter({ hasText: 'This session' });
    await current.getByText('Active within the last hour').waitFor();
    await current.getByText('127.0.0.1').waitFor();
    expect(await current.getByRole('button').count()).toBe(0);
    expect(await rows(page).count()).toBe(4);

    await rows(page).getByRole('button', { name: 'End the session of node' }).first().click();
    await expect.poll(() => rows(page).count()).toBe(3);
    const alive = await Promise.all(others.map(viewerIdOf));
    expect(alive.filter(id => id === null)).toHaveLength(1);

    await page.getByRole('button', { name: 'End all others' }).click();
    await expect.poll(() => rows(page).count()).toBe(1);
    await page.getByRole('button', { name: 'End all others' }).waitFor({ state: 'detached' });
    expect(await Promise.all(others.map(viewerIdOf))).toEqual([null, null, null]);
    expect(await viewerIdOf(ada)).toBe(ada.id);
  });

  test('that have ended lead to the sign-in page', async () => {
    const other = await signIn(service, ada);
    const page = await openAccount();
    await expect.poll(() => rows(page).count()).toBe(2);
    await service.ask('mutation { endOtherSessions }', {}, other);
    await page.getByRole('button', { name: 'End all others' }).click();
    await page.getByText('Your session has ended.').waitFor();
    expect(new URL(page.url()).pathname).toBe('/account');
  });
});

describe('the account', () => {
  test('of a sole owner cannot be deleted: the page names and links the organizations', async () => {
    const page = await openAccount();
    const text = section(page, 'Delete account');
    await text.getByText('You are the only owner of').waitFor();
    expect(await text.getByRole('button', { name: 'Delete account…' }).isDisabled()).toBe(true);
    await text.getByRole('link', { name: "Ada's laboratory" }).click();
    await page.waitForURL(`**/organizations/${ada.organization.slug}`);
  });

  test('is deleted after the e-mail is typed and the password is right', async () => {
    await leaveOrganization();
    const page = await openAccount();
    await page.getByRole('button', { name: 'Delete account…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete your account?' });
    const confirm = dialog.getByRole('button', { name: 'Delete account' });
    await dialog.getByLabel('Password', { exact: true }).fill('not the passphrase');
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel(`Type ${ada.email} to confirm`).fill(ada.email);
    await confirm.click();
    await dialog.getByRole('alert').getByText('The current password is wrong.').waitFor();
    expect(await viewerIdOf(ada)).toBe(ada.id);
    await dialog.getByLabel('Password', { exact: true }).fill(ada.password);
    await confirm.click();
    await page.waitForURL('**/sign-in');
    const left = await service.db.selectFrom('users').select('id').where('id', '=', ada.id).execute();
    expect(left).toEqual([]);
  });
});

describe('accessibility', () => {
  test('the page and the dialog that confirms the deletion have no accessibility violations, and fit 360 pixels', async () => {
    await leaveOrganization();
    await service.ask(
      'mutation ($email: EmailAddress!, $password: String!) { signIn(email: $email, password: $password) { id } }',
      ada,
      { headers: { 'user-agent': FIREFOX } },
    );
    const page = await openAccount();
    await rows(page).getByText('Firefox on Windows').waitFor();
    await isAccessibleAtEveryWidth(page);
    await page.getByRole('button', { name: 'Delete account…' }).click();
    await stands(page, 'dialog');
    await isAccessibleAtEveryWidth(page);
  });
});
