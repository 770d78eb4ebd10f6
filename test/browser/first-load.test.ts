import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, type Service, signUp, startService } from '../harness.ts';
import { launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let person: Person;

beforeAll(async () => {
  service = await startService();
  person = await signUp(service, 'Ada Lovelace');
});
afterAll(() => service.close());

test.each([
  ['dashboard', '/', 'button', 'Account of Ada Lovelace'],
  ['API reference', '/api', 'heading', 'API reference'],
] as const)(
  'the first load of the %s is under 250 kB of compressed JavaScript',
  async (_, path, role, name) => {
    const page = await openPage(browser(), service, 'about:blank', person);
    const sizes: Promise<number>[] = [];
    page.on('requestfinished', request => {
      if (request.resourceType() === 'script') {
        sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
      }
    });
    await page.goto(service.url + path);
    await page.getByRole(role, { name }).waitFor();
    await page.waitForLoadState('networkidle');
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    // Less would mean that the scripts were not counted.
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(250_000);
  },
);

test('the reader of spectra, its CSV library and the chart are loaded by the pages that need them', async () => {
  const page = await openPage(browser(), service, 'about:blank', person);
  const scripts: Promise<string>[] = [];
  page.on('response', response => {
    if (response.request().resourceType() === 'script') scripts.push(response.text());
  });
  await page.goto(service.url);
  await page.getByRole('button', { name: 'Account of Ada Lovelace' }).waitFor();
  await page.waitForLoadState('networkidle');
  const text = (await Promise.all(scripts)).join('\n');
  expect(text).toContain('Spectrakey');
  for (const part of ['There are no spectra below the heading', 'delimitersToGuess', 'u-over']) {
    expect(text).not.toContain(part);
  }
});

test('pages allow only scripts from this server’s files', async () => {
  const answer = await fetch(`${service.url}/`);
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  // Does not use openPage, which fails on the error that the browser logs for the violation.
  const page = await browser().newPage();
  await page.goto(`${service.url}/sign-in`);
  const ran = await page.evaluate(`new Promise(resolve => {
    const script = document.createElement('script');
    script.textContent = 'window.ranInline = true';
    document.addEventListener('securitypolicyviolation', () => resolve(window.ranInline === true));
    document.head.append(script);
  })`);
  expect(ran).toBe(false);
  await page.context().close();
});
