import type { FastifyReply, FastifyRequest } from 'fastify';
import { secondsOfMonth, secondsToNextMonth } from '../../accounts/month.ts';
import { secondsToNextMinute } from '../../api-keys/call-rates.ts';
import { badUserInput } from '../../errors.ts';
import type { Context } from '../../graphql/context.ts';
import type { Allowance, Allowances } from '../../predictions/allowances.ts';
import { isRepeated } from '../identify.ts';

/**
 * Sets the headers that say what is left of the limits of a call (draft-ietf-httpapi-ratelimit-headers-10): the quota of
 * the deployment, and the key's own limits for a month and a minute. None without a limit.
 */
export function setLimitHeaders(
  reply: FastifyReply,
  { deployment, key }: Allowances,
  { caller, at, predicting: { callRates } }: Pick<Context, 'caller' | 'at' | 'predicting'>,
): void {
  const calls = caller.kind === 'api-key' ? callRates.allowanceOf(caller.key, at) : null;
  if (!deployment && !key && !calls) return;
  const [ofMonth, toNextMonth] = [secondsOfMonth(at), secondsToNextMonth(at)];
  const limits = [
    limitIn('monthly-predictions', deployment, ofMonth, toNextMonth),
    limitIn('key-monthly-predictions', key, ofMonth, toNextMonth),
    limitIn('key-calls-a-minute', calls, 60, secondsToNextMinute(at)),
  ].filter(limit => limit !== null);
  const left = limits.flatMap(limit => limit.left ?? []);
  if (left.length > 0) void reply.header('ratelimit', left.join(', '));
  void reply.header('ratelimit-policy', limits.map(({ policy }) => policy).join(', '));
}

/** A limit in the headers. `window` and `reset` are in seconds; `left` is null if that is not known. */
function limitIn(name: string, allowance: Allowance | null, window: number, reset: number) {
  if (!allowance) return null;
  const { limit, left } = allowance;
  return {
    policy: `"${name}";q=${limit};w=${window}`,
    left: left === null ? null : `"${name}";r=${left};t=${reset}`,
  };
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
