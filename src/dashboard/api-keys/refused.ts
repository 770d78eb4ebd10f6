import type { KeyRefusalsQuery } from '../generated/graphql';
import { count } from '../ui/numbers.ts';
import { relativeTime } from '../ui/relative-time.ts';
import type { CallerLine } from './callers.ts';

export type Refused = NonNullable<KeyRefusalsQuery['apiKey']>['refusals'][number];

const WORDS: Record<string, string> = {
  API_KEY_REVOKED: 'The key is revoked',
  API_KEY_EXPIRED: 'The key has expired',
  API_KEY_NETWORK_NOT_ALLOWED: 'The network is not allowed',
  API_KEY_NOT_AUTHORIZED: 'The key does not reach the deployment',
  API_KEY_RATE_LIMITED: 'Too many calls in a minute',
  API_KEY_QUOTA_EXCEEDED: 'The monthly limit of the key is used up',
  QUOTA_EXCEEDED: 'The monthly predictions of the plan are used up',
  PLAN_FEATURE_REQUIRED: 'The plan has no API access',
  DEPLOYMENT_INACTIVE: 'The deployment is switched off',
  BAD_USER_INPUT: 'The input is not valid',
  MODEL_FAILED: 'The model failed',
  FORBIDDEN: 'Keys may only predict',
  UNAVAILABLE: 'The server was not available',
};

/** Why calls were refused, in words; undefined for a code that has none. */
export const reasonOf = ({ code, isRehearsal }: Pick<Refused, 'code' | 'isRehearsal'>): string | undefined =>
  isRehearsal ? 'Its revocation was rehearsed' : WORDS[code];

/** The networks of refused calls, the latest first. */
export const refusedLines = ({ networks }: Pick<Refused, 'networks'>, now: Date): CallerLine[] =>
  networks.map(({ network, count: calls, lastAt }) => ({
    network,
    text: `${count(calls, 'call')}, the last ${relativeTime(new Date(lastAt), now)}`,
  }));

/**
 * The networks that were refused since a rehearsal began. Only some networks of a day are counted by themselves, so the one
 * of the last refusal is added if it is not among them.
 */
export function refusedSince(refusals: readonly Refused[], since: string, now: Date): CallerLine[] {
  return refusals
    .filter(({ isRehearsal, lastAt }) => isRehearsal && lastAt >= since)
    .flatMap(({ networks, lastNetwork, lastAt }) => {
      const counted = networks.filter(({ lastAt }) => lastAt >= since);
      const isCounted = counted.some(({ network }) => network === lastNetwork);
      return isCounted ? counted : [{ network: lastNetwork, lastAt }, ...counted];
    })
    .map(({ network, lastAt }) => ({
      network,
      text: `refused, the last time ${relativeTime(new Date(lastAt), now)}`,
    }));
}
