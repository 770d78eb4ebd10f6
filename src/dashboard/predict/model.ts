import { useMemo } from 'react';
import { type CombinedError, useQuery } from 'urql';
import type { Axis } from '../../spectra/axis.ts';
import type { ExpectedSpectra } from '../../spectra/model-order.ts';
import { graphql } from '../generated';
import type { ReferenceRange } from '../ui/judgement.ts';
import type { ChartModel } from './chart-data.ts';

const PREDICT_MODEL = graphql(`
  query PredictModel($id: ID!) {
    deployment(id: $id) {
      id
      model {
        id
        inputLength
        xAxis {
          quantity
          unit
          values
        }
        yUnit
        calibration {
          referenceMin
          referenceMax
          yMin
          yMax
        }
      }
    }
  }
`);

/** What a deployment's model says about the spectra that it takes, and about its calibration. */
export interface SpectraModel extends ExpectedSpectra, ChartModel {
  axis: Axis | null;
  yUnit: string | null;
  reference: ReferenceRange | null;
}

/** Loads the model of a deployment; undefined until it is loaded. */
export function useSpectraModel(deploymentId: string): {
  model: SpectraModel | undefined;
  error: CombinedError | undefined;
  retry: () => void;
} {
  const [{ data, error }, load] = useQuery({ query: PREDICT_MODEL, variables: { id: deploymentId } });
  const loaded = data?.deployment?.model;
  const model = useMemo((): SpectraModel | undefined => {
    if (!loaded) return undefined;
    const { inputLength, xAxis, yUnit, calibration } = loaded;
    const { yMin: min, yMax: max } = calibration ?? {};
    return {
      inputLength,
      axis: xAxis ?? null,
      yUnit: yUnit ?? null,
      range: min && max ? { min, max } : null,
      reference: calibration ?? null,
    };
  }, [loaded]);
  return { model, error, retry: () => load({ requestPolicy: 'network-only' }) };
}
