import { createServer } from 'node:http';
import { isMainThread } from 'node:worker_threads';
import { watchLoop } from './loop-delay.ts';

// Loaded into a server before its own code (`node --import`): answers the longest time that its event loop was blocked
// since the last request. Workers load it too, and measure nothing.

if (isMainThread) {
  const longest = watchLoop();
  const server = createServer((_request, response) => {
    response.end(JSON.stringify(longest()));
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address !== 'object') return;
    process.stdout.write(`Longest task http://127.0.0.1:${address?.port}/\n`);
  });
  server.unref();
}
