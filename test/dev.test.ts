import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cloneProject, npm, paste, temporaryFolder } from './commands.ts';
import { send } from './harness.ts';

/** The time limit of a change on a busy machine; on an idle one with two cores it takes less than two seconds. */
const LIVE_MS = 15_000;

/** Replaces a file of the copy, whose files are links to the originals, like an editor. @returns its old text. */
async function edit(file: string, change: (text: string) => string): Promise<string> {
  const text = await readFile(file, 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  await writeFile(`${file}~`, changed);
  await rename(`${file}~`, file);
  return text;
}

/** The messages that Vite sends to an open page. */
async function hotMessages(url: string): Promise<string[]> {
  const client = await (await fetch(`${url}/@vite/client`)).text();
  const token = /wsToken = "([^"]+)"/.exec(client)?.[1] ?? '';
  const socket = new WebSocket(`${url.replace('http', 'ws')}/?token=${token}`, 'vite-hmr');
  const messages: string[] = [];
  socket.addEventListener('message', ({ data }) => messages.push(JSON.parse(String(data)).type));
  await expect.poll(() => messages).toContain('connected');
  return messages;
}

test('npm run dev serves pages and API on one address, and shows a change of either without a restart', async () => {
  const cwd = await cloneProject(await temporaryFolder());
  const started = npm(['run', 'dev'], { cwd });
  const [curl] = await started.printed(/^curl .*$/m);
  const [, url = ''] = await started.printed(/Dashboard {2}(http:\S+)\/\n/);
  expect(JSON.parse(await paste(curl)).data.predict.predictions[0].value).toBeCloseTo(87.94, 1);
  const viewer = async () => (await send(`${url}/graphql`, '{ viewer { __typename } }')).data?.viewer;
  expect(await viewer()).toBeNull();
  const page = await fetch(`${url}/projects/1`, { headers: { accept: 'text/html' } });
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await page.text()).toContain('src="/main.tsx"');
  expect(await (await fetch(`${url}/graphiql`, { headers: { accept: 'text/html' } })).text()).toContain(
    'GraphiQL',
  );
  expect(await (await fetch(`${url}/api`, { headers: { accept: 'text/html' } })).text()).toContain(
    'Spectrakey · API',
  );
  const description = await fetch(`${url}/api/openapi.json`);
  expect(description.headers.get('content-type')).toContain('application/json');
  // Read to its end: fetch throws outside of the test when a connection closes within an answer that nobody reads.
  expect(await description.text()).toContain('"openapi"');
  const postmaster = () => readFile(join(cwd, '.data-dev', 'postgres', 'cluster', 'postmaster.pid'), 'utf8');
  const before = await postmaster();

  const component = async () => (await fetch(`${url}/app/Pages.tsx`)).text();
  await (await fetch(`${url}/main.tsx`)).text();
  expect(await component()).not.toContain('a changed component');
  const messages = await hotMessages(url);
  await edit(
    join(cwd, 'src/dashboard/app/Pages.tsx'),
    text => `${text}\nconsole.info('a changed component');\n`,
  );
  await expect.poll(() => messages, { timeout: LIVE_MS }).toContain('full-reload');
  expect(await component()).toContain('a changed component');
  expect(started.output()).not.toContain('restarted');

  const resolvers = join(cwd, 'src/accounts/resolvers.ts');
  const text = await edit(resolvers, old =>
    old.replace(/\bviewer: \(_parent, _args, \{ caller \}\) => /, "viewer: () => ({ id: '1' }) ?? "),
  );
  await expect.poll(viewer, { timeout: LIVE_MS }).toEqual({ __typename: 'User' });
  await started.printed(/src\/accounts\/resolvers\.ts changed: the server restarted in \d+ ms/);

  await edit(resolvers, () => 'This is not TypeScript.');
  await started.printed(/The server ended with code 1\. It starts again when a file changes\./);
  expect((await fetch(`${url}/healthz`)).status).toBe(503);
  expect(await component()).toContain('a changed component');
  await edit(resolvers, () => text);
  await expect.poll(async () => (await fetch(`${url}/healthz`)).status, { timeout: LIVE_MS }).toBe(200);
  expect(await viewer()).toBeNull();

  await edit(join(cwd, 'schema.graphql'), schema => schema.replace('type Query', '"changed"\ntype Query'));
  await started.printed(/schema\.graphql changed/);

  expect(await postmaster()).toBe(before);
  started.process.kill('SIGTERM');
  expect(await started.ended).toBe(0);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  await expect(postmaster()).rejects.toThrow('ENOENT');
}, 180_000);
