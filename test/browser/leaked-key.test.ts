import { afterAll, beforeAll, expect, test } from 'vitest';
import { revokeReported } from '../../src/api-keys/revoke-reported.ts';
import {
  createKey,
  type Lab,
  openLab,
  REVOKE_THIS_KEY,
  ROTATE_KEY,
  type Service,
  startService,
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

test('the page of a key that its holder revoked leads to its successor, which can be revoked there', async () => {
  const old = await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'Analyser' });
  const input = { id: old.id, overlapSeconds: 3600 };
  const { rotateApiKey } = await service.ask(ROTATE_KEY, { input }, lab.owner);
  await service.ask(REVOKE_THIS_KEY, {}, old);

  const page = await openPage(
    browser(),
    service,
    `/projects/${lab.owner.projectId}/api-keys/${old.id}`,
    lab.owner,
  );
  await page.getByText('Revoked with the key itself').waitFor();
  await isAccessibleAtEveryWidth(page);
  await page.getByRole('link', { name: `Go to its successor ${rotateApiKey.apiKey.prefix}` }).click();
  await page.getByText(`${rotateApiKey.apiKey.prefix}...`).first().waitFor();
  await page.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke key' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.goBack();
  await page.getByText('Revoked with the key itself').waitFor();
  await expect.poll(() => page.getByRole('link', { name: /^Go to its/ }).count()).toBe(0);
});

test('the page of a key that GitHub reported says so, and leads to where it was found', async () => {
  const { owner, deploymentId } = lab;
  const { id, prefix } = await createKey(service, owner, { deploymentId }, { name: 'In public' });
  const url = 'https://github.com/octocat/Hello-World/blob/12345600b9cb/foo/bar.txt';
  await service.db
    .transaction()
    .execute(trx =>
      revokeReported(trx, { id, url, lockMs: 1000 }, { network: '192.0.2.0', now: new Date() }),
    );

  const page = await openPage(browser(), service, `/projects/${owner.projectId}/api-keys/${id}`, owner);
  await page.getByText('Revoked after GitHub found it in public').waitFor();
  await isAccessibleAtEveryWidth(page);
  await page.getByRole('link', { name: 'Go to the activity' }).click();
  await page.getByText(url).waitFor();
  await page.goto(`${service.url}/deployments/${deploymentId}/api-keys`);
  await page
    .getByRole('row', { name: new RegExp(prefix) })
    .getByText('after GitHub found it')
    .waitFor();
});
