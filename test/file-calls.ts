import type { PredictFilesAnswer } from '../src/http/rest/file-schemas.ts';
import type { Problem } from '../src/http/rest/schemas.ts';
import { type Credential, headersOf, type Service } from './harness.ts';

/** A file of a call, in a part with this name (`file`). Without a name it has no filename. */
export interface FileToSend {
  name: string | undefined;
  bytes: Uint8Array;
  part?: string;
}

export interface FilesAnswer {
  status: number;
  headers: Headers;
  body: Partial<PredictFilesAnswer & Problem>;
}

/** The boundary of the bodies of `multipart`. */
export const BOUNDARY = 'spectrakey-test-boundary';

/** A body of `multipart/form-data` with files. */
export function multipart(files: readonly FileToSend[], boundary = BOUNDARY): Buffer {
  const parts = files.flatMap(({ name, bytes, part = 'file' }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${part}"${name === undefined ? '' : `; filename="${name}"`}\r\n\r\n`,
    ),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
}

/** Sends a body to the endpoint for files of a deployment. */
export async function sendFiles(
  { url }: Pick<Service, 'url'>,
  deploymentId: string,
  body: Uint8Array<ArrayBuffer>,
  as: Credential | undefined,
  headers: Record<string, string> = {},
): Promise<FilesAnswer> {
  const response = await fetch(`${url}/api/deployments/${deploymentId}/predict/file/`, {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...headersOf(as), ...headers },
    body,
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

/** Predicts for files over HTTP. */
export const callFiles = (
  service: Pick<Service, 'url'>,
  deploymentId: string,
  files: readonly FileToSend[],
  as: Credential | undefined,
  headers: Record<string, string> = {},
): Promise<FilesAnswer> => sendFiles(service, deploymentId, Uint8Array.from(multipart(files)), as, headers);
