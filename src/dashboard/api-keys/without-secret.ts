/**
 * A search without the secret part of a raw key: of a pasted one, only the first 12 characters, which are no secret,
 * may reach the server and the page's address.
 */
export function withoutSecret(text: string): string {
  return /sk_[0-9A-Za-z]{9}/.exec(text)?.[0] ?? text;
}
