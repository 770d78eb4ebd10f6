import { on, once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';

export interface Flood {
  url: string;
  /** Each client sends them in order, and starts at a different one. */
  requests: { headers: Record<string, string>; body: string }[];
  /** Requests in flight at any time. */
  clients: number;
}

/** Sends requests as fast as they are answered, from a separate thread: the client's work must not delay the server. */
export function startFlood(flood: Flood) {
  const worker = new Worker(
    `const { parentPort, workerData: { url, requests, clients } } = require('node:worker_threads');
    let flooding = true;
    const outcomes = {};
    const client = async (_, index) => {
      for (let at = index; flooding; at++) {
        const { headers, body } = requests[at % requests.length];
        const answer = await (await fetch(url, {
          method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body,
        })).json();
        const code = answer.errors?.[0]?.extensions.code ?? 'ok';
        outcomes[code] = (outcomes[code] ?? 0) + 1;
        parentPort.postMessage('answered');
      }
    };
    parentPort.once('message', () => { flooding = false; });
    Promise.all(Array.from({ length: clients }, client)).then(() => {
      parentPort.postMessage(outcomes);
      parentPort.close();
    });`,
    { eval: true, workerData: flood },
  );
  onTestFinished(async () => {
    await worker.terminate();
  });
  return {
    started: once(worker, 'message'),
    /** @returns the number of answers of each code, or ok. */
    async stop(): Promise<Record<string, number>> {
      worker.postMessage('stop');
      for await (const [message] of on(worker, 'message')) if (message !== 'answered') return message;
      return {};
    },
  };
}
