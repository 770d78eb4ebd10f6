import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { onTestFinished } from 'vitest';

/** A call with a file. */
export interface FileCall {
  /** The idempotency key, without quotes. */
  key: string;
  /** The name and the content of the file. */
  name: string;
  text: string;
}

/** Answers a call, the `count`-th. */
export type Answer = (response: ServerResponse, call: FileCall, count: number) => void;

/**
 * Starts a server that answers calls with files by a function, and remembers them. It answers other requests with `{}`.
 *
 * @param options.date what its clock shows; by default the time
 * @param options.greet answers requests without a file
 */
export async function startFakeServer(
  answer: Answer,
  {
    date,
    greet = response => void response.end('{}'),
  }: { date?: () => Date; greet?: (response: ServerResponse) => void } = {},
): Promise<{ url: string; calls: FileCall[] }> {
  const calls: FileCall[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    if (date) response.setHeader('date', date().toUTCString());
    if (request.method !== 'POST') return greet(response);
    const [, name = '', text = ''] = /filename="([^"]*)"[\s\S]*?\r\n\r\n([\s\S]*)\r\n--/.exec(body) ?? [];
    const key = String(request.headers['idempotency-key']).replaceAll('"', '');
    const call = { key, name, text };
    calls.push(call);
    answer(response, call, calls.length);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  return { url: urlOf(server), calls };
}

/** The address of a server on this computer. */
export function urlOf(server: Pick<ReturnType<typeof createTcpServer>, 'address'>): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

/** The address of a port on which nothing listens. */
export async function closedPort(): Promise<string> {
  const server = createTcpServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = urlOf(server);
  await new Promise(resolve => server.close(resolve));
  return url;
}

/** Answers with a problem of the catalogue. */
export const problem = (
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
) =>
  response
    .writeHead(status, { 'content-type': 'application/problem+json', ...headers })
    .end(JSON.stringify({ status, code, detail: 'As the test wants it.' }));

/** Answers with the page of a proxy. */
export const page = (response: ServerResponse, status: number) => response.writeHead(status).end('<html>');

/** Answers with a prediction for a sample whose name a spreadsheet would run. */
export const predicted = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(
    JSON.stringify({
      predictions: [{ sample_name: '=1+1', value: 88, file: 'a.csv' }],
      model: { unit: null, target_property: 'octane' },
      log_id: 'log',
    }),
  );
