import type { FastifyRequest } from 'fastify';
import type { Identity } from '../auth/caller.ts';
import { startLoopScheduler, startPause } from '../concurrency/loop-scheduler.ts';
import { unavailable } from '../errors.ts';
import { networkOf, siteOf } from '../requests/network.ts';

/** Max waiting requests, in each group. The bodies of strangers, of up to 64 KiB, take up to 1.5 MB each once they are parsed. */
const OF_KEYS = { maxWaiting: 2000, maxWaitingOfSender: 1000 };
const OF_OTHERS = { maxWaiting: 300, maxWaitingOfSender: 100 };
const MAX_WAIT_MS = 10_000;
/** A session may be ended meanwhile, and nothing looks it up again. Predictions with a key are confirmed by settlement. */
const MAX_WAIT_OF_PEOPLE_MS = 1000;

/**
 * Waits until the server may do work for the caller of a request that blocks the event loop for milliseconds, and that
 * follows at once (concurrency/loop-scheduler.ts).
 *
 * @throws UNAVAILABLE when too many wait, the wait takes too long, or the client has left
 */
export type Schedule = (request: FastifyRequest) => Promise<void>;

/**
 * Starts scheduling the work of callers. Each iteration of the event loop has a slot for the keys of one organization, and a
 * slot for each of these groups: people of organizations on a plan with API access, other people, and anonymous callers. The
 * groups share one pause, so that they take at most half of the time. The pause of keys is short, unless their plan lost its
 * API access: only an operator grants it.
 */
export function startScheduling(): (request: FastifyRequest, identity: Identity) => Promise<void> {
  const pause = startPause(1);
  const keys = startLoopScheduler({ pause: startPause(1 / 4), ...OF_KEYS });
  const reserved = startLoopScheduler({ pause, ...OF_OTHERS });
  const others = startLoopScheduler({ pause, ...OF_OTHERS });
  const anonymous = startLoopScheduler({ pause, ...OF_OTHERS });

  function waitForSlot(identity: Identity, ip: string, signal: AbortSignal): Promise<void> {
    switch (identity.kind) {
      case 'api-key': {
        const { organizationId, allowApiPredict } = identity.key;
        return (allowApiPredict ? keys : others)(organizationId, signal);
      }
      case 'person':
        // By session: a person can end a session that floods the server.
        return (identity.reserved ? reserved : others)(identity.person.sessionId, signal);
      case 'anonymous':
      case 'key-holder': {
        const network = networkOf(ip);
        return anonymous(siteOf(network) ?? network, signal);
      }
    }
  }

  return async (request, identity) => {
    const { socket } = request.raw;
    const ended = new AbortController();
    const end = () => ended.abort();
    const timer = setTimeout(end, identity.kind === 'person' ? MAX_WAIT_OF_PEOPLE_MS : MAX_WAIT_MS);
    socket.once('close', end);
    try {
      await waitForSlot(identity, request.ip, ended.signal);
    } finally {
      clearTimeout(timer);
      socket.off('close', end);
    }
    if (socket.destroyed || request.isOver) throw unavailable();
  };
}
