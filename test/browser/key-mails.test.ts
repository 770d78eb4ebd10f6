import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, openLab, type Service, startService } from '../harness.ts';
import { isAccessibleAtEveryWidth, launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;

beforeAll(async () => {
  // Nothing is sent, as no jobs run.
  service = await startService({ smtpUrl: 'smtp://127.0.0.1:1', publicUrl: ['http://127.0.0.1'] });
  lab = await openLab(service);
});
afterAll(() => service.close());

test('mails about keys are switched off on the page of the organization', async () => {
  const page = await openPage(browser(), service, `/organizations/${lab.owner.organization.slug}`, lab.owner);
  const choice = page.getByRole('switch', { name: 'Mail me about keys that I may change' });
  await choice.waitFor();
  expect(await choice.isChecked()).toBe(true);
  await isAccessibleAtEveryWidth(page);
  await choice.click();
  await expect.poll(() => choice.isChecked()).toBe(false);
  await page.reload();
  await choice.waitFor();
  expect(await choice.isChecked()).toBe(false);
});
