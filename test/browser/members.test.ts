import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  createKey,
  join,
  type Lab,
  openLab,
  type Person,
  REVOKE_KEY,
  type Service,
  signUp,
  startService,
} from '../harness.ts';
import { chooseOption, isAccessibleAtEveryWidth, launchBrowser, openPage, stands } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;
let ann: Person;
let ben: Person;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  ann = await signUp(service, 'Ann Archer');
  ben = await signUp(service, 'Ben Baker');
});
beforeEach(async () => {
  const organizationId = lab.owner.organization.id;
  await service.db
    .deleteFrom('organizationMembers')
    .where('organizationId', '=', organizationId)
    .where('userId', '!=', lab.owner.id)
    .execute();
  await service.db
    .updateTable('organizationMembers')
    .set({ role: 'OWNER' })
    .where('organizationId', '=', organizationId)
    .where('userId', '=', lab.owner.id)
    .execute();
  await service.db.deleteFrom('projectMembers').where('projectId', '=', lab.owner.projectId).execute();
});
afterAll(() => service.close());

const organizationPath = () => `/organizations/${lab.owner.organization.slug}`;
const projectPath = () => `/projects/${lab.owner.projectId}/members`;

async function openMembers(path: string, person: Person, options = {}): Promise<Page> {
  const page = await openPage(browser(), service, path, person, options);
  await page.getByText(person.email).waitFor();
  return page;
}

const rowOf = (page: Page, { email }: Person) => page.getByRole('listitem').filter({ hasText: email });

async function organizationRole({ id }: Person) {
  const row = await service.db
    .selectFrom('organizationMembers')
    .select('role')
    .where('organizationId', '=', lab.owner.organization.id)
    .where('userId', '=', id)
    .executeTakeFirst();
  return row?.role;
}

async function projectRole({ id }: Person) {
  const row = await service.db
    .selectFrom('projectMembers')
    .select('role')
    .where('projectId', '=', lab.owner.projectId)
    .where('userId', '=', id)
    .executeTakeFirst();
  return row?.role;
}

describe('members of an organization', () => {
  test('are given another role, and removed after a question, by its owner', async () => {
    await join(service, lab.owner, ann, null, 'ADMIN');
    const page = await openMembers(organizationPath(), lab.owner);
    await chooseOption(page, 'Role of Ann Archer', 'Member');
    await expect.poll(() => organizationRole(ann)).toBe('MEMBER');
    await expect
      .poll(() => page.getByRole('combobox', { name: 'Role of Ann Archer' }).inputValue())
      .toBe('Member');

    await page.getByRole('button', { name: 'Remove Ann Archer' }).click();
    const question = page.getByRole('dialog', { name: "Remove Ann Archer from Olga's laboratory?" });
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
    expect(await organizationRole(ann)).toBe('MEMBER');
    await page.getByRole('button', { name: 'Remove Ann Archer' }).click();
    await question.getByRole('button', { name: 'Remove' }).click();
    await rowOf(page, ann).waitFor({ state: 'detached' });
    expect(await organizationRole(ann)).toBeUndefined();
  });

  test('who made keys are removed after the dialog names the keys, and the page lists them afterwards', async () => {
    await join(service, lab.owner, ann, 'CONTRIBUTOR');
    const wide = { projectId: lab.owner.projectId };
    const keys = [
      await createKey(service, ann, { deploymentId: lab.deploymentId }, { name: 'LIMS, building 4' }),
      await createKey(service, ann, wide, { name: 'Process analyser' }),
    ];
    const page = await openMembers(organizationPath(), lab.owner);
    await page.getByRole('button', { name: 'Remove Ann Archer' }).click();
    const question = page.getByRole('dialog');
    await question.getByText('2 API keys that Ann Archer made go on working').waitFor();
    for (const { prefix } of keys) await question.getByText(`${prefix}...`).waitFor();
    await question.getByRole('button', { name: 'Remove' }).click();
    const notice = page.getByRole('status').filter({ hasText: '2 API keys of former members still work' });
    await notice.getByText('made by Ann Archer').first().waitFor();
    expect(
      await notice.getByRole('link').evaluateAll(links => links.map(link => link.getAttribute('href'))),
    ).toEqual([`/projects/${lab.owner.projectId}/api-keys`, `/deployments/${lab.deploymentId}/api-keys`]);

    for (const { id } of keys) await service.ask(REVOKE_KEY, { id }, lab.owner);
    await page.reload();
    await rowOf(page, lab.owner).waitFor();
    await notice.waitFor({ state: 'detached' });
  });

  test('are removed after the dialog says that their webhooks go on', async () => {
    await join(service, lab.owner, ann, null, 'OWNER');
    const input = {
      organizationId: lab.owner.organization.id,
      url: 'https://lims.example/',
      events: ['QUOTA_80'],
    };
    await service.ask(
      'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret } }',
      { input },
      ann,
    );
    const page = await openMembers(organizationPath(), lab.owner);
    await page.getByRole('button', { name: 'Remove Ann Archer' }).click();
    const question = page.getByRole('dialog');
    await question.getByText('A webhook that Ann Archer made goes on posting messages.').waitFor();
    await question.getByRole('link', { name: 'Check to whom' }).click();
    await page.getByRole('region', { name: 'https://lims.example/' }).waitFor();
  });

  test('are changed by admins, except owners, and admins make no owners', async () => {
    await join(service, lab.owner, ann, null, 'ADMIN');
    await join(service, lab.owner, ben, null, 'MEMBER');
    const page = await openMembers(organizationPath(), ann);
    await rowOf(page, lab.owner).getByText('Changed by owners only').waitFor();
    expect(await rowOf(page, lab.owner).getByRole('button').count()).toBe(0);
    await page.getByRole('combobox', { name: 'Role of Ben Baker' }).click();
    const options = await page.getByRole('option').allInnerTexts();
    expect(options.map(option => option.split('\n')[0])).toEqual(['Admin', 'Member']);
    await page.getByRole('option', { name: /^Admin/ }).click();
    await expect.poll(() => organizationRole(ben)).toBe('ADMIN');
  });

  test('include one owner at least: the only one can be neither changed nor removed', async () => {
    await join(service, lab.owner, ann, null, 'ADMIN');
    const page = await openMembers(organizationPath(), lab.owner);
    await rowOf(page, lab.owner).getByText('The only owner').waitFor();
    expect(await rowOf(page, lab.owner).getByRole('button').count()).toBe(0);
    expect(await rowOf(page, lab.owner).getByRole('combobox').count()).toBe(0);
    await chooseOption(page, 'Role of Ann Archer', 'Owner');
    await page.getByRole('button', { name: "Leave Olga's laboratory" }).waitFor();
    expect(await organizationRole(ann)).toBe('OWNER');
  });

  test('see a refusal that only the server could know of', async () => {
    await join(service, lab.owner, ann, null, 'OWNER');
    const page = await openMembers(organizationPath(), lab.owner);
    const role = page.getByRole('combobox', { name: 'Role of Ann Archer' });
    await role.waitFor();
    // Meanwhile elsewhere: Ann is left as the only owner.
    await service.db
      .updateTable('organizationMembers')
      .set({ role: 'ADMIN' })
      .where('organizationId', '=', lab.owner.organization.id)
      .where('userId', '=', lab.owner.id)
      .execute();
    await chooseOption(page, 'Role of Ann Archer', 'Member');
    await page
      .getByRole('alert')
      .getByText('Only an owner of the organization can make or change owners.')
      .waitFor();
    // The page has learned by then that the viewer is not an owner any more.
    await rowOf(page, ann).getByText('Changed by owners only').waitFor();
    await rowOf(page, ann).getByText('Owner', { exact: true }).waitFor();
    expect(await organizationRole(ann)).toBe('OWNER');
  });

  test('are asked before they change their own role, and then lose the controls', async () => {
    await join(service, lab.owner, ann, null, 'OWNER');
    const page = await openMembers(organizationPath(), ann);
    await chooseOption(page, 'Role of Ann Archer', 'Member');
    const question = page.getByRole('dialog', { name: 'Change your own role to member?' });
    await question.waitFor();
    expect(await organizationRole(ann)).toBe('OWNER');
    await question.getByRole('button', { name: 'Change my role' }).click();
    await rowOf(page, ann).getByText('Member', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Invite' }).waitFor({ state: 'detached' });
    expect(await organizationRole(ann)).toBe('MEMBER');
  });

  test.for(['OWNER', 'ADMIN', 'MEMBER'] as const)(
    'who leave as %s are led to a page that they can still see',
    async role => {
      await join(service, lab.owner, ann, null, role);
      const page = await openMembers(organizationPath(), ann);
      await page.getByRole('button', { name: "Leave Olga's laboratory" }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
      await page.waitForURL(`**/projects/${ann.projectId}`);
      await page.getByRole('button', { name: 'Projects' }).click();
      await expect.poll(() => page.getByText("Olga's laboratory").count()).toBe(0);
      await page.getByRole('menuitem', { name: 'First project' }).waitFor();
    },
  );

  test('who are not admins see the members and roles, and no control but leaving', async () => {
    await join(service, lab.owner, ann, null, 'MEMBER');
    const page = await openMembers(organizationPath(), ann);
    await rowOf(page, lab.owner).getByText('Owner', { exact: true }).waitFor();
    const buttons = page.getByRole('region', { name: 'Members' }).getByRole('button');
    await expect.poll(() => buttons.count()).toBe(1);
    expect(await buttons.getAttribute('aria-label')).toBe("Leave Olga's laboratory");
    expect(await page.getByRole('combobox').count()).toBe(0);
    expect(await page.getByLabel('E-mail').count()).toBe(0);
  });
});

describe('members of a project', () => {
  test('are chosen from the organization, given another role, and removed after a question, by an owner', async () => {
    await join(service, lab.owner, ann, 'OWNER');
    await join(service, lab.owner, ben, null);
    const page = await openMembers(projectPath(), ann);
    await page.getByRole('combobox', { name: 'Person' }).click();
    await expect.poll(() => page.getByRole('option').allInnerTexts()).toEqual([`Ben Baker (${ben.email})`]);
    await page.getByRole('option', { name: 'Ben Baker' }).click();
    await chooseOption(page, 'Role', 'Contributor');
    await page.getByRole('button', { name: 'Add member' }).click();
    await rowOf(page, ben).waitFor();
    expect(await projectRole(ben)).toBe('CONTRIBUTOR');

    await chooseOption(page, 'Role of Ben Baker', 'Viewer');
    await expect.poll(() => projectRole(ben)).toBe('VIEWER');

    await page.getByRole('button', { name: 'Remove Ben Baker' }).click();
    await page
      .getByRole('dialog', { name: 'Remove Ben Baker from First project?' })
      .getByRole('button', { name: 'Remove' })
      .click();
    await rowOf(page, ben).waitFor({ state: 'detached' });
    expect(await projectRole(ben)).toBeUndefined();
  });

  test('include the organization’s owners, who cannot be changed here', async () => {
    await join(service, lab.owner, ann, 'OWNER');
    const page = await openMembers(projectPath(), ann);
    await rowOf(page, lab.owner).getByText('Owns the organization').waitFor();
    expect(await rowOf(page, lab.owner).getByRole('button').count()).toBe(0);
    expect(await rowOf(page, lab.owner).getByRole('combobox').count()).toBe(0);
  });

  test.for(['CONTRIBUTOR', 'VIEWER'] as const)('are not changed by a %s', async role => {
    await join(service, lab.owner, ann, role);
    await join(service, lab.owner, ben, 'VIEWER');
    const page = await openMembers(projectPath(), ann);
    await rowOf(page, ben).getByText('Viewer', { exact: true }).waitFor();
    expect(await page.getByRole('tabpanel').getByRole('button').count()).toBe(0);
    expect(await page.getByRole('tabpanel').getByRole('combobox').count()).toBe(0);
  });

  test('who leave are led to a page that they can still see', async () => {
    await join(service, lab.owner, ann, 'OWNER');
    const page = await openMembers(projectPath(), ann);
    await page.getByRole('button', { name: 'Leave First project' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await page.waitForURL(url => url.pathname === `/projects/${ann.projectId}`);
    expect(await projectRole(ann)).toBeUndefined();
  });

  test('see the server’s message about a refusal', async () => {
    await join(service, lab.owner, ann, 'OWNER');
    await join(service, lab.owner, ben, 'VIEWER');
    const page = await openMembers(projectPath(), ann);
    await page.getByRole('combobox', { name: 'Role of Ben Baker' }).waitFor();
    await join(service, lab.owner, ann, 'VIEWER');
    await chooseOption(page, 'Role of Ben Baker', 'Owner');
    await page.getByRole('alert').getByText('Only owners of the project may do this.').waitFor();
    expect(await projectRole(ben)).toBe('VIEWER');
  });
});

describe('accessibility', () => {
  test.for([
    ['a project', projectPath],
    ['an organization', organizationPath],
  ] as const)(
    'members of %s, a tooltip and the question before removing one have no accessibility violations, and fit 360 pixels',
    async ([, path]) => {
      await join(service, lab.owner, ann, 'CONTRIBUTOR', 'ADMIN');
      await join(service, lab.owner, ben, null);
      const page = await openMembers(path(), lab.owner);
      await isAccessibleAtEveryWidth(page);
      await page.getByRole('button', { name: 'Remove Ann Archer' }).hover();
      await stands(page, 'tooltip');
      await isAccessibleAtEveryWidth(page);
      await page.getByRole('button', { name: 'Remove Ann Archer' }).click();
      await page.mouse.move(0, 0);
      await page.getByRole('tooltip').waitFor({ state: 'detached' });
      await stands(page, 'dialog');
      await isAccessibleAtEveryWidth(page);
    },
  );
});
