import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { startPasswords } from '../src/accounts/passwords.ts';
import { connect } from '../src/database/connect.ts';
import { startEmbedded } from '../src/database/embedded.ts';
import { migrate } from '../src/database/migrate.ts';
import { type Demonstration, examplePrediction, seed } from '../src/demonstration/seed.ts';
import { startServer } from '../src/http/server.ts';
import { makePartitions } from '../src/predictions/partitions.ts';

// `npm run screenshots`: makes the README's pictures, from a server with the demonstration data.

const pictures = fileURLToPath(new URL('../src/dashboard/screenshots/', import.meta.url));

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
    // Pasted, as typing would have the editor close every bracket once more.
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await page.keyboard.press('ControlOrMeta+V');
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

const folder = await mkdtemp(join(tmpdir(), 'spectrakey-screenshots-'));
// As root, PostgreSQL runs under another account, which must get through.
await chmod(folder, 0o711);
const postgres = await startEmbedded(folder, () => {});
const db = connect({ url: postgres.url, most: 5, onIdleError: () => {} });
await migrate(db);
await makePartitions(db, new Date());
const passwords = startPasswords();
const demonstration = await seed(db, passwords, new Date());
const server = await startServer({
  db,
  config: { HOST: '127.0.0.1', PORT: 0, LOG_LEVEL: 'warn', TRUSTED_PROXIES: undefined },
  log: process.stderr,
});
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  await graphiql(browser, server.url, demonstration);
} finally {
  await browser.close();
  await server.close();
  await passwords.close();
  await db.destroy();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
