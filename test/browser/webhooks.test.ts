import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { join, type Lab, openLab, type Person, type Service, signUp, startService } from '../harness.ts';
import { isSigned, type Receiver, startReceiver } from '../receiver.ts';
import { isAccessibleAtEveryWidth, launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;
let admin: Person;
let receiver: Receiver;

beforeAll(async () => {
  service = await startService({ jobs: true, webhookNetworks: ['127.0.0.1'] });
  receiver = await startReceiver();
  lab = await openLab(service);
  admin = await signUp(service, 'Adam Admin');
  await join(service, lab.owner, admin, null, 'ADMIN');
});
beforeEach(async () => {
  await service.db.deleteFrom('webhooks').execute();
  receiver.received.length = 0;
});
afterAll(async () => {
  await receiver.close();
  await service.close();
});

const organizationPath = () => `/organizations/${lab.owner.organization.slug}`;

test('an owner creates a webhook, copies its secret, which is shown once, and sends a test', async () => {
  const page = await openPage(browser(), service, organizationPath(), lab.owner);
  await page.getByRole('link', { name: 'Manage webhooks' }).click();
  await page.getByRole('heading', { name: 'No webhook yet' }).waitFor();
  await page.getByRole('button', { name: 'New webhook' }).click();
  const dialog = page.getByRole('dialog', { name: 'New webhook' });
  await dialog.getByLabel('URL').fill('http://10.0.0.1/');
  await dialog.getByRole('button', { name: 'Create webhook' }).click();
  await dialog.getByText('must not name an address that is not public').waitFor();
  await dialog.getByLabel('URL').fill(receiver.url);
  await dialog.getByLabel('Quota used up').uncheck();
  await dialog.getByRole('button', { name: 'Create webhook' }).click();

  const reveal = page.getByRole('dialog', { name: 'Copy the secret now' });
  const secret = await reveal.getByText(/^whsec_/).innerText();
  await page.keyboard.press('Escape');
  await reveal.getByRole('button', { name: 'Done' }).click();
  await reveal.waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain(secret);
  const card = page.getByRole('region', { name: receiver.url });
  await card.getByText('Key revoked').waitFor();
  expect(await card.getByText('Quota used up').count()).toBe(0);

  await card.getByRole('button', { name: 'Send a test' }).click();
  const row = card.getByRole('row').filter({ hasText: 'Test' });
  await row.getByText('Delivered', { exact: true }).waitFor();
  await row.getByText('1 attempt, answered 204').waitFor();
  expect(receiver.received.map(received => isSigned(received, secret))).toEqual([true]);

  await row.getByRole('button', { name: 'Send again: Test' }).click();
  await row.getByText('2 attempts, answered 204').waitFor();
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
  await isAccessibleAtEveryWidth(page);
}, 60_000);

test('an owner edits a webhook, rotates its secret and deletes it', async () => {
  await service.ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret } }',
    { input: { organizationId: lab.owner.organization.id, url: receiver.url, events: ['QUOTA_80'] } },
    lab.owner,
  );
  const page = await openPage(browser(), service, `${organizationPath()}/webhooks`, lab.owner);
  const card = page.getByRole('region', { name: receiver.url });
  await card.getByRole('button', { name: 'Edit' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit webhook' });
  await edit.getByLabel('Key rotated').check();
  await edit.getByRole('button', { name: 'Save' }).click();
  await edit.waitFor({ state: 'detached' });
  await card.getByText('Key rotated').waitFor();

  await card.getByRole('button', { name: 'Rotate secret' }).click();
  await page.getByRole('button', { name: 'Rotate the secret' }).click();
  const reveal = page.getByRole('dialog', { name: 'Copy the secret now' });
  await reveal.getByText(/^whsec_/).waitFor();
  await reveal.getByRole('button', { name: 'Done' }).click();
  await card.getByText('Also signed with the previous secret until').waitFor();

  await card.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete the webhook' }).click();
  await page.getByRole('heading', { name: 'No webhook yet' }).waitFor();
}, 60_000);

test('a webhook names its creator, and says when they are no longer a member', async () => {
  const leaver = await signUp(service, 'Lea Leaver');
  await join(service, lab.owner, leaver, null, 'OWNER');
  const { organization } = lab.owner;
  await service.ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret } }',
    { input: { organizationId: organization.id, url: receiver.url, events: ['QUOTA_80'] } },
    leaver,
  );
  const page = await openPage(browser(), service, `${organizationPath()}/webhooks`, lab.owner);
  const card = page.getByRole('region', { name: receiver.url });
  await card.getByText('Created by Lea Leaver').waitFor();
  const mark = card.getByText('Its creator is no longer a member');
  expect(await mark.count()).toBe(0);
  await service.ask(
    'mutation ($id: ID!) { leaveOrganization(organizationId: $id) }',
    { id: organization.id },
    leaver,
  );
  await page.reload();
  await mark.waitFor();
  await card.getByText('Created by Lea Leaver').waitFor();
  await isAccessibleAtEveryWidth(page);
}, 60_000);

test('an admin sees no webhooks', async () => {
  const page = await openPage(browser(), service, organizationPath(), admin);
  await page.getByRole('heading', { name: 'Members' }).waitFor();
  expect(await page.getByText('Manage webhooks').count()).toBe(0);
  await page.goto(`${service.url}${organizationPath()}/webhooks`);
  await page.getByRole('heading', { name: 'Organization not found' }).waitFor();
}, 60_000);
