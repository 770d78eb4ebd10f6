import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startServiceForTest } from './harness.ts';
import { open } from './raw-http.ts';

const REQUEST = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** Sends requests in one packet. @returns the number of answers, and whether the connection was then closed */
async function pipeline(url: string, count: number): Promise<{ answers: number; closed: boolean }> {
  const socket = open(url);
  let text = '';
  const answersIn = () => text.split('HTTP/1.1 200').length - 1;
  socket
    .on('error', () => {})
    .on('data', chunk => {
      text += chunk;
      if (answersIn() === count) socket.emit('answered');
    });
  socket.write(REQUEST.repeat(count));
  const closed = await Promise.race([
    once(socket, 'answered').then(() => false),
    once(socket, 'close').then(() => true),
  ]);
  socket.destroy();
  return { answers: answersIn(), closed };
}

test('a connection may send five requests before the first is answered; one that sends more is closed', async () => {
  const { url } = await startServiceForTest();
  expect(await pipeline(url, 5)).toEqual({ answers: 5, closed: false });
  for (const count of [6, 1000]) expect(await pipeline(url, count)).toMatchObject({ closed: true });
  expect(await pipeline(url, 5)).toEqual({ answers: 5, closed: false });
});
