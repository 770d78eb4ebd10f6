import { afterAll, beforeAll, expect, test } from 'vitest';
import { join, type Lab, openLab, type Person, type Service, signUp, startService } from '../harness.ts';
import { isAccessibleAtEveryWidth, launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;
let viewer: Person;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  viewer = await signUp(service, 'Vera Viewer');
  await join(service, lab.owner, viewer, 'VIEWER');
});
afterAll(() => service.close());

/** The state after three runs that ended their host (test/quarantine.test.ts). */
const quarantine = () =>
  service.db
    .insertInto('modelQuarantines')
    .values({ modelId: lab.modelId, failures: [], times: 1, until: new Date(Date.now() + 60_000) })
    .onConflict(conflict => conflict.column('modelId').doUpdateSet({ until: new Date(Date.now() + 60_000) }))
    .execute();

const open = (person: Person) => openPage(browser(), service, `/deployments/${lab.deploymentId}`, person);
const notice = /^The model is quarantined until/;

test('a deployment whose model is quarantined shows until when and why, and a contributor resets it', async () => {
  await quarantine();
  const page = await open(lab.owner);
  await page.getByText(notice).waitFor();
  await page.getByText('three times within ten minutes').waitFor();
  await page.getByRole('button', { name: 'Reset quarantine' }).click();
  await page.getByText(notice).waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('heading', { name: 'Octane', level: 1 }).waitFor();
  expect(await page.getByText(notice).count()).toBe(0);
});

test('a viewer sees the notice and no button', async () => {
  await quarantine();
  const page = await open(viewer);
  await page.getByText(notice).waitFor();
  expect(await page.getByRole('button', { name: 'Reset quarantine' }).count()).toBe(0);
});

test('the notice is accessible and fits', async () => {
  await quarantine();
  const page = await open(lab.owner);
  await page.getByText(notice).waitFor();
  await isAccessibleAtEveryWidth(page);
});
