import type { FastifyReply, FastifyRequest } from 'fastify';
import { secondsOfMonth, secondsToNextMonth } from '../../accounts/month.ts';
import { badUserInput } from '../../errors.ts';
import type { MonthlyQuota } from '../../predictions/attempt.ts';
import { isRepeated } from '../identify.ts';

/** The name of the quota in the headers. */
const POLICY = '"monthly-predictions"';

/**
 * Sets the headers that say what is left of the month (draft-ietf-httpapi-ratelimit-headers-10); none without a monthly
 * limit.
 */
export function setQuotaHeaders(reply: FastifyReply, quota: MonthlyQuota | null, now: Date): void {
  if (!quota) return;
  void reply
    .header('ratelimit', `${POLICY};r=${quota.left};t=${secondsToNextMonth(now)}`)
    .header('ratelimit-policy', `${POLICY};q=${quota.limit};w=${secondsOfMonth(now)}`);
}

/**
 * The idempotency key of a request (draft-ietf-httpapi-idempotency-key-header-07): the text of a structured-field string
 * in quotes, or the bare text, as many clients send it. Its length is checked where it is used.
 *
 * @returns null without the header
 * @throws BAD_USER_INPUT when it is repeated, not ASCII, or a string without its end
 */
export function idempotencyKeyOf({ headers, raw }: Pick<FastifyRequest, 'headers' | 'raw'>): string | null {
  const value = headers['idempotency-key'];
  if (value === undefined) return null;
  if (typeof value !== 'string' || isRepeated('idempotency-key', raw.rawHeaders)) {
    throw badUserInput('The request has two Idempotency-Key headers. Send one.');
  }
  if (!/^[\x20-\x7e]*$/.test(value)) {
    throw badUserInput(
      'The Idempotency-Key has characters beyond ASCII. Use letters and digits, as in a UUID.',
    );
  }
  if (!value.startsWith('"')) return value;
  const [, quoted] = /^"((?:[^"\\]|\\["\\])*)"$/.exec(value) ?? [];
  if (quoted === undefined) {
    throw badUserInput(
      'The Idempotency-Key begins with a quote, but is not a text in quotes. Send it as "…".',
    );
  }
  return quoted.replace(/\\(["\\])/g, '$1');
}
