import { compareSync, hashSync } from 'bcryptjs';

// bcryptjs computes in JavaScript: 350 ms at cost 12, and four at once stall an event loop for 400 ms. This module
// is therefore loaded by worker threads alone (passwords.ts).

/** 2^12 rounds: OWASP's Password Storage Cheat Sheet asks for 10 or more. */
const COST = 12;

/** The bcrypt hash of a password that was checked. */
export function hash(password: string): string {
  return hashSync(password, COST);
}

/** Whether the password is the one that was hashed. */
export function verify({ password, passwordHash }: { password: string; passwordHash: string }): boolean {
  return compareSync(password, passwordHash);
}
