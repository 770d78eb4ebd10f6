import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { expect } from 'vitest';
import { codes, deploy, gasoline, type Lab, type Person, PREDICT, type Service } from './harness.ts';
import { hostileModel, hostileSpectrum } from './hostile-model-files.ts';

const PAUSE_MS = 50;
/** What a call of the other tenant may take, its way included. The machine also runs the tests beside this one. */
export const MAX_ANSWER_MS = 250;
const MAX_GROWTH = 100 * 1024 * 1024;

interface Neighbour {
  service: Service;
  honest: Lab;
  key: { rawKey: string };
}

/** Lets organizations on the Free plan register as many models as a test has. */
export async function makeRoom(service: Service): Promise<void> {
  const plenty = { maxModels: 1000, maxDeployments: 1000 };
  await service.db.updateTable('plans').set(plenty).where('name', '=', 'FREE').execute();
}

/** Calls the honest tenant's model every 50 ms until told to stop; says how long each call took, and what failed. */
export function watchNeighbour({ service, honest, key }: Neighbour) {
  let isOver = false;
  const times: number[] = [];
  const failed: string[] = [];
  const call = { deploymentId: honest.deploymentId, spectra: gasoline() };
  const watching = (async () => {
    while (!isOver) {
      const started = performance.now();
      const { status, text } = await service.call(PREDICT, call, key);
      times.push(performance.now() - started);
      if (status !== 200) failed.push(text);
      await wait(PAUSE_MS);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return { times, failed };
  };
}

/**
 * Registers and calls generated models as a stranger while another tenant predicts, and checks that none of its calls fails
 * or comes late, and that the server's memory stays where it was.
 *
 * @returns how many of the models were accepted, and the times of the other tenant's calls.
 */
export async function attackWithModels(
  { stranger, ...neighbour }: Neighbour & { stranger: Person },
  models: number,
): Promise<{ accepted: number; times: number[] }> {
  const { service } = neighbour;
  const before = process.memoryUsage.rss();
  const stop = watchNeighbour(neighbour);
  let accepted = 0;
  const spectra = fc.array(hostileSpectrum, { minLength: 1, maxLength: 3 });
  const attack = fc.asyncProperty(hostileModel, spectra, async (onnx, points) => {
    const deployed = await deploy(service, stranger, onnx, 'Hostile').catch(({ message }: Error) => {
      expect(message).toMatch(/BAD_USER_INPUT|UNAVAILABLE/);
      return undefined;
    });
    if (!deployed) return;
    accepted += 1;
    const given = points.map((yValues, i) => ({ sampleName: `spectrum ${i}`, yValues }));
    const variables = { deploymentId: deployed.deploymentId, spectra: given };
    const answer = await service.call(PREDICT, variables, stranger);
    if (answer.status !== 200) expect([codes.MODEL_FAILED, codes.UNAVAILABLE]).toContain(answer.code);
  });
  await fc.assert(attack, { numRuns: models, endOnFailure: true });
  const { times, failed } = await stop();
  expect(failed).toEqual([]);
  expect(accepted).toBeGreaterThan(0);
  expect(times.length).toBeGreaterThan(models);
  const late = times.filter(ms => ms > MAX_ANSWER_MS);
  // One in a hundred may meet the start of a test beside this one.
  expect(late.length, late.join()).toBeLessThanOrEqual(Math.ceil(times.length / 100));
  expect(process.memoryUsage.rss() - before).toBeLessThan(MAX_GROWTH);
  return { accepted, times };
}
