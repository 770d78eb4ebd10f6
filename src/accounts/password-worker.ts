import { compareSync, hashSync } from 'bcryptjs';

// Runs in worker threads only (passwords.ts), because bcryptjs computes in JavaScript: 350 ms at cost 12, and four at
// once block an event loop for 400 ms.

/** Hashes a password that passed `checkNewPassword`. */
export function hash({ password, cost }: { password: string; cost: number }): string {
  return hashSync(password, cost);
}

/** Whether the password matches the hash. */
export function verify({ password, passwordHash }: { password: string; passwordHash: string }): boolean {
  return compareSync(password, passwordHash);
}
