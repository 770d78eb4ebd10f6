import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, type Service, SIGN_IN, signUp, startService } from '../harness.ts';
import { axeViolations, launchBrowser, openPage } from './browser.ts';

const browser = launchBrowser();
let service: Service;
let person: Person;

beforeAll(async () => {
  service = await startService();
  person = await signUp(service, 'Ada Lovelace');
});
afterAll(() => service.close());

test('a person without a session is led to sign-in, and back to the requested page', async () => {
  const page = await openPage(browser(), service, `/projects/${person.projectId}?from=mail`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('E-mail').fill(person.email);
  await page.locator('input[type=password]').fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`**/projects/${person.projectId}?from=mail`);
});

test('an unknown address is reported after sign-in, with a link back', async () => {
  const page = await openPage(browser(), service, '/project/mistyped', person);
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
  const response = await page.reload();
  expect(response?.status()).toBe(404);
  await page.getByRole('link', { name: 'Spectrakey' }).click();
  await page.waitForURL(`**/projects/${person.projectId}`);
});

test('a link to sign-in leads to no other site', async () => {
  const page = await openPage(browser(), service, '/sign-in?next=//evil.example/phish');
  await page.getByLabel('E-mail').fill(person.email);
  await page.locator('input[type=password]').fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(url => url.pathname !== '/sign-in');
  expect(new URL(page.url()).origin).toBe(service.url);
});

test('a forgotten password: the page explains what to do', async () => {
  const page = await openPage(browser(), service, '/sign-in');
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByRole('button', { name: 'Forgotten your password?' }).click();
  await page.getByText('Ask the operator of this server for a new one.').waitFor();
  await page.getByRole('button', { name: 'Copy the command' }).click();
  await page.getByRole('button', { name: 'Copied the command' }).waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
    `npm run spectrakey -- password ${person.email}`,
  );
});

test('fields show below themselves what is missing, without a bubble of the browser', async () => {
  const page = await openPage(browser(), service, '/sign-up');
  const name = page.getByLabel('Name');
  await page.getByRole('button', { name: 'Create account' }).click();
  for (const text of ['Enter the name.', 'Enter the e-mail.', 'Enter the password.']) {
    await page.getByText(text).waitFor();
  }
  await name.and(page.locator(':focus')).waitFor();
  expect(await name.getAttribute('aria-invalid')).toBe('true');
  await name.fill('Ada');
  await page.getByText('Enter the name.').waitFor({ state: 'detached' });
  await page.getByLabel('E-mail').fill('ada at lab');
  await page.locator('input[type=password]').fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Enter an e-mail address, such as name@lab.example.').waitFor();
  await page.getByText('Enter at least 15 characters.').waitFor();
  expect(await page.evaluate('document.querySelector("form").noValidate')).toBe(true);
});

test('a wrong password is reported, and the page stays', async () => {
  const page = await openPage(browser(), service, '/sign-in');
  await page.getByLabel('E-mail').fill(person.email);
  await page.locator('input[type=password]').fill('not the password at all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('E-mail or password is wrong').waitFor();
});

test('after too many wrong passwords the page shows when to try again', async () => {
  const attacked = { email: 'hacked@lab.example', password: 'not the password at all' };
  for (let count = 0; count < 20; count++) await service.call(SIGN_IN, attacked);
  const page = await openPage(browser(), service, '/sign-in');
  await page.getByLabel('E-mail').fill(attacked.email);
  await page.locator('input[type=password]').fill(attacked.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('Too many attempts. Try again in 15 minutes.').waitFor();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('signing up leads to the first project, and signing out to sign-in with no data left', async () => {
  const page = await openPage(browser(), service, '/sign-up');
  await page.getByLabel('Name').fill('Grace Hopper');
  await page.getByLabel('E-mail').fill('grace@lab.example');
  await page.locator('input[type=password]').fill('nanoseconds of copper wire');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/projects/*');
  const project = page.url();
  await page.getByRole('button', { name: 'Account of Grace Hopper' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.context().cookies()).toEqual([]);
  await page.goto(project);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('a session that ended elsewhere leads to sign-in and back', async () => {
  const { cookie } = await signUp(service, 'Mary Somerville');
  const page = await openPage(browser(), service, '/', { cookie });
  await page.getByRole('button', { name: 'Account of Mary Somerville' }).waitFor();
  await service.ask('mutation { signOut }', {}, { cookie });
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(new URL(page.url()).searchParams.get('next')).toMatch(/^\/projects\//);
});

test('sign-in and sign-up have no accessibility violations', async () => {
  const page = await openPage(browser(), service, '/sign-in');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.goto('/sign-up');
  await page.getByRole('heading', { name: 'Sign up' }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Enter the password.').waitFor();
  expect(await axeViolations(page)).toEqual([]);
});
