import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

interface Behaviour {
  /** Never answers. */
  silent?: boolean;
  /** Its answers to addresses, and to mails that contain a text. Where one is empty, it closes the connection. */
  refused?: Record<string, string>;
}

/** Starts a mail server for one test, which accepts what it receives and does not refuse. */
export async function mailServer({ silent = false, refused = {} }: Behaviour = {}) {
  const mails: { to: string[]; text: string }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    if (silent) return;
    let to: string[] = [];
    let text: string | null = null;
    const answer = (line = '250 ok') => (line === '' ? socket.destroy() : socket.write(`${line}\r\n`));
    socket.write('220 stand-in\r\n');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      if (text !== null) {
        text += chunk;
        if (!text.endsWith('\r\n.\r\n')) return;
        const sent = text;
        const [, refusal] = Object.entries(refused).find(([part]) => sent.includes(part)) ?? [];
        if (refusal === undefined) mails.push({ to, text });
        text = null;
        to = [];
        answer(refusal);
        return;
      }
      for (const line of chunk.split('\r\n').filter(part => part !== '')) {
        const address = /^RCPT.*<(.*)>/i.exec(line)?.[1];
        const refusal = address === undefined ? undefined : refused[address];
        if (refusal !== undefined) {
          answer(refusal);
          continue;
        }
        if (address !== undefined) to.push(address);
        if (/^DATA/i.test(line)) text = '';
        socket.write(
          /^DATA/i.test(line) ? '354 go on\r\n' : /^QUIT/i.test(line) ? '221 bye\r\n' : '250 ok\r\n',
        );
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return { smtpUrl: `smtp://127.0.0.1:${port}`, mails, connections: () => sockets.size };
}
