import { MAX_COST } from '../graphql/query-cost.ts';
import { DISCARD_LIMITS, type DiscardLimits } from './discard.ts';

/** Limits on clients. */
export interface HttpLimits {
  /** Max time for the headers of a request, from its first byte or, on a new connection, from its start. */
  headersMs: number;
  /** Max time for a whole request, with its body. */
  requestMs: number;
  /** Max time for the body of an anonymous request. */
  anonymousBodyMs: number;
  /** Max time to the response, once the body has been parsed. */
  handlerMs: number;
  /** Max time that a connection may wait for its next request. */
  idleMs: number;
  /** Wait, as the server stops, for requests that clients sent before they could see it. */
  lastRequestsMs: number;
  /** How often `headersMs` and `requestMs` are checked. */
  checkEveryMs: number;
  /** Max connections, shared between networks; further ones are closed at once. */
  connections: number;
  /** Max memory for all large bodies, each from its first byte until it is answered. */
  largeBodiesBytes: number;
  /** Max memory for all large answers, each until its client has read it. */
  largeAnswersBytes: number;
  /** Min bytes of a large body, `slowBodyBytes`, that must arrive in every `slowBodyMs`. */
  slowBodyMs: number;
  slowBodyBytes: number;
  /** Max time until a thread begins to read the files of a call, and in which it must then read them. */
  filesStartMs: number;
  filesReadingMs: number;
  /** How much of rejected bodies is read and discarded. */
  discard: DiscardLimits;
  /** Max cost of a query (graphql/query-cost.ts). */
  queryCost: number;
  /** At this mean delay of the event loop requests are rejected, until the mean of a later window is lower. */
  loopDelayMs: number;
  loopDelayWindowMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headersMs: 15_000,
  // 24 MiB at 1.7 Mbit/s, a slow connection.
  requestMs: 120_000,
  // 64 KiB at 26 kbit/s.
  anonymousBodyMs: 20_000,
  // A slow model may run for 10 s after waiting for others, and a statement may take 30 s.
  handlerMs: 60_000,
  // Longer than the 60 s after which load balancers commonly close an idle connection: if the server closed it first,
  // the balancer could send a request on a closed connection.
  idleMs: 72_000,
  lastRequestsMs: 300,
  checkEveryMs: 5000,
  connections: 10_000,
  // Ten of the largest models, or sixty calls of a thousand spectra. Parsed, they take several times as much.
  largeBodiesBytes: 256 * 1024 * 1024,
  // Six of 14 MB, such as eight axes of 100 000 points, for a tenant that is alone in its half.
  largeAnswersBytes: 256 * 1024 * 1024,
  // 26 kbit/s.
  slowBodyMs: 5000,
  slowBodyBytes: 16 * 1024,
  filesStartMs: 5000,
  filesReadingMs: 5000,
  discard: DISCARD_LIMITS,
  queryCost: MAX_COST,
  // Measured on two noisy cores that also generated the load: 12 ms at 1000 connections, 60 ms with 32 calls of 1000
  // spectra at once, and 400 ms with 64, half of which took longer than 3.7 s. Ordinary load stays below this limit.
  loopDelayMs: 1000,
  // A single body of 16 MiB can block the loop for 1.7 s, which is not an overload; shorter windows mistook it for one.
  loopDelayWindowMs: 5000,
};

/** Max body of an anonymous request: enough for sign-up, sign-in, introspection and the longest document. */
export const MAX_ANONYMOUS_BODY_BYTES = 64 * 1024;
/** Max body of a request with a valid credential: enough for a model of 16 MiB in base64. */
export const MAX_BODY_BYTES = 24 * 1024 * 1024;
/** Max body of a report of leaked keys: 4700 secrets with URLs of an ordinary length. */
export const MAX_REPORT_BYTES = 1024 * 1024;
