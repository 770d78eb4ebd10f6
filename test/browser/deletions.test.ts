import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
import { isAccessibleAtEveryWidth, launchBrowser, openPage, stands } from './browser.ts';

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

const projectPath = () => `/projects/${lab.owner.projectId}`;

/** Opens the menu of an item, and one of its dialogs. */
async function choose(page: Awaited<ReturnType<typeof openPage>>, title: string, item: 'Rename' | 'Delete') {
  await page.getByRole('button', { name: `Actions for ${title}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
  await stands(page, 'dialog');
  return page.getByRole('dialog');
}

test('a deployment is renamed in the list, and deleted from its page after the dialog lists what is deleted', async () => {
  const { deploymentId } = await deploy(service, lab.owner, undefined, 'Second line');
  await createKey(service, lab.owner, { deploymentId }, { name: 'LIMS, building 4' });
  await createKey(service, lab.owner, { projectId: lab.owner.projectId }, { name: 'Wide' });
  await service.ask(PREDICT, { deploymentId, spectra: gasoline() }, lab.owner);
  const page = await openPage(browser(), service, projectPath(), lab.owner);
  const renaming = await choose(page, 'Second line', 'Rename');
  await renaming.getByLabel('Name').fill('Fuel line');
  await renaming.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('link', { name: 'Fuel line' }).click();
  await page.getByRole('heading', { name: 'Fuel line' }).waitFor();

  const deleting = await choose(page, 'Fuel line', 'Delete');
  await deleting.getByText('1 API key of this deployment is revoked and deleted.').waitFor();
  await deleting.getByText('“LIMS, building 4”').waitFor();
  await deleting.getByText('Its prediction logs stay').waitFor();
  await deleting.getByRole('button', { name: 'Delete deployment' }).click();
  await page.waitForURL(`**${projectPath()}`);
  await page.getByRole('link', { name: 'Octane', exact: true }).waitFor();
  await page.getByRole('link', { name: 'Fuel line' }).waitFor({ state: 'detached' });
  await page.getByRole('tab', { name: 'Logs' }).click();
  await page.getByRole('cell', { name: 'Fuel line (deleted)' }).waitFor();
  await isAccessibleAtEveryWidth(page);
});

test('a model that a deployment calls is not deleted, and the dialog names the deployment', async () => {
  await deploy(service, lab.owner, undefined, 'Twice');
  const { registerModel } = await service.ask(
    'mutation ($input: RegisterModelInput!) { registerModel(input: $input) { id } }',
    {
      input: {
        projectId: lab.owner.projectId,
        name: 'Twice',
        targetProperty: 'octane number',
        onnx: demonstration('octane.onnx').toString('base64'),
      },
    },
    lab.owner,
  );
  expect(registerModel.id).toBeDefined();
  const page = await openPage(browser(), service, `${projectPath()}/models`, lab.owner);
  const refused = await choose(page, 'Twice, version 1', 'Delete');
  await refused.getByRole('button', { name: 'Delete model' }).click();
  await refused
    .getByRole('alert')
    .getByText('A deployment calls this model: "Twice". Delete it first.')
    .waitFor();
  await refused.getByRole('button', { name: 'Cancel' }).click();
  const deleting = await choose(page, 'Twice, version 2', 'Delete');
  await deleting.getByRole('button', { name: 'Delete model' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await expect.poll(() => page.getByRole('button', { name: 'Deploy Twice, version 2' }).count()).toBe(0);
  const renaming = await choose(page, 'Twice, version 1', 'Rename');
  await renaming.getByLabel('Name').fill('Once');
  await renaming.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('button', { name: 'Deploy Once, version 1' }).waitFor();
});

test('a project and an organization are deleted by their owners after the name is typed', async () => {
  const { owner, deploymentId } = await openLab(service, 'PRO', 'Dora Deleter');
  await service.ask(PREDICT, { deploymentId, spectra: gasoline() }, owner);
  await createKey(service, owner, { deploymentId });
  const page = await openPage(browser(), service, `/projects/${owner.projectId}`, owner);
  await page.getByRole('heading', { name: 'First project' }).waitFor();
  const project = await choose(page, 'First project', 'Delete');
  await project.getByText('1 deployment and 1 model go.').waitFor();
  await project
    .getByText('1 API key is revoked and deleted: programs that call with it are refused')
    .waitFor();
  const confirm = project.getByRole('button', { name: 'Delete project' });
  expect(await confirm.isDisabled()).toBe(true);
  await project.getByLabel('Type the name of the project to confirm').fill('First project');
  await confirm.click();
  await page.waitForURL(`**/organizations/${owner.organization.slug}`);
  await page.getByText('No project that you can see').waitFor();

  const renaming = await choose(page, "Dora's laboratory", 'Rename');
  await renaming.getByLabel('Name').fill('Laboratory');
  await renaming.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('heading', { name: 'Laboratory' }).waitFor();
  const organization = await choose(page, 'Laboratory', 'Delete');
  await organization.getByLabel('Type the name of the organization to confirm').fill('Laboratory');
  await organization.getByRole('button', { name: 'Delete organization' }).click();
  await page.getByText('No organization yet').waitFor();
  const { viewer: left } = await service.ask('{ viewer { organizations { id } } }', {}, owner);
  expect(left?.organizations).toEqual([]);
});

test('the plan shows its usage', async () => {
  const { owner } = await openLab(service, 'FREE', 'Una User');
  const page = await openPage(browser(), service, `/organizations/${owner.organization.slug}`, owner);
  const plan = page.getByRole('region', { name: 'Plan' });
  for (const text of ['1 of 3', '1 of 10', '1 of 5', '0 of 100 MB']) await plan.getByText(text).waitFor();
});

test('the menu is hidden without permission to rename or delete', async () => {
  for (const path of [projectPath(), `${projectPath()}/models`, `/deployments/${lab.deploymentId}`]) {
    const page = await openPage(browser(), service, path, viewer);
    await page.getByText('octane number').filter({ visible: true }).first().waitFor();
    expect(await page.getByRole('button', { name: /^Actions for/ }).count()).toBe(0);
  }
});

describe('at every width, axe-core finds nothing wrong with', () => {
  test('the plan', async () => {
    const page = await openPage(
      browser(),
      service,
      `/organizations/${lab.owner.organization.slug}`,
      lab.owner,
    );
    await page
      .getByText(/of 20$/)
      .first()
      .waitFor();
    await isAccessibleAtEveryWidth(page);
  });

  test('the dialogs', async () => {
    const page = await openPage(browser(), service, `/deployments/${lab.deploymentId}`, lab.owner);
    await choose(page, 'Octane', 'Delete');
    await page.getByText('Its prediction logs stay').waitFor();
    await isAccessibleAtEveryWidth(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await choose(page, 'Octane', 'Rename');
    await isAccessibleAtEveryWidth(page);
  });

  test('the lists with their menus', async () => {
    for (const path of [projectPath(), `${projectPath()}/models`]) {
      const page = await openPage(browser(), service, path, lab.owner);
      await page
        .getByRole('button', { name: /^Actions for Octane/ })
        .first()
        .waitFor();
      await isAccessibleAtEveryWidth(page);
    }
  });
});
