import type { AuthenticatedKey } from '../auth/caller.ts';
import type { SettledCall } from './settlement/statement.ts';

/** A limit, and what is left of it: as read with the facts or, once a call is settled, after it. Null: not known. */
export interface Allowance {
  limit: number;
  left: number | null;
}

/** The monthly limits of a call; null: none. */
export interface Allowances {
  /** The plan's, for the deployment. */
  deployment: Allowance | null;
  /** The key's own. */
  key: Allowance | null;
}

/** The monthly limits by the facts about a deployment and, for a program, about its key. */
export const allowancesOf = (
  { quota, used }: { quota: number | null; used: number },
  key: Pick<AuthenticatedKey, 'monthlyPredictions' | 'used'> | null,
): Allowances => ({
  deployment: allowanceOf(quota, used),
  key: key && allowanceOf(key.monthlyPredictions, key.used),
});

const allowanceOf = (limit: number | null, used: number | null): Allowance | null =>
  limit === null ? null : { limit, left: used === null ? null : Math.max(0, limit - used) };

/** The monthly limits after a settlement. What it did not read is left as before. */
export const settledAllowances = (
  { deployment, key }: Allowances,
  { left, keyLeft }: Pick<SettledCall, 'left' | 'keyLeft'>,
): Allowances => ({
  deployment: deployment && { ...deployment, left: left ?? deployment.left },
  key: key && { ...key, left: keyLeft ?? key.left },
});
