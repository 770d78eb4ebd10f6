import { open } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { writeHead } from './frames.ts';

/** Bytes of the file that are in memory at a time. */
const BUFFER_BYTES = 1024 * 1024;

/**
 * Writes a frame whose payload is a file, through one buffer. A file of 16 MiB that is read as a whole would stay in
 * memory until the next garbage collection, for each trial.
 *
 * @throws when the file cannot be read; a part of the frame may be written by then
 */
export async function sendFile(stream: Duplex, header: object, path: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    writeHead(stream, header, size);
    const buffer = Buffer.allocUnsafeSlow(Math.min(BUFFER_BYTES, Math.max(1, size)));
    for (let sent = 0; sent < size; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.byteLength, size - sent), sent);
      if (bytesRead === 0) throw new Error(`the file ${path} became shorter while it was read`);
      // The buffer is reused after it is flushed. The callback is also called when the stream has ended.
      await new Promise<void>(resolve => stream.write(buffer.subarray(0, bytesRead), () => resolve()));
      if (stream.destroyed) return;
      sent += bytesRead;
    }
  } finally {
    await file.close();
  }
}
