import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { onTestFinished } from 'vitest';

/** A message that a receiver got. */
export interface Received {
  id: string;
  path: string;
  /** The parsed body. */
  message: {
    type: string;
    timestamp: string;
    data: { apiKey?: { id: string; name: string }; [more: string]: unknown };
  };
  body: string;
  headers: Record<string, string>;
  /** The status that it was answered with. */
  status: number;
}

export interface Receiver {
  url: string;
  port: number;
  received: Received[];
  /** Connections so far. */
  connections: () => number;
  /** The most requests that were under way at once. */
  peak: () => number;
  close: () => Promise<void>;
}

export interface ReceiverOptions {
  /** The status of an answer; 204 by default. */
  answer?: (received: Omit<Received, 'status'>) => number;
  /** Delay of each answer. */
  delayMs?: number;
  /** Headers of each answer. */
  headers?: Record<string, string>;
  /** The body of each answer. */
  body?: string;
  host?: string;
  port?: number;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Starts an HTTP server that keeps what webhooks post to it. */
export async function startReceiver({
  answer = () => 204,
  delayMs = 0,
  headers: answerHeaders = {},
  body: answerBody = '',
  host = '127.0.0.1',
  port: wanted = 0,
}: ReceiverOptions = {}): Promise<Receiver> {
  const received: Received[] = [];
  let connections = 0;
  let underWay = 0;
  let peak = 0;
  const server = createServer(async (request, reply) => {
    underWay += 1;
    peak = Math.max(peak, underWay);
    const body = await textOf(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const got = {
      id: headers['webhook-id'] ?? '',
      path: request.url ?? '',
      message: JSON.parse(body),
      body,
      headers,
    };
    const status = answer(got);
    received.push({ ...got, status });
    await wait(delayMs);
    underWay -= 1;
    reply.writeHead(status, answerHeaders).end(answerBody);
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(wanted, host);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://${host}:${port}/hook`,
    port,
    received,
    connections: () => connections,
    peak: () => peak,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Starts a receiver for one test. */
export async function startReceiverForTest(options?: ReceiverOptions): Promise<Receiver> {
  const receiver = await startReceiver(options);
  onTestFinished(receiver.close);
  return receiver;
}

/**
 * Whether a message has a valid signature, by the package that receivers use. It is verified at the time of the message,
 * as receivers refuse old ones.
 */
export function isSigned({ body, headers }: Pick<Received, 'body' | 'headers'>, secret: string): boolean {
  const sentAt = Number(headers['webhook-timestamp']) * 1000;
  const { 'webhook-id': id = '', 'webhook-signature': signatures = '' } = headers;
  const expected = new Webhook(secret).sign(id, new Date(sentAt), body);
  return signatures.split(' ').includes(expected);
}
