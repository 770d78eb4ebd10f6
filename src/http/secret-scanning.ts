import { type KeyObject, verify } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { digestOf, isRawKey } from '../api-keys/raw-key.ts';
import type { RevocationOrigin } from '../api-keys/revoke-by-holder.ts';
import { findReported, type ReportedKey, revokeReported } from '../api-keys/revoke-reported.ts';
import { badUserInput, payloadTooLarge, wrongSignature } from '../errors.ts';
import type { Services } from '../graphql/context.ts';
import { networkOf } from '../requests/network.ts';
import { closeSlowBody } from './api-scope.ts';
import { type HttpLimits, MAX_REPORT_BYTES } from './limits.ts';
import { type MemoryBudget, partOfBudget } from './memory-budget.ts';
import { declaredBytesOf, readBody } from './read-body.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Where GitHub sends what its secret scanning found. */
const REPORTS_PATH = '/secret-scanning/github';
/** The part of the memory for large bodies that reports may take. */
const REPORTS_PART = 1 / 16;
/** Max length of the place of a leak, which the activity records. */
const MAX_URL_CHARACTERS = 500;
/** A signature of P-256 in DER and base64 has about 96 characters. */
const MAX_HEADER_CHARACTERS = 200;
/** Max wait for the lock of a key at first, and of those that were locked once the others are revoked; max time of these. */
const FIRST_LOCK_MS = 100;
const SECOND_LOCK_MS = 2000;
const MAX_SECOND_MS = 20_000;

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
  /** The memory for large bodies. */
  budget: MemoryBudget;
  limits: Pick<HttpLimits, 'anonymousBodyMs' | 'slowBodyMs' | 'slowBodyBytes' | 'largeBodiesBytes'>;
}

/**
 * Serves the endpoint of GitHub's secret scanning partner program: a signed list of secrets that were found in public.
 * Those that are keys of this server are revoked. Anyone can publish what looks like a key beside one that leaked, so a
 * report may have thousands of them.
 *
 * The body is read once its headers name a key of the sender. Only its signature proves who that is, so it takes as long
 * as the body of an anonymous request at most, and is short.
 */
export async function serveSecretScanning(
  scope: FastifyInstance,
  { services, signingKeys, budget, limits }: SecretScanningOptions,
): Promise<void> {
  const reportsBudget = partOfBudget(
    budget,
    { id: REPORTS_PATH, reserved: true },
    limits.largeBodiesBytes * REPORTS_PART,
  );
  // The handler reads the body.
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser('application/json', (_request, payload: IncomingMessage, done) =>
    done(null, payload),
  );
  scope.decorateRequest('releaseBodyBudget', () => {});

  /** Reads the bytes of a report. */
  const readReport = (request: FastifyRequest, reply: FastifyReply) =>
    new Promise<Buffer>((resolve, reject) => {
      const allowance = {
        owner: { id: networkOf(request.ip), reserved: false },
        maxBytes: MAX_REPORT_BYTES,
        tooLarge: () => payloadTooLarge(),
        onceAnswered: (callback: () => void) => reply.raw.once('close', callback),
      };
      const declaredBytes = declaredBytesOf(request);
      if (declaredBytes > MAX_REPORT_BYTES && declaredBytes !== Number.POSITIVE_INFINITY) {
        return reject(payloadTooLarge());
      }
      const options = { budget: reportsBudget, limits, allowance };
      readBody(request, request.raw, options, (error, body) => (error ? reject(error) : resolve(body)));
    });

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
      const signature = await signatureOf(signingKeys, request, at);
      const body = signature && (await readReport(request, reply));
      if (!body || !isSigned(body, signature)) {
        // Counted with the malformed keys of the network.
        await services.countFailedKey('malformed', network, at);
        throw wrongSignature();
      }
      const secrets = secretsIn(body);
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

/** What the headers of a request say about its signature. */
interface Signature {
  key: KeyObject;
  bytes: Buffer;
}

/** The signature of a request, by a key that GitHub publishes; undefined without one. @throws as `SigningKeys.find` */
async function signatureOf(
  keys: SigningKeys,
  { headers }: FastifyRequest,
  at: Date,
): Promise<Signature | undefined> {
  const identifier = headers['github-public-key-identifier'];
  const signature = headers['github-public-key-signature'];
  if (typeof identifier !== 'string' || typeof signature !== 'string') return undefined;
  if (Math.max(identifier.length, signature.length) > MAX_HEADER_CHARACTERS) return undefined;
  const key = await keys.find(identifier, at);
  return key && { key, bytes: Buffer.from(signature, 'base64') };
}

/** Whether a signature is that of these bytes. */
const isSigned = (body: Buffer, { key, bytes }: Signature) => verify('sha256', body, key, bytes);

/** @throws BAD_USER_INPUT if the body is not a list of secrets */
function secretsIn(body: Buffer): Secret[] {
  let list: unknown;
  try {
    list = JSON.parse(body.toString('utf8'));
  } catch {
    // As for any other body.
  }
  if (!Array.isArray(list)) throw badUserInput('The body must be a list of secrets.');
  return list.map(entry => {
    const { token, type, url } = Object(entry);
    if (typeof token !== 'string' || typeof type !== 'string')
      throw badUserInput('Each secret must have a "token" and a "type".');
    return { token, type, url: typeof url === 'string' ? shortened(url) : '' };
  });
}

/** A text that PostgreSQL can store: without half of a surrogate pair, and without the character 0. */
const shortened = (url: string) => url.slice(0, MAX_URL_CHARACTERS).replaceAll('\0', '').toWellFormed();

/**
 * Revokes the keys among the secrets, each in a transaction of its own: they belong to different organizations, and the
 * row of one may be locked, as while its organization is deleted.
 *
 * @returns the digests of those that are keys of this server
 * @throws the last error if a key could not be revoked, once the others are
 */
async function revokeAll(
  { db, addDeliveries, deliverSoon }: SecretScanningOptions['services'],
  secrets: readonly Secret[],
  origin: RevocationOrigin,
): Promise<Set<string>> {
  // Others need no look-up: the checksum is wrong.
  const urls = new Map(
    secrets.filter(({ token }) => isRawKey(token)).map(({ token, url }) => [hexDigestOf(token), url]),
  );
  const known = await findReported(
    db,
    [...urls.keys()].map(digest => Buffer.from(digest, 'hex')),
  );
  let failure: unknown;
  /** @returns whether the key is revoked */
  async function revoke({ id, digest }: ReportedKey, lockMs: number): Promise<boolean> {
    try {
      const url = urls.get(digest.toString('hex')) ?? '';
      const hasDeliveries = await db.transaction().execute(async trx => {
        await revokeReported(trx, { id, url, lockMs }, origin);
        return await addDeliveries(trx);
      });
      if (hasDeliveries) deliverSoon();
      return true;
    } catch (error) {
      failure = error;
      return false;
    }
  }
  const locked: ReportedKey[] = [];
  for (const key of known) {
    if (!key.revokedAt && !(await revoke(key, FIRST_LOCK_MS))) locked.push(key);
  }
  const endsAt = performance.now() + MAX_SECOND_MS;
  let left = 0;
  for (const key of locked) {
    if (performance.now() > endsAt || !(await revoke(key, SECOND_LOCK_MS))) left += 1;
  }
  if (left > 0) throw failure;
  return new Set(known.map(({ digest }) => digest.toString('hex')));
}
