/** A user may hold this many times what stays free for others. */
const MAX_TIMES_FREE = 3;

/** An amount of something, such as bytes, of which each user has a share. */
export interface SharedAmount<User> {
  /** Reserves a part. @returns false, and reserves nothing, if the user has no share left */
  reserve: (user: User, amount: number) => boolean;
  /** Reserves a part whatever the share, even beyond the max. */
  hold: (user: User, amount: number) => void;
  /** Frees a part that was reserved. */
  release: (user: User, amount: number) => void;
}

/**
 * Shares an amount between users. One that is alone may hold three quarters of it, the next one three quarters of the rest, and
 * so on.
 *
 * @param min what a user may always hold, even beyond the max.
 */
export function shareAmount<User>(max: number, min = 0): SharedAmount<User> {
  let held = 0;
  const byUser = new Map<User, number>();

  function hold(user: User, amount: number): void {
    held += amount;
    byUser.set(user, (byUser.get(user) ?? 0) + amount);
  }
  return {
    reserve(user, amount) {
      const own = (byUser.get(user) ?? 0) + amount;
      if (own > min && own > MAX_TIMES_FREE * (max - held - amount)) return false;
      hold(user, amount);
      return true;
    },
    hold,
    release(user, amount) {
      held -= amount;
      const own = (byUser.get(user) ?? 0) - amount;
      if (own > 0) byUser.set(user, own);
      else byUser.delete(user);
    },
  };
}
