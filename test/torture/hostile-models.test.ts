import { expect, test } from 'vitest';
import { attackWithModels, attackWithOperators, startNeighbourhood, tableOf } from '../hostile-tenant.ts';
import { report } from '../report.ts';
import { scaled } from './rounds.ts';

test('hundreds of hostile models delay no call of another tenant, and the server survives', async () => {
  report('hostile models', await attackWithModels(await startNeighbourhood(), scaled(200, 20)));
});

test('models that are harmless in their trial, of every type and attribute, delay no call of another tenant', async () => {
  const { operators, found } = await attackWithOperators(await startNeighbourhood(), scaled(20, 1));
  process.stdout.write(tableOf(operators));
  report('operators', { operators: operators.size, ...found });
  const untested = [...operators].filter(([, { accepted }]) => accepted === 0);
  expect(untested).toEqual([]);
});
