import type { Identity } from '../auth/caller.ts';

/** Whose bodies count together: an organization by its keys, or a person. */
export interface Sender {
  id: string;
  /** Whether the organization, or one that the person is in, is on a plan with API access. */
  onApiPlan: boolean;
}

/** What bodies in flight take together, in bytes beyond the first 64 KiB of each. */
export interface BodyBudget {
  /** Counts what a sender's body brought. @returns false, and counts nothing, where there is no more for this sender. */
  take: (sender: Sender, bytes: number) => boolean;
  /** What was counted is gone. */
  giveBack: (sender: Sender, bytes: number) => void;
}

/** A sender may take this many times what is then still free for others. */
const TIMES_FREE = 3;

/**
 * Bounds what large bodies take together. Half is for organizations on a plan with API access, which only an operator
 * gives: anyone can sign up as often as they like. Within a half a sender who is alone may take three quarters, and the
 * more there are the less each may: however many hold large bodies, there is something left for the next.
 *
 * A body counts as its bytes come, and no longer than until its request is answered or given up: one that announces much
 * and sends little holds up nobody.
 */
export function bodyBudget(maxBytes: number): BodyBudget {
  const half = () => ({ held: 0, bySender: new Map<string, number>() });
  const halves = { apiPlan: half(), others: half() };
  const halfOf = ({ onApiPlan }: Sender) => (onApiPlan ? halves.apiPlan : halves.others);

  return {
    take(sender, bytes) {
      const half = halfOf(sender);
      const own = (half.bySender.get(sender.id) ?? 0) + bytes;
      const free = maxBytes / 2 - half.held - bytes;
      if (own > TIMES_FREE * free) return false;
      half.held += bytes;
      half.bySender.set(sender.id, own);
      return true;
    },
    giveBack(sender, bytes) {
      const half = halfOf(sender);
      half.held -= bytes;
      const own = (half.bySender.get(sender.id) ?? 0) - bytes;
      if (own > 0) half.bySender.set(sender.id, own);
      else half.bySender.delete(sender.id);
    },
  };
}

/** The sender of a body, where it is known. @param isOnApiPlan of a person */
export async function bodySenderOf(
  identity: Identity,
  isOnApiPlan: (userId: string) => Promise<boolean>,
): Promise<Sender | undefined> {
  switch (identity.kind) {
    case 'api-key':
      return { id: identity.key.organizationId, onApiPlan: identity.key.allowApiPredict };
    case 'person':
      return { id: identity.person.id, onApiPlan: await isOnApiPlan(identity.person.id) };
    case 'anonymous':
      return undefined;
  }
}
