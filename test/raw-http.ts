import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** The reply on a connection, as far as it arrived. */
export interface RawReply {
  status: number;
  headers: string;
  code: string | undefined;
  text: string;
}

/** A POST to /graphql, written byte by byte as a test needs it. */
export interface RawRequest {
  host?: string;
  /** Header lines, besides Host and Content-Type. */
  headers?: string[];
  contentType?: string;
  path?: string;
  method?: string;
  /** The address that it is sent from; 127.0.0.1 by default. */
  from?: string;
}

/** The head of a request. */
export const headOf = ({
  host = 'localhost',
  headers = [],
  contentType = 'application/json',
  path = '/graphql',
  method = 'POST',
}: RawRequest): string =>
  [`${method} ${path} HTTP/1.1`, `Host: ${host}`, `Content-Type: ${contentType}`, ...headers, '', ''].join(
    '\r\n',
  );

/** Connects from an address of this machine, and closes the connection at the end of the test. */
export function open(url: string, from = '127.0.0.1'): Socket {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', localAddress: from });
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

function parseReply(answer: string): RawReply {
  const [head = '', text = ''] = answer.split(/\r\n\r\n(.*)/s);
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    headers: head,
    code: /"code":"([A-Z_]+)"/.exec(text)?.[1],
    text,
  };
}

/** Sends these bytes at once, and waits for a reply. */
export async function sendRaw(
  url: string,
  request: RawRequest,
  body: string | Buffer = '',
): Promise<RawReply> {
  const socket = open(url, request.from);
  socket.on('error', () => {});
  socket.write(headOf(request));
  socket.write(body);
  let answer = '';
  for await (const chunk of socket) {
    answer += chunk;
    if (/\r\n\r\n[\s\S]/.test(answer)) break;
  }
  return parseReply(answer);
}

/**
 * Sends a body as Python's urllib does: all of it is written before a byte of the answer is read.
 *
 * @returns the reply, or the error of the connection ("EPIPE", "ECONNRESET").
 */
export async function sendLikeUrllib(
  url: string,
  request: RawRequest,
  bytes: number,
): Promise<RawReply | string> {
  const socket = open(url);
  let failed = '';
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failed = error.code ?? error.message;
  });
  await once(socket, 'connect');
  const headers = [...(request.headers ?? []), `Content-Length: ${bytes}`, 'Connection: close'];
  socket.write(headOf({ ...request, headers }));
  const block = Buffer.alloc(8192, ' ');
  for (let sent = 0; sent < bytes && !failed && !socket.destroyed; sent += block.length) {
    const more = socket.write(block.subarray(0, Math.min(block.length, bytes - sent)));
    if (!more) await goesOn(socket);
  }
  let answer = '';
  try {
    for await (const chunk of socket) answer += chunk;
  } catch {
    // The error was recorded.
  }
  return failed || parseReply(answer);
}

/** Waits until more may be written, or the connection has ended. */
function goesOn(socket: Socket): Promise<void> {
  return new Promise(resolve => {
    const go = () => {
      socket.off('drain', go).off('close', go);
      resolve();
    };
    socket.on('drain', go).on('close', go);
  });
}
