import { SESSION_COOKIES } from '../accounts/session-cookie.ts';
import { isToken } from '../accounts/sessions.ts';
import { isRawKey, rawKeyIn } from '../api-keys/raw-key.ts';

/** What the server bears from its clients. */
export interface HttpLimits {
  /** For the headers of a request, from its first byte or, on a new connection, from the beginning of that. */
  headersMs: number;
  /** For a whole request, its body included. */
  requestMs: number;
  /** For the body of a request without a credential. */
  anybodysBodyMs: number;
  /** For an answer, once the body has been read. */
  handlerMs: number;
  /** How long a connection may wait for its next request. */
  idleMs: number;
  /** How often the first two are looked at. */
  checkEveryMs: number;
  /** Connections at once; further ones are closed as they come. */
  connections: number;
  /** Of large bodies, together, from their first byte until they are answered. */
  largeBodiesBytes: number;
  /** From this mean delay of the event loop on, requests are refused, until the mean of a later window is below it. */
  loopDelayMs: number;
  loopDelayWindowMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headersMs: 15_000,
  // 24 MiB at 1.7 Mbit/s, a slow line.
  requestMs: 120_000,
  // 64 KiB at 26 kbit/s.
  anybodysBodyMs: 20_000,
  // A run of a slow model may take 10 s and wait for others, a statement 30 s.
  handlerMs: 60_000,
  // Longer than the 60 s after which load balancers commonly drop an idle connection: who keeps it longer must not be
  // the one that sends on it.
  idleMs: 72_000,
  checkEveryMs: 5000,
  connections: 10_000,
  // Ten of the largest models, or sixty calls of a thousand spectra. Parsed, they take some times as much.
  largeBodiesBytes: 256 * 1024 * 1024,
  // Measured on two noisy cores that also made the load: 12 ms at 1000 connections, 60 ms with 32 calls of 1000 spectra
  // at once, and 400 ms with 64, of which half took longer than 3.7 s. It takes more than load to get here.
  loopDelayMs: 1000,
  // A single body of 16 MiB can hold the loop for 1.7 s: that is no overload, and shorter windows saw nothing else.
  loopDelayWindowMs: 5000,
};

/** Of a request from nobody known: signing up and in, introspection, and the longest documents fit in. */
export const ANYBODYS_BODY_BYTES = 64 * 1024;
/** Of a request that carries a credential: a model of 16 MiB in base64, with room for the rest of its request. */
export const LARGEST_BODY_BYTES = 24 * 1024 * 1024;

const sessionToken = new RegExp(`(?:^|; *)(?:${SESSION_COOKIES.join('|')})=([^;]*)`);

/**
 * Whether the headers carry what may be a credential: an API key whose checksum holds, or a session's cookie. Judged
 * before the body is read and without the database; whose credential it is, and whether it holds, is judged after.
 */
export function carriesCredential(headers: {
  authorization?: string | undefined;
  cookie?: string | undefined;
}): boolean {
  if (headers.authorization !== undefined) return isRawKey(rawKeyIn(headers.authorization) ?? '');
  const [, token] = sessionToken.exec(headers.cookie ?? '') ?? [];
  return token !== undefined && isToken(token);
}
