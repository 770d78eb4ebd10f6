import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

const SECRET_BYTES = 32;

/** The prefix of secrets in the Standard Webhooks format. */
const PREFIX = 'whsec_';

/** Generates the secret of a webhook: 256 random bits. */
export const generateSecret = (): Buffer => randomBytes(SECRET_BYTES);

/** Formats a secret as receivers configure it: `whsec_` and base64. */
export const formatSecret = (secret: Uint8Array): string =>
  `${PREFIX}${Buffer.from(secret).toString('base64')}`;

/**
 * The headers of a message in the Standard Webhooks format (https://www.standardwebhooks.com): its id, the time, and an
 * HMAC-SHA256 of id, time and body with each secret.
 *
 * @param id the same in every attempt, so that a receiver recognizes a repetition
 * @param secrets the current one and, after a rotation, the previous one
 */
export function signedHeaders(
  { id, body, now }: { id: string; body: string; now: Date },
  secrets: readonly Uint8Array[],
): Record<string, string> {
  const signatures = secrets.map(secret => new Webhook(secret, { format: 'raw' }).sign(id, now, body));
  return {
    'content-type': 'application/json',
    'user-agent': 'Spectrakey-Webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': signatures.join(' '),
  };
}
