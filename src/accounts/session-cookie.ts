import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

const NAME = 'spectrakey_session';

export interface SessionCookie {
  name: string;
  attributes: { path: '/'; httpOnly: true; sameSite: 'lax'; secure: boolean };
}

/**
 * The cookie that holds a session's token. Behind TLS it bears the prefix `__Host-`: browsers take it only from this very
 * host and over TLS, so that neither a neighbouring subdomain nor somebody on the wire can plant a session of theirs
 * (RFC 6265bis, section 4.1.3.2). The name without the prefix is not read there, since it has no such guarantee.
 *
 * @param protocol of the request: the connection's own, or what a trusted proxy says of it.
 */
export function sessionCookieOf({ protocol }: { protocol: string }): SessionCookie {
  const secure = protocol === 'https';
  return {
    name: secure ? `__Host-${NAME}` : NAME,
    attributes: { path: '/', httpOnly: true, sameSite: 'lax', secure },
  };
}

/** Removes the session cookie from the client. */
export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  const { name, attributes } = sessionCookieOf(request);
  void reply.clearCookie(name, attributes);
}
