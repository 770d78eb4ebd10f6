import pg from 'pg';

const TICK_MS = 100;
/** For so many ticks nobody is curious why an answer takes its time. */
const PATIENCE = 6;
/** A database that answers nothing, not even a new connection, for so many ticks more is one that hangs. */
const MOST_TICKS_OF_ASKING = 10;
/** Until a question that nobody waits for any more gives its socket back. */
const GIVE_UP_MS = 2000;

/** What waits for a database that hangs is told this; faults.ts knows it. */
export const HANGS = 'The database does not answer';

/** Bounds what waits for a database. */
export interface HangWatch {
  /**
   * Does some work that the database answers, unless that hangs.
   *
   * @param late takes what still comes after the wait was given up.
   * @throws what the work throws, or that the database hangs: at once while it is known to.
   */
  wait: <Result>(work: () => Promise<Result>, late?: (result: Result) => void) => Promise<Result>;
  stop: () => void;
}

/**
 * Tells a database that hangs (its machine is stopped, its disk or the network stands still) from one that is only
 * asked for something long: when an answer takes longer than is usual, another connection asks for `select 1`. If that
 * has no answer either, everything that waits is given up, within two seconds of the hang, and what comes is refused at
 * once until the database answers again. A limit for each statement could not do both: be shorter than a client waits,
 * and longer than a migration takes.
 *
 * Time is counted in ticks of this process: whoever was itself held up has not waited for the database.
 */
export function watchForHangs(isAnswered: () => Promise<boolean>): HangWatch {
  interface Wait {
    since: number;
    giveUp: () => void;
  }
  /** The oldest first. */
  const waits = new Set<Wait>();
  let now = 0;
  let asked: number | null = null;
  let heard = 0;
  let hangs = false;

  function ask(): void {
    asked = now;
    const question = now;
    void isAnswered().then(answered => {
      // An answer counts also where it comes late; that none came counts only once, by the ticks.
      if (answered) hangs = false;
      if (asked !== question) return;
      if (answered) heard = now;
      asked = null;
    });
  }

  function look(): void {
    now += 1;
    if (asked !== null && now - asked > MOST_TICKS_OF_ASKING) {
      hangs = true;
      asked = null;
      for (const { giveUp } of [...waits]) giveUp();
    }
    if (asked !== null) return;
    const [oldest] = waits;
    if (hangs || (oldest && now - Math.max(oldest.since, heard) > PATIENCE)) ask();
  }
  const timer = setInterval(look, TICK_MS).unref();

  return {
    wait: (work, late) =>
      new Promise((resolve, reject) => {
        if (hangs) return reject(new Error(HANGS));
        const wait: Wait = {
          since: now,
          giveUp() {
            waits.delete(wait);
            reject(new Error(HANGS));
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

/** Asks a database, on a connection of its own, for any answer; a refusal is one, too. */
export async function answers(connection: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client({
    ...connection,
    connectionTimeoutMillis: GIVE_UP_MS,
    query_timeout: GIVE_UP_MS,
  });
  // What ends the connection also rejects the wait for it.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch (error) {
    // pg 8.23 says so of a connection (lib/client.js) and of a query.
    return !(error instanceof Error && /^(timeout expired|Query read timeout)$/.test(error.message));
  } finally {
    void client.end().catch(() => {});
  }
}
