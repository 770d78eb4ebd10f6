#!/usr/bin/env node
// Sends every file of spectra that appears in a folder to a deployment, and writes the predictions to another folder.
// One file for Node.js 22 and later, on Windows too, without dependencies. See `node spectrakey-watch.mjs --help`.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
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
  --once             end when no file can be sent any more, instead of waiting for others: with status 0 if none is left,
                     or 2 if some wait, for example for the quota of the next month

Answered files move to done/ in the folder of --in, refused ones to failed/ with the reason, and files that may have been
charged, but whose answer was not received for 24 hours, to unclear/.`;

const FILES = /\.(csv|tsv|jdx|dx|jcm|spc)$/i;
const API_KEY = /^sk_[0-9A-Za-z]{46}$/;
/** The server takes bodies of 24 MiB; the form around a file takes less than 4 KiB. */
const MAX_BYTES = 24 * 1024 * 1024 - 4096;
/** File systems take names of 255 bytes. The rest is for endings such as `.0a1b2c3d.2.csv.reason.txt`. */
const MAX_NAME_BYTES = 200;
/** The server replays a call for 24 hours. What was sent earlier than this is not sent again. */
const MAX_UNKNOWN_MS = 24 * 60 * 60 * 1000 - 10 * 60 * 1000;
/** How long the journal remembers files that were moved or refused. */
const JOURNAL_MS = 30 * 24 * 60 * 60 * 1000;
const REQUEST_MS = 150_000;
/** How long an answer of the server tells the time. */
const FRESH_MS = 60_000;
const MAX_WAIT_MS = 15 * 60 * 1000;
/** With --once: how long it waits for a file that is written or cannot be sent. */
const ONCE_MS = 60_000;

/** Statuses after which a call may nevertheless have been charged. */
const UNKNOWN = new Set([500, 502, 503, 504]);
/** Errors of a connection that was never made: nothing was sent. */
const NOT_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|UNABLE_TO_\w+|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|ERR_TLS_CERT_ALTNAME_INVALID)$/;
/** Statuses whose cause is not the file: it stays, and is sent again. */
const TEMPORARY = new Set([401, 403, 404, 408, 409, 421, 429, 500, 502, 503, 504]);

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
};

const log = (name, text) => console.log(`${new Date().toISOString()} ${name}: ${text}`);

// --- Files and their names ---

/** Makes the names in a folder survive a power failure. Windows does so itself, and cannot open folders. */
function syncFolder(folder) {
  if (process.platform === 'win32') return;
  let handle;
  try {
    handle = fs.openSync(folder, 'r');
    fs.fsyncSync(handle);
  } catch {
    // A file system that cannot, such as a folder of another computer.
  } finally {
    if (handle !== undefined) fs.closeSync(handle);
  }
}

/** Writes a file completely or not at all. */
function writeWhole(file, text) {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${sha256(file).slice(0, 16)}.tmp`);
  const handle = fs.openSync(temporary, 'w');
  try {
    fs.writeFileSync(handle, text);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(temporary, file);
  syncFolder(folder);
}

/** A name to which endings can be added: if it is too long for that, its beginning and a part of the key. */
function shortName(name, key) {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  const { name: stem, ext } = path.parse(name);
  const characters = [...stem];
  while (Buffer.byteLength(characters.join('')) > MAX_NAME_BYTES / 2) characters.pop();
  return `${characters.join('')}.${key.slice(0, 8)}${ext}`;
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

/** Moves a file out of the watched folder. */
function move(settings, name, kind, key, reason) {
  const folder = path.join(settings.in, kind);
  fs.mkdirSync(folder, { recursive: true });
  const target = freePath(folder, shortName(name, key), key);
  // First the reason: a file that was moved has one.
  if (reason !== undefined) writeWhole(`${target}.reason.txt`, `${reason}\n`);
  fs.renameSync(path.join(settings.in, name), target);
  for (const changed of [folder, settings.in]) syncFolder(changed);
  log(name, reason === undefined ? `moved to ${kind}` : `moved to ${kind}: ${reason}`);
}

// --- The journal ---

/**
 * Keeps a second watcher of this computer from a folder of predictions until this process ends. The system releases the
 * name then, however the process ends, so no lock is left behind.
 */
async function lock(out) {
  const name = `spectrakey-watch-${sha256(realPath(out)).slice(0, 24)}`;
  const server = net.createServer(socket => socket.destroy());
  if (process.platform === 'win32') server.listen(`\\\\.\\pipe\\${name}`);
  else if (process.platform === 'linux') server.listen(`\0${name}`);
  else server.listen(await freeSocket(path.join(os.tmpdir(), `${name}.sock`)));
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(
      `Another watcher writes to ${out}. Stop it first, or give this one another folder as --out.`,
    );
  }
  server.unref();
}

/** The path of a socket, without the file that a process that was killed left there. */
async function freeSocket(file) {
  const socket = net.connect(file);
  const isUsed = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  if (!isUsed) fs.rmSync(file, { force: true });
  return file;
}

/** The path without links, and on Windows in the case of its letters on the disk. Its end need not exist yet. */
function realPath(file) {
  try {
    return fs.realpathSync.native(file);
  } catch {
    const parent = path.dirname(path.resolve(file));
    return parent === path.resolve(file) ? parent : path.join(realPath(parent), path.basename(file));
  }
}

/**
 * Opens the journal: one JSON object a line, with the last state of each file by its idempotency key.
 * `sent`: may have been charged since `at`, by the key `by` with the root `root` (see `openKeys`). `refused`: was not
 * charged. `answered`: the predictions are written. `done`: the file was moved. `at` is the time of the server, where it
 * is known.
 */
function openJournal(file, clock) {
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
    const isOver = state === 'done' || state === 'refused';
    if (isOver && Date.now() - Date.parse(at) > JOURNAL_MS) entries.delete(key);
  }
  writeWhole(file, [...entries.values()].map(entry => `${JSON.stringify(entry)}\n`).join(''));
  const handle = fs.openSync(file, 'a');
  return {
    get: key => entries.get(key),
    record(key, entry) {
      const whole = { key, at: new Date(clock.now()).toISOString(), ...entry };
      // On a line of its own, also after one that was cut off when the disk was full.
      fs.appendFileSync(handle, `\n${JSON.stringify(whole)}\n`);
      fs.fsyncSync(handle);
      entries.set(key, whole);
    },
  };
}

// --- The predictions ---

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

/** The paths of the predictions of a file, without their endings: another file of the same name keeps its own. */
function outputOf(out, name, key) {
  const isOther = base => {
    try {
      return JSON.parse(fs.readFileSync(`${base}.json`, 'utf8')).idempotency_key !== key;
    } catch {
      return fs.existsSync(`${base}.json`);
    }
  };
  const base = path.join(out, shortName(name, key));
  return isOther(base) ? `${base}.${key.slice(0, 8)}` : base;
}

const isWritten = base => fs.existsSync(`${base}.json`) && fs.existsSync(`${base}.csv`);

function writePredictions({ deployment }, { output, key }, answer) {
  writeWhole(`${output}.csv`, csvOf(answer));
  const whole = { ...answer, idempotency_key: key, deployment_id: deployment };
  writeWhole(`${output}.json`, `${JSON.stringify(whole, null, 2)}\n`);
}

// --- The server ---

/**
 * The time of the server, by its last answer. Idempotency keys live for 24 hours of the server, so a wrong clock of this
 * computer does not matter.
 */
function openClock() {
  let last;
  return {
    now: () => (last ? last.server + performance.now() - last.steady : Date.now()),
    /** Whether it may be relied on: not after a change of this computer's clock, or after it slept. */
    isFresh: () =>
      last !== undefined &&
      Math.max(performance.now() - last.steady, Math.abs(Date.now() - last.local)) < FRESH_MS,
    set(date) {
      const server = Date.parse(date ?? '');
      const local = Date.now();
      last = { server: Number.isNaN(server) ? local : server, steady: performance.now(), local };
    },
    forget() {
      last = undefined;
    },
  };
}

/** Reads the key anew for each call, so that a replaced key is used without a restart. @throws if there is none */
function readKey({ keyFile }) {
  const bytes = keyFile ? fs.readFileSync(keyFile) : Buffer.from(process.env.SPECTRAKEY_API_KEY ?? '');
  // PowerShell writes files in UTF-16.
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const key = new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes).trim();
  if (API_KEY.test(key)) return key;
  const where = keyFile ?? 'SPECTRAKEY_API_KEY';
  throw new Error(`${where} does not hold an API key, which is "sk_" and 46 letters and digits`);
}

/**
 * What the server said of the key that is used: `by` is a part of the key's digest, and `root` the id of the first key of
 * the rotations that led to it. The server replays the call of a key to those with the same root.
 */
function openKeys() {
  let last = {};
  return {
    get: by => (last.by === by ? last : undefined),
    set(by, { root_id: root }) {
      last = { by, ...(typeof root === 'string' && { root }) };
      return last;
    },
  };
}

/** Sends a request, and reads its answer: the status, the object in its body, and the seconds of Retry-After. */
async function exchange(request, clock) {
  const response = await fetch(request);
  const text = await response.text();
  clock.set(response.headers.get('date'));
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy's page.
  }
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    status: response.status,
    body: body ?? {},
    /** The server's code of an error. Without one it is the answer of a proxy. */
    code: isProblem && typeof body?.code === 'string' ? body.code : undefined,
    ...(retryAfter >= 0 && { retryAfterMs: retryAfter * 1000 }),
  };
}

const describe = ({ status, code, body }) => (code ? `${status} ${code} ${body.detail}` : `${status}`);
const codeOf = error => error.cause?.code ?? error.cause?.message ?? error.message;

/** Whether the connection was never made. */
function wasNotSent(error) {
  const wasConnected = ['read', 'write'].includes(error.cause?.syscall);
  return NOT_SENT.test(codeOf(error)) && !wasConnected;
}

/**
 * Asks the server for its time and about the key, which costs nothing, unless it answered a moment ago. Returns the key as
 * `openKeys` if files can be sent, otherwise the refusal as `handle`: a file that is not sent to a server that cannot
 * answer cannot become unclear.
 */
async function greet({ settings, clock, keys }, rawKey) {
  const by = sha256(rawKey).slice(0, 16);
  const known = keys.get(by);
  if (known && clock.isFresh()) return { key: known };
  const request = new Request(`${settings.server}/api/key`, {
    headers: { authorization: `Api-Key ${rawKey}` },
    redirect: 'error',
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  try {
    const answer = await exchange(request, clock);
    if (answer.status < 500 && answer.code === undefined) return { key: keys.set(by, answer.body) };
    clock.forget();
    return { refusal: { scope: 'all', why: describe(answer), ms: answer.retryAfterMs } };
  } catch (error) {
    return { refusal: { scope: 'all', why: `No answer (${codeOf(error)}).` } };
  }
}

/** The request that sends a file. @throws if it cannot be sent at all */
function requestOf({ server, deployment }, { name, bytes, key }, rawKey) {
  const form = new FormData();
  // A server takes what precedes a backslash for a folder.
  form.append('file', new Blob([bytes]), name.replaceAll('\\', '_'));
  return new Request(`${server}/api/deployments/${encodeURIComponent(deployment)}/predict/file`, {
    method: 'POST',
    headers: { authorization: `Api-Key ${rawKey}`, 'idempotency-key': `"${key}"` },
    body: form,
    redirect: 'error',
    signal: AbortSignal.timeout(REQUEST_MS),
  });
}

/**
 * Says what follows from an answer: whether the call may have been charged, and what happens to the file. Its predictions
 * are `done`, it is `failed` or `unclear` for a reason, or it is sent again `later`, and with it those in the scope.
 */
function judge(answer) {
  const { status, code, body, retryAfterMs } = answer;
  const reason = describe(answer);
  const later = (mayBeCharged, scope = 'others') => ({ verdict: 'later', mayBeCharged, scope, reason });
  const failed = { verdict: 'failed', mayBeCharged: false, reason };
  if (status === 200 && Array.isArray(body.predictions)) return { verdict: 'done', mayBeCharged: true };
  // The answer of a proxy, which may have given up waiting for the server's.
  if (code === undefined) return status === 413 ? failed : later(true);
  if (code === 'IDEMPOTENCY_KEY_REUSED') {
    const earlier =
      'An earlier call of this file was answered differently, for example before the model had its x axis.';
    return { verdict: 'unclear', mayBeCharged: false, reason: `${reason} ${earlier}` };
  }
  // A model that is quarantined comes with Retry-After; one that fails for these spectra does not.
  if (code === 'MODEL_FAILED') return retryAfterMs === undefined ? failed : later(false);
  if (code === 'QUOTA_EXCEEDED' || code === 'API_KEY_QUOTA_EXCEEDED') return later(false, 'file');
  return TEMPORARY.has(status) ? later(UNKNOWN.has(status)) : failed;
}

// --- One file ---

/**
 * Handles a file that has stopped growing. Returns undefined when the file is settled, otherwise why it stays (`why`),
 * how long to wait at least (`ms`), and what waits (`scope`): the `file`, perhaps `others` for the same reason, `all`
 * certainly, or nothing (`none`).
 *
 * @param state the state of the file in the last look at the folder
 */
async function handle(context, name, state) {
  const job = readJob(context, name, state);
  if (job === undefined) return { scope: 'none' };
  if (job.isTooLarge)
    return settle(context, job, 'failed', 'It is larger than 24 MiB. Split it into several files.');
  // Written before a restart, or the same file once more. Another program may have collected the predictions since.
  if (isWritten(job.output) || job.entry?.state === 'answered') return settle(context, job, 'done');
  let rawKey;
  try {
    rawKey = readKey(context.settings);
  } catch (error) {
    return { scope: 'all', why: `${error.message}.` };
  }
  const { refusal, key } = await greet(context, rawKey);
  if (refusal) return refusal;
  const reason = reasonNotToRepeat(job.entry, key, context.clock.now());
  return reason === undefined
    ? await sendJob(context, job, rawKey, key)
    : settle(context, job, 'unclear', reason);
}

/** Reads a file, with its idempotency key, its entry in the journal and the path of its predictions. */
function readJob({ settings, journal }, name, state) {
  const file = path.join(settings.in, name);
  const stat = fs.statSync(file);
  const isTooLarge = stat.size > MAX_BYTES;
  const bytes = isTooLarge ? Buffer.from(state) : fs.readFileSync(file);
  // The instrument has continued to write since the last look.
  if (stateOf(fs.statSync(file)) !== state || (!isTooLarge && bytes.length !== stat.size)) return undefined;
  const key = sha256(settings.deployment, name, bytes);
  return {
    name,
    state,
    bytes,
    isTooLarge,
    key,
    entry: journal.get(key),
    output: outputOf(settings.out, name, key),
  };
}

/** Moves a file, unless it was overwritten since it was read, as some instruments do: the new content is then sent, too. */
function settle({ settings, journal }, { name, key, bytes, isTooLarge }, kind, reason) {
  if (!isTooLarge && !fs.readFileSync(path.join(settings.in, name)).equals(bytes)) {
    log(name, 'It was overwritten while it was sent.');
    return { scope: 'none' };
  }
  move(settings, name, kind, key, reason);
  if (kind === 'done') journal.record(key, { name, state: 'done' });
  return undefined;
}

/** Why a file is not sent that was sent without an answer before; undefined if the server still knows that call. */
function reasonNotToRepeat(entry, { by, root }, now) {
  if (entry?.state !== 'sent') return undefined;
  const age = now - Date.parse(entry.at);
  const isOtherKey = entry.by !== by && (root === undefined || entry.root !== root);
  const why = isOtherKey
    ? 'with another key'
    : age > MAX_UNKNOWN_MS || age < -60_000
      ? 'more than 24 hours ago (or the clock of the server was changed)'
      : undefined;
  return (
    why &&
    `The file was sent ${why}, at ${entry.at}, without an answer. It may have been charged. Look it up in the logs of the deployment; to send it again, move it back under another name.`
  );
}

/** Sends a file, and does what follows from the answer. Returns as `handle`. */
async function sendJob(context, job, rawKey, { by, root }) {
  const { settings, journal, clock } = context;
  const { name, key } = job;
  const request = requestOf(settings, job, rawKey);
  const isRepeated = job.entry?.state === 'sent';
  if (!isRepeated) journal.record(key, { name, state: 'sent', by, root });
  /** Notes that this call was not charged. An earlier one may be nevertheless. */
  const recordRefusal = () => {
    if (!isRepeated) journal.record(key, { name, state: 'refused' });
  };
  let answer;
  try {
    answer = await exchange(request, clock);
  } catch (error) {
    if (wasNotSent(error)) recordRefusal();
    return { scope: 'others', why: `No answer (${codeOf(error)}).` };
  }
  const { verdict, mayBeCharged, scope, reason } = judge(answer);
  if (!mayBeCharged) recordRefusal();
  if (verdict === 'later') return { scope, why: reason, ms: answer.retryAfterMs };
  if (verdict !== 'done') return settle(context, job, verdict, reason);
  writePredictions(settings, job, answer.body);
  journal.record(key, { name, state: 'answered', log_id: answer.body.log_id });
  log(name, `${answer.body.predictions.length} predictions`);
  return settle(context, job, 'done');
}

// --- The folder ---

const stateOf = ({ size, mtimeMs }) => `${size} ${mtimeMs}`;

/**
 * Looks at the folder. `files` has for each file its state, whether it is `isStable` (it did not change since the last
 * look), `since` when it is known, from when on it may be sent (`due`) and how often it was sent in vain (`attempts`).
 * Times are those of performance.now(), which a change of the clock leaves alone.
 */
function look(folder, files) {
  const names = new Set();
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const { name } = entry;
    if (!entry.isFile() || name.startsWith('.') || !FILES.test(name)) continue;
    const stat = fs.statSync(path.join(folder, name), { throwIfNoEntry: false });
    if (!stat) continue;
    names.add(name);
    files.set(name, fileOf(name, stat, files.get(name)));
  }
  for (const name of files.keys()) if (!names.has(name)) files.delete(name);
}

function fileOf(name, stat, known) {
  const state = stateOf(stat);
  const isSame = known?.state === state;
  const isEmpty = isSame && stat.size === 0;
  if (isEmpty && !known.isEmpty) log(name, 'It is empty, and waits until it is not.');
  const { due, attempts } = isSame ? known : { due: 0, attempts: 0 };
  const since = known?.since ?? performance.now();
  return { state, mtimeMs: stat.mtimeMs, isEmpty, isStable: isSame && !isEmpty, since, due, attempts };
}

/** The names of the files that can be sent: first those that were not sent in vain, then by age. */
function namesToSend(files) {
  return [...files]
    .filter(([, file]) => file.isStable)
    .sort(([a, one], [b, other]) => {
      return one.attempts - other.attempts || one.mtimeMs - other.mtimeMs || a.localeCompare(b);
    })
    .map(([name]) => name);
}

/** Whether a file can probably be sent within a minute. */
function isSoon({ isEmpty, isStable, since, due }, allDue) {
  const now = performance.now();
  return !isEmpty && (isStable ? Math.max(due, allDue) - now : now - since) < ONCE_MS;
}

/** As `handle`, also for a file that was removed meanwhile, or cannot be read or moved. */
async function handleSafely(context, name, state) {
  try {
    return await handle(context, name, state);
  } catch (error) {
    // Removed meanwhile; else open in another program, as Windows then does not let it be moved, or the disk is full.
    const isThere = fs.existsSync(path.join(context.settings.in, name));
    return isThere ? { scope: 'file', why: `${error.message}.` } : { scope: 'none' };
  }
}

/** Decides which file may be sent when. */
function openSchedule({ intervalMs }, files) {
  /** From when on files may be sent, how often all had to wait, and which failed last, since one was settled. */
  let all = { due: 0, attempts: 0, failed: undefined };
  /** At least as long as the server wants, and twice as long each time. */
  const delayed = (waiting, ms = 0) => {
    const pause = Math.min(MAX_WAIT_MS, Math.max(ms, intervalMs * 2 ** Math.min(waiting.attempts, 20)));
    return { ...waiting, due: performance.now() + pause, attempts: waiting.attempts + 1 };
  };
  const logWait = (name, why, { due }) =>
    log(name, `${why} Sent again in ${Math.ceil((due - performance.now()) / 1000)} s.`);
  return {
    mayAny: () => performance.now() >= all.due,
    may: name => performance.now() >= files.get(name).due,
    /** Whether some file can probably be sent within a minute. */
    isAnySoon: () => [...files.values()].some(file => isSoon(file, all.due)),
    settled(name) {
      files.delete(name);
      all = { due: 0, attempts: 0, failed: undefined };
    },
    failed(name, { scope, why, ms }) {
      if (scope === 'none') return;
      if (scope !== 'all') {
        files.set(name, delayed(files.get(name), ms));
        logWait(name, why, files.get(name));
      }
      // It is not the file if another one fails after it.
      const isOther = scope === 'others' && all.failed !== undefined && all.failed !== name;
      if (scope === 'all' || isOther) {
        all = delayed(all, ms);
        logWait('all files', why, all);
      }
      if (scope === 'others') all.failed = name;
    },
  };
}

/** Watches until the process is stopped, or with `once` until no file can be sent. Returns the exit status. */
async function watch(settings, stopped) {
  fs.mkdirSync(settings.out, { recursive: true });
  await lock(settings.out);
  const clock = openClock();
  const journal = openJournal(`${path.resolve(settings.out)}.journal.jsonl`, clock);
  const context = { settings, clock, journal, keys: openKeys() };
  const files = new Map();
  const schedule = openSchedule(settings, files);
  while (!stopped.aborted) {
    try {
      look(settings.in, files);
    } catch (error) {
      // A folder of another computer that cannot be reached.
      log(settings.in, `The folder cannot be read (${error.code}).`);
      if (settings.once) return 2;
    }
    if (settings.once && files.size === 0) return 0;
    for (const name of namesToSend(files)) {
      if (stopped.aborted || !schedule.mayAny()) break;
      if (!schedule.may(name)) continue;
      const outcome = await handleSafely(context, name, files.get(name).state);
      if (outcome) schedule.failed(name, outcome);
      else schedule.settled(name);
      // The server is asked whether it answers before the next file is sent.
      if (outcome?.scope === 'others') clock.forget();
    }
    if (settings.once && files.size > 0 && !schedule.isAnySoon()) return 2;
    await wait(settings.intervalMs, undefined, { signal: stopped }).catch(() => {});
  }
  return 0;
}

// --- The command line ---

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
  if (realPath(values.in) === realPath(values.out)) {
    throw new Error('--in and --out are the same folder: the predictions would be sent too.');
  }
  return {
    in: values.in,
    out: values.out,
    deployment: values.deployment,
    server: serverOf(values.server),
    keyFile: values['key-file'],
    intervalMs: seconds * 1000,
    once: values.once,
  };
}

/** The address of the server, without a slash at its end. */
function serverOf(text) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '') {
    throw new Error(`--server is not an address such as https://spectrakey.example: ${text}`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
let settings;
try {
  settings = readSettings();
  process.exitCode = await watch(settings, stop.signal);
} catch (error) {
  console.error(settings ? error.message : `${error.message}\n\n${HELP}`);
  process.exitCode = 1;
}
