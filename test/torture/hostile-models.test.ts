import { test } from 'vitest';
import { attackWithModels, startNeighbourhood } from '../hostile-tenant.ts';
import { report } from '../report.ts';
import { scaled } from './rounds.ts';

test('hundreds of hostile models delay no call of another tenant, and the server lives', async () => {
  report('hostile models', await attackWithModels(await startNeighbourhood(), scaled(200, 20)));
});
