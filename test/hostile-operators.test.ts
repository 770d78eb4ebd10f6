import { expect, test } from 'vitest';
import { DRIVEN_MODELS } from './hostile-operators.ts';
import { attackWithOperators, startNeighbourhood, tableOf } from './hostile-tenant.ts';
import { report } from './report.ts';

test('whatever an operator is given that its trial did not show, another tenant’s calls are answered in time', {
  timeout: 600_000,
}, async () => {
  // The first of each operator's models that the format allows; the torture has all of them.
  const models = DRIVEN_MODELS.filter(
    ({ operator }, i) => DRIVEN_MODELS.findIndex(other => other.operator === operator) === i,
  );
  const { operators, found } = await attackWithOperators(await startNeighbourhood(), models);
  process.stdout.write(tableOf(operators));
  report('operators', { operators: operators.size, models: models.length, ...found });
  const untested = [...operators].filter(([, { accepted }]) => accepted === 0);
  expect(untested).toEqual([]);
});
