import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Language, snippetFor } from '../src/dashboard/integration/snippets.ts';
import type { Door, Target } from '../src/dashboard/integration/target.ts';
import { temporaryFolder } from './commands.ts';
import {
  createKey,
  demonstration,
  deploy,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  REVOKE_KEY,
  recordOf,
  type Service,
  startService,
} from './harness.ts';
import { regressionWithStatistics } from './onnx-files.ts';

const execute = promisify(execFile);

/** How the snippets of a language are run and changed. */
export interface Runnable {
  door: Door;
  language: Language;
  /** Runs a snippet with a key in its environment. @throws with the output if it ends with an error */
  run: (code: string, env: Record<string, string>) => Promise<string>;
  /** The zeros in place of the spectrum, and how a list of values is written there. */
  zeros: string | RegExp;
  write: (values: readonly number[]) => string;
  /** The comment about the x axis, and how x values are sent. */
  axis: string;
  writeAxis: (values: readonly number[]) => string;
  /** Whether a refused call ends the program with an error; else the answer is printed. */
  isProgram: boolean;
}

/** Runs a file in a folder of its own. */
export async function runFile(
  program: string,
  name: string,
  code: string,
  env: Record<string, string>,
): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, name), code);
  const { stdout } = await execute(program, [join(folder, name)], {
    env: { PATH: process.env.PATH, ...env },
  });
  return stdout;
}

/** The facts of a deployment of the demonstration's octane model, for snippets. */
export const targetOf = (origin: string, deploymentId: string, more: Partial<Target> = {}): Target => ({
  origin,
  deploymentId,
  inputLength: 401,
  kind: 'REGRESSION',
  xAxis: null,
  hasLimits: false,
  ...more,
});

/** The value that a snippet prints, or that is in the answer that it prints. */
const valueIn = (output: string) => Number(/sample-1\D+([\d.]+)/.exec(output)?.[1]);

const OCTANE = 87.9412;
const X_VALUES = Array.from({ length: 401 }, (_, point) => 900 + 2 * point);
const X_AXIS = { first: 900, last: 1700 };

/** What a snippet's call contained. */
interface Received {
  authorization: string | undefined;
  idempotencyKey: unknown;
}

/** A server that answers each call with the next of some functions; after the last, with it again. */
export async function standIn(
  answers: ((response: ServerResponse) => void)[],
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    received.push({
      authorization: request.headers.authorization,
      idempotencyKey: request.headers['idempotency-key'] ?? body.variables?.idempotencyKey,
    });
    answers[Math.min(received.length, answers.length) - 1]?.(response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' && address?.port}`, received };
}

/** Registers the tests that hold for a snippet of every language. */
export function snippetKeepsItsPromises(name: string, runnable: Runnable): void {
  const { door, language, run, zeros, write, axis, writeAxis, isProgram } = runnable;
  describe(name, () => {
    let service: Service;
    let lab: Lab;
    let key: { id: string; rawKey: string };
    const env = (rawKey = key.rawKey) => ({ SPECTRAKEY_API_KEY: rawKey });
    const codeFor = (target: Target) => snippetFor(door, language, target);

    beforeAll(async () => {
      service = await startService();
      lab = await openLab(service);
      key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
    });
    afterAll(() => service.close());

    /** Expects that the call was refused, with a reason that matches. */
    const isRefused = async (running: Promise<string>, reason: RegExp) => {
      if (isProgram) await expect(running).rejects.toThrow(reason);
      else expect(await running).toMatch(reason);
    };

    /** The number of points of a classification, and its category for a spectrum of zeros. */
    const factsOf = async (deploymentId: string) => {
      const { deployment } = await service.ask(
        'query ($id: ID!) { deployment(id: $id) { model { inputLength } } }',
        { id: deploymentId },
        lab.owner,
      );
      const inputLength = deployment?.model.inputLength ?? 0;
      const spectra = [{ sampleName: 'zeros', yValues: Array<number>(inputLength).fill(0) }];
      const { predict } = await service.ask(PREDICT, { deploymentId, spectra }, key);
      return { inputLength, category: predict.predictions[0]?.category };
    };

    test('runs as it is, and with a spectrum; each run is one charge', async () => {
      const code = codeFor(targetOf(service.url, lab.deploymentId));
      expect(code).toContain('401 values');
      expect(valueIn(await run(code, env()))).toBeGreaterThan(0);
      const measured = code.replace(zeros, write(gasoline()[0]?.yValues ?? []));
      expect(measured).not.toBe(code);
      expect(valueIn(await run(measured, env()))).toBeCloseTo(OCTANE, 3);
      expect(await recordOf(service, lab.deploymentId)).toEqual({ charged: 2, logged: 2 });
    });

    test('shows how to have the x axis checked, which is then checked', async () => {
      const { modelId, deploymentId } = await deploy(service, lab.owner, undefined, 'With an x axis');
      const input = { modelId, quantity: 'WAVELENGTH', unit: 'nm', values: X_VALUES };
      const set = 'mutation Set($input: SetModelXAxisInput!) { setModelXAxis(input: $input) { id } }';
      await service.ask(set, { input }, lab.owner);
      const code = codeFor(targetOf(service.url, deploymentId, { xAxis: X_AXIS }));
      expect(code).toContain('900, ..., 1700');
      const withAxis = (values: number[]) => {
        const filled = code.replace(axis, writeAxis(values));
        expect(filled).not.toBe(code);
        return filled;
      };
      expect(valueIn(await run(code, env()))).toBeGreaterThan(0);
      expect(valueIn(await run(withAxis(X_VALUES), env()))).toBeGreaterThan(0);
      await isRefused(run(withAxis(X_VALUES.toReversed()), env()), /the model expects 900 to 1700 nm/);
      const { deployment } = await service.ask(
        'query ($id: ID!) { deployment(id: $id) { predictionLogs { nodes { xAxisChecked } } } }',
        { id: deploymentId },
        lab.owner,
      );
      expect(deployment?.predictionLogs.nodes.map(({ xAxisChecked }) => xAxisChecked)).toEqual([true, false]);
    });

    test('prints the verdict of a model with limits, and the category of a classification', async () => {
      const statistics = regressionWithStatistics({ t2_limit: '12', q_limit: '0.5' });
      const judged = await deploy(service, lab.owner, statistics, 'Judged');
      const withLimits = targetOf(service.url, judged.deploymentId, { inputLength: 3, hasLimits: true });
      expect(await run(codeFor(withLimits), env())).toMatch(/sample-1\D+0\D+INSIDE/);

      const { deploymentId } = await deploy(service, lab.owner, demonstration('oil-type.onnx'), 'Oil type');
      const { inputLength, category } = await factsOf(deploymentId);
      const target = targetOf(service.url, deploymentId, { kind: 'CLASSIFICATION', inputLength });
      expect(await run(codeFor(target), env())).toMatch(new RegExp(`sample-1.*[ "]${category}\\b`, 's'));
    });

    test('a refused call prints the reason', async () => {
      const revoked = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
      await service.ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
      const code = codeFor(targetOf(service.url, lab.deploymentId));
      await isRefused(run(code, env(revoked.rawKey)), /This API key has been revoked/);
    });

    test('without a key nothing is sent, and the variable is named', async () => {
      const { url, received } = await standIn([response => response.end('{}')]);
      await expect(run(codeFor(targetOf(url, lab.deploymentId)), {})).rejects.toThrow('SPECTRAKEY_API_KEY');
      expect(received).toEqual([]);
    });

    test('what may be repeated is repeated, with the same idempotency key', async () => {
      const predictions = [{ sample_name: 'sample-1', sampleName: 'sample-1', value: 7.5 }];
      const { url, received } = await standIn([
        // curl repeats a refused connection, but not one that was cut off.
        ...(isProgram ? [(response: ServerResponse) => void response.destroy()] : []),
        // As while a revocation is rehearsed. curl repeats a 403 never or always.
        ...(isProgram
          ? [(response: ServerResponse) => void response.writeHead(403, { 'retry-after': '1' }).end('{}')]
          : []),
        response => void response.writeHead(503, { 'retry-after': '1' }).end('{}'),
        response => void response.writeHead(429, { 'retry-after': '1' }).end('{}'),
        response => void response.end(JSON.stringify({ predictions, data: { predict: { predictions } } })),
      ]);
      const output = await run(codeFor(targetOf(url, lab.deploymentId)), env());
      expect(output).toContain('7.5');
      expect(received).toHaveLength(isProgram ? 5 : 3);
      expect(new Set(received.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
      expect(received[0]).toEqual({
        authorization: `Api-Key ${key.rawKey}`,
        idempotencyKey: expect.stringMatching(/^[0-9a-f-]{32,36}$/),
      });
      await run(codeFor(targetOf(url, lab.deploymentId)), env());
      expect(received.at(-1)?.idempotencyKey).not.toBe(received[0]?.idempotencyKey);
    });

    test('a quota that is used up for weeks is reported at once', async () => {
      const { url, received } = await standIn([
        response =>
          void response.writeHead(429, { 'retry-after': '900000' }).end('{"code":"QUOTA_EXCEEDED"}'),
      ]);
      await isRefused(run(codeFor(targetOf(url, lab.deploymentId)), env()), /QUOTA_EXCEEDED/);
      expect(received).toHaveLength(1);
    });
  });
}
