import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey, gasoline, type Lab, openLab, PREDICT, type Service, startService } from './harness.ts';

let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
});
afterAll(() => service.close());

test('smoke', async () => {
  const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  const answer = await service.call(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline(2) }, key);
  console.log(answer.text, service.log.filter(l => !l.includes('"level":30')));
  expect(answer.status).toBe(200);
});
