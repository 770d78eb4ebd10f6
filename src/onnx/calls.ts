import type { Tenant } from '../concurrency/fair-share.ts';
import type { EndReason } from './host-process.ts';
import { MAX_CALLS_PER_FRAME, MAX_SPECTRA, ModelFailed, type Outcome, type Spectrum } from './outcome.ts';
import { sharedRuns } from './shared-runs.ts';

/** Max waiting time of a call; its client has given up by then, or soon will. */
const MAX_WAIT_MS = 30_000;

/**
 * Returns whether the request of a call is over: answered, or its connection closed. Polled every 20 ms while the call
 * waits, so that it costs nothing for calls that run at once; creating an AbortSignal would take a microsecond.
 */
export type IsOver = () => boolean;

/** A call in the host pool (host-pool.ts). */
export interface Call {
  tenant: Tenant;
  spectra: readonly Spectrum[];
  /** When it arrived, by `performance.now()`. */
  since: number;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
  isOver: IsOver | undefined;
  /** Whether it must be alone in its frame, because an earlier frame with it ended its host. */
  alone: boolean;
  /** Whether it needs a host without other open models, because its host exceeded its memory with several. */
  freshHost: boolean;
  /** How often its host exited by itself. */
  crashes: number;
  /** Whether it was already stopped for another organization. */
  stopped: boolean;
}

/** Removes the calls of the next frame from a queue. */
export function takeFrame(queue: Call[]): Call[] {
  const [first] = queue;
  let count = first?.alone ? 1 : 0;
  let spectra = 0;
  for (const call of first?.alone ? [] : queue) {
    spectra += call.spectra.length;
    const fits = count < MAX_CALLS_PER_FRAME && spectra <= MAX_SPECTRA;
    if (call.alone || (count > 0 && !fits)) break;
    count += 1;
  }
  return queue.splice(0, count);
}

/** Removes the calls that have waited too long, or whose request is over, from a queue. */
export function takeExpired(queue: Call[], now: number): Call[] {
  const isExpired = ({ since, isOver }: Call) => now - since > MAX_WAIT_MS || isOver?.() === true;
  const expired = queue.filter(isExpired);
  if (expired.length > 0) queue.splice(0, queue.length, ...queue.filter(call => !isExpired(call)));
  return expired;
}

/** Answers the first calls of a frame. @param calls the unanswered ones; the answered ones are removed from it */
export function answerCalls(calls: Call[], outcomes: readonly (Outcome | ModelFailed)[]): void {
  for (const [index, call] of calls.splice(0, outcomes.length).entries()) {
    const outcome = outcomes[index];
    if (outcome instanceof ModelFailed || !outcome) call.reject(outcome);
    else call.resolve(outcome);
  }
}

/**
 * Decides what happens to the unanswered calls of a frame whose host ended. A call that was alone in its frame is
 * rejected, unless something else may have ended the host and the call was not retried yet. All others run again, each
 * alone in a frame, so that the call that ended the host is found, and so that other waiting calls can run between
 * them.
 *
 * @param end why the host ended, whether no other model was open in it, and whether the calls share runs: if not, only
 *   the first call was running
 * @returns the calls to run again
 */
export function callsToRetry(
  calls: readonly Call[],
  { reason, isOpenAlone, isShared }: { reason: EndReason; isOpenAlone: boolean; isShared: boolean },
  runMs: number,
): Call[] {
  const [only] = calls;
  // A crash may have an outside cause, and the memory may be another model's: in these cases the call is retried once.
  const isMemoryShared = reason === 'memory' && !isOpenAlone;
  const wasRetried = reason === 'exited' ? only?.crashes !== 0 : !isMemoryShared || only?.freshHost === true;
  const hasFailed = calls.length === 1 && reason !== 'stopped' && wasRetried;
  if (only && hasFailed) {
    only.reject(new ModelFailed(endMessage(reason, runMs), { endedHost: true }));
    return [];
  }
  const [run = []] = isShared ? sharedRuns(calls.map(({ spectra }) => spectra)) : [calls.slice(0, 1)];
  return calls.map((call, index) => ({
    ...call,
    alone: true,
    freshHost: call.freshHost || isMemoryShared,
    crashes: call.crashes + (reason === 'exited' ? 1 : 0),
    stopped: call.stopped || (reason === 'stopped' && index < run.length),
  }));
}

function endMessage(reason: EndReason, runMs: number): string {
  if (reason === 'timeout') return `The model took longer than ${runMs / 1000} s.`;
  return reason === 'memory'
    ? 'The model needs more memory than it may use.'
    : 'The model ended its host process.';
}
