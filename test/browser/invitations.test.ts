import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  insertPending,
  invite,
  type Lab,
  openLab,
  type Person,
  type Service,
  signUp,
  startService,
} from '../harness.ts';
import { chooseOption, isAccessibleAtEveryWidth, launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;
/** The same, where sign-up is by invitation. */
let closed: Service;
let lab: Lab;
let ann: Person;

beforeAll(async () => {
  service = await startService();
  closed = await startService({ databaseUrl: service.databaseUrl, signUpMode: 'invited' });
  lab = await openLab(service);
  ann = await signUp(service, 'Ann Archer');
});
beforeEach(async () => {
  await service.db.deleteFrom('invitations').execute();
  await service.db
    .deleteFrom('organizationMembers')
    .where('organizationId', '=', lab.owner.organization.id)
    .where('userId', '!=', lab.owner.id)
    .execute();
});
afterAll(async () => {
  await closed.close();
  await service.close();
});

const membersPath = () => `/organizations/${lab.owner.organization.slug}`;

async function memberEmails(): Promise<string[]> {
  const rows = await service.db
    .selectFrom('organizationMembers')
    .innerJoin('users', 'users.id', 'organizationMembers.userId')
    .select('users.email')
    .where('organizationMembers.organizationId', '=', lab.owner.organization.id)
    .execute();
  return rows.map(({ email }) => email);
}

/** Every address that the page requests from the server, and the referrer that it sends. */
function addressesOf(page: Page): string[] {
  const addresses: string[] = [];
  page.on('request', request => {
    addresses.push(request.url(), request.headers().referer ?? '');
  });
  return addresses;
}

describe('inviting', () => {
  test('shows the link once, with a button that copies it; the page then lists the invited e-mail', async () => {
    const page = await openPage(browser(), service, membersPath(), lab.owner);
    await page.getByLabel('E-mail').fill('grace@lab.example');
    await chooseOption(page, 'Role', 'Admin');
    await page.getByRole('button', { name: 'Invite' }).click();
    const shown = page.getByRole('region', { name: 'Send this link to grace@lab.example' });
    const link = await shown.getByText(`${service.url}/invitations#`).innerText();
    await shown.getByRole('button', { name: 'Copy the link' }).click();
    await shown.getByRole('button', { name: 'Copied the link' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(link);
    expect(await page.getByLabel('E-mail').inputValue()).toBe('');

    const invited = page.getByRole('region', { name: 'Invited, not answered yet' });
    const row = invited.getByRole('listitem').filter({ hasText: 'grace@lab.example' });
    await row.getByText('Admin').waitFor();
    await shown.getByRole('button', { name: 'Done' }).click();
    await shown.waitFor({ state: 'detached' });
    await page.reload();
    await row.waitFor();
    expect(await page.content()).not.toContain(link.split('#')[1]);

    await page.getByRole('button', { name: 'Revoke the invitation of grace@lab.example' }).click();
    await row.waitFor({ state: 'detached' });
    await page.goto(link);
    await page.getByRole('heading', { name: 'Invitation not found' }).waitFor();
  });

  test('shows the server’s message about a refusal', async () => {
    const page = await openPage(browser(), service, membersPath(), lab.owner);
    await page.getByLabel('E-mail').fill(lab.owner.email);
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByRole('alert').getByText('The person with this e-mail is already a member.').waitFor();
    expect(await page.getByLabel('E-mail').inputValue()).toBe(lab.owner.email);
  });
});

describe('the link of an invitation', () => {
  test('leads a person without an account to sign up, and into the organization; no request contains its token', async () => {
    for (const [on, email] of [
      [service, 'nora@lab.example'],
      [closed, 'nils@lab.example'],
    ] as const) {
      const token = await invite(service, lab.owner, email);
      const page = await openPage(browser(), on, '/sign-in');
      const addresses = addressesOf(page);
      await page.goto(`/invitations#${token}`);
      // From a page of the same site: only the part after "#" changes without this.
      await page.reload();
      await page
        .getByText("Olga Owner invites you to join the organization Olga's laboratory as member.")
        .waitFor();
      await page.getByRole('link', { name: 'Sign up to accept' }).click();
      await page.getByLabel('Name').fill('Nora Newcomer');
      expect(await page.getByLabel('E-mail').inputValue()).toBe(email);
      expect(await page.getByLabel('E-mail').isEditable()).toBe(false);
      await page.locator('input[type=password]').fill('nanoseconds of copper wire');
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.waitForURL(`**${membersPath()}`);
      await page.getByRole('heading', { level: 1, name: "Olga's laboratory" }).waitFor();
      expect(await memberEmails()).toContain(email);
      expect(page.url()).not.toContain(token);
      expect(addresses.length).toBeGreaterThan(3);
      expect(addresses.filter(address => address.includes(token))).toEqual([]);
    }
  });

  test('leads a person with an account through sign-in and back, where it is accepted', async () => {
    const token = await invite(service, lab.owner, 'ann.at.work@lab.example', 'ADMIN');
    const page = await openPage(browser(), service, `/invitations#${token}`);
    const addresses = addressesOf(page);
    await page.getByRole('link', { name: 'I have an account: sign in' }).click();
    await page.getByLabel('E-mail').fill(ann.email);
    await page.locator('input[type=password]').fill(ann.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText(`You would join as ${ann.email}.`).waitFor();
    expect(await memberEmails()).not.toContain(ann.email);
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.waitForURL(`**${membersPath()}`);
    await page
      .getByRole('listitem')
      .filter({ hasText: ann.email })
      .getByText('You', { exact: true })
      .waitFor();
    expect(await memberEmails()).toContain(ann.email);
    expect(addresses.filter(address => address.includes(token))).toEqual([]);
  });

  test('lets a person decline, signed in or not, and stops working then', async () => {
    for (const person of [undefined, ann]) {
      const token = await invite(service, lab.owner, ann.email);
      const page = await openPage(browser(), service, `/invitations#${token}`, person);
      await page.getByRole('button', { name: 'Decline' }).click();
      await page.getByRole('heading', { name: 'Invitation declined' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Invitation not found' }).waitFor();
    }
    expect(await memberEmails()).toEqual([lab.owner.email]);
  });

  test('that is revoked while the page is open is reported as such', async () => {
    const token = await invite(service, lab.owner, ann.email);
    const page = await openPage(browser(), service, `/invitations#${token}`, ann);
    await page.getByRole('button', { name: 'Accept' }).waitFor();
    await service.db.deleteFrom('invitations').execute();
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByRole('alert').getByText('Invitation not found.').waitFor();
    expect(await memberEmails()).toEqual([lab.owner.email]);
  });

  test.for(['', '#', '#x', '#%E0%A4%A', '#<img src=x>'])(
    'that is incomplete is reported as such: "%s"',
    async end => {
      const page = await openPage(browser(), service, `/invitations${end}`);
      await page.getByRole('heading', { name: 'Invitation not found' }).waitFor();
    },
  );

  test('of the operator makes an account with its own organization', async () => {
    const { token, email } = await insertPending(service, { organizationId: null, role: 'OWNER' });
    const signedIn = await openPage(browser(), closed, `/invitations#${token}`, ann);
    await signedIn.getByText('You already have an account. To use the invitation, sign out first.').waitFor();
    const page = await openPage(browser(), closed, `/invitations#${token}`);
    await page.getByRole('link', { name: 'Sign up to accept' }).click();
    await page.getByLabel('Name').fill('Otto Operator');
    expect(await page.getByLabel('E-mail').inputValue()).toBe(email);
    await page.locator('input[type=password]').fill('nanoseconds of copper wire');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.waitForURL('**/projects/*');
  });
});

test('where sign-up is by invitation, its page explains how to get in and has no form', async () => {
  const page = await openPage(browser(), closed, '/sign-in');
  await page.getByRole('link', { name: 'Sign up' }).click();
  await page.getByRole('heading', { name: 'Sign-up is by invitation' }).waitFor();
  await page.getByText('npm run spectrakey -- invite <e-mail>').waitFor();
  expect(await page.getByRole('textbox').count()).toBe(0);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

describe('a new organization', () => {
  test('is made from the menu, and leads to its page', async () => {
    const page = await openPage(browser(), service, '/', ann);
    await page.getByRole('button', { name: 'Projects' }).click();
    await page.getByRole('menuitem', { name: 'New organization' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Soil Laboratory');
    await page.getByRole('button', { name: 'Create organization' }).click();
    await page.waitForURL('**/organizations/soil-laboratory');
    await page.getByRole('heading', { name: 'Soil Laboratory' }).waitFor();
    await page.getByRole('button', { name: 'Projects' }).click();
    await page.getByRole('menu').getByText('Soil Laboratory').waitFor();
  });

  test('is offered to a person who belongs to none', async () => {
    const person = await signUp(service, 'Lena Lonely');
    await service.db.deleteFrom('organizationMembers').where('userId', '=', person.id).execute();
    const page = await openPage(browser(), service, '/', person);
    await page.getByRole('heading', { name: 'No organization yet' }).waitFor();
    await page.getByRole('main').getByRole('button', { name: 'New organization' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Air Laboratory');
    await page.getByRole('button', { name: 'Create organization' }).click();
    await page.getByRole('heading', { name: 'Air Laboratory' }).waitFor();
  });
});

describe('accessibility', () => {
  test('the pages of invitations have no accessibility violations, and fit 360 pixels', async () => {
    const token = await invite(service, lab.owner, `a.long.address.${'x'.repeat(40)}@lab.example`);
    for (const [on, path, person, heading] of [
      [service, `/invitations#${token}`, undefined, 'Invitation'],
      [service, `/invitations#${token}`, ann, 'Invitation'],
      [service, '/invitations', undefined, 'Invitation not found'],
      [service, `/sign-up#${token}`, undefined, 'Sign up'],
      [closed, '/sign-up', undefined, 'Sign-up is by invitation'],
    ] as const) {
      const page = await openPage(browser(), on, path, person);
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      await isAccessibleAtEveryWidth(page);
    }
  });

  test('the members with a new link, keys of a former member and invitations have none, and fit', async () => {
    const page = await openPage(browser(), service, membersPath(), lab.owner);
    await page.getByLabel('E-mail').fill(`a.${'x'.repeat(50)}@lab.example`);
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByText('Send this link to').waitFor();
    await page.getByRole('region', { name: 'Invited, not answered yet' }).waitFor();
    await isAccessibleAtEveryWidth(page);
  });
});
