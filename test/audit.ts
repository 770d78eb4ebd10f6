import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

// Queries npm for advisories of every package in package-lock.json, transitive ones included (npm run audit). An
// unreachable registry does not fail a build: a mirror may lack the endpoint, and the network may be down. The
// advisories in advisories.test.ts are checked without it.

/** Accepted advisories: the reason of each, by id. */
const ACCEPTED: Record<string, string> = {};
const FAILING = ['high', 'critical'];
const TRIES = 3;
const PAUSE_MS = Number(process.argv[2] ?? 5_000);

interface Advisory {
  id: string;
  name: string;
  range: string;
  severity: string;
  title: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The advisories of a report; null if the text is not a report. */
function advisoriesOf(output: string): Advisory[] | null {
  let report: unknown;
  try {
    report = JSON.parse(output);
  } catch {
    return null;
  }
  if (!isRecord(report) || !isRecord(report.vulnerabilities)) return null;
  const found = new Map<string, Advisory>();
  for (const vulnerability of Object.values(report.vulnerabilities)) {
    // For a fault in a dependency, `via` holds only its name.
    const causes = isRecord(vulnerability) && Array.isArray(vulnerability.via) ? vulnerability.via : [];
    for (const cause of causes.filter(isRecord)) {
      const [id, name, range, severity, title] = ['url', 'name', 'range', 'severity', 'title'].map(key =>
        String(cause[key]),
      );
      found.set(`${id} ${name}`, {
        id: String(id).replace(/^.*\//, ''),
        name: String(name),
        range: String(range),
        severity: String(severity),
        title: String(title),
      });
    }
  }
  return [...found.values()];
}

function ask(): Promise<string> {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const options = { cwd, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 };
  // npm exits with 1 both for advisories and for errors; its output distinguishes them.
  return new Promise(done => {
    execFile('npm', ['audit', '--json', '--package-lock-only'], options, (_error, stdout) => done(stdout));
  });
}

async function audit(): Promise<number> {
  let output = '';
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (tries > 0) await wait(PAUSE_MS);
    output = await ask();
    const advisories = advisoriesOf(output);
    if (!advisories) continue;
    const failing = advisories.filter(({ id, severity }) => FAILING.includes(severity) && !(id in ACCEPTED));
    for (const { id, name, range, severity, title } of advisories) {
      console.log(`${severity}: ${name} ${range}: ${title} (https://github.com/advisories/${id})`);
    }
    console.log(`${advisories.length} advisories, ${failing.length} of them fail: ${FAILING.join(' or ')}`);
    return failing.length > 0 ? 1 : 0;
  }
  console.log(
    `WARNING: npm's advisories could not be asked for, nothing was checked: ${output.slice(0, 300)}`,
  );
  return 0;
}

process.exitCode = await audit();
