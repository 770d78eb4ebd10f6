import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { npm } from '../commands.ts';
import { codes, gasoline, PREDICT, refusal, type Service, startService } from '../harness.ts';
import { launchBrowser, openPage } from './browser.ts';

const octane = fileURLToPath(new URL('../../src/demonstration/data/octane.onnx', import.meta.url));
const browser = launchBrowser();
let service: Service;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

test('a person signs up, deploys a model, and creates a key for a program, which works until it is revoked', async () => {
  const page = await openPage(browser(), service, '/sign-up');
  await page.getByLabel('Name').fill('Marie Curie');
  await page.getByLabel('E-mail').fill('marie@lab.example');
  await page.locator('input[type=password]').fill('radium and polonium, 1898');
  await page.getByRole('button', { name: 'Create account' }).click();

  // A project without models leads to the first one, and on to its deployment.
  await page
    .getByRole('button', { name: /Register (a|your first) model/i })
    .first()
    .click();
  const register = page.getByRole('dialog', { name: 'Register a model' });
  await register.locator('input[type=file]').setInputFiles(octane);
  await register.getByLabel('Target property').fill('octane number');
  await register.getByRole('button', { name: 'Register model' }).click();
  await register.getByText('401').waitFor();
  await register.getByRole('button', { name: /deploy/i }).click();
  const deploy = page.getByRole('dialog', { name: 'New deployment' });
  await deploy.getByRole('button', { name: /^Create/ }).click();
  await page.waitForURL('**/deployments/*');
  const deploymentId = new URL(page.url()).pathname.split('/')[2] ?? '';

  // The Free plan has no API keys; the operator raises it.
  await page.getByRole('tab', { name: 'API keys' }).click();
  await page
    .getByText(/upgrade/i)
    .first()
    .waitFor();
  const { slug } = await service.db.selectFrom('organizations').select('slug').executeTakeFirstOrThrow();
  const raised = npm(['run', 'spectrakey', '--', 'plan', slug, 'pro'], {
    env: { DATABASE_URL: service.databaseUrl },
  });
  expect(await raised.ended).toBe(0);
  await page.reload();

  await page.getByRole('button', { name: 'Create API key' }).first().click();
  const create = page.getByRole('dialog');
  await create.getByLabel('Name').fill('LIMS');
  await create.getByRole('button', { name: /^Create/ }).click();
  await create.getByRole('button', { name: 'Copy' }).click();
  await create.getByText('Copied to the clipboard.').waitFor();
  const rawKey = await page.evaluate<string>('navigator.clipboard.readText()');
  expect(rawKey).toMatch(/^sk_[0-9A-Za-z]{46}$/);
  await create.getByRole('button', { name: 'Done' }).click();

  const row = page.getByRole('row', { name: /LIMS/ });
  const never = row.getByRole('cell', { name: 'Never', exact: true });
  await never.waitFor();
  const predict = () => service.call(PREDICT, { deploymentId, spectra: gasoline() }, { rawKey });
  const [prediction] = (await predict()).data?.predict.predictions ?? [];
  expect(prediction?.value).toBeCloseTo(87.94, 1);
  await page.reload();
  await row.waitFor();
  await never.waitFor({ state: 'detached' });

  await row.getByRole('button', { name: 'Revoke LIMS' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Revoke/ })
    .click();
  await row.getByText('Revoked').waitFor();
  const refused = await predict();
  expect(refused).toMatchObject(refusal(codes.API_KEY_REVOKED));
  expect(refused.text).not.toContain('"data"');

  await row.getByRole('button', { name: 'Delete LIMS' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Delete/ })
    .click();
  await row.waitFor({ state: 'detached' });
  await page.getByRole('tab', { name: 'Logs' }).click();
  await page.getByRole('row', { name: /LIMS/ }).getByText(rawKey.slice(0, 12)).waitFor();
}, 60_000);
