import type { Client } from 'urql';
import type { ExpectedSpectra } from '../../spectra/model-order.ts';
import { createFiles, type Files } from '../spectra-files/files.ts';
import { createRunner, type Runner } from './run.ts';

/** The files and the run of one deployment's Predict tab. */
export interface PredictState {
  files: Files;
  runner: Runner;
}

// Outside of components: the files, the results and a run that is under way stay while other tabs and pages are shown.
// By the client, so that they end with its session, and only in memory.
const states = new WeakMap<Client, Map<string, PredictState>>();

/** The state of a deployment's Predict tab, which is made on its first use in a session. */
export function predictStateOf(
  client: Client,
  deploymentId: string,
  expected: ExpectedSpectra,
): PredictState {
  const ofClient = states.get(client) ?? new Map<string, PredictState>();
  states.set(client, ofClient);
  const state = ofClient.get(deploymentId) ?? {
    files: createFiles(expected),
    runner: createRunner(client, deploymentId),
  };
  ofClient.set(deploymentId, state);
  return state;
}
