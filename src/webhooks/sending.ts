import { Piscina } from 'piscina';
import { type Message, type Outcome, rejectionOf } from './send.ts';
import type { SendJob } from './send-worker.ts';
import type { PolicyInText } from './target.ts';

/** Max messages that a thread sends at once. */
const MAX_AT_ONCE = 16;
/** Max heap of a thread. Of each answer, 64 KiB are read. */
const MAX_HEAP_MB = 128;
/** Max time of a message if its thread is busy: its own limit of 5 s is that of the thread. */
const MAX_MS = 8000;

/** The thread of organizations on a plan with API access, or of others; and what ends the wait for it. */
interface SendOptions {
  reserved: boolean;
  signal: AbortSignal;
}

export interface Sending {
  send: (message: Message, options: SendOptions) => Promise<Outcome>;
  close: () => Promise<void>;
}

/**
 * Starts sending messages in two worker threads, one of them reserved for organizations on a plan with API access. A
 * receiver chooses what a TLS handshake costs: 12 certificates (tls-connection.ts) whose RSA keys have exponents of 3071 bits
 * take 0.1 s of CPU, which would block the event loop.
 */
export function startSending(policy: PolicyInText): Sending {
  const startThread = () =>
    new Piscina<SendJob, Outcome>({
      filename: new URL('./send-worker.ts', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      concurrentTasksPerWorker: MAX_AT_ONCE,
      idleTimeout: 30_000,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
  const threads = { reserved: startThread(), others: startThread() };
  return {
    async send(message, { reserved, signal }) {
      const thread = reserved ? threads.reserved : threads.others;
      // Not the signal of the pool, which ends the thread with the other messages that it sends.
      const ended = rejectionOf(AbortSignal.any([signal, AbortSignal.timeout(MAX_MS)]));
      try {
        return await Promise.race([thread.run({ message, policy }), ended]);
      } catch (error) {
        return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
      }
    },
    async close() {
      await Promise.all([threads.reserved.destroy(), threads.others.destroy()]);
    },
  };
}
