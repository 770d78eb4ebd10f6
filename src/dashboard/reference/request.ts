import type { Operation } from './document.ts';

/** What a person filled in to try an operation. */
export interface Filled {
  key: string;
  /** The values of the parameters, by name. */
  parameters: Readonly<Record<string, string>>;
  /** The JSON of the body, for an operation that takes one. */
  json?: string;
  files: readonly File[];
}

/** The request of an operation as a program would send it. */
export function requestOf(operation: Operation, filled: Filled): { url: string; init: RequestInit } {
  const { method, path, parameters, security } = operation;
  const value = (name: string) => filled.parameters[name] ?? '';
  const headers: Record<string, string> = {};
  if (security?.length !== 0) headers.authorization = `Api-Key ${filled.key}`;
  for (const { name, in: place } of parameters) {
    if (place === 'header' && value(name) !== '') headers[name.toLowerCase()] = value(name);
  }
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(value(name)));
  if (filled.json !== undefined) {
    headers['content-type'] = 'application/json';
    return { url, init: { method, headers, body: filled.json } };
  }
  if (method !== 'POST') return { url, init: { method, headers } };
  const form = new FormData();
  for (const file of filled.files) form.append('file', file, file.name);
  return { url, init: { method, headers, body: form } };
}
