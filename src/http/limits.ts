import { MAX_COST } from '../graphql/query-cost.ts';
import { DISCARD_LIMITS, type DiscardLimits } from './discard.ts';

/** What the server bears from its clients. */
export interface HttpLimits {
  /** For the headers of a request, from its first byte or, on a new connection, from the beginning of that. */
  headersMs: number;
  /** For a whole request, its body included. */
  requestMs: number;
  /** For the body of an anonymous request. */
  anonymousBodyMs: number;
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
  /** How often a large body is looked at, and what it must have brought since. */
  slowBodyMs: number;
  slowBodyBytes: number;
  /** Of bodies that were refused. */
  discard: DiscardLimits;
  /** What a query may cost (graphql/query-cost.ts). */
  queryCost: number;
  /** From this mean delay of the event loop on, requests are refused, until the mean of a later window is below it. */
  loopDelayMs: number;
  loopDelayWindowMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headersMs: 15_000,
  // 24 MiB at 1.7 Mbit/s, a slow line.
  requestMs: 120_000,
  // 64 KiB at 26 kbit/s.
  anonymousBodyMs: 20_000,
  // A run of a slow model may take 10 s and wait for others, a statement 30 s.
  handlerMs: 60_000,
  // Longer than the 60 s after which load balancers commonly drop an idle connection: who keeps it longer must not be
  // the one that sends on it.
  idleMs: 72_000,
  checkEveryMs: 5000,
  connections: 10_000,
  // Ten of the largest models, or sixty calls of a thousand spectra. Parsed, they take some times as much.
  largeBodiesBytes: 256 * 1024 * 1024,
  // 26 kbit/s.
  slowBodyMs: 5000,
  slowBodyBytes: 16 * 1024,
  discard: DISCARD_LIMITS,
  queryCost: MAX_COST,
  // Measured on two noisy cores that also made the load: 12 ms at 1000 connections, 60 ms with 32 calls of 1000 spectra
  // at once, and 400 ms with 64, of which half took longer than 3.7 s. It takes more than load to get here.
  loopDelayMs: 1000,
  // A single body of 16 MiB can hold the loop for 1.7 s: that is no overload, and shorter windows saw nothing else.
  loopDelayWindowMs: 5000,
};

/** Of an anonymous request: signing up and in, introspection, and the longest documents fit in. */
export const MAX_ANONYMOUS_BODY_BYTES = 64 * 1024;
/** Of a request with a valid credential: a model of 16 MiB in base64, with room for the rest of its request. */
export const MAX_BODY_BYTES = 24 * 1024 * 1024;
