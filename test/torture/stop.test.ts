import { test } from 'vitest';
import { report } from '../report.ts';
import { stopUnderLoad } from '../stop.ts';
import { scaled } from './rounds.ts';

test('a server that is stopped under load answers every request that reached it, and exits with 0', async () => {
  report('stop', await stopUnderLoad(scaled(20, 2)));
});
