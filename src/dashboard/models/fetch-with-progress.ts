export interface Sending {
  /** Called with the share of the body that was sent, from 0 to 1. */
  onProgress: (share: number) => void;
  /** Aborts the request. */
  signal: AbortSignal;
}

/**
 * A `fetch` for one request with a large body. The browser's own does not report the progress of an upload;
 * XMLHttpRequest does. The GraphQL client uses it in place of the browser's, so that the cache and the detection of a
 * lost session work as for every other request.
 */
export const fetchWithProgress =
  ({ onProgress, signal }: Sending): typeof fetch =>
  (url, init = {}) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(init.method ?? 'GET', String(url));
      for (const [name, value] of new Headers(init.headers)) request.setRequestHeader(name, value);
      request.upload.addEventListener('progress', ({ loaded, total, lengthComputable }) => {
        if (lengthComputable && total > 0) onProgress(loaded / total);
      });
      request.upload.addEventListener('load', () => onProgress(1));
      request.addEventListener('load', () => {
        const type = request.getResponseHeader('content-type') ?? 'application/json';
        resolve(
          new Response(request.responseText, { status: request.status, headers: { 'content-type': type } }),
        );
      });
      request.addEventListener('error', () => reject(new TypeError('The server could not be reached.')));
      request.addEventListener('abort', () => reject(new DOMException('Cancelled', 'AbortError')));
      signal.addEventListener('abort', () => request.abort(), { once: true });
      if (signal.aborted) return reject(new DOMException('Cancelled', 'AbortError'));
      request.send(typeof init.body === 'string' ? init.body : null);
    });
