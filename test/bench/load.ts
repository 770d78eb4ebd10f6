import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import autocannon from 'autocannon';

// A separate process makes the load, so that the bench's own work does not delay it.

export interface Load {
  url: string;
  /** The bodies: each connection sends its share of them in order, or the only one. */
  headers: Record<string, string>[];
  body: string;
  connections: number;
  /** The duration, or the number of requests. */
  until: { seconds: number } | { requests: number };
}

export interface Measure {
  /** Answered with 200. */
  answered: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

const execute = promisify(execFile);

/** Sends a body over and over on each connection. @throws when any answer is not 200. */
export async function load(options: Load): Promise<Measure> {
  const running = execute(process.execPath, [fileURLToPath(import.meta.url)]);
  running.child.stdin?.end(JSON.stringify(options));
  const { stdout } = await running;
  const { failed, ...measure }: Measure & { failed: number } = JSON.parse(stdout);
  if (failed > 0)
    throw new Error(`${failed} of ${failed + measure.answered} requests to ${options.url} failed`);
  return measure;
}

async function generate(): Promise<void> {
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  const { url, headers, body, connections, until }: Load = JSON.parse(text);
  let connected = 0;
  // autocannon's own percentiles are whole milliseconds.
  const latencies: number[] = [];
  const result = await autocannon({
    url,
    method: 'POST',
    body,
    connections,
    setupClient: client => {
      const connection = connected++;
      const share = headers.filter((_, index) => index % connections === connection % headers.length);
      client.setRequests(share.map(one => ({ headers: { 'content-type': 'application/json', ...one } })));
      client.on('response', (_status, _bytes, ms) => latencies.push(ms));
    },
    timeout: 120,
    ...('seconds' in until ? { duration: until.seconds } : { amount: until.requests }),
  });
  latencies.sort((a, b) => a - b);
  const percentile = (percent: number) => latencies[Math.floor((latencies.length * percent) / 100)] ?? 0;
  const measure: Measure & { failed: number } = {
    answered: result['2xx'],
    perSecond: result['2xx'] / result.duration,
    p50Ms: percentile(50),
    p99Ms: percentile(99),
    failed: result.non2xx + result.errors,
  };
  process.stdout.write(JSON.stringify(measure));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generate();
