import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  createKey,
  demonstration,
  deploy,
  gasoline,
  join,
  type Lab,
  openLab,
  type Person,
  PREDICT,
  type Service,
  signUp,
  startService,
} from '../harness.ts';
import { chooseOption, isAccessibleAtEveryWidth, launchBrowser, openPage, stands } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let lab: Lab;
let viewer: Person;
let contributor: Person;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  viewer = await signUp(service, 'Vera Viewer');
  contributor = await signUp(service, 'Carl Contributor');
  await join(service, lab.owner, viewer, 'VIEWER');
  await join(service, lab.owner, contributor, 'CONTRIBUTOR');
});
afterAll(() => service.close());

const projectPath = () => `/projects/${lab.owner.projectId}`;

async function isActive(deploymentId: string): Promise<boolean | undefined> {
  const { deployment } = await service.ask(
    'query ($id: ID!) { deployment(id: $id) { active } }',
    { id: deploymentId },
    lab.owner,
  );
  return deployment?.active;
}

test('deployments are listed with name, model and version, target, switch and day, newest first', async () => {
  const { deploymentId } = await deploy(service, lab.owner, demonstration('octane.onnx'), 'Second line');
  const page = await openPage(browser(), service, projectPath(), lab.owner);
  const row = page.getByRole('row', { name: /Second line/ });
  const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });
  for (const text of ['Second line, version 1', 'octane number', day.format(new Date())]) {
    await row.getByRole('cell', { name: text, exact: true }).waitFor();
  }
  expect(await row.getByRole('switch', { name: 'Second line is active' }).isChecked()).toBe(true);
  const names = await page.getByRole('row').getByRole('link').allInnerTexts();
  expect(names.indexOf('Second line')).toBeLessThan(names.indexOf('Octane'));
  await row.getByRole('link', { name: 'Second line' }).click();
  await page.waitForURL(`**/deployments/${deploymentId}`);
});

test('the switch in the list switches the deployment, by mouse and by keyboard', async () => {
  const { deploymentId } = await deploy(service, lab.owner, demonstration('octane.onnx'), 'Switched');
  const page = await openPage(browser(), service, projectPath(), contributor);
  const active = page.getByRole('switch', { name: 'Switched is active' });
  await active.click();
  await page.getByRole('dialog', { name: 'Switch “Switched” off?' }).waitFor();
  await page.getByRole('button', { name: 'Switch off' }).click();
  await page
    .getByRole('row', { name: /Switched/ })
    .getByText('Inactive')
    .waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await isActive(deploymentId)).toBe(false);
  await active.focus();
  await page.keyboard.press('Space');
  await expect.poll(() => isActive(deploymentId)).toBe(true);
  await page.reload();
  await active.waitFor();
  expect(await active.isChecked()).toBe(true);
});

test('the switch on the deployment’s page does the same, and the list is updated', async () => {
  const { deploymentId } = await deploy(service, lab.owner, demonstration('octane.onnx'), 'On its page');
  const page = await openPage(browser(), service, `/deployments/${deploymentId}`, lab.owner);
  await page.getByRole('switch', { name: 'On its page is active' }).click();
  await page.getByRole('button', { name: 'Switch off' }).click();
  await expect.poll(() => isActive(deploymentId)).toBe(false);
  await page.getByRole('link', { name: 'First project' }).click();
  await page
    .getByRole('row', { name: /On its page/ })
    .getByText('Inactive')
    .waitFor();
});

test('the switch asks before it cuts callers off, and names the keys that were used in the last day', async () => {
  const { deploymentId } = await deploy(service, lab.owner, demonstration('octane.onnx'), 'In use');
  const today = await createKey(service, lab.owner, { deploymentId }, { name: 'LIMS, line 3' });
  const old = await createKey(service, lab.owner, { deploymentId }, { name: 'Last month' });
  await createKey(service, lab.owner, { deploymentId }, { name: 'Never used' });
  await service.ask(PREDICT, { deploymentId, spectra: gasoline() }, today);
  await service.db
    .updateTable('apiKeys')
    .set({ lastUsedAt: new Date(Date.now() - 26 * 60 * 60 * 1000) })
    .where('id', '=', old.id)
    .execute();
  const page = await openPage(browser(), service, `/deployments/${deploymentId}`, contributor);
  const active = page.getByRole('switch', { name: 'In use is active' });
  await active.click();
  const dialog = page.getByRole('dialog', { name: 'Switch “In use” off?' });
  await dialog.getByText('One API key that reaches it was used in the last day').waitFor();
  const named = await dialog.getByRole('listitem').allInnerTexts();
  expect(named).toEqual([expect.stringMatching(/^LIMS, line 3 \(sk_.{9}\.\.\.\), just now$/)]);
  expect(await isActive(deploymentId)).toBe(true);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await active.isChecked()).toBe(true);
  expect(await isActive(deploymentId)).toBe(true);
});

test('the document’s title names the tab', async () => {
  const page = await openPage(browser(), service, projectPath(), lab.owner);
  await page.getByRole('row', { name: /^Octane/ }).waitFor();
  expect(await page.title()).toBe('Deployments · First project · Spectrakey');
  await page.getByRole('tab', { name: 'API keys' }).click();
  await expect.poll(() => page.title()).toBe('API keys · First project · Spectrakey');
  await page.goto(`/deployments/${lab.deploymentId}/logs`);
  await expect.poll(() => page.title()).toBe('Logs · Octane · Spectrakey');
});

test('a list shows changes made elsewhere when its tab comes to the front', async () => {
  const page = await openPage(browser(), service, projectPath(), lab.owner);
  await page.getByRole('row', { name: /^Octane/ }).waitFor();
  await deploy(service, lab.owner, demonstration('octane.onnx'), 'Made in another tab');
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await page.getByRole('row', { name: /^Made in another tab/ }).waitFor();
});

test('a lost connection removes nothing, and an error disappears once the connection is back', async () => {
  const page = await openPage(browser(), service, projectPath(), lab.owner);
  await page.getByRole('row', { name: /^Octane/ }).waitFor();
  await page.route('**/graphql', route => route.abort());
  await page.evaluate("window.dispatchEvent(new Event('focus'))");
  await page.getByRole('tab', { name: 'Models' }).click();
  await page.getByRole('alert').getByText('The server could not be reached').waitFor();
  await page.getByRole('tab', { name: 'Deployments' }).click();
  await page.getByRole('row', { name: /^Octane/ }).waitFor();
  await page.getByRole('tab', { name: 'Models' }).click();
  await page.getByRole('alert').getByText('The server could not be reached').waitFor();
  await page.unroute('**/graphql');
  // Without a click: it is retried every few seconds.
  await page.getByRole('row', { name: /Octane/ }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('a switch that the server refuses turns back and shows the reason', async () => {
  const person = await signUp(service, 'Former Contributor');
  await join(service, lab.owner, person, 'CONTRIBUTOR');
  const page = await openPage(browser(), service, projectPath(), person);
  const active = page.getByRole('switch', { name: 'Octane is active' });
  await active.waitFor();
  await join(service, lab.owner, person, 'VIEWER');
  await active.click();
  await page.getByRole('button', { name: 'Switch off' }).click();
  await page.getByRole('alert').getByText('Your role does not allow this').waitFor();
  expect(await active.isChecked()).toBe(true);
});

test('a new deployment shows the chosen model, takes its name, and leads to its page', async () => {
  await deploy(service, lab.owner, demonstration('oil-type.onnx'), 'Oil type');
  const page = await openPage(browser(), service, projectPath(), lab.owner);
  await page.getByRole('button', { name: 'New deployment' }).click();
  const dialog = page.getByRole('dialog', { name: 'New deployment' });
  const preview = dialog.getByRole('group', { name: 'The chosen model' });
  const name = dialog.getByLabel('Name');
  expect(await preview.innerText()).toMatch(
    /Name\s+Oil type, version 1\s+Target\s+octane number\s+Kind\s+Classification/,
  );
  expect(await name.inputValue()).toBe('Oil type');

  await chooseOption(page, 'Model', 'Octane, version 1');
  expect(await preview.innerText()).toMatch(/Name\s+Octane, version 1/);
  expect(await name.inputValue()).toBe('Octane');

  await name.fill('Tank farm');
  await chooseOption(page, 'Model', 'Oil type, version 1');
  expect(await name.inputValue()).toBe('Tank farm');

  await dialog.getByLabel('Description').fill('Called by the tank farm’s LIMS.');
  await dialog.getByRole('button', { name: 'Create deployment' }).click();
  await page.waitForURL('**/deployments/*');
  await page.getByRole('heading', { level: 1, name: 'Tank farm' }).waitFor();
  await page.getByText('Called by the tank farm’s LIMS.').waitFor();
  await page.getByText('Oil type, version 1').waitFor();
});

test('viewers see everything of a project and no control to change it', async () => {
  const page = await openPage(browser(), service, projectPath(), viewer);
  const main = page.getByRole('main');
  await page.getByRole('row', { name: /^Octane.*Active/ }).waitFor();
  expect(await main.getByRole('button').count()).toBe(0);
  expect(await main.getByRole('switch').count()).toBe(0);
  await page.getByRole('tab', { name: 'Members' }).click();
  await page.getByText(viewer.email).waitFor();
  expect(await main.getByRole('button').count()).toBe(0);
  expect(await main.getByRole('combobox').count()).toBe(0);
  await page.goto(`/deployments/${lab.deploymentId}`);
  await page.getByRole('heading', { level: 1, name: 'Octane' }).waitFor();
  await main.getByText('Active', { exact: true }).waitFor();
  expect(await main.getByRole('switch').count()).toBe(0);
});

test('each tab of a project has its own address', async () => {
  const page = await openPage(browser(), service, projectPath(), lab.owner);
  for (const [tab, end, heading] of [
    ['Models', '/models', 'Models'],
    ['API keys', '/api-keys', 'API keys'],
    ['Members', '/members', 'Members'],
    ['Deployments', '', 'Deployments'],
  ] as const) {
    await page.getByRole('tab', { name: tab }).click();
    await page.waitForURL(`**${projectPath()}${end}`);
    await page.reload();
    await page.getByRole('tabpanel').getByRole('heading', { name: heading, exact: true }).waitFor();
    expect(await page.getByRole('tab', { name: tab, selected: true }).count()).toBe(1);
  }
  await page.goBack();
  await page.waitForURL('**/members');
});

test('a project or organization that does not exist and one of another person get the same page', async () => {
  const stranger = await signUp(service, 'Stranger');
  const paths = [
    ['Project not found', projectPath()],
    ['Project not found', `${projectPath()}/members`],
    ['Project not found', '/projects/01900000-0000-7000-8000-000000000000'],
    ['Project not found', '/projects/nonsense/models'],
    ['Organization not found', `/organizations/${lab.owner.organization.slug}`],
    ['Organization not found', '/organizations/nowhere'],
    ['Deployment not found', `/deployments/${lab.deploymentId}`],
  ] as const;
  const page = await openPage(browser(), service, '/', stranger);
  for (const [title, path] of paths) {
    await page.goto(path);
    await page.getByRole('heading', { name: title }).waitFor();
    await page.getByText('It does not exist, or is not visible to you.').waitFor();
    await page.getByRole('link', { name: 'Go to your projects' }).waitFor();
  }
});

test('a project that an admin creates opens, and is in the menu', async () => {
  const admin = await signUp(service, 'Ada Admin');
  await join(service, lab.owner, admin, null, 'ADMIN');
  const page = await openPage(browser(), service, `/organizations/${lab.owner.organization.slug}`, admin);
  // The admin sees none of the organization's projects yet: the list is empty.
  await page.getByText('No project that you can see').waitFor();
  await page.getByRole('button', { name: 'New project' }).click();
  const dialog = page.getByRole('dialog', { name: 'New project' });
  await dialog.getByLabel('Name').fill('Mayonnaise');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/projects/*');
  await page.getByRole('heading', { level: 1, name: 'Mayonnaise' }).waitFor();
  await page.getByText('Register your first model').waitFor();
  await page.getByRole('button', { name: 'Projects' }).click();
  await page.getByRole('menuitem', { name: 'Mayonnaise' }).waitFor();
});

test('members of an organization who are not admins create no project', async () => {
  const page = await openPage(browser(), service, `/organizations/${lab.owner.organization.slug}`, viewer);
  await page.getByRole('link', { name: 'First project' }).waitFor();
  expect(await page.getByRole('button', { name: 'New project' }).count()).toBe(0);
});

test('the plan is shown with its limits and the command that raises it', async () => {
  const { slug } = lab.owner.organization;
  const page = await openPage(browser(), service, `/organizations/${slug}`, lab.owner);
  const plan = page.getByRole('region', { name: 'Plan' });
  expect(await plan.innerText()).toMatch(
    /Pro[\s\S]*Included[\s\S]*10 in each project[\s\S]*100,000 for each deployment/,
  );
  await plan.getByRole('button', { name: 'Copy the command' }).click();
  await plan.getByRole('button', { name: 'Copied the command' }).waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
    `npm run spectrakey -- plan ${slug} enterprise`,
  );
});

test('a list that cannot be loaded is reported, and loads on retry', async () => {
  const page = await openPage(browser(), service, '/', lab.owner);
  await page.route('**/graphql', route =>
    route.request().postData()?.includes('Deployments') ? route.abort() : route.continue(),
  );
  await page.goto(projectPath());
  await page.getByRole('alert').getByText('The server could not be reached').waitFor();
  await page.unroute('**/graphql');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('row', { name: /^Octane/ }).waitFor();
});

test('a fault of the server is reported, and not shown as a missing project', async () => {
  const page = await openPage(browser(), service, '/', lab.owner);
  const fault = { message: 'The service is temporarily unavailable.' };
  const faulty = /query (ProjectPage|Deployments|Models|ProjectMembers|OrganizationMembers)/;
  await page.route('**/graphql', route =>
    faulty.test(route.request().postData() ?? '')
      ? route.fulfill({ json: { data: { project: null, viewer: null }, errors: [fault] } })
      : route.continue(),
  );
  for (const path of [
    projectPath(),
    `${projectPath()}/models`,
    `${projectPath()}/members`,
    `/organizations/${lab.owner.organization.slug}`,
  ]) {
    await page.goto(path);
    await page.getByRole('alert').getByText(fault.message).first().waitFor();
    expect(await page.getByText('not found').count()).toBe(0);
  }
});

test('the layout does not shift when the deployments arrive', async () => {
  const page = await openPage(browser(), service, '/', lab.owner);
  const held = Promise.withResolvers<void>();
  await page.route('**/graphql', async route => {
    if (route.request().postData()?.includes('query Deployments')) await held.promise;
    await route.continue();
  });
  await page.goto(projectPath());
  await page.getByText('Loading deployments…').waitFor({ state: 'attached' });
  const places = () =>
    page.evaluate(`['h1', 'h2', '[role=tablist]', 'thead th', 'tbody tr'].map(selector => {
      const { top, left, height } = document.querySelector(selector).getBoundingClientRect();
      return [selector, top, left, selector === 'thead th' ? 0 : height];
    })`);
  const before = await places();
  held.resolve();
  await page.getByRole('row', { name: /^Octane/ }).waitFor();
  expect(await places()).toEqual(before);
});

test('a page that fails to render leaves the frame, and the next page renders again', async () => {
  const context = await browser().newContext({ baseURL: service.url });
  onTestFinished(() => context.close());
  const [name = '', value = ''] = lab.owner.cookie.split('=');
  await context.addCookies([{ name, value, url: service.url }]);
  // Not openPage: React logs the errors that an error boundary catches, and this test causes one.
  const page = await context.newPage();
  await page.route('**/graphql', async route => {
    if (!route.request().postData()?.includes('query Models')) return await route.continue();
    await route.fulfill({ json: { data: { project: { id: 'x', role: 'OWNER', models: [null] } } } });
  });
  await page.goto(`${projectPath()}/models`);
  await page.getByRole('alert').getByText('This page could not be shown').waitFor();
  await page.getByRole('button', { name: 'Projects' }).click();
  await page.getByRole('menuitem', { name: 'First project' }).click();
  await page.getByRole('row', { name: /^Octane/ }).waitFor();
});

describe('there are no accessibility violations, and everything fits 360 pixels', () => {
  const open = (path: string) => openPage(browser(), service, path, lab.owner);

  test('on a project, and in the dialog for a new deployment', async () => {
    const page = await open(projectPath());
    await page.getByRole('row', { name: /^Octane/ }).waitFor();
    await isAccessibleAtEveryWidth(page);
    await page.getByRole('button', { name: 'New deployment' }).click();
    await stands(page, 'dialog');
    await isAccessibleAtEveryWidth(page);
  });

  test('on an organization, and in the dialog for a new project', async () => {
    const page = await open(`/organizations/${lab.owner.organization.slug}`);
    await page.getByText(viewer.email).waitFor();
    await isAccessibleAtEveryWidth(page);
    await page.getByRole('button', { name: 'New project' }).click();
    await stands(page, 'dialog');
    await isAccessibleAtEveryWidth(page);
  });

  test('on a deployment, and where nothing is found', async () => {
    const page = await open(`/deployments/${lab.deploymentId}`);
    await page.getByRole('switch').waitFor();
    await isAccessibleAtEveryWidth(page);
    await page.goto('/projects/nonsense');
    await page.getByRole('heading', { name: 'Project not found' }).waitFor();
    await isAccessibleAtEveryWidth(page);
  });
});
