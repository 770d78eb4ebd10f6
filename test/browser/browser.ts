import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { AxeResults, RunOptions } from 'axe-core';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import type { Person, Service } from '../harness.ts';
import { chromiumPath } from './chromium.ts';

/** Starts Chromium for the tests of a file. @returns a function that returns the browser. */
export function launchBrowser(): () => Browser {
  let browser: Browser;
  beforeAll(async () => {
    if (!chromiumPath) throw new Error('Chromium is not installed on this machine');
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
  });
  afterAll(() => browser.close());
  return () => browser;
}

/**
 * Opens a path of the dashboard in a new browser context, signed in as the person. The test fails if the page logs an
 * error or a script throws.
 */
export async function openPage(
  browser: Browser,
  service: Service,
  path: string,
  person?: Pick<Person, 'cookie'>,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 900 },
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
    baseURL: service.url,
    ...options,
  });
  context.setDefaultTimeout(10_000);
  if (person) await signInWith(context, service, person);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', error => complaints.push(error.message));
  page.on('console', message => {
    // Some tests provoke refused requests; the browser logs each with its status.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  await page.goto(path);
  return page;
}

async function signInWith(context: BrowserContext, service: Service, { cookie }: Pick<Person, 'cookie'>) {
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url: service.url }]);
}

/** Chooses the option whose name begins with the text. */
export async function chooseOption(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: new RegExp(`^${option}`) }).click();
}

/** Switches the page to a colour scheme, and waits until it is used. */
export async function switchColors(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
}

const axeCore = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** The rules of axe-core whose result depends on colours. */
const COLOR_RULES = ['color-contrast', 'link-in-text-block'];

/** The violations that axe-core finds on the current page: of all rules in light colours, and of colours in dark ones. */
export async function axeViolations(page: Page): Promise<string[]> {
  // Not by @axe-core/playwright, which sends axe-core to the page again for each analysis: 0.75 s instead of 0.25 s.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axeCore);
  const violationsIn = async (colorScheme: 'light' | 'dark', options: RunOptions) => {
    await switchColors(page, colorScheme);
    const script = `axe.run(${JSON.stringify({ ...options, resultTypes: ['violations'] })})`;
    const { violations } = await page.evaluate<AxeResults>(script);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(node => `${id} in ${colorScheme} colours: ${node.html} ${node.failureSummary}`),
    );
  };
  return [...(await violationsIn('dark', { runOnly: COLOR_RULES })), ...(await violationsIn('light', {}))];
}

/** Waits until a dialog or a tooltip has faded in: before that its colours cannot be checked. */
export async function stands(page: Page, role: 'dialog' | 'tooltip'): Promise<void> {
  await page.getByRole(role).waitFor();
  await expect
    .poll(() => page.evaluate(`getComputedStyle(document.querySelector('[role=${role}]')).opacity`))
    .toBe('1');
}

/** Expects no violations by axe-core and no sideways scrolling, on a wide screen and at 360 pixels. */
export async function isAccessibleAtEveryWidth(page: Page): Promise<void> {
  for (const width of [1200, 360]) {
    await page.setViewportSize({ width, height: 740 });
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  }
}
