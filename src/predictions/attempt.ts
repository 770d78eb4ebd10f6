import type { Outcome } from '../onnx/outcome.ts';
import type { Allowances } from './allowances.ts';

/** What a model returned for the spectra of a call. */
export interface Run {
  outcome: Outcome;
  durationMs: number;
}

/**
 * One attempt to answer a request. The facts about its caller may be remembered from an earlier call, so an answer is
 * sent only after the database has confirmed them: by settlement, in the statement that charges the call, or by a new
 * look-up.
 */
export interface Attempt {
  /**
   * - `open`: no call was settled
   * - `settled`: a call of `predict` is charged and logged, which confirms the facts
   * - `stale`: facts have changed since they were read: settlement found it, or the model is gone
   * - `unknown`: settlement failed with an error. The call may be charged all the same, so it is never settled again
   */
  settlement: 'open' | 'settled' | 'stale' | 'unknown';
  /** The monthly limits of its call; null before the caller is authorized. */
  allowances: Allowances | null;
  /** The runs of the request's models, by model id. A later attempt reuses them, also failed ones. */
  runs: Map<string, Promise<Run>>;
}

/** The facts that an attempt is judged by. */
export interface AttemptFacts {
  /** Whether they were remembered, rather than read for this request. */
  isRemembered: boolean;
  /** Remembers them for the next request of the same caller. */
  remember: () => void;
  forget: () => void;
}

/** The context of an attempt. */
interface Attempting<Context> {
  attempt: Attempt;
  facts: AttemptFacts;
  /** Looks the caller up, and makes the context of the next attempt. */
  again: () => Promise<Context>;
}

/** Max attempts at a request. After the second, each needs a change to the rows of its facts before its settlement. */
const MAX_ATTEMPTS = 4;

/**
 * Attempts to answer a request until the facts of an attempt are confirmed. If they are stale, or were remembered and
 * no call was settled, the next attempt looks them up, so that errors, their order and their texts are those of the
 * present state.
 *
 * @param first the context of the first attempt
 * @param answer answers by the facts of a context
 * @throws what looking the caller up throws
 */
export async function answerByConfirmedFacts<Context extends Attempting<Context>, Answer>(
  first: Context,
  answer: (context: Context) => Promise<Answer>,
): Promise<Answer> {
  let context = first;
  for (let attempts = 1; ; attempts++) {
    const answered = await answer(context);
    const { settlement } = context.attempt;
    const { isRemembered, remember, forget } = context.facts;
    if (settlement === 'settled') {
      if (!isRemembered) remember();
      return answered;
    }
    forget();
    const isUnconfirmed = settlement === 'stale' || (settlement === 'open' && isRemembered);
    if (!isUnconfirmed || attempts === MAX_ATTEMPTS) return answered;
    context = await context.again();
  }
}
