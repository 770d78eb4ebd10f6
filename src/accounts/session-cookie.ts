import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

const NAME = 'spectrakey_session';

export interface SessionCookie {
  name: string;
  attributes: { path: '/'; httpOnly: true; sameSite: 'lax'; secure: boolean };
}

/**
 * The cookie with the session's token. Over TLS its name has the prefix `__Host-`: browsers then accept it only from
 * this host and over TLS, so that neither a sibling subdomain nor an attacker on the network can set a session of their
 * own (RFC 6265bis, section 4.1.3.2). Over TLS a cookie without the prefix is ignored, as it lacks this guarantee.
 *
 * @param protocol of the request: that of the connection, or the one that a trusted proxy reports.
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
