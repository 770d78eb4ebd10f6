import { verify } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { digestOf, isRawKey } from '../api-keys/raw-key.ts';
import type { RevocationOrigin } from '../api-keys/revoke-by-holder.ts';
import { revokeReported } from '../api-keys/revoke-reported.ts';
import { badUserInput, wrongSignature } from '../errors.ts';
import type { Services } from '../graphql/context.ts';
import { networkOf } from '../requests/network.ts';
import { closeSlowBody } from './api-scope.ts';
import type { HttpLimits } from './limits.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Where GitHub sends what its secret scanning found. */
const REPORTS_PATH = '/secret-scanning/github';
/** Max secrets in a report. */
const MAX_SECRETS = 1000;
/** Max length of the place of a leak, which the activity records. */
const MAX_URL_CHARACTERS = 500;
/** A signature of P-256 in DER and base64 has about 96 characters. */
const MAX_HEADER_CHARACTERS = 200;

/** A secret that was found. */
interface Secret {
  token: string;
  type: string;
  /** Where it was found; it may be empty. */
  url: string;
}

/** What GitHub learns about a secret: the SHA-256 of its text, in hexadecimal. */
interface Feedback {
  token_hash: string;
  token_type: string;
  label: 'true_positive' | 'false_positive';
}

interface SecretScanningOptions {
  services: Pick<Services, 'db' | 'addDeliveries' | 'deliverSoon' | 'countFailedKey' | 'now'>;
  signingKeys: SigningKeys;
  limits: Pick<HttpLimits, 'anonymousBodyMs'>;
}

/**
 * Serves the endpoint of GitHub's secret scanning partner program: a signed list of secrets that were found in public.
 * Those that are keys of this server are revoked. The body is limited as that of any anonymous request.
 */
export async function serveSecretScanning(
  scope: FastifyInstance,
  { services, signingKeys, limits }: SecretScanningOptions,
): Promise<void> {
  // The signature is that of the bytes.
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  scope.route({
    method: 'POST',
    url: REPORTS_PATH,
    config: { operation: `POST ${REPORTS_PATH}` },
    onRequest(request, _reply, done) {
      closeSlowBody(request, limits.anonymousBodyMs);
      done();
    },
    async handler(request, reply) {
      const at = services.now();
      const network = networkOf(request.ip);
      if (!(await isSigned(signingKeys, request, at))) {
        // Counted with the malformed keys of the network.
        await services.countFailedKey('malformed', network, at);
        throw wrongSignature();
      }
      const secrets = secretsIn(request.body);
      const known = await revokeAll(services, secrets, { network, now: at });
      void reply.header('cache-control', 'no-store');
      return secrets.map(({ token, type }): Feedback => {
        const digest = hexDigestOf(token);
        return {
          token_hash: digest,
          token_type: type,
          label: known.has(digest) ? 'true_positive' : 'false_positive',
        };
      });
    },
  });
}

const hexDigestOf = (token: string) => digestOf(token).toString('hex');

async function isSigned(keys: SigningKeys, { headers, body }: FastifyRequest, at: Date): Promise<boolean> {
  const identifier = headers['github-public-key-identifier'];
  const signature = headers['github-public-key-signature'];
  if (typeof identifier !== 'string' || typeof signature !== 'string' || !Buffer.isBuffer(body)) return false;
  if (Math.max(identifier.length, signature.length) > MAX_HEADER_CHARACTERS) return false;
  const key = await keys.find(identifier, at);
  return key !== undefined && verify('sha256', body, key, Buffer.from(signature, 'base64'));
}

/** @throws BAD_USER_INPUT if the body is not a list of secrets */
function secretsIn(body: unknown): Secret[] {
  let list: unknown;
  try {
    list = Buffer.isBuffer(body) ? JSON.parse(body.toString('utf8')) : null;
  } catch {
    // As for any other body.
  }
  if (!Array.isArray(list) || list.length > MAX_SECRETS)
    throw badUserInput(`The body must be a list of at most ${MAX_SECRETS} secrets.`);
  return list.map(entry => {
    const { token, type, url } = Object(entry);
    if (typeof token !== 'string' || typeof type !== 'string')
      throw badUserInput('Each secret must have a "token" and a "type".');
    return { token, type, url: typeof url === 'string' ? shortened(url) : '' };
  });
}

/** A text that PostgreSQL can store: without half of a surrogate pair, and without the character 0. */
const shortened = (url: string) => url.slice(0, MAX_URL_CHARACTERS).replaceAll('\0', '').toWellFormed();

/** Revokes the keys among the secrets. @returns the digests of those that are keys of this server */
async function revokeAll(
  { db, addDeliveries, deliverSoon }: SecretScanningOptions['services'],
  secrets: readonly Secret[],
  origin: RevocationOrigin,
): Promise<Set<string>> {
  // Others need no look-up: the checksum is wrong.
  const byDigest = new Map(
    secrets.filter(({ token }) => isRawKey(token)).map(secret => [hexDigestOf(secret.token), secret]),
  );
  if (byDigest.size === 0) return new Set();
  let hasDeliveries = false;
  const known = await db.transaction().execute(async trx => {
    const digests = await revokeReported(trx, byDigest, origin);
    hasDeliveries = await addDeliveries(trx);
    return digests;
  });
  if (hasDeliveries) deliverSoon();
  return new Set(known);
}
