import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kysely } from 'kysely';
import { type Browser, chromium, type Page } from 'playwright-core';
import { uuidv7 as newId } from 'uuidv7';
import { insertApiKey, revokeApiKey } from '../src/api-keys/manage-keys.ts';
import { generateRawKey } from '../src/api-keys/raw-key.ts';
import { plainSettings } from '../src/api-keys/settings.ts';
import { migrate } from '../src/database/migrate.ts';
import { connect } from '../src/database/pool.ts';
import { type Demonstration, examplePrediction, seed } from '../src/demonstration/seed.ts';
import type { DB } from '../src/generated/database.ts';
import { newLogId } from '../src/predictions/log-id.ts';
import { makeLogPartitions } from '../src/predictions/partitions.ts';
import { startEmbedded } from '../src/private-postgres/start.ts';
import { startServer } from '../src/services.ts';
import { chromiumPath } from './browser/chromium.ts';

// `npm run screenshots`: makes the pictures in docs/images, from a server with the demonstration data.

const gasoline = fileURLToPath(new URL('../src/demonstration/data/gasoline-test.csv', import.meta.url));
const ANALYSER = 'Process analyser, line 2';
const DAY_MS = 24 * 60 * 60 * 1000;
const pictures = fileURLToPath(new URL('../docs/images/', import.meta.url));

async function graphiql(browser: Browser, url: string, { rawKey, octaneDeploymentId }: Demonstration) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  await page.goto(`${url}/graphiql`);
  const replace = async (text: string) => {
    await page.locator('.graphiql-editor-tool .view-lines:visible').click();
    await page.keyboard.press('ControlOrMeta+A');
    // Pasted: the editor would close every typed bracket again.
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await page.keyboard.press('ControlOrMeta+V');
    // GraphiQL stores an edit after a pause.
    await page.waitForTimeout(2000);
  };
  const { variables } = JSON.parse(await examplePrediction(octaneDeploymentId));
  await replace(JSON.stringify({ Authorization: `Api-Key ${rawKey}` }, null, 2));
  await page.getByRole('button', { name: 'Variables' }).click();
  await replace(
    JSON.stringify(variables, null, 2).replace(/\[[-\d.,\s]+\]/g, numbers => numbers.replace(/\s+/g, ' ')),
  );
  await page.getByRole('button', { name: /Execute query/ }).click();
  await page.locator('.result-window', { hasText: 'gasoline-51' }).waitFor();
  await page.screenshot({ path: join(pictures, 'graphiql.png') });
}

/** A page of the dashboard, signed in. */
async function signedIn(browser: Browser, url: string, { email, password }: Demonstration): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 720 },
  });
  const page = await context.newPage();
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.locator('input[type=password]').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/projects/*');
  return page;
}

/** Keys of every kind, as a laboratory has them after some months. */
async function addKeys(db: Kysely<DB>, { octaneDeploymentId }: Demonstration): Promise<void> {
  const { id, email } = await db.selectFrom('users').select(['id', 'email']).executeTakeFirstOrThrow();
  const { projectId } = await db
    .selectFrom('deployments')
    .select('projectId')
    .where('id', '=', octaneDeploymentId)
    .executeTakeFirstOrThrow();
  const daysFromNow = (days: number) => new Date(Date.now() + days * DAY_MS);
  const keys = [
    {
      name: ANALYSER,
      wide: true,
      expiresAt: daysFromNow(300),
      lastUsedAt: daysFromNow(-0.1),
    },
    { name: 'Student project 2025', wide: false, expiresAt: daysFromNow(-40), lastUsedAt: daysFromNow(-61) },
    { name: 'Old LIMS', wide: false, expiresAt: null, lastUsedAt: daysFromNow(-30), revoke: true },
    { name: 'Night shift script', wide: false, expiresAt: daysFromNow(9), lastUsedAt: daysFromNow(-2) },
  ];
  for (const { name, wide, expiresAt, lastUsedAt, revoke } of keys) {
    await db.transaction().execute(async trx => {
      const actor = { id, email, network: null };
      const reach = { projectId, deploymentId: wide ? null : octaneDeploymentId };
      const keyId = newId();
      await insertApiKey(
        trx,
        { id: keyId, reach, settings: { ...plainSettings(name), expiresAt }, rawKey: generateRawKey() },
        { viewerId: id, actor, now: daysFromNow(-120) },
      );
      await trx.updateTable('apiKeys').set({ lastUsedAt }).where('id', '=', keyId).execute();
      if (revoke) await revokeApiKey(trx, keyId, { viewerId: id, actor, now: daysFromNow(-29) });
    });
  }
}

/** Calls with the key of the process analyser: many on working days, few on weekends. */
async function addCalls(db: Kysely<DB>, { octaneDeploymentId }: Demonstration): Promise<void> {
  const key = await db
    .selectFrom('apiKeys')
    .select(['id', 'name', 'prefix'])
    .where('name', '=', ANALYSER)
    .executeTakeFirstOrThrow();
  const days = Array.from({ length: 30 }, (_, ago) => new Date(Date.now() - ago * DAY_MS));
  for (const [index, day] of days.entries()) {
    const calls = [0, 6].includes(day.getUTCDay()) ? 2 : 14 + ((index * 5) % 9);
    for (let call = 0; call < calls; call++) {
      const createdAt = new Date(day.getTime() - call * 17 * 60_000 - 3 * 60_000);
      const samples = 1 + ((index + call * 7) % 12);
      const predictions = Array.from({ length: samples }, () => ({ sampleName: 'gasoline', value: 88.1 }));
      await db
        .insertInto('predictionLogs')
        .values({
          id: newLogId(createdAt),
          deploymentId: octaneDeploymentId,
          createdAt,
          source: 'API',
          network: call % 5 ? '192.0.2.31' : '192.0.2.40',
          predictions: JSON.stringify(predictions),
          durationMs: 2 + ((call * 3) % 5) / 2,
          apiKeyId: key.id,
          apiKeyName: key.name,
          apiKeyPrefix: key.prefix,
        })
        .execute();
    }
  }
}

async function keyCalls(page: Page, url: string, { octaneDeploymentId }: Demonstration) {
  await page.goto(`${url}/deployments/${octaneDeploymentId}/api-keys`);
  await page.getByRole('link', { name: ANALYSER }).click();
  await page.getByRole('table', { name: 'Prediction logs' }).locator('time').first().waitFor();
  await page.screenshot({ path: join(pictures, 'key-calls.png') });
}

async function apiKeys(page: Page, url: string, { octaneDeploymentId }: Demonstration) {
  await page.goto(`${url}/deployments/${octaneDeploymentId}/api-keys`);
  await page.getByRole('row', { name: /Old LIMS/ }).waitFor();
  await page.screenshot({ path: join(pictures, 'api-keys.png') });
  await page.getByRole('button', { name: 'Create API key' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('LIMS, building 4');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await dialog.getByRole('button', { name: 'Done' }).waitFor();
  await page.screenshot({ path: join(pictures, 'reveal-key.png'), animations: 'disabled' });
  await dialog.getByRole('button', { name: 'Done' }).click();
}

async function predictions(page: Page, url: string, { octaneDeploymentId }: Demonstration) {
  await page.setViewportSize({ width: 1200, height: 1480 });
  await page.goto(`${url}/deployments/${octaneDeploymentId}/predict`);
  await page.locator('input[type=file]').setInputFiles(gasoline);
  await page.getByRole('button', { name: /^Predict/ }).click();
  await page.getByRole('row', { name: /gasoline-60/ }).waitFor();
  // Away from the button, which would otherwise look pressed.
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(pictures, 'predict.png') });
}

const folder = await mkdtemp(join(tmpdir(), 'spectrakey-screenshots-'));
// As root, PostgreSQL runs under another account, which must be able to enter.
await chmod(folder, 0o711);
const postgres = await startEmbedded(folder, () => {});
const db = connect({ url: postgres.url, max: 5, onIdleError: () => {} });
await migrate(db);
for (const ago of [30, 0]) await makeLogPartitions(db, new Date(Date.now() - ago * DAY_MS));
const demonstration = await seed(db, new Date());
// Before the server starts: its job counts the calls of past days once.
await addKeys(db, demonstration);
await addCalls(db, demonstration);
const server = await startServer({
  db,
  config: {
    HOST: '127.0.0.1',
    PORT: 0,
    LOG_LEVEL: 'warn',
    LOG_RETENTION_MONTHS: undefined,
    TRUSTED_PROXIES: undefined,
    SIGN_UP: 'open',
    INTROSPECTION: true,
    GRAPHIQL: true,
    METRICS_HOST: '127.0.0.1',
    WEBHOOK_HTTP: false,
  },
  log: process.stderr,
});
const browser = await chromium.launch({
  executablePath: chromiumPath ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  await graphiql(browser, server.url, demonstration);
  const page = await signedIn(browser, server.url, demonstration);
  await apiKeys(page, server.url, demonstration);
  await keyCalls(page, server.url, demonstration);
  await predictions(page, server.url, demonstration);
} finally {
  await browser.close();
  await server.close();
  await db.destroy();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
