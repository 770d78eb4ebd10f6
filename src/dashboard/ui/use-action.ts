import { useState } from 'react';
import type { CombinedError } from 'urql';
import { sentenceOf } from '../app/client';

/** An action that a form starts, and its state. */
export interface Action {
  busy: boolean;
  /** The error message of the last attempt; null if there was none. */
  refusal: string | null;
  onSubmit: () => void;
}

/**
 * Runs an action that a form starts, and tracks whether it is running and why it failed.
 *
 * @param act returns the error, if any. @param onDone called if there is none.
 */
export function useAction(act: () => Promise<CombinedError | undefined>, onDone: () => void): Action {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const start = async () => {
    setBusy(true);
    const error = await act();
    setBusy(false);
    setRefusal(error ? sentenceOf(error) : null);
    if (!error) onDone();
  };
  return { busy, refusal, onSubmit: () => void start() };
}
