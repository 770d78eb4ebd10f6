import { test } from 'vitest';
import { hangFor } from '../hang.ts';
import { report } from '../report.ts';
import { scaled } from './rounds.ts';

test('a PostgreSQL that stands still is 503 within 3 s for as long as it lasts, and back within 2 s', async () => {
  const ms = scaled(30_000, 4000);
  report('hang', { ms, ...(await hangFor(ms)) });
});
