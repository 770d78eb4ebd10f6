import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  codes,
  createKey,
  deploy,
  gasoline,
  type Lab,
  openLab,
  type Person,
  PREDICT,
  refusal,
  type Service,
  signUp,
  startService,
} from './harness.ts';
import { overflowingDivision, paddingReader } from './hostile-model-files.ts';
import { makeRoom, startNeighbourhood, watchNeighbour } from './hostile-tenant.ts';
import { loopingRegression } from './onnx-files.ts';
import { report } from './report.ts';

let service: Service;
let honest: Lab;
let key: { rawKey: string };
let stranger: Person;

beforeAll(async () => {
  service = await startService({ modelLimits: { runMs: 2000, trialMs: 3000 } });
  honest = await openLab(service);
  key = await createKey(service, honest.owner, { deploymentId: honest.deploymentId });
  stranger = await signUp(service, 'Stranger');
  await makeRoom(service);
});
afterAll(() => service.close());

const call = (deploymentId: string, spectra: number[][]) =>
  service.call(
    PREDICT,
    { deploymentId, spectra: spectra.map((yValues, i) => ({ sampleName: `s${i}`, yValues })) },
    stranger,
  );

describe('an integer division that overflows', () => {
  for (const operator of ['Div', 'Mod'] as const) {
    for (const type of ['int8', 'int16', 'int32', 'int64'] as const) {
      test(`by ${operator} of ${type} ends only its host`, async () => {
        const { deploymentId } = await deploy(
          service,
          stranger,
          overflowingDivision(operator, type),
          `${operator} ${type}`,
        );
        expect((await call(deploymentId, [[1, 1]])).status).toBe(200);
        const overflowing = await call(deploymentId, [[-0.001, 0]]);
        if (overflowing.status !== 200) expect(overflowing).toMatchObject(refusal(codes.MODEL_FAILED));
        if (/int(32|64)/.test(type) && process.arch === 'x64') expect(overflowing.status).toBe(500);
        expect((await call(deploymentId, [[1, 1]])).status).toBe(200);
        expect(
          (await service.call(PREDICT, { deploymentId: honest.deploymentId, spectra: gasoline() }, key))
            .status,
        ).toBe(200);
      });
    }
  }
});

test('a model that reads outside its tensors finds no data of the server or of another tenant', async () => {
  const secrets = [honest.owner.email, honest.owner.password, honest.owner.id, key.rawKey, 'gasoline-51'];
  let read = '';
  for (const mode of ['constant', 'edge', 'reflect', 'wrap'] as const) {
    for (const pads of [
      [0, 0, 64, 0],
      [64, 0, 0, 0],
      [0, 64, 0, 64],
      [16, 0, 16, 0],
    ]) {
      const deployed = await deploy(service, stranger, paddingReader(mode, pads), 'Reader').catch(
        () => undefined,
      );
      if (!deployed) continue;
      const places = Array.from({ length: 60 }, (_, i) => [i, 0]);
      for (const place of places) {
        const { data } = await call(deployed.deploymentId, [place]);
        const label = data?.predict.predictions[0]?.category;
        if (label == null) break;
        const bytes = Buffer.alloc(8);
        bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(label)));
        read += bytes.toString('latin1');
      }
    }
  }
  for (const secret of secrets) expect(read.includes(secret), secret).toBe(false);
});

test('an endless model with the same operators as an honest one does not affect the honest one', {
  timeout: 240_000,
}, async () => {
  const neighbourhood = await startNeighbourhood();
  const { service, stranger } = neighbourhood;
  const { deploymentId } = await deploy(service, stranger, loopingRegression(), 'Looping');
  const stop = await watchNeighbour(neighbourhood);
  const spectra = [{ sampleName: 'a', yValues: [1, 1e15] }];
  const endless = Array.from({ length: 8 }, () => service.call(PREDICT, { deploymentId, spectra }, stranger));
  for (const { code } of await Promise.all(endless)) {
    // The last ones may have timed out in the queue when the quarantine begins.
    expect([codes.MODEL_FAILED, codes.UNAVAILABLE]).toContain(code);
  }
  report('beside endless calls', await stop());
});

test('the server never loads ONNX Runtime into its own process', () => {
  const maps = process.platform === 'linux' ? readFileSync('/proc/self/maps', 'utf8') : '';
  expect(maps).not.toContain('onnxruntime');
});
