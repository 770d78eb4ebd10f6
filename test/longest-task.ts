import { createServer } from 'node:http';

// Loaded into a server before its own code (`node --import`): tells how long its event loop was held at most, in time of
// its own thread, so that what else the machine does is not counted.

const TURN_MS = 2;

let longestMs = 0;
let before = cpuMs();

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

setInterval(() => {
  const now = cpuMs();
  longestMs = Math.max(longestMs, now - before);
  before = now;
}, TURN_MS).unref();

/** Answers the longest since the last request, and begins anew. */
const server = createServer((_request, response) => {
  response.end(String(Math.max(longestMs, cpuMs() - before)));
  longestMs = 0;
  before = cpuMs();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.stdout.write(`Longest task http://127.0.0.1:${address?.port}/\n`);
});
server.unref();
