import { expect, test } from 'vitest';
import { attackWithOperators, startNeighbourhood, tableOf } from './hostile-tenant.ts';
import { report } from './report.ts';

test('no value that an operator did not get in its trial delays or fails another tenant’s calls', {
  timeout: 600_000,
}, async () => {
  const { operators, found } = await attackWithOperators(await startNeighbourhood(), { all: false });
  process.stdout.write(tableOf(operators));
  report('operators', { operators: operators.size, ...found });
  const untested = [...operators].filter(([, { accepted }]) => accepted === 0);
  expect(untested).toEqual([]);
});
