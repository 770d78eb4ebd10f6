import {
  type Client,
  type CombinedError,
  cacheExchange,
  createClient,
  type Exchange,
  fetchExchange,
  type OperationResult,
} from 'urql';
import { filter, fromPromise, fromValue, mergeMap, pipe } from 'wonka';
import { graphql } from '../generated';
import { forPeople } from './for-people.ts';
import { createRefresh } from './refresh';

/** The message of an error for a person: the server's own, in their words, or that it could not be reached. */
export function sentenceOf(error: CombinedError): string {
  const [answered] = error.graphQLErrors;
  return answered
    ? forPeople(answered.message)
    : 'The server could not be reached. Check the connection and try again.';
}

const SESSION = graphql(`
  query Session {
    viewer {
      id
    }
  }
`);

/** The context of mutations that start a session: their 401 does not end one. */
export const SIGNING_IN = { isSigningIn: true };

/** A GraphQL client, and the function that keeps the queries on screen up to date. */
export interface SessionClient {
  client: Client;
  /** Starts to reload. @returns a function that stops it. */
  start: () => () => void;
}

/**
 * The GraphQL client of one session. Its cache ends with it, so that no person sees what another has read.
 *
 * @param onSessionLost called when an answer shows that the session has ended.
 */
export function createSessionClient(onSessionLost: () => void): SessionClient {
  const refresh = createRefresh();
  const client = createClient({
    url: '/graphql',
    preferGetMethod: false,
    fetchOptions: { credentials: 'same-origin' },
    requestPolicy: 'cache-and-network',
    // watchSession comes after the cache, which would otherwise store the errors that it drops.
    exchanges: [refresh.exchange, cacheExchange, watchSession(onSessionLost), fetchExchange],
  });
  return { client, start: () => refresh.start(client) };
}

/** Reports a lost session. Drops results that failed because of it, so that their pages stay as they are. */
const watchSession =
  (onSessionLost: () => void): Exchange =>
  ({ client, forward }) =>
  operations => {
    const isLost = async ({ response, graphQLErrors }: CombinedError): Promise<boolean> => {
      if (response?.status === 401) return true;
      if (graphQLErrors.length === 0) return false;
      // An answer with data, such as {"deployment": null}, is 200 whatever its errors say.
      const context = { requestPolicy: 'network-only' as const, isSessionCheck: true };
      const { data, error } = await client.query(SESSION, {}, context).toPromise();
      return !error && data?.viewer === null;
    };
    const check = async (result: OperationResult, error: CombinedError): Promise<OperationResult | null> => {
      if (!(await isLost(error))) return result;
      onSessionLost();
      return result.operation.kind === 'query' ? null : result;
    };
    return pipe(
      forward(operations),
      mergeMap((result): ReturnType<typeof fromValue<OperationResult | null>> => {
        const { isSigningIn, isSessionCheck } = result.operation.context;
        const isChecked = result.error && isSigningIn !== true && isSessionCheck !== true;
        return isChecked && result.error ? fromPromise(check(result, result.error)) : fromValue(result);
      }),
      filter(result => result !== null),
    );
  };
