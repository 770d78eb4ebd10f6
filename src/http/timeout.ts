import { unavailable } from '../errors.ts';

/** Waits for work. @throws what it throws; UNAVAILABLE when it takes longer than `ms` */
export async function withTimeout<Result>(work: Promise<Result>, ms: number): Promise<Result> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(unavailable()), ms);
  try {
    return await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
