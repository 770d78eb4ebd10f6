import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setPlan } from '../../src/accounts/plans.ts';
import {
  createKey,
  join,
  type Lab,
  openLab,
  type Person,
  ROTATE_KEY,
  type Service,
  signUp,
  startService,
  UPDATE_KEY,
} from '../harness.ts';
import { chooseOption, isAccessibleAtEveryWidth, launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;
let ann: Person;
let key: { id: string; prefix: string };

beforeAll(async () => {
  service = await startService({ trustedProxies: ['127.0.0.1'] });
  lab = await openLab(service);
  ann = await signUp(service, 'Ada Archer');
  await join(service, lab.owner, ann, 'CONTRIBUTOR');
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'LIMS' });
  const from = { headers: { cookie: ann.cookie, 'x-forwarded-for': '203.0.113.7' } };
  await service.ask(UPDATE_KEY, { input: { id: key.id, callsPerMinute: 60 } }, from);
  await service.ask(ROTATE_KEY, { input: { id: key.id, overlapSeconds: 3600 } }, from);
  // A spreadsheet would run this name.
  await createKey(service, lab.owner, { projectId: lab.owner.projectId }, { name: '=HYPERLINK("x");=1+1' });
  await setPlan(service.db, lab.owner.organization.slug, 'ENTERPRISE');
});
afterAll(() => service.close());

const table = (page: Page) => page.getByRole('table', { name: 'Activity' });
const rows = (page: Page) => table(page).locator('tbody > tr');
const projectPath = () => `/projects/${lab.owner.projectId}/activity`;

test('the tab lists who did what, what changed, when and from which network, and filters it in the address', async () => {
  const page = await openPage(browser(), service, `/projects/${lab.owner.projectId}`, ann);
  await page.getByRole('tab', { name: 'Activity' }).click();
  const rotated = rows(page).filter({ hasText: `Ada Archer rotated API key LIMS (${key.prefix}…)` });
  await rotated.getByText('203.0.113.7').last().waitFor();
  const changed = rows(page).filter({ hasText: 'changed API key LIMS' });
  await changed.getByText('calls a minute: none → 60').waitFor();
  const time = changed.locator('time').last();
  await time.hover();
  await page.getByRole('tooltip').waitFor();
  expect(await page.getByRole('tooltip').innerText()).toMatch(/20\d\d, \d\d:\d\d:\d\d/);

  await chooseOption(page, 'Actions', 'Deployments');
  await rows(page).filter({ hasText: 'created the deployment Octane' }).waitFor();
  await expect.poll(() => rows(page).count()).toBe(1);
  expect(page.url()).toContain('group=DEPLOYMENTS');
  await page.reload();
  await expect.poll(() => rows(page).count()).toBe(1);
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect.poll(() => rows(page).count()).toBeGreaterThan(4);

  await page.goto(`${projectPath()}?person=${ann.id}&period=day`);
  await expect.poll(() => rows(page).count()).toBe(3);
  await page.goto(`${projectPath()}?person=${ann.id}&group=MODELS`);
  await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
  await isAccessibleAtEveryWidth(page);
  await page.getByRole('button', { name: 'Show all' }).click();
  await rotated.waitFor();
  await isAccessibleAtEveryWidth(page);
}, 60_000);

test('what the filter selects is saved as CSV, without formulas', async () => {
  const page = await openPage(browser(), service, `${projectPath()}?group=API_KEYS`, ann);
  await rows(page).first().waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/-activity\.csv$/);
  const text = await readFile(await download.path(), 'utf8');
  const lines = text.trim().split('\r\n');
  expect(lines[0]).toBe(
    'time,actor,actor_id,action,subject,subject_id,project,network,sentence,changes,details',
  );
  expect(lines).toHaveLength(6);
  expect(text).toContain('callsPerMinute:  -> 60');
  expect(text).toContain(`"'=HYPERLINK(""x"");'=1+1"`);
  expect(text).not.toContain('deployment.created');
});

test('more entries than a file may have are saved in several, so that nobody can bury one', async () => {
  const { organization, projectId } = ann;
  await sql`
    insert into activity (id, created_at, action, organization_id, project_id, subject_id, subject)
    select ('01900000-0000-7000-8000-' || lpad(number::text, 12, '0'))::uuid, now(), 'deployment.renamed',
      ${organization.id}, ${projectId}, ${organization.id}, 'Number ' || number
    from generate_series(0, 5010) as number`.execute(service.db);
  const page = await openPage(browser(), service, `/projects/${projectId}/activity?group=DEPLOYMENTS`, ann);
  await rows(page).first().waitFor();
  const save = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download', { timeout: 60_000 }),
      page.getByRole('button', { name }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
    return {
      name: download.suggestedFilename(),
      numbers: lines.slice(1).map(line => /Number \d+/.exec(line)?.[0]),
    };
  };
  const numbers = (first: number, last: number) =>
    Array.from({ length: first - last + 1 }, (_, at) => `Number ${first - at}`);
  expect((await save('Download CSV')).numbers).toEqual(numbers(5010, 11));
  await page.getByText('There are older ones').waitFor();
  await isAccessibleAtEveryWidth(page);
  const older = await save('Download older entries');
  expect(older.numbers).toEqual(numbers(10, 0));
  expect(older.name).toMatch(/-activity-2\.csv$/);
  await page.getByText('There are older ones').waitFor({ state: 'detached' });
}, 120_000);

test('an admin or owner opens the organization’s activity from its page, in pages; a member does not', async () => {
  const path = `/organizations/${lab.owner.organization.slug}`;
  for (let at = 0; at < 13; at++) {
    for (const active of [false, true]) {
      await service.ask(
        'mutation ($id: ID!, $active: Boolean!) { setDeploymentActive(id: $id, active: $active) { id } }',
        { id: lab.deploymentId, active },
        lab.owner,
      );
    }
  }
  const page = await openPage(browser(), service, path, lab.owner);
  await page.getByRole('link', { name: 'Show the activity' }).click();
  await page.getByText('Page 1').waitFor();
  await page.getByRole('button', { name: 'Older' }).click();
  await page.getByText('Page 2').waitFor();
  const plan = rows(page).filter({ hasText: 'The operator of the server changed the plan of' });
  await plan.getByText('plan: PRO → ENTERPRISE').waitFor();
  await isAccessibleAtEveryWidth(page);
  await page.getByRole('button', { name: 'Newer' }).click();
  await page.getByText('Page 1').waitFor();

  const other = await openPage(browser(), service, path, ann);
  await other.getByRole('heading', { level: 1 }).waitFor();
  expect(await other.getByRole('link', { name: 'Show the activity' }).count()).toBe(0);
  await other.goto(`${path}/activity`);
  await other.getByRole('heading', { name: 'Organization not found' }).waitFor();
}, 60_000);

test('what a removed colleague did is found by the entry of their removal', async () => {
  const gone = await signUp(service, 'Gabi Gone');
  await join(service, lab.owner, gone, 'CONTRIBUTOR');
  await createKey(service, gone, { deploymentId: lab.deploymentId }, { name: 'Of Gabi' });
  await service.ask(
    'mutation ($input: SetProjectMemberInput!) { setProjectMember(input: $input) { id } }',
    { input: { projectId: lab.owner.projectId, email: gone.email, role: null } },
    lab.owner,
  );
  const page = await openPage(browser(), service, `${projectPath()}?group=MEMBERS`, lab.owner);
  await rows(page)
    .filter({ hasText: `removed ${gone.email} from the project` })
    .waitFor();
  await page.getByRole('combobox', { name: 'Person' }).click();
  await page.getByRole('option', { name: `${gone.email} (not a member)` }).click();
  await page.getByRole('button', { name: 'Show all' }).waitFor();
  await page.goto(`${projectPath()}?person=${gone.id}`);
  await rows(page).filter({ hasText: 'Gabi Gone created API key Of Gabi' }).waitFor();
  expect(await rows(page).count()).toBe(1);
  expect(await page.getByRole('combobox', { name: 'Person' }).inputValue()).toBe('Gabi Gone (not a member)');
  // What is not an id, as somebody may type it, filters nothing.
  await page.goto(`${projectPath()}?person=Gabi&subject=LIMS`);
  await expect.poll(() => rows(page).count()).toBeGreaterThan(4);
});
