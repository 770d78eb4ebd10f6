import { useState } from 'react';
import type { CombinedError } from 'urql';
import { sentenceOf } from '../app/client';

/** What a form starts. */
export interface Action {
  busy: boolean;
  /** Why it was refused the last time; null where it was not. */
  refusal: string | null;
  onSubmit: () => void;
}

/**
 * An action that a form starts, whether it is under way, and how it was refused.
 *
 * @param act returns the refusal, if any. @param onDone follows where there is none.
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
