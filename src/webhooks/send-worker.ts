import { parseNetworks } from './addresses.ts';
import { type Message, type Outcome, send } from './send.ts';

// Runs in worker threads only (sending.ts).

/** A message, and what webhooks may call. */
export interface SendJob {
  message: Message;
  allowHttp: boolean;
  /** Private networks that are allowed, in CIDR notation. */
  networks: readonly string[];
}

/** Sends a message. */
export default ({ message, allowHttp, networks }: SendJob): Promise<Outcome> =>
  send(message, { policy: { allowHttp, networks: parseNetworks(networks) } });
