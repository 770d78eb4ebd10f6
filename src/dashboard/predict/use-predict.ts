import { useEffect, useRef, useState } from 'react';
import { type CombinedError, useMutation } from 'urql';
import { graphql } from '../generated';
import { splitIntoCalls } from './calls';
import type { Predicted } from './downloads';
import type { Spectrum } from './spectra-files';

const PREDICT = graphql(`
  mutation Predict($deploymentId: ID!, $spectra: [SpectrumInput!]!) {
    predict(deploymentId: $deploymentId, spectra: $spectra) {
      logId
      predictions {
        sampleName
        value
        category
      }
    }
  }
`);

/** The state of a run of predictions. */
export interface Run {
  state: 'running' | 'done' | 'failed' | 'stopped';
  /** The number of spectra. `predictions` holds the results so far, in the same order. */
  total: number;
  predictions: readonly Predicted[];
  error?: CombinedError;
}

/** Predicts for spectra in as many calls as they need, one after the other. */
export function usePredict(deploymentId: string) {
  const [, predict] = useMutation(PREDICT);
  const [run, setRun] = useState<Run | null>(null);
  const stopping = useRef(false);
  // Each call is charged, so leaving the page ends the run before the next call.
  useEffect(() => {
    stopping.current = false;
    return () => {
      stopping.current = true;
    };
  }, []);

  const start = async (spectra: readonly Spectrum[]) => {
    stopping.current = false;
    const total = spectra.length;
    const predictions: Predicted[] = [];
    setRun({ state: 'running', total, predictions: [] });
    for (const call of splitIntoCalls(spectra)) {
      if (stopping.current) {
        setRun({ state: 'stopped', total, predictions: [...predictions] });
        return;
      }
      const { data, error } = await predict({
        deploymentId,
        spectra: call.map(({ sampleName, y }) => ({ sampleName, yValues: [...y] })),
      });
      if (!data) {
        setRun({ state: 'failed', total, predictions: [...predictions], ...(error ? { error } : {}) });
        return;
      }
      for (const [index, prediction] of data.predict.predictions.entries()) {
        predictions.push({ ...prediction, file: call[index]?.file ?? '' });
      }
      setRun({ state: 'running', total, predictions: [...predictions] });
    }
    setRun({ state: 'done', total, predictions });
  };

  return {
    run,
    start,
    stop: () => {
      stopping.current = true;
    },
    forget: () => setRun(null),
  };
}
