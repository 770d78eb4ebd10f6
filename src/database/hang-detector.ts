import pg from 'pg';

const TICK_MS = 100;
/** Ticks to wait for an answer before the database is probed. */
const MAX_ANSWER_TICKS = 6;
/** Ticks without an answer to the probe after which the database is considered hung. */
const MAX_PROBE_TICKS = 10;
/** Timeout of a probe, after which its socket is closed. */
const PROBE_TIMEOUT_MS = 2000;

/** The database answers nothing: its machine is stopped, or its disk or the network does not respond. */
export class DatabaseHungError extends Error {
  override readonly name = 'DatabaseHungError';

  constructor() {
    super('The database does not answer');
  }
}

/** Limits the wait for a hung database. */
export interface HangDetector {
  /**
   * Waits for work in the database.
   *
   * @param late receives a result that arrives after the wait was abandoned
   * @throws what the work throws
   * @throws {DatabaseHungError} when the database hangs; immediately while it is known to hang
   */
  wait: <Result>(work: () => Promise<Result>, late?: (result: Result) => void) => Promise<Result>;
  stop: () => void;
}

/**
 * Detects a database that hangs, as opposed to one that is busy with a long statement. When an answer takes longer than
 * usual, a probe sends `select 1` on a new connection. If it gets no answer either, all waits are abandoned, within two
 * seconds of the hang, and new ones rejected until the database answers again. A timeout for each statement could not do
 * this: it would have to be shorter than clients wait and longer than a migration takes.
 *
 * Time is counted in ticks of this process, so time during which the process itself was suspended does not count.
 *
 * @param probe resolves to whether the database answers
 */
export function startHangDetector(probe: () => Promise<boolean>): HangDetector {
  interface Wait {
    since: number;
    abandon: () => void;
  }
  /** The oldest first. */
  const waits = new Set<Wait>();
  let now = 0;
  let probedAt: number | null = null;
  let answeredAt = 0;
  let isHung = false;

  function startProbe(): void {
    probedAt = now;
    const started = now;
    void probe().then(answered => {
      // A late answer still ends the hung state; a late failure is ignored, as ticks have counted it.
      if (answered) isHung = false;
      if (probedAt !== started) return;
      if (answered) answeredAt = now;
      probedAt = null;
    });
  }

  function tick(): void {
    now += 1;
    if (probedAt !== null && now - probedAt > MAX_PROBE_TICKS) {
      isHung = true;
      probedAt = null;
      for (const { abandon } of [...waits]) abandon();
    }
    if (probedAt !== null) return;
    const [oldest] = waits;
    if (isHung || (oldest && now - Math.max(oldest.since, answeredAt) > MAX_ANSWER_TICKS)) startProbe();
  }
  const timer = setInterval(tick, TICK_MS).unref();

  return {
    wait: (work, late) =>
      new Promise((resolve, reject) => {
        if (isHung) return reject(new DatabaseHungError());
        const wait: Wait = {
          since: now,
          abandon() {
            waits.delete(wait);
            reject(new DatabaseHungError());
          },
        };
        waits.add(wait);
        work().then(
          result => (waits.delete(wait) ? resolve(result) : late?.(result)),
          error => {
            waits.delete(wait);
            reject(error);
          },
        );
      }),
    stop: () => clearInterval(timer),
  };
}

/** Whether a database answers on a new connection, even if with an error. */
export async function answersProbe(connection: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client({
    ...connection,
    connectionTimeoutMillis: PROBE_TIMEOUT_MS,
    query_timeout: PROBE_TIMEOUT_MS,
  });
  // The same error also rejects the promise that is awaited below.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch (error) {
    // The messages of pg 8.23 for a connection (lib/client.js) and for a query.
    return !(error instanceof Error && /^(timeout expired|Query read timeout)$/.test(error.message));
  } finally {
    void client.end().catch(() => {});
  }
}
