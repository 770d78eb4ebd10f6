import type { Client } from 'urql';
import type { ExpectedSpectra } from '../../spectra/model-order.ts';
import { createFiles, type Files } from './files.ts';
import { createRunner, type Runner } from './run.ts';

/** The files and the run of one deployment's Predict tab. */
export interface Bench {
  files: Files;
  runner: Runner;
}

// Outside of components: the files, the results and a run that is under way stay while other tabs and pages are shown.
// By the client, so that they end with its session, and only in memory.
const benches = new WeakMap<Client, Map<string, Bench>>();

/** The bench of a deployment, which is made on its first use in a session. */
export function benchOf(client: Client, deploymentId: string, expected: ExpectedSpectra): Bench {
  const ofClient = benches.get(client) ?? new Map<string, Bench>();
  benches.set(client, ofClient);
  const bench = ofClient.get(deploymentId) ?? {
    files: createFiles(expected),
    runner: createRunner(client, deploymentId),
  };
  ofClient.set(deploymentId, bench);
  return bench;
}
