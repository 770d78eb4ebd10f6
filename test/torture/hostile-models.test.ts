import { test } from 'vitest';
import { createKey, openLab, signUp, startServiceForTest } from '../harness.ts';
import { attackWithModels, makeRoom } from '../hostile-tenant.ts';
import { report, scaled } from './rounds.ts';

test('hundreds of hostile models delay no call of another tenant, and the server lives', async () => {
  const service = await startServiceForTest({ modelLimits: { runMs: 2000, trialMs: 3000 } });
  const honest = await openLab(service);
  const key = await createKey(service, honest.owner, { deploymentId: honest.deploymentId });
  const stranger = await signUp(service, 'Stranger');
  await makeRoom(service);
  const models = scaled(200, 20);
  const { accepted, times } = await attackWithModels({ service, honest, key, stranger }, models);
  report('hostile models', {
    models,
    accepted,
    'calls beside them': times.length,
    'slowest in ms': Math.round(Math.max(...times)),
  });
});
