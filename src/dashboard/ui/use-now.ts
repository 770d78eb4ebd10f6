import { useInterval } from '@mantine/hooks';
import { useState } from 'react';

const INTERVAL_MS = 30_000;

/** The current time, updated every 30 seconds so that "2 minutes ago" stays true. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useInterval(() => setNow(new Date()), INTERVAL_MS, { autoInvoke: true });
  return now;
}
