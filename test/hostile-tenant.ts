import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { expect } from 'vitest';
import { MAX_IN_A_LIST } from '../src/requests/bounds.ts';
import {
  codes,
  createKey,
  deploy,
  gasoline,
  type Lab,
  openLab,
  type Person,
  PREDICT,
  type Service,
  signUp,
  startServiceForTest,
} from './harness.ts';
import { hostileModel, hostileSpectrum } from './hostile-model-files.ts';
import { DRIVEN_MODELS, EXTREME_PAIRS, fileOf } from './hostile-operators.ts';
import { watchLateness } from './lateness.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

const PAUSE_MS = 50;
/** The time limit of the other tenant's calls in milliseconds, with transport, without this process's own delay. */
const MAX_ANSWER_MS = 250;
const MAX_GROWTH = 100 * 1024 * 1024;
/**
 * A small heap, so that growth is memory in use: V8 otherwise keeps garbage until the heap is a multiple of that (measured:
 * 50 MB in use after a collection, before and after an attack, and 120 to 230 MB of heap).
 */
const SMALL_HEAP = ['--max-old-space-size=160', '--max-semi-space-size=8'];
/** Calls after which a server's memory is stable. */
const WARM_UP_CALLS = 200;
const WARM_UP_SPECTRA = 200;
/** Models that the honest tenant registers first, so that heap growth of any registration is not counted as an attack's. */
const WARM_UP_MODELS = 40;

/** A server in its own process, with an honest tenant and a stranger. */
export interface Neighbourhood {
  /** The harness' helpers for this server. */
  service: Service;
  server: ServerProcess;
  honest: Lab;
  key: { rawKey: string };
  stranger: Person;
}

/** Starts a server like an operator, in a process whose exit and memory are observed from outside. */
export async function startNeighbourhood(): Promise<Neighbourhood> {
  const local = await startServiceForTest();
  const server = await startServerProcess(local.databaseUrl, { nodeArgs: SMALL_HEAP });
  const { url, call, ask } = server;
  const service = { ...local, url, call, ask };
  const honest = await openLab(service);
  const key = await createKey(service, honest.owner, { deploymentId: honest.deploymentId });
  const stranger = await signUp(service, 'Stranger');
  await makeRoom(service);
  return { service, server, honest, key, stranger };
}

/** Raises the Free plan's limits to the number of models in a test. */
export async function makeRoom(service: Service): Promise<void> {
  const plenty = { maxModels: 1000, maxDeployments: 1000 };
  await service.db.updateTable('plans').set(plenty).where('name', '=', 'FREE').execute();
}

/**
 * Calls the honest tenant's model every 50 ms until it is stopped.
 *
 * @returns a function that stops it and checks that no call failed or was late, and that the server is alive within its
 * memory limit
 */
export async function watchNeighbour(
  { service, server, honest, key }: Neighbourhood,
  { warmUpModels = 0 } = {},
) {
  const call = { deploymentId: honest.deploymentId, spectra: gasoline() };
  const large = { ...call, spectra: gasoline(WARM_UP_SPECTRA) };
  for (let i = 0; i < warmUpModels; i++) await deploy(service, honest.owner);
  for (let i = 0; i < WARM_UP_CALLS; i++) await service.ask(PREDICT, large, key);
  const before = server.residentBytes();
  const lateness = watchLateness();
  let isOver = false;
  let largest = before;
  const calls: { from: number; to: number; status: number; text: string; serverWaitedMs: number }[] = [];
  const watching = (async () => {
    while (!isOver) {
      const waited = server.waitedMs();
      const from = performance.now();
      const { status, text } = await service.call(PREDICT, call, key);
      const to = performance.now();
      calls.push({ from, to, status, text, serverWaitedMs: server.waitedMs() - waited });
      largest = Math.max(largest, server.residentBytes());
      await wait(PAUSE_MS);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    const times = calls.map(lateness.netMs);
    lateness.stop();
    expect(calls.filter(({ status }) => status !== 200)).toEqual([]);
    // Shows the cause of a delay: on an otherwise idle machine, a server that waits for a core waits for its own hosts.
    const late = calls.map(({ serverWaitedMs }, i) => ({ ms: times[i] ?? 0, serverWaitedMs }));
    expect(late.filter(({ ms }) => ms > MAX_ANSWER_MS)).toEqual([]);
    server.expectAlive();
    expect(largest - before).toBeLessThan(MAX_GROWTH);
    return {
      calls: calls.length,
      slowestMs: Math.round(Math.max(...times)),
      slowestWithLatenessMs: Math.round(Math.max(...calls.map(({ from, to }) => to - from))),
      grownMb: Math.round((largest - before) / 1e6),
    };
  };
}

/**
 * Registers and calls generated models as a stranger while another tenant predicts.
 *
 * @returns the number of accepted models, and the findings of `watchNeighbour`
 */
export async function attackWithModels(neighbourhood: Neighbourhood, models: number) {
  const { service, stranger } = neighbourhood;
  const stop = await watchNeighbour(neighbourhood);
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
  const found = await stop();
  expect(accepted).toBeGreaterThan(0);
  expect(found.calls).toBeGreaterThan(models);
  return { models, accepted, ...found };
}

/** The outcomes of an operator's models and of the calls to them. */
interface Tally {
  accepted: number;
  refused: number;
  answered: number;
  failed: number;
}

/**
 * Registers models that are harmless in their trial, and calls each with invalid numbers while another tenant predicts.
 *
 * @param maxOfOperator how many accepted models of each operator are called
 * @returns for each operator the outcomes of its models and calls, and the findings of `watchNeighbour`
 */
export async function attackWithOperators(neighbourhood: Neighbourhood, maxOfOperator: number) {
  const { service } = neighbourhood;
  let { stranger } = neighbourhood;
  let deployments = 0;
  const stop = await watchNeighbour(neighbourhood, { warmUpModels: WARM_UP_MODELS });
  const operators = new Map<string, Tally>();
  for (const model of DRIVEN_MODELS) {
    const tally = operators.get(model.operator) ?? { accepted: 0, refused: 0, answered: 0, failed: 0 };
    operators.set(model.operator, tally);
    if (tally.accepted >= maxOfOperator) continue;
    // A project can have 200 models.
    if (deployments === MAX_IN_A_LIST) {
      stranger = await signUp(service, 'Stranger');
      deployments = 0;
    }
    const deployed = await deploy(service, stranger, fileOf(model), model.operator).catch(
      ({ message }: Error) => {
        expect(message, `${model.operator} ${model.variant}`).toContain(codes.BAD_USER_INPUT);
        return undefined;
      },
    );
    tally[deployed ? 'accepted' : 'refused'] += 1;
    if (!deployed) continue;
    deployments += 1;
    const { deploymentId } = deployed;
    await Promise.all(
      EXTREME_PAIRS.map(async ([p, q]) => {
        const spectra = [{ sampleName: 'a', yValues: [p, q] }];
        const { status, code } = await service.call(PREDICT, { deploymentId, spectra }, stranger);
        tally[status === 200 ? 'answered' : 'failed'] += 1;
        if (status !== 200) expect([codes.MODEL_FAILED, codes.UNAVAILABLE]).toContain(code);
      }),
    );
  }
  return { operators, found: await stop() };
}

/** A table of the outcomes of each operator. */
export const tableOf = (operators: ReadonlyMap<string, Tally>): string =>
  [...operators]
    .map(
      ([operator, { accepted, refused, answered, failed }]) =>
        `  ${operator.padEnd(28)} ${accepted} accepted, ${refused} refused; ${answered} calls answered, ${failed} failed\n`,
    )
    .join('');
