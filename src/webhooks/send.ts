import http from 'node:http';
import https from 'node:https';
import { isIPv6, type LookupFunction } from 'node:net';
import { literalAddress, mayConnectTo } from './addresses.ts';
import { type Resolve, resolveByDns, resolveHost } from './resolve.ts';
import { problemOf, type TargetPolicy } from './target.ts';
import { connectTls } from './tls-connection.ts';

/** Max time of a delivery, from the look-up of the name to the end of the answer. */
const MAX_DELIVERY_MS = 5000;
/** Max bytes of an answer that are read. The rest is cut off, as only the status counts. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Informational answers (1xx) of a receiver, beyond which the delivery fails. None is expected. */
const MAX_INFORMATIONAL = 10;
/**
 * Cipher suites whose handshake has a bounded cost. With DHE, the receiver chooses a group of up to 10 000 bits, and the
 * handshake blocks the event loop.
 */
const CIPHERS =
  'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20';

/** One message to a receiver. */
export interface Message {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What a receiver answered. */
export type Outcome =
  | { kind: 'answered'; status: number }
  /** Nothing was sent, as the URL or an address of its name is not allowed. */
  | { kind: 'refused'; reason: string }
  /** No answer: no address, no connection, no valid certificate, or too slow. */
  | { kind: 'failed'; reason: string };

interface SendOptions {
  policy: TargetPolicy;
  signal?: AbortSignal;
  resolve?: Resolve;
  maxMs?: number;
}

/**
 * Sends a message, in a way that reaches no address of the operator's network: the name is resolved once, every address
 * must be allowed, and the connection goes to the first of these addresses. Redirects are not followed, and no proxy is
 * used. The certificate is verified for the name of the URL.
 */
export async function send(
  { url: text, headers, body }: Message,
  { policy, signal: stop, resolve = resolveByDns, maxMs = MAX_DELIVERY_MS }: SendOptions,
): Promise<Outcome> {
  const url = URL.parse(text);
  const problem = url ? problemOf(url, policy) : 'The URL is not valid.';
  if (!url || problem) return { kind: 'refused', reason: problem ?? '' };
  const timeout = AbortSignal.timeout(maxMs);
  const signal = stop ? AbortSignal.any([stop, timeout]) : timeout;
  async function resolveAndPost(url: URL): Promise<Outcome> {
    const addresses = await resolveHost(url.hostname, resolve, signal);
    const [address] = addresses;
    if (address === undefined) return { kind: 'failed', reason: 'The name has no address.' };
    if (!addresses.every(found => mayConnectTo(found, policy)))
      return { kind: 'refused', reason: 'An address of the name is not public, or refused.' };
    return { kind: 'answered', status: await post(url, address, { headers, body, signal }) };
  }
  try {
    return await Promise.race([resolveAndPost(url), rejectionOf(signal)]);
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Rejects when a signal aborts: a delivery holds a place, so it must end whatever Node does with the connection. */
export function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

/** Posts to one address of the host of a URL. @returns the status of the answer */
function post(
  url: URL,
  address: string,
  { headers, body, signal }: Pick<Message, 'headers' | 'body'> & { signal: AbortSignal },
): Promise<number> {
  const family = isIPv6(address) ? 6 : 4;
  // Called instead of a second look-up, which could find another address.
  const lookup: LookupFunction = (_name, { all }, callback) =>
    all ? callback(null, [{ address, family }]) : callback(null, address, family);
  const isSecure = url.protocol === 'https:';
  const { request } = isSecure ? https : http;
  const literal = literalAddress(url.hostname);
  const connect = () =>
    connectTls({
      host: literal ?? url.hostname,
      port: Number(url.port || 443),
      lookup,
      family,
      ciphers: CIPHERS,
      ALPNProtocols: ['http/1.1'],
      ...(literal === undefined && { servername: url.hostname }),
    });
  return new Promise((resolve, reject) => {
    const closedEarly = () => reject(new Error('The connection closed without an answer.'));
    const sent = request(
      url,
      // Not with the global agent, which keeps connections, and uses a proxy where NODE_USE_ENV_PROXY is set.
      {
        method: 'POST',
        ...(isSecure ? { createConnection: connect } : { agent: false, lookup, family }),
        signal,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      answer => {
        sent.off('close', closedEarly);
        const status = answer.statusCode ?? 0;
        let read = 0;
        answer.on('data', (chunk: Buffer) => {
          read += chunk.length;
          if (read > MAX_ANSWER_BYTES) {
            resolve(status);
            answer.destroy();
          }
        });
        answer.once('end', () => resolve(status));
        answer.once('error', reject);
        answer.once('close', () => reject(new Error('The connection closed within the answer.')));
      },
    );
    let informational = 0;
    sent.on('information', () => {
      informational += 1;
      if (informational > MAX_INFORMATIONAL)
        sent.destroy(new Error('The receiver sent too many 1xx answers.'));
    });
    sent.once('error', reject);
    // The only event after a 101 with `Connection: Upgrade`. After a response it may precede the answer's `end`.
    sent.once('close', closedEarly);
    sent.end(body);
  });
}
