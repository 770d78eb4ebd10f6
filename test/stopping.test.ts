import { test } from 'vitest';
import { stopUnderLoad } from './stop.ts';

test('a server that is told to stop under load answers every request that reached it, and exits with 0', async () => {
  await stopUnderLoad(3);
}, 60_000);
