import net from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';

/**
 * Max bytes that are read until the TLS handshake is complete. A chain of certificates usually has 3 to 8 KiB. A receiver
 * chooses what its keys cost: 96 KiB of certificates with RSA exponents of 3071 bits took 0.7 s of CPU.
 */
const MAX_HANDSHAKE_BYTES = 16 * 1024;

/** Connects with TLS, like `tls.connect`, and fails when the receiver sends too much before the handshake is complete. */
export function connectTls(options: tls.ConnectionOptions & net.TcpNetConnectOpts): tls.TLSSocket {
  const raw = net.connect(options);
  let received = 0;
  let isSecure = false;
  const limited = new Duplex({
    read: () => void raw.resume(),
    write: (chunk: Buffer, encoding, done) => void raw.write(chunk, encoding, done),
    final: done => void raw.end(done),
    destroy(error, done) {
      raw.destroy();
      done(error);
    },
  });
  raw.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (!isSecure && received > MAX_HANDSHAKE_BYTES)
      limited.destroy(new Error('The receiver sends too much before the TLS handshake is complete.'));
    else if (!limited.push(chunk)) raw.pause();
  });
  raw.once('end', () => void limited.push(null));
  raw.once('error', error => void limited.destroy(error));
  raw.once('close', () => void limited.destroy());
  const secure = tls.connect({ ...options, socket: limited });
  secure.once('secureConnect', () => {
    isSecure = true;
  });
  return secure;
}
