import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

// Plays curl, with the options of the command that a first start prints, on machines that have none.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    header: { type: 'string', short: 'H', multiple: true },
    data: { type: 'string', short: 'd' },
  },
});
const [url = ''] = positionals;
const headers = (values.header ?? []).map((header): [string, string] => {
  const [name = '', value = ''] = header.split(/: (.*)/s);
  return [name, value];
});
const body = values.data?.startsWith('@') ? readFileSync(values.data.slice(1), 'utf8') : (values.data ?? '');
const response = await fetch(url, { method: 'POST', headers, body });
process.stdout.write(await response.text());
