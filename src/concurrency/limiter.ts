import pLimit from 'p-limit';
import { unavailable } from '../errors.ts';

export interface LimiterBounds {
  /** The most tasks that run at once. */
  most: number;
  /** The most tasks that wait; the rest are refused. */
  room: number;
}

/** Runs a task when its turn comes. @throws what the task throws, and UNAVAILABLE when too many wait already. */
export type Limiter = <Result>(task: () => Promise<Result>) => Promise<Result>;

/** Lets few tasks run at once, and the others wait in the order in which they came. */
export function limiter({ most, room }: LimiterBounds): Limiter {
  const limit = pLimit(most);
  return async task => {
    if (limit.activeCount + limit.pendingCount >= most + room) throw unavailable();
    return await limit(task);
  };
}
