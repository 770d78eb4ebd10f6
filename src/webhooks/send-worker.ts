import { type Message, type Outcome, send } from './send.ts';
import { type PolicyInText, parsePolicy } from './target.ts';

// Runs in worker threads only (sending.ts).

/** A message, and what webhooks may call. */
export interface SendJob {
  message: Message;
  policy: PolicyInText;
}

/** Sends a message. */
export default ({ message, policy }: SendJob): Promise<Outcome> =>
  send(message, { policy: parsePolicy(policy) });
