import type { Client, CombinedError } from 'urql';
import { uuidv7 } from 'uuidv7';
import { graphql } from '../generated';
import type { PredictMutation } from '../generated/graphql';
import { type Observable, observable } from '../ui/observable.ts';
import { fetchWithSpectra } from './call-body.ts';
import { countForCall } from './calls.ts';
import type { Predicted } from './predicted.ts';
import type { SpectrumToSend } from './spectra.ts';

const PREDICT = graphql(`
  mutation Predict(
    $deploymentId: ID!
    $spectra: [SpectrumInput!]!
    $xValues: [Float!]
    $idempotencyKey: String!
  ) {
    predict(
      deploymentId: $deploymentId
      spectra: $spectra
      xValues: $xValues
      idempotencyKey: $idempotencyKey
    ) {
      logId
      predictions {
        sampleName
        value
        category
        applicability {
          verdict
          t2
          t2Limit
          q
          qLimit
        }
        inCalibrationRange
      }
    }
  }
`);

/** The state of a run of predictions. */
export interface Run {
  state: 'running' | 'stopping' | 'done' | 'failed' | 'stopped';
  /** The number of spectra. `predictions` holds the results so far, in the same order. */
  total: number;
  predictions: readonly Predicted[];
  error?: CombinedError;
}

/** The run of one deployment's Predict tab; null if there is none. */
export interface Runner extends Observable<Run | null> {
  /** Predicts for spectra in as many calls as they need, one after the other. */
  start: (spectra: readonly SpectrumToSend[]) => void;
  /** Ends the run before its next call. */
  stop: () => void;
  /** Continues a run that failed or was stopped. The call that failed is repeated under the same idempotency key. */
  resume: () => void;
  /** Forgets a run that has ended. */
  forget: () => void;
}

/** Makes the runner of a deployment. */
export function createRunner(client: Client, deploymentId: string): Runner {
  const state = observable<Run | null>(null);
  let spectra: readonly SpectrumToSend[] = [];
  /** The key of the call that is made next. It changes with each answer, so that a repeated call is charged once. */
  let idempotencyKey = uuidv7();
  /** The index of the first spectrum without an answer. */
  let next = 0;

  const advance = async () => {
    const total = spectra.length;
    let predictions = state.get()?.predictions ?? [];
    state.set({ state: 'running', total, predictions });
    while (next < total) {
      if (state.get()?.state === 'stopping') return state.set({ state: 'stopped', total, predictions });
      const call = spectra.slice(next, next + countForCall(spectra, next));
      const { data, error } = await client
        .mutation(
          PREDICT,
          { deploymentId, idempotencyKey, spectra: [] },
          { fetch: fetchWithSpectra({ spectra: call }) },
        )
        .toPromise();
      if (!data) return state.set({ state: 'failed', total, predictions, ...(error ? { error } : {}) });
      predictions = [...predictions, ...predictedBy(call, data)];
      idempotencyKey = uuidv7();
      next += call.length;
      state.set({ state: state.get()?.state ?? 'running', total, predictions });
    }
    state.set({ state: 'done', total, predictions });
  };
  const isIdle = () => !['running', 'stopping'].includes(state.get()?.state ?? '');

  return {
    ...state,
    start(chosen) {
      if (!isIdle()) return;
      spectra = chosen;
      idempotencyKey = uuidv7();
      next = 0;
      state.set(null);
      void advance();
    },
    stop() {
      const run = state.get();
      if (run?.state === 'running') state.set({ ...run, state: 'stopping' });
    },
    resume() {
      if (isIdle() && spectra.length > 0) void advance();
    },
    forget() {
      if (!isIdle()) return;
      spectra = [];
      state.set(null);
    },
  };
}

function predictedBy(call: readonly SpectrumToSend[], { predict }: PredictMutation): Predicted[] {
  const at = timeOfLog(predict.logId);
  return call.flatMap(({ file, line }, index) => {
    const prediction = predict.predictions[index];
    if (!prediction) return [];
    return [{ ...prediction, file: file.name, line, order: file.order, logId: predict.logId, at }];
  });
}

/** When a log was written, which is in its id, a UUIDv7: the milliseconds since 1970 are the first 48 bits. */
const timeOfLog = (id: string): Date => new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16));
