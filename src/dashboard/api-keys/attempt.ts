import { useEffect, useRef, useState } from 'react';
import { type CombinedError, type OperationResult, useClient } from 'urql';
import { uuidv7 } from 'uuidv7';
import { useViewer } from '../app/Session';
import { ABOUT_KEYS } from './queries';

/** A request that makes a key, and whose outcome is not known. It is repeated exactly as it was sent. */
interface Attempt<Input> {
  input: Input & { idempotencyKey: string };
  at: number;
}

/**
 * The attempts of one dialog without an outcome, by person and place. They outlive the dialog and the page, so that a
 * dialog that is opened again asks for the outcome instead of making a second key.
 */
export type Attempts<Input> = Map<string, Attempt<Input>>;

/** The server remembers an idempotency key for 24 hours. An hour less, as the request took its time. */
const REPEATABLE_MS = 23 * 60 * 60 * 1000;
/** How long an answer is waited for. */
const ANSWER_MS = 30_000;

type Outcome = { is: 'exists'; id: string } | { is: 'refused' } | { is: 'unknown' };

const CONFLICT = 409;

/** What an error says about the key that was to be made. */
function outcomeOf({ graphQLErrors, response }: CombinedError, isRepeat: boolean): Outcome {
  const { code, apiKeyId } = graphQLErrors[0]?.extensions ?? {};
  if (typeof apiKeyId === 'string') return { is: 'exists', id: apiKeyId };
  // Without a code, a proxy answered in place of the server. After a failure of the server it may have been made.
  if (typeof code !== 'string' || response?.status >= 500) return { is: 'unknown' };
  // Most refusals come before the server looks for the first request, and say nothing about it.
  return { is: !isRepeat || response?.status === CONFLICT ? 'refused' : 'unknown' };
}

interface AttemptOptions<Input, Made> {
  attempts: Attempts<Input>;
  /** What the key is made for: one of them at a time has an unknown outcome. */
  place: string;
  send: (
    client: ReturnType<typeof useClient>,
    input: Input & { idempotencyKey: string },
    context: object,
  ) => Promise<OperationResult<Made>>;
}

const slotOf = (viewerId: string, place: string) => `${viewerId} ${place}`;

/** Whether a request of a person has an unknown outcome. */
export const isUnanswered = <Input>(attempts: Attempts<Input>, viewerId: string, place: string): boolean =>
  attempts.has(slotOf(viewerId, place));

/** Makes a key, at most one however often it is asked to. */
export function useAttempt<Input extends object, Made>({
  attempts,
  place,
  send,
}: AttemptOptions<Input, Made>) {
  const client = useClient();
  const slot = slotOf(useViewer().id, place);
  const [busy, setBusy] = useState<'first' | 'repeat' | null>(null);
  // The one place that holds the raw key.
  const [made, setMade] = useState<Made | null>(null);
  const [existingId, setExistingId] = useState<string | null>(null);
  const [error, setError] = useState<CombinedError>();
  const pending = attempts.get(slot);
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);

  const clear = () => {
    setMade(null);
    setExistingId(null);
    setError(undefined);
  };
  const perform = async (attempt: Attempt<Input>, isRepeat: boolean) => {
    if (busy) return;
    setError(undefined);
    setBusy(isRepeat ? 'repeat' : 'first');
    attempts.set(slot, attempt);
    // Not useMutation, which would keep the answer, and with it the raw key, for as long as the page is open.
    const { data, error } = await send(client, attempt.input, { ...ABOUT_KEYS, fetch: fetchInTime });
    const outcome = error && outcomeOf(error, isRepeat);
    // An answer with a key that comes after the person has left the page is lost too.
    if (outcome?.is === 'refused' || (outcome?.is !== 'unknown' && isMounted.current)) attempts.delete(slot);
    if (data) setMade(data);
    else if (outcome?.is === 'exists') setExistingId(outcome.id);
    else setError(error);
    if (outcome?.is === 'unknown') setExistingId(null);
    setBusy(null);
  };
  return {
    busy: busy !== null,
    /** The answer, with the raw key. */
    made,
    /** The id of the key that exists, whose raw key was lost. */
    existingId,
    error,
    /** The request whose outcome is not known; not while it is under way for the first time. */
    unanswered: busy === 'first' ? undefined : pending,
    start: (input: Input) =>
      perform({ input: { ...input, idempotencyKey: uuidv7() }, at: Date.now() }, false),
    repeat: () => pending && perform(pending, true),
    /** Whether repeating the request can still report its outcome. */
    isRepeatable: pending !== undefined && Date.now() - pending.at < REPEATABLE_MS,
    /** Stops asking for the outcome. */
    forget: () => {
      attempts.delete(slot);
      clear();
    },
    /** Forgets what is shown, but not a request whose outcome is not known. */
    clear,
  };
}

/** The state of an attempt, whatever is sent. */
export type AttemptState = Pick<
  ReturnType<typeof useAttempt>,
  'busy' | 'existingId' | 'error' | 'unanswered' | 'isRepeatable' | 'repeat' | 'forget' | 'clear'
>;

/** A `fetch` that does not wait forever: a connection that broke silently is reported minutes later, if at all. */
const fetchInTime: typeof fetch = (url, init) => {
  const signals = [AbortSignal.timeout(ANSWER_MS), ...(init?.signal ? [init.signal] : [])];
  return fetch(url, { ...init, signal: AbortSignal.any(signals) });
};
