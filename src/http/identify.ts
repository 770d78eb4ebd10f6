import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { clearSessionCookie, sessionCookieOf } from '../accounts/session-cookie.ts';
import { findSession, isToken } from '../accounts/sessions.ts';
import { isInNetworks } from '../api-keys/networks.ts';
import { containsRawKey, digestOf, rawKeyIn } from '../api-keys/raw-key.ts';
import { findHolder } from '../api-keys/revoke-by-holder.ts';
import type { AuthenticatedKey, Caller, Identity } from '../auth/caller.ts';
import {
  apiKeyExpired,
  apiKeyNetworkNotAllowed,
  apiKeyRehearsed,
  apiKeyRevoked,
  badUserInput,
  codes,
  keyInBasic,
  unauthenticated,
} from '../errors.ts';
import type { Services } from '../graphql/context.ts';
import { networkOf } from '../requests/network.ts';

/**
 * Identifies the caller from the headers alone, so that the limit of the body can depend on the caller. The context of
 * the request is built from the result. A session cookie counts only where `request.usesSessions` is set. The response to
 * a key with an expiry says when that is.
 *
 * Where the body may ask for the revocation of the key (`mayRevokeKey`), a key that is refused identifies its holder
 * instead: see `refusalOf`.
 *
 * @param mayRemember whether the facts about a key may come from an earlier look-up. The database must then
 *   confirm them before the answer (predictions/attempt.ts)
 * @throws BAD_USER_INPUT, UNAUTHENTICATED, API_KEY_REVOKED, API_KEY_EXPIRED, API_KEY_NETWORK_NOT_ALLOWED or
 *   RATE_LIMITED.
 */
export async function identify(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  { mayRemember }: { mayRemember: boolean },
): Promise<Identity> {
  const at = services.now();
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    if (isRepeated('authorization', request.raw.rawHeaders)) {
      throw badUserInput('The request has two Authorization headers, which may contradict. Send one.');
    }
    const basic = basicIn(authorization);
    if (basic === undefined) {
      const rawKey = rawKeyIn(authorization) ?? '';
      if (request.routeOptions.config.revokesKey) return await identifyHolder(services, request, rawKey, at);
      const key = mayRemember ? services.rememberedKeys.find(rawKey, at) : undefined;
      // Remembered networks may have changed: the look-up decides.
      if (!key || !isInNetworks(key.allowedNetworks, request.ip))
        return await identifyKey(services, request, reply, rawKey, at).catch(holderOf(request, rawKey, at));
      request.sentKey = key;
      setExpiry(reply, key);
      return { kind: 'api-key', at, key, isRemembered: true };
    }
    // A Basic credential belongs to a proxy that passed it on, unless it holds one of our keys.
    if (containsRawKey(basic)) throw keyInBasic();
  }
  if (!request.usesSessions) return { kind: 'anonymous', at, hadCookie: false };
  const token = request.cookies[sessionCookieOf(request).name];
  if (token === undefined) return { kind: 'anonymous', at, hadCookie: false };
  const address = () => networkOf(request.ip);
  const found = isToken(token) && (await findSession(services.shareOf(address()), token, at, address));
  if (found) {
    const { person, sessionId, isOnApiPlan } = found;
    return { kind: 'person', at, person: { ...person, sessionId }, reserved: isOnApiPlan };
  }
  clearSessionCookie(request, reply);
  return { kind: 'anonymous', at, hadCookie: true };
}

async function identifyKey(
  { authenticate, countFailedKey }: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  rawKey: string,
  at: Date,
): Promise<Identity> {
  const verdict = await authenticate(rawKey, at);
  // Also of a key that is refused: its refusals are counted (count-refusals.ts).
  request.sentKey = 'key' in verdict ? verdict.key : undefined;
  switch (verdict.status) {
    case 'valid':
      setExpiry(reply, verdict.key);
      if (!isInNetworks(verdict.key.allowedNetworks, request.ip)) throw apiKeyNetworkNotAllowed();
      return { kind: 'api-key', at, key: verdict.key, isRemembered: false };
    case 'revoked':
      setExpiry(reply, verdict);
      throw apiKeyRevoked();
    case 'rehearsed':
      setExpiry(reply, verdict);
      throw apiKeyRehearsed(verdict.until, at);
    case 'expired':
      setExpiry(reply, verdict);
      throw apiKeyExpired();
    case 'unknown':
    case 'malformed':
      await countFailedKey(verdict.status, networkOf(request.ip), at);
      throw unauthenticated();
  }
}

/** The errors of a key that is known, but may not be used. */
const REFUSALS: ReadonlySet<unknown> = new Set([
  codes.API_KEY_REVOKED,
  codes.API_KEY_EXPIRED,
  codes.API_KEY_NETWORK_NOT_ALLOWED,
]);

/**
 * Identifies the holder of a key that was refused, where the body of the request may ask for its revocation. The error is
 * thrown where the body is known (graphql/revocation.ts) or there is none.
 */
const holderOf =
  ({ method, routeOptions }: FastifyRequest, rawKey: string, at: Date) =>
  (error: unknown): Identity => {
    const isRefusal = error instanceof GraphQLError && REFUSALS.has(error.extensions.code);
    if (!isRefusal || method !== 'POST' || !routeOptions.config.mayRevokeKey) throw error;
    return { kind: 'key-holder', at, key: { digest: digestOf(rawKey), refusal: error } };
  };

/** The error of a caller whose key was refused. */
export const refusalOf = (caller: Caller | undefined): GraphQLError | null =>
  caller?.kind === 'key-holder' ? caller.key.refusal : null;

/**
 * Identifies the holder of a key that is to be revoked, whatever its state, plan, networks and limits.
 *
 * @throws UNAUTHENTICATED for an unknown key; RATE_LIMITED
 */
async function identifyHolder(
  { shareOf, countFailedKey }: Services,
  request: FastifyRequest,
  rawKey: string,
  at: Date,
): Promise<Identity> {
  const network = networkOf(request.ip);
  const found = await findHolder(shareOf(network), rawKey);
  if (found.status === 'known') return { kind: 'key-holder', at, key: { ...found, refusal: null } };
  await countFailedKey(found.status, network, at);
  throw unauthenticated();
}

/** Sets the header that says when the key of a request expires. */
function setExpiry(reply: FastifyReply, { expiresAt }: Pick<AuthenticatedKey, 'expiresAt'>): void {
  if (expiresAt) void reply.header('api-key-expires', expiresAt.toISOString());
  else void reply.removeHeader('api-key-expires');
}

/** Whether a header occurs more than once. Node keeps the first and drops the others silently. */
export function isRepeated(name: string, rawHeaders: string[]): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === name) count += 1;
  return count > 1;
}

/** A Basic credential as sent and decoded, one a line; undefined for other schemes. */
function basicIn(authorization: string): string | undefined {
  const [, text] = /^Basic(?: +(.*))?$/is.exec(authorization) ?? [];
  if (text === undefined) return /^Basic *$/i.test(authorization) ? '' : undefined;
  return `${text}\n${Buffer.from(text, 'base64').toString('latin1')}`;
}
