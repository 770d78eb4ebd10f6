import type { FastifyRequest } from 'fastify';
import { startLoopScheduler } from '../concurrency/loop-scheduler.ts';
import { unavailable } from '../errors.ts';
import { networkOf, siteOf } from '../requests/network.ts';

/** Max waiting requests. A body of 64 KiB takes up to 1.5 MB once it is parsed. */
const LIMITS = { maxWaiting: 300, maxWaitingOfSender: 100 };
const MAX_WAIT_MS = 10_000;

/**
 * Waits until the server may do work for an anonymous caller that blocks the event loop for milliseconds, and that follows at
 * once (concurrency/loop-scheduler.ts).
 *
 * @throws UNAVAILABLE when too many wait, the wait takes too long, or the client has left
 */
export type Schedule = (request: FastifyRequest) => Promise<void>;

/** Starts scheduling anonymous callers. The sender is the network, of IPv6 the /48: one customer may have all of it. */
export function startScheduling(): Schedule {
  const waitForSlot = startLoopScheduler(LIMITS);

  return async request => {
    const { socket } = request.raw;
    if (socket.destroyed) throw unavailable();
    const network = networkOf(request.ip);
    const ended = new AbortController();
    const end = () => ended.abort();
    const timer = setTimeout(end, MAX_WAIT_MS);
    socket.once('close', end);
    try {
      await waitForSlot(siteOf(network) ?? network, ended.signal);
    } finally {
      clearTimeout(timer);
      socket.off('close', end);
    }
    if (socket.destroyed || request.isOver) throw unavailable();
  };
}
