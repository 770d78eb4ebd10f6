import { parse } from 'graphql';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examples } from '../../src/dashboard/graphiql/examples.ts';
import { findViewer, withOwnIds } from '../../src/dashboard/graphiql/own-ids.ts';
import { demonstration, deploy, type Lab, openLab, type Service, startService } from '../harness.ts';
import { launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  // A newer deployment for other spectra: the examples choose the one that fits their spectrum.
  await deploy(service, lab.owner, demonstration('oil-type.onnx'), 'Oil type');
});
afterAll(() => service.close());

async function openGraphiql(width: number, person?: Pick<Lab['owner'], 'cookie'>): Promise<Page> {
  const page = await openPage(browser(), service, '/graphiql', person, { viewport: { width, height: 800 } });
  await page.getByRole('button', { name: /Execute query/ }).waitFor({ timeout: 30_000 });
  await page.locator('.graphiql-query-editor .view-line').first().waitFor({ timeout: 30_000 });
  return page;
}

test('a signed-in person runs the first example unedited, and its answer is readable at 390 pixels', async () => {
  const page = await openGraphiql(390, lab.owner);
  await page.getByRole('button', { name: /Execute query/ }).click();
  const answer = page.locator('.graphiql-response');
  await answer.getByText('"gasoline-51"').waitFor();
  const box = await answer.boundingBox();
  expect(box?.width).toBeGreaterThan(320);
  expect(box?.height).toBeGreaterThan(200);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
});

test('without a session the first example has a placeholder for a key; SignIn opens at Variables, and Logs is visible', async () => {
  const page = await openGraphiql(1280);
  const tool = (name: string) => page.locator(`button[data-name="${name}"]`);
  await expect.poll(() => tool('headers').getAttribute('class')).toContain('active');
  const logs = await page.getByRole('tab', { name: 'Logs', exact: true }).boundingBox();
  const logo = await page.getByRole('link', { name: /back to the dashboard/ }).boundingBox();
  expect((logs?.x ?? 2000) + (logs?.width ?? 0)).toBeLessThan(logo?.x ?? 0);
  await page.getByRole('tab', { name: 'SignIn' }).click();
  await expect.poll(() => tool('variables').getAttribute('class')).toContain('active');
  await page.getByRole('tab', { name: 'Predict' }).click();
  await expect.poll(() => tool('headers').getAttribute('class')).toContain('active');
});

test('GraphiQL links back to the dashboard', async () => {
  const page = await openGraphiql(1280, lab.owner);
  await page.getByRole('link', { name: /back to the dashboard/ }).click();
  await page.waitForURL(`**/projects/${lab.owner.projectId}`);
});

test('the first operation of every example runs unedited with the person’s ids, or needs data that only they know', async () => {
  const viewer = await findViewer(`${service.url}/graphql`, (url, init) =>
    fetch(url, { ...init, headers: { ...init?.headers, cookie: lab.owner.cookie } }),
  );
  if (!viewer) throw new Error('not signed in');
  const refused: string[] = [];
  for (const { title, query, variables } of withOwnIds(examples, viewer)) {
    const [first] = parse(query).definitions;
    const operation = first && 'name' in first ? first.name?.value : undefined;
    const declared = first && 'variableDefinitions' in first ? (first.variableDefinitions ?? []) : [];
    const used = Object.fromEntries(
      declared.map(({ variable }) => [variable.name.value, variables[variable.name.value]]),
    );
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: lab.owner.cookie },
      body: JSON.stringify({ query, operationName: operation, variables: used }),
    });
    const { errors } = (await response.json()) as { errors?: unknown[] };
    if (errors) refused.push(title);
  }
  // Signing in needs a password; the others would end something that exists.
  expect(refused).toEqual([
    'SignIn',
    'UpdateApiKey',
    'RotateApiKey',
    'RehearseApiKeyRevocation',
    'RevokeApiKey',
    'DeleteApiKey',
    'DeleteDeployment',
    // A person has no key to revoke.
    'RevokeThisApiKey',
  ]);
});
