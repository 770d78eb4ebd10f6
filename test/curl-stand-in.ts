import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

// Replaces curl on machines without it, with the options of the documented commands.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    header: { type: 'string', short: 'H', multiple: true },
    data: { type: 'string', short: 'd' },
    cookie: { type: 'string', short: 'b' },
    'cookie-jar': { type: 'string', short: 'c' },
  },
});
const [url = ''] = positionals;
const headers = (values.header ?? []).map((header): [string, string] => {
  const [name = '', value = ''] = header.split(/: (.*)/s);
  return [name, value];
});
if (values.cookie && existsSync(values.cookie)) headers.push(['Cookie', readFileSync(values.cookie, 'utf8')]);
const body = values.data?.startsWith('@') ? readFileSync(values.data.slice(1), 'utf8') : (values.data ?? '');
const response = await fetch(url, { method: 'POST', headers, body });
if (values['cookie-jar']) {
  const cookies = response.headers.getSetCookie().map(cookie => cookie.split(';')[0]);
  writeFileSync(values['cookie-jar'], cookies.join('; '));
}
process.stdout.write(await response.text());
