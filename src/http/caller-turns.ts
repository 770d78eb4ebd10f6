import type { Caller } from '../auth/caller.ts';
import { startTurns } from '../concurrency/event-loop-turns.ts';

/** Max waiting requests. Those of anonymous callers have bodies of up to 64 KiB. */
const LIMITS = { maxWaiting: 2000, maxWaitingOfSender: 1000 };

/**
 * Waits until the server may do work for a caller that blocks the event loop for milliseconds: parse a large body, or
 * process a document. That work must follow in the same iteration of the event loop: what waited for the database first
 * would be resumed together.
 *
 * @param address the network of an anonymous caller
 * @throws UNAVAILABLE when too many wait
 */
export type TakeTurn = (caller: Caller, address: () => string) => Promise<void>;

/**
 * Starts the turns of callers. In each iteration of the event loop one organization (with its keys), one person and one
 * network of anonymous callers may work. Keys are only given to organizations on a plan with API access: all others together
 * leave half of the time unused.
 */
export function startCallerTurns(): TakeTurn {
  const organizations = startTurns({ pauses: false, ...LIMITS });
  const people = startTurns({ pauses: true, ...LIMITS });
  const anonymous = startTurns({ pauses: true, ...LIMITS });

  return (caller, address) => {
    switch (caller.kind) {
      case 'api-key':
        return organizations(caller.key.organizationId);
      case 'person':
        return people(caller.person.id);
      case 'anonymous':
      case 'key-holder':
        return anonymous(address());
    }
  };
}
