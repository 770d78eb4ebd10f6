import { open } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { writeHead } from './frames.ts';

/** Of a file in memory. */
const SLICE_BYTES = 1024 * 1024;

/**
 * Writes a frame whose payload is a file, through one buffer: a file of 16 MiB read as a whole stays in memory until the
 * next collection of garbage, and another one is read for each trial.
 *
 * @throws when the file cannot be read; the stream then holds a part of a frame.
 */
export async function sendFile(stream: Duplex, header: object, path: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    writeHead(stream, header, size);
    const slice = Buffer.allocUnsafeSlow(Math.min(SLICE_BYTES, Math.max(1, size)));
    for (let sent = 0; sent < size; ) {
      const { bytesRead } = await file.read(slice, 0, Math.min(slice.byteLength, size - sent), sent);
      if (bytesRead === 0) throw new Error(`the file ${path} became shorter while it was read`);
      // The buffer is used again once it is flushed. A stream that ended calls back, too.
      await new Promise<void>(resolve => stream.write(slice.subarray(0, bytesRead), () => resolve()));
      if (stream.destroyed) return;
      sent += bytesRead;
    }
  } finally {
    await file.close();
  }
}
