import { Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useQuery } from 'urql';
import type { Deployment } from '../deployments/DeploymentPage';
import { graphql } from '../generated';
import { formatNumber } from '../ui/numbers';

const USAGE = graphql(`
  query PredictUsage($id: ID!) {
    deployment(id: $id) {
      id
      usage {
        month
        predictions
        limit
      }
    }
  }
`);

interface QuotaProps {
  deployment: Deployment;
  /** The number of spectra to predict. */
  wanted: number;
  isRunning: boolean;
}

/** Warns before a run if it exceeds the quota, as the server would then refuse it. */
export function Quota({ deployment, wanted, isRunning }: QuotaProps) {
  const [{ data }, load] = useQuery({ query: USAGE, variables: { id: deployment.id } });
  const wasRunning = useRef(false);
  // A run changes the usage.
  useEffect(() => {
    if (wasRunning.current && !isRunning) load({ requestPolicy: 'network-only' });
    wasRunning.current = isRunning;
  }, [isRunning, load]);
  const { limit, predictions } = data?.deployment?.usage ?? deployment.usage;
  if (limit === null || limit === undefined || isRunning) return null;
  const left = Math.max(0, limit - predictions);
  if (wanted <= left) return null;
  return (
    <Text size="sm">
      {left === 0
        ? 'No predictions are'
        : left === 1
          ? 'One prediction is'
          : `${formatNumber(left)} predictions are`}{' '}
      left this month.
    </Text>
  );
}
