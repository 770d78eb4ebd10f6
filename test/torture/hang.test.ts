import { test } from 'vitest';
import { hangFor } from '../hang.ts';
import { report } from '../report.ts';
import { scaled } from './rounds.ts';

test('while PostgreSQL hangs, calls get 503 within 3 s, and they work again within 2 s after it', async () => {
  const ms = scaled(30_000, 4000);
  report('hang', { ms, ...(await hangFor(ms)) });
});
