import { expect, test } from 'vitest';
import { attackWithOperators, startNeighbourhood, tableOf } from './hostile-tenant.ts';
import { report } from './report.ts';

test('whatever an operator is given that its trial did not show, another tenant’s calls are answered in time', {
  timeout: 600_000,
}, async () => {
  const { operators, found } = await attackWithOperators(await startNeighbourhood(), { all: false });
  process.stdout.write(tableOf(operators));
  report('operators', { operators: operators.size, ...found });
  const untested = [...operators].filter(([, { accepted }]) => accepted === 0);
  expect(untested).toEqual([]);
});
