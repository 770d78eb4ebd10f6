import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey, type Lab, openLab, type Service, startService } from '../harness.ts';
import { launchBrowser, openPage } from './browser.ts';

/** A tenth of what https://web.dev/articles/cls calls good. */
const MAX_SHIFT = 0.01;
/** How much later than the answer before it an answer arrives, so that each is rendered alone. */
const DELAY_MS = 50;

const browser = launchBrowser();
let service: Service;
let lab: Lab;
let keyId: string;

beforeAll(async () => {
  // Without a server for mails, a card of the organization's page is missing.
  service = await startService({ smtpUrl: 'smtp://127.0.0.1:1' });
  lab = await openLab(service);
  ({ id: keyId } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId }));
});
afterAll(() => service.close());

interface Shift {
  value: number;
  /** The beginnings of the texts that moved. */
  moved: string[];
}

/** Collects in `window.shifts` how far the layout shifts without an input. */
const COLLECT = `
  window.shifts = [];
  new PerformanceObserver(list => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      const moved = sources.map(({ node }) => node?.textContent?.slice(0, 60) ?? '');
      if (!hadRecentInput) window.shifts.push({ value, moved });
    }
  }).observe({ type: 'layout-shift', buffered: true });
`;
const TWO_FRAMES = 'new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))';

test('no page moves what it shows while the rest of it loads', async () => {
  const organization = `/organizations/${lab.owner.organization.slug}`;
  const project = `/projects/${lab.owner.projectId}`;
  const deployment = `/deployments/${lab.deploymentId}`;
  const pages = [
    '/account',
    ...['', '/activity', '/webhooks'].map(tab => organization + tab),
    ...['', '/models', '/api-keys', '/logs', '/members', '/activity', `/api-keys/${keyId}`].map(
      tab => project + tab,
    ),
    ...['', '/api-keys', '/predict', '/integration', '/logs'].map(tab => deployment + tab),
  ];
  const page = await openPage(browser(), service, 'about:blank', lab.owner);
  await page.addInitScript(COLLECT);
  let answers = 0;
  await page.route('**/graphql', async route => {
    const response = await route.fetch();
    answers += 1;
    await wait(answers * DELAY_MS);
    await route.fulfill({ response });
  });
  for (const path of pages) {
    answers = 0;
    await page.goto(service.url + path);
    await page.waitForLoadState('networkidle');
    await page.evaluate(TWO_FRAMES);
    const shifts = await page.evaluate<Shift[]>('window.shifts');
    expect(answers, path).toBeGreaterThan(0);
    expect(
      shifts.filter(({ value }) => value > MAX_SHIFT),
      path,
    ).toEqual([]);
  }
});
