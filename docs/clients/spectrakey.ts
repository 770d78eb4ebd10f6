// Calls a Spectrakey server from TypeScript, with the types of its OpenAPI document. Copy this file and spectrakey-api.ts,
// and install openapi-fetch.
import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './spectrakey-api.ts';

export type Problem = components['schemas']['Problem'];
export type PredictAnswer = components['schemas']['PredictAnswer'];

const MAX_ATTEMPTS = 5;
const MAX_WAIT_SECONDS = 60;
/** While the revocation of a key is rehearsed, its calls are refused with 403 and `Retry-After`. Then it works again. */
const MAX_REHEARSAL_SECONDS = 600;
/** Statuses after which the same call may succeed. Its idempotency key keeps it from being charged twice. */
const RETRIED = new Set([408, 429, 502, 503, 504]);

/**
 * Makes a client whose paths, bodies and answers are typed. Calls are repeated where that can help, with one idempotency
 * key and after `Retry-After`; the last answer is returned.
 *
 * @param url the address of the server, for example `https://spectrakey.example`
 * @param key the API key; keep it out of the source code
 */
export function createSpectrakeyClient(url: string, key: string): Client<paths> {
  return createClient<paths>({
    baseUrl: url.replace(/\/+$/, ''),
    headers: { Authorization: `Api-Key ${key}` },
    // A redirect would send the key to another server.
    redirect: 'error',
    fetch: sendWithRetries,
  });
}

/** The body of a call with files, for the option `bodySerializer` of openapi-fetch. */
export function formOf({ file }: components['schemas']['PredictFilesRequest']): FormData {
  const form = new FormData();
  for (const one of file) form.append('file', one);
  return form;
}

async function sendWithRetries(request: Request): Promise<Response> {
  if (request.method === 'POST' && !request.headers.has('Idempotency-Key')) {
    request.headers.set('Idempotency-Key', crypto.randomUUID());
  }
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === MAX_ATTEMPTS;
    let seconds = 2 ** (attempt - 1);
    try {
      const response = await fetch(request.clone());
      const retryAfter = response.headers.get('Retry-After');
      seconds = Number(retryAfter ?? seconds);
      const isRehearsed = response.status === 403 && retryAfter !== null;
      const isTemporary = isRehearsed || RETRIED.has(response.status);
      if (isLast || !isTemporary || !(seconds <= (isRehearsed ? MAX_REHEARSAL_SECONDS : MAX_WAIT_SECONDS)))
        return response;
      await response.body?.cancel();
    } catch (error) {
      if (isLast) throw error;
    }
    await new Promise(resolve => setTimeout(resolve, seconds * 1000));
  }
}
