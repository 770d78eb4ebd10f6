import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * Starts a mail server for one test, which accepts what it receives, or never answers.
 *
 * @param refused an address that it refuses for good
 */
export async function mailServer({ silent = false, refused = '' } = {}) {
  const mails: { to: string[]; text: string }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    if (silent) return;
    let to: string[] = [];
    let text: string | null = null;
    socket.write('220 stand-in\r\n');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      if (text !== null) {
        text += chunk;
        if (!text.endsWith('\r\n.\r\n')) return;
        mails.push({ to, text });
        text = null;
        to = [];
        socket.write('250 ok\r\n');
        return;
      }
      for (const line of chunk.split('\r\n').filter(part => part !== '')) {
        const address = /^RCPT.*<(.*)>/i.exec(line)?.[1];
        if (address !== undefined && address === refused) {
          socket.write('550 no such mailbox\r\n');
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
