import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createKey,
  deploy,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  type Service,
  startService,
} from '../harness.ts';
import { launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

async function openKeys({ owner }: Lab) {
  const page = await openPage(browser(), service, `/projects/${owner.projectId}/api-keys`, owner);
  await page.getByRole('heading', { name: 'API keys', exact: true }).waitFor();
  return page;
}

test('a key created on the project page reaches every deployment, also later ones', async () => {
  const lab = await openLab(service);
  const page = await openKeys(lab);
  await page.getByRole('button', { name: 'Create API key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('every deployment of the project, including later ones').waitFor();
  await dialog.getByLabel('Name').fill('Data warehouse');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const rawKey = await dialog.getByText(/^sk_[0-9A-Za-z]{46}$/).innerText();
  await dialog.getByRole('button', { name: 'Done' }).click();
  const row = page.getByRole('row').filter({ hasText: 'Data warehouse' });
  await row.getByRole('cell', { name: 'Whole project' }).waitFor();
  const later = await deploy(service, lab.owner);
  for (const { deploymentId } of [lab, later]) {
    const { status } = await service.call(PREDICT, { deploymentId, spectra: gasoline() }, { rawKey });
    expect(status).toBe(200);
  }
});

test('the project page lists the keys of its deployments too, each with a link to its deployment', async () => {
  const lab = await openLab(service);
  await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'LIMS' });
  const page = await openKeys(lab);
  await page.getByText('1 of 10 keys', { exact: true }).waitFor();
  const row = page.getByRole('row').filter({ hasText: 'LIMS' });
  await row.getByRole('link', { name: 'Octane' }).click();
  await page.waitForURL(`**/deployments/${lab.deploymentId}/api-keys`);
  await row.getByRole('cell', { name: 'This deployment' }).waitFor();
});

test('a project-wide key is revoked and deleted on the project page as on the tab', async () => {
  const lab = await openLab(service);
  await createKey(service, lab.owner, { projectId: lab.owner.projectId }, { name: 'LIMS' });
  const page = await openKeys(lab);
  const row = page.getByRole('row').filter({ hasText: 'LIMS' });
  await page.getByRole('button', { name: 'Revoke LIMS' }).click();
  await page.getByRole('button', { name: 'Revoke key', exact: true }).click();
  await row.getByText('Revoked').waitFor();
  await page.getByRole('button', { name: 'Delete LIMS' }).click();
  await page.getByRole('button', { name: 'Delete key', exact: true }).click();
  await row.waitFor({ state: 'detached' });
});
