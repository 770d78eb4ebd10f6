import type { Tenant } from '../concurrency/fair-share.ts';
import type { EndReason } from './host-process.ts';
import { MAX_CALLS_PER_FRAME, MAX_SPECTRA, ModelFailed, type Outcome, type Spectrum } from './outcome.ts';
import { sharedRuns } from './shared-runs.ts';

/** A call that waited for this long is refused: its client has given up, or will. */
const MAX_WAIT_MS = 30_000;

/**
 * Says whether a call's request is over. It is asked while the call waits, every 20 ms, which costs calls that run at once
 * nothing; an AbortSignal takes a microsecond to make.
 */
export type IsOver = () => boolean;

/** A call on its way through the pool of hosts (host-pool.ts). */
export interface Call {
  tenant: Tenant;
  spectra: readonly Spectrum[];
  /** When it came, by the clock of `performance`. */
  since: number;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
  isOver: IsOver | undefined;
  /** Whether it travels in a frame of its own, because the frame before ended its host. */
  alone: boolean;
  /** Whether it runs where no other model is open, because its host took too much memory with several. */
  freshHost: boolean;
  /** How often its host ended by itself. */
  crashes: number;
  /** Whether it was stopped for another organization. */
  stopped: boolean;
}

/** Takes the calls of the next frame off the queue. */
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

/** Takes the calls that have waited for too long, or whose request is over, off the queue. */
export function takeExpired(queue: Call[], now: number): Call[] {
  const isExpired = ({ since, isOver }: Call) => now - since > MAX_WAIT_MS || isOver?.() === true;
  const expired = queue.filter(isExpired);
  if (expired.length > 0) queue.splice(0, queue.length, ...queue.filter(call => !isExpired(call)));
  return expired;
}

/** Answers the first of a frame's calls. @param calls those that are not answered yet; loses those that are. */
export function answerCalls(calls: Call[], outcomes: readonly (Outcome | ModelFailed)[]): void {
  for (const [index, call] of calls.splice(0, outcomes.length).entries()) {
    const outcome = outcomes[index];
    if (outcome instanceof ModelFailed || !outcome) call.reject(outcome);
    else call.resolve(outcome);
  }
}

/**
 * Rejects the call that is to blame for the end of its host, and says which of the others run again: each alone, so that
 * the one to blame is found, and so that those who wait come between them.
 *
 * @param calls those of the frame that were not answered
 * @param end how the host ended, whether no other model was open in it, and whether calls of this one share runs; else the first
 *   was running
 */
export function callsToRunAgain(
  calls: readonly Call[],
  { reason, isOpenAlone, isShared }: { reason: EndReason; isOpenAlone: boolean; isShared: boolean },
  runMs: number,
): Call[] {
  const [only] = calls;
  // A crash may come from outside, and memory be another model's: a call is run once more after these.
  const isOfOthers = reason === 'memory' && !isOpenAlone;
  const isSecond = reason === 'exited' ? only?.crashes !== 0 : !isOfOthers || only?.freshHost === true;
  const isToBlame = calls.length === 1 && reason !== 'stopped' && isSecond;
  if (only && isToBlame) {
    only.reject(new ModelFailed(endMessage(reason, runMs), { endedHost: true }));
    return [];
  }
  const [run = []] = isShared ? sharedRuns(calls.map(({ spectra }) => spectra)) : [calls.slice(0, 1)];
  return calls.map((call, index) => ({
    ...call,
    alone: true,
    freshHost: call.freshHost || isOfOthers,
    crashes: call.crashes + (reason === 'exited' ? 1 : 0),
    stopped: call.stopped || (reason === 'stopped' && index < run.length),
  }));
}

function endMessage(reason: EndReason, runMs: number): string {
  if (reason === 'timeout') return `The model took longer than ${runMs / 1000} s.`;
  return reason === 'memory'
    ? 'The model needs more memory than it may have.'
    : 'The model ended the process that ran it.';
}
