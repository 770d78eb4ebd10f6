import { compareSync, hashSync } from 'bcryptjs';

// Runs in worker threads only (passwords.ts), because bcryptjs computes in JavaScript: 350 ms at cost 12, and four at
// once block an event loop for 400 ms.

/** 2^12 rounds: OWASP's Password Storage Cheat Sheet asks for 10 or more. */
const COST = 12;

/** Hashes a password that passed `checkNewPassword`. */
export function hash(password: string): string {
  return hashSync(password, COST);
}

/** Whether the password matches the hash. */
export function verify({ password, passwordHash }: { password: string; passwordHash: string }): boolean {
  return compareSync(password, passwordHash);
}
