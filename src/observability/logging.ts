import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { type DestinationStream, pino } from 'pino';
import type { Config } from '../config.ts';
import { parseAddress, UNKNOWN_NETWORK } from '../requests/network.ts';

/** Starts the log, one JSON object a line. */
export function startLog(level: Config['LOG_LEVEL'], stream: DestinationStream): FastifyBaseLogger {
  return pino(
    {
      level,
      serializers: { req: withoutQuery },
      // The raw bytes of a malformed HTTP request contain its Authorization header or cookie.
      redact: { paths: ['err.rawPacket'], remove: true },
    },
    stream,
  );
}

/** Serializes a request for the log, without its query string, as a document there may contain a password. */
function withoutQuery({ method, url, host, ip }: Pick<FastifyRequest, 'method' | 'url' | 'host' | 'ip'>) {
  return { method, url: url.replace(/\?.*/, ''), host, remoteAddress: parseAddress(ip) ?? UNKNOWN_NETWORK };
}
