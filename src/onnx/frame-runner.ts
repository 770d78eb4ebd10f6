import { unavailable } from '../errors.ts';
import { answerCalls, type Call, callsToRetry } from './calls.ts';
import type { HostPlaces } from './host-places.ts';
import { HostEnded, type HostProcess } from './host-process.ts';
import { ModelFailed } from './outcome.ts';
import type { RegisteredModel } from './protocol.ts';
import type { ModelToRun, RunningFrame } from './scheduling.ts';
import { ModelRefused } from './signature.ts';

/** How often a frame opens its model: once, and once more if the host closed it in between. */
const MAX_OPENINGS = 2;

export interface FrameRunnerOptions {
  /** Reads a model's ONNX file and kind. */
  load: (modelId: string) => Promise<RegisteredModel>;
  /** Called when a host has found out whether calls may share a run of a model. */
  onRowIndependence: (modelId: string, rowIndependent: boolean) => void;
  /** Max milliseconds of one run, and of opening a model. */
  runMs: number;
}

/** Runs frames in hosts. */
export interface FrameRunner {
  /**
   * Runs a frame and answers its calls.
   *
   * @returns the calls to run again, because their host ended
   */
  run(frame: RunningFrame): Promise<Call[]>;
  /** Makes every call that is not answered yet fail with UNAVAILABLE instead of running again. */
  close(): void;
}

/** Creates a runner whose frames run in the hosts of `places`. */
export function startFrameRunner(
  { load, onRowIndependence, runMs }: FrameRunnerOptions,
  places: HostPlaces,
): FrameRunner {
  /** Whether calls may share a run, as hosts found out for models that came with `rowIndependent: null`. */
  const foundRowIndependent = new Map<string, boolean>();
  let closed = false;

  const mayShare = ({ id, rowIndependent }: ModelToRun) =>
    rowIndependent ?? foundRowIndependent.get(id) ?? false;

  async function runInHost(host: HostProcess, frame: RunningFrame): Promise<void> {
    const { model } = frame.queue;
    const { id: modelId } = model;
    for (let opening = 0; opening < MAX_OPENINGS; opening++) {
      if (!host.isOpen(modelId)) await open(host, model);
      const calls = frame.calls.map(({ spectra }) => spectra);
      frame.startedAt = performance.now();
      const hasRun = await host.run({ modelId, together: mayShare(model), calls }, runMs, outcomes => {
        // The run of the next call begins when the call before it is answered.
        frame.startedAt = performance.now();
        answerCalls(frame.calls, outcomes);
      });
      if (hasRun) return;
    }
  }

  async function open(host: HostProcess, { id, rowIndependent }: ModelToRun): Promise<void> {
    const model = await load(id);
    const analyse = rowIndependent === null && !foundRowIndependent.has(id);
    // Analysed once: if that ends the host, the calls run again without it.
    if (analyse) foundRowIndependent.set(id, false);
    try {
      const found = await host.open(id, model, { ms: runMs, analyse });
      if (!analyse) return;
      foundRowIndependent.set(id, found);
      onRowIndependence(id, found);
    } catch (error) {
      if (analyse && error instanceof HostEnded) {
        if (error.reason === 'stopped') foundRowIndependent.delete(id);
        else onRowIndependence(id, false);
        throw new HostEnded('stopped');
      }
      // The model passed its trial before, so this is a failure, not a rejection.
      throw error instanceof ModelRefused ? new ModelFailed(error.message, { cause: error }) : error;
    }
  }

  /** Handles the end of a host: rejects the call that caused it, if that is known. @returns the calls to run again */
  function recover(frame: RunningFrame, host: HostProcess | undefined, { reason }: HostEnded): Call[] {
    const { queue, calls, place } = frame;
    places.remove(place);
    if (closed) {
      rejectAll(calls, unavailable());
      return [];
    }
    // The memory of a host is that of all its open models.
    const isOpenAlone = host?.isOpenAlone(queue.model.id) ?? true;
    return callsToRetry(calls, { reason, isOpenAlone, isShared: mayShare(queue.model) }, runMs);
  }

  return {
    async run(frame) {
      const { place, queue } = frame;
      let host: HostProcess | undefined;
      try {
        if (frame.calls[0]?.freshHost && place.host?.isOpenAlone(queue.model.id) === false) {
          await place.host.kill('stopped');
          place.host = undefined;
        }
        host = place.host ?? (await places.startHost(place));
        // A frame may be stopped once it has used its host for some time; starting the host is not its own time.
        frame.startedAt = performance.now();
        await runInHost(host, frame);
      } catch (error) {
        if (error instanceof HostEnded) return recover(frame, host, error);
        rejectAll(frame.calls, closed ? unavailable() : error);
        return [];
      }
      // The error is made only if it is needed: that takes 14 µs.
      if (frame.calls.length > 0)
        rejectAll(frame.calls, new ModelFailed(`Model ${queue.model.id} gave no answer.`));
      return [];
    },
    close() {
      closed = true;
    },
  };
}

function rejectAll(calls: readonly Call[], error: unknown): void {
  for (const call of calls) call.reject(error);
}
