/** The answer to a call that a page made as a program would. */
export interface Answered {
  /** The HTTP status; null if there was no answer. */
  status: number | null;
  /** The headers that say something to the caller. */
  headers: readonly (readonly [name: string, value: string])[];
  /** The body: JSON with line breaks, or as it was sent. */
  text: string;
}

const HEADERS = [
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  'api-key-expires',
  'www-authenticate',
  'allow',
  'x-request-id',
];

/** Makes a call without the session's cookie, so that only the key in its headers counts. */
export async function sendCall(url: string, init: RequestInit): Promise<Answered> {
  try {
    const response = await fetch(url, { ...init, credentials: 'omit', cache: 'no-store' });
    return {
      status: response.status,
      headers: HEADERS.flatMap(name => {
        const value = response.headers.get(name);
        return value === null ? [] : [[name, value] as const];
      }),
      text: spread(await response.text()),
    };
  } catch {
    return {
      status: null,
      headers: [],
      text: 'There was no answer. Check the connection, and that the key was pasted without other characters.',
    };
  }
}

/** Writes JSON with line breaks, and lists of numbers on one line. */
export function spread(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value, null, 2).replace(/\[[-+\d.eE,\s]+\]/g, list => list.replace(/\s+/g, ' '));
  } catch {
    return text;
  }
}
