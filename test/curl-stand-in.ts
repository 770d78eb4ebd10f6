import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';

// Replaces curl on machines without it, with the options of the documented commands.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    'show-error': { type: 'boolean', short: 'S' },
    header: { type: 'string', short: 'H', multiple: true },
    data: { type: 'string', short: 'd' },
    cookie: { type: 'string', short: 'b' },
    'cookie-jar': { type: 'string', short: 'c' },
    retry: { type: 'string', default: '0' },
    'retry-max-time': { type: 'string', default: '600' },
    'retry-connrefused': { type: 'boolean' },
  },
});
const [url = ''] = positionals;
const headers = (values.header ?? []).map((header): [string, string] => {
  const [name = '', value = ''] = header.split(/: (.*)/s);
  return [name, value];
});
if (values.cookie && existsSync(values.cookie)) headers.push(['Cookie', readFileSync(values.cookie, 'utf8')]);
const body = values.data?.startsWith('@') ? readFileSync(values.data.slice(1), 'utf8') : (values.data ?? '');

async function send(retries: number): Promise<Response> {
  const answer = await fetch(url, { method: 'POST', headers, body });
  const seconds = Number(answer.headers.get('retry-after') ?? 1);
  const isTemporary = [408, 429, 500, 502, 503, 504].includes(answer.status);
  if (!isTemporary || retries === 0 || seconds > Number(values['retry-max-time'])) return answer;
  await wait(seconds * 1000);
  return await send(retries - 1);
}
const response = await send(Number(values.retry));
if (values['cookie-jar']) {
  const cookies = response.headers.getSetCookie().map(cookie => cookie.split(';')[0]);
  writeFileSync(values['cookie-jar'], cookies.join('; '));
}
process.stdout.write(await response.text());
