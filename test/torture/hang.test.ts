import { test } from 'vitest';
import { hangFor } from '../hang.ts';
import { report } from '../report.ts';
import { scaled } from './rounds.ts';

test('while PostgreSQL hangs every call is 503 within 3 s, and 200 again within 2 s after it continues', async () => {
  const ms = scaled(30_000, 4000);
  report('hang', { ms, ...(await hangFor(ms)) });
});
