#!/usr/bin/env node
// Sends every file of spectra that appears in a folder to a deployment, and writes the predictions to another folder.
// One file for Node.js 22 and later, on Windows too, without dependencies. See `node spectrakey-watch.mjs --help`.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const HELP = `Usage: node spectrakey-watch.mjs --in FOLDER --out FOLDER --deployment ID [options]

  --in FOLDER        where the instrument writes its files (CSV, JCAMP-DX, SPC)
  --out FOLDER       where the predictions are written, as NAME.csv and NAME.json
  --deployment ID    the deployment that predicts
  --server URL       the server (or SPECTRAKEY_URL; http://localhost:4000)
  --key-file FILE    a file with the API key (or SPECTRAKEY_API_KEY, the key itself)
  --interval SECONDS how often the folder is read (2). A file is sent once it did not change in between
  --once             end when every file is sent, instead of waiting for more

Answered files move to done/ in the folder of --in, refused ones to failed/ with the reason, and files that may have been
charged, but whose answer was not received for 24 hours, to unclear/.`;

const FILES = /\.(csv|tsv|jdx|dx|jcm|spc)$/i;
/** The server takes bodies of 24 MiB; the form around a file takes less than 4 KiB. */
const MAX_BYTES = 24 * 1024 * 1024 - 4096;
/** The server replays a call for 24 hours. What was sent earlier than this is not sent again. */
const MAX_UNKNOWN_MS = 24 * 60 * 60 * 1000 - 10 * 60 * 1000;
/** How long the journal remembers answered files. */
const JOURNAL_MS = 30 * 24 * 60 * 60 * 1000;
const REQUEST_MS = 150_000;
const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 15 * 60 * 1000;

/** Statuses after which a call may nevertheless have been charged. */
const UNKNOWN = new Set([500, 502, 503, 504]);
/** Errors of a connection that was never made: nothing was sent. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Statuses whose cause is not the file: it stays, and is sent again. */
const TEMPORARY = new Set([401, 403, 404, 408, 409, 421, 429, 500, 502, 503, 504]);

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
};

const log = (name, text) => console.log(`${new Date().toISOString()} ${name}: ${text}`);

/** Writes a file completely or not at all. */
function writeWhole(file, text) {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.tmp`);
  const handle = fs.openSync(temporary, 'w');
  try {
    fs.writeFileSync(handle, text);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(temporary, file);
}

/**
 * Opens the journal: one JSON object a line, with the last state of each file by its idempotency key.
 * `sent`: may have been charged since `at`, by the key `by`. `refused`: was not charged. `answered`: the predictions are
 * written. `done`: the file was moved.
 */
function openJournal(file, now) {
  const entries = new Map();
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  for (const line of text.split('\n')) {
    try {
      const entry = JSON.parse(line);
      entries.set(entry.key, entry);
    } catch {
      // The last line of a process that was killed while it wrote.
    }
  }
  for (const [key, { state, at }] of entries) {
    if (state !== 'sent' && now - Date.parse(at) > JOURNAL_MS) entries.delete(key);
  }
  writeWhole(file, [...entries.values()].map(entry => `${JSON.stringify(entry)}\n`).join(''));
  const handle = fs.openSync(file, 'a');
  return {
    get: key => entries.get(key),
    record(key, entry) {
      const whole = { key, at: new Date().toISOString(), ...entry };
      // On a line of its own, also after one that was cut off when the disk was full.
      fs.appendFileSync(handle, `\n${JSON.stringify(whole)}\n`);
      fs.fsyncSync(handle);
      entries.set(key, whole);
    },
  };
}

/** A cell of CSV. A text that a spreadsheet would take for a formula gets an apostrophe. */
function cell(value) {
  if (value === null || value === undefined) return '';
  const text =
    typeof value === 'string' && /^[=+\-@\t\r\n＝＋－＠]/u.test(value) ? `'${value}` : String(value);
  return /[",\r\n;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvOf({ predictions, model, log_id }) {
  const rows = predictions.map(prediction => [
    prediction.sample_name,
    prediction.value,
    model.unit,
    model.target_property,
    prediction.applicability?.verdict,
    prediction.in_calibration_range,
    prediction.file,
    log_id,
  ]);
  const heading =
    'sample_name,value,unit,target_property,applicability,in_calibration_range,file,log_id'.split(',');
  return [heading, ...rows].map(row => `${row.map(cell).join(',')}\r\n`).join('');
}

/** A path in a folder that no file has yet: with a part of the key before its ending if the name is taken. */
function freePath(folder, name, key) {
  const { name: stem, ext } = path.parse(name);
  const candidates = [name, `${stem}.${key.slice(0, 8)}${ext}`];
  for (let number = 2; ; number++) {
    const candidate = path.join(folder, candidates.shift() ?? `${stem}.${key.slice(0, 8)}.${number}${ext}`);
    if (!fs.existsSync(candidate)) return candidate;
  }
}

/** The paths of the predictions of a file, without their endings: another file of the same name keeps its own. */
function outputOf(out, name, key) {
  const isOther = base => {
    try {
      return JSON.parse(fs.readFileSync(`${base}.json`, 'utf8')).idempotency_key !== key;
    } catch {
      return fs.existsSync(`${base}.json`);
    }
  };
  const base = path.join(out, name);
  return isOther(base) ? path.join(out, `${name}.${key.slice(0, 8)}`) : base;
}

const isWritten = base => fs.existsSync(`${base}.json`) && fs.existsSync(`${base}.csv`);

/** Moves a file out of the watched folder. */
function move(settings, name, kind, key, reason) {
  const folder = path.join(settings.in, kind);
  fs.mkdirSync(folder, { recursive: true });
  const target = freePath(folder, name, key);
  // First the reason: a file that was moved has one.
  if (reason !== undefined) writeWhole(`${target}.reason.txt`, `${reason}\n`);
  fs.renameSync(path.join(settings.in, name), target);
  log(name, reason === undefined ? `moved to ${kind}` : `moved to ${kind}: ${reason}`);
}

/** Reads the key anew for each call, so that a replaced key is used without a restart. */
function readKey({ keyFile }) {
  const key = keyFile === undefined ? process.env.SPECTRAKEY_API_KEY : fs.readFileSync(keyFile, 'utf8');
  return (key ?? '').trim();
}

/** Sends a file. Returns the status, the answer or problem, and the seconds of Retry-After. */
async function send({ server, deployment }, name, bytes, key, rawKey) {
  const form = new FormData();
  form.append('file', new Blob([bytes]), name);
  const response = await fetch(`${server}/api/deployments/${encodeURIComponent(deployment)}/predict/file`, {
    method: 'POST',
    headers: { authorization: `Api-Key ${rawKey}`, 'idempotency-key': `"${key}"` },
    body: form,
    redirect: 'error',
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  const text = await response.text();
  let body = {};
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy's page.
  }
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return { status: response.status, body, retryAfter };
}

/**
 * Handles a file that has stopped growing. Returns undefined when the file is settled, otherwise for how long to wait
 * (`ms`, by the number of attempts if undefined) and whether other files would fail too.
 */
async function handle(settings, journal, name) {
  const file = path.join(settings.in, name);
  const before = fs.statSync(file);
  if (before.size > MAX_BYTES) {
    const key = sha256(settings.deployment, name, String(before.size));
    move(settings, name, 'failed', key, 'The file is larger than 24 MiB. Split it into several files.');
    return undefined;
  }
  const bytes = fs.readFileSync(file);
  if (bytes.length !== before.size || fs.statSync(file).mtimeMs !== before.mtimeMs) return { ms: 0 };
  const key = sha256(settings.deployment, name, bytes);
  /** Whether the file still holds what was sent: an instrument may write the next measurement under the same name. */
  const isSame = () => sha256(settings.deployment, name, fs.readFileSync(file)) === key;
  const output = outputOf(settings.out, name, key);
  const entry = journal.get(key);

  /** Moves the file, unless it was overwritten meanwhile: the new content is then sent, too. */
  const settle = (kind, reason) => {
    if (!isSame()) return { ms: 0, why: 'It was overwritten while it was sent.' };
    move(settings, name, kind, key, reason);
    return undefined;
  };
  const finish = () => {
    const left = settle('done');
    if (!left) journal.record(key, { name, state: 'done' });
    return left;
  };
  // Written before a restart, or the same file once more. Another program may have collected the predictions since.
  if (isWritten(output) || entry?.state === 'answered') return finish();
  let rawKey;
  try {
    rawKey = readKey(settings);
  } catch (error) {
    return { all: true, why: `The file with the key cannot be read (${error.code}).` };
  }
  if (rawKey === '') return { all: true, why: 'There is no key. Set SPECTRAKEY_API_KEY, or use --key-file.' };
  const by = sha256(rawKey).slice(0, 16);
  if (entry?.state === 'sent') {
    const age = Date.now() - Date.parse(entry.at);
    const why =
      entry.by !== by
        ? 'with another key'
        : age > MAX_UNKNOWN_MS || age < -60_000
          ? 'more than 24 hours ago (or the clock was changed)'
          : undefined;
    if (why !== undefined) {
      const reason = `The file was sent ${why}, at ${entry.at}, without an answer. It may have been charged. Look it up in the logs of the deployment; to send it again, move it back under another name.`;
      return settle('unclear', reason);
    }
  } else journal.record(key, { name, state: 'sent', by });

  // Unless an earlier attempt may still be charged.
  const isFirst = entry?.state !== 'sent';
  const recordRefusal = () => {
    if (isFirst) journal.record(key, { name, state: 'refused' });
  };
  let answer;
  try {
    answer = await send(settings, name, bytes, key, rawKey);
  } catch (error) {
    const code = error.cause?.code ?? error.message;
    if (NOT_SENT.has(code)) recordRefusal();
    return { all: true, why: `No answer (${code}).` };
  }
  const { status, body, retryAfter } = answer;
  if (status === 200 && Array.isArray(body.predictions)) {
    writeWhole(`${output}.csv`, csvOf(body));
    const whole = { ...body, idempotency_key: key, deployment_id: settings.deployment };
    writeWhole(`${output}.json`, `${JSON.stringify(whole, null, 2)}\n`);
    journal.record(key, { name, state: 'answered', log_id: body.log_id });
    log(name, `${body.predictions.length} predictions`);
    return finish();
  }
  const why = `${status} ${body.code ?? ''} ${body.detail ?? ''}`.trim();
  // Without a code it is the answer of a proxy, which may have given up waiting for the server's.
  const isForeign = body.code === undefined && status !== 413;
  const isUnknown = isForeign || (UNKNOWN.has(status) && body.code !== 'MODEL_FAILED');
  if (!isUnknown) recordRefusal();
  if (body.code === 'IDEMPOTENCY_KEY_REUSED') {
    return settle(
      'unclear',
      `${why} An earlier call of this file was answered differently, for example before the model had its x axis.`,
    );
  }
  if (isForeign || (TEMPORARY.has(status) && body.code !== 'MODEL_FAILED')) {
    const all = body.code !== 'QUOTA_EXCEEDED' && body.code !== 'INTERNAL_SERVER_ERROR';
    return { all, why, ...(retryAfter >= 0 && { ms: retryAfter * 1000 }) };
  }
  return settle('failed', why);
}

/** The files of the folder that did not change since the last look, oldest first. */
function findStable(folder, seen) {
  const found = [];
  const present = new Set();
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const { name } = entry;
    if (!entry.isFile() || name.startsWith('.') || !FILES.test(name)) continue;
    const stat = fs.statSync(path.join(folder, name), { throwIfNoEntry: false });
    if (!stat) continue;
    present.add(name);
    const state = `${stat.size} ${stat.mtimeMs}`;
    if (seen.get(name) === state && stat.size > 0) found.push({ name, mtimeMs: stat.mtimeMs });
    seen.set(name, state);
  }
  for (const name of seen.keys()) if (!present.has(name)) seen.delete(name);
  return {
    stable: found
      .sort((a, b) => a.mtimeMs - b.mtimeMs || a.name.localeCompare(b.name))
      .map(({ name }) => name),
    count: present.size,
  };
}

/** Watches until the process is stopped, or with `once` until the folder is empty. */
async function watch(settings, stopped) {
  fs.mkdirSync(settings.out, { recursive: true });
  const journal = openJournal(`${path.resolve(settings.out)}.journal.jsonl`, Date.now());
  const seen = new Map();
  /** When a file may be sent again, and how often it was. */
  const delayed = new Map();
  let all = { until: 0, attempts: 0 };
  const waitOf = (ms, attempts) =>
    Math.min(
      MAX_WAIT_MS,
      Math.max(ms ?? 0, ms === undefined ? FIRST_WAIT_MS * 2 ** Math.min(attempts, 10) : 0),
    );

  while (!stopped.aborted) {
    let found = { stable: [], count: Number.NaN };
    try {
      found = findStable(settings.in, seen);
    } catch (error) {
      // A folder of another computer that cannot be reached.
      log(settings.in, `The folder cannot be read (${error.code}).`);
    }
    const { stable, count } = found;
    if (settings.once && count === 0) return;
    for (const name of stable) {
      if (stopped.aborted || Date.now() < all.until) break;
      const delay = delayed.get(name) ?? { until: 0, attempts: 0 };
      if (Date.now() < delay.until) continue;
      let outcome;
      try {
        outcome = await handle(settings, journal, name);
      } catch (error) {
        // Removed meanwhile; else open in another program, as Windows then does not let it be moved, or the disk is full.
        outcome = fs.existsSync(path.join(settings.in, name)) ? { why: error.message } : undefined;
      }
      if (!outcome) {
        delayed.delete(name);
        all = { until: 0, attempts: 0 };
        continue;
      }
      const { ms, why } = outcome;
      const attempts = (outcome.all ? all : delay).attempts;
      const pause = waitOf(ms, attempts);
      if (why !== undefined) log(name, `${why} Sent again in ${Math.ceil(pause / 1000)} s.`);
      const next = { until: Date.now() + pause, attempts: attempts + 1 };
      if (outcome.all) all = next;
      else delayed.set(name, next);
    }
    await wait(settings.intervalMs, undefined, { signal: stopped }).catch(() => {});
  }
}

function readSettings() {
  const { values } = parseArgs({
    options: {
      in: { type: 'string' },
      out: { type: 'string' },
      deployment: { type: 'string' },
      server: { type: 'string', default: process.env.SPECTRAKEY_URL ?? 'http://localhost:4000' },
      'key-file': { type: 'string' },
      interval: { type: 'string', default: '2' },
      once: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  const missing = ['in', 'out', 'deployment'].filter(name => !values[name]);
  if (missing.length > 0) throw new Error(`--${missing.join(', --')} is missing.`);
  if (!fs.statSync(values.in, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`${values.in} is not a folder.`);
  }
  const seconds = Number(values.interval);
  if (!(seconds > 0)) throw new Error('--interval is not a number of seconds.');
  if (path.resolve(values.in) === path.resolve(values.out)) {
    throw new Error('--in and --out are the same folder: the predictions would be sent too.');
  }
  return {
    in: values.in,
    out: values.out,
    deployment: values.deployment,
    server: values.server.replace(/\/+$/, ''),
    keyFile: values['key-file'],
    intervalMs: seconds * 1000,
    once: values.once,
  };
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
try {
  await watch(readSettings(), stop.signal);
} catch (error) {
  console.error(`${error.message}\n\n${HELP}`);
  process.exitCode = 1;
}
