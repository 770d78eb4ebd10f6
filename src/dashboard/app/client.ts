import { type CombinedError, cacheExchange, createClient, fetchExchange, mapExchange } from 'urql';
import { graphql } from '../generated';

/** The code of an error, as the server's catalogue names it; undefined for a lost connection. */
export function codeOf(error: CombinedError | undefined): unknown {
  return error?.graphQLErrors[0]?.extensions.code;
}

/** What to tell a person: the server's own sentence, or that it could not be reached. */
export function sentenceOf(error: CombinedError): string {
  return (
    error.graphQLErrors[0]?.message ?? 'The server could not be reached. Check the connection and try again.'
  );
}

const SESSION = graphql(`
  query Session {
    viewer {
      id
    }
  }
`);

/**
 * The GraphQL client of one session. Its cache ends with it, so nobody sees what somebody else has read.
 *
 * @param onSessionLost called when an answer says that nobody is signed in any more.
 */
export function startClient(onSessionLost: () => void) {
  const client = createClient({
    url: '/graphql',
    preferGetMethod: false,
    fetchOptions: { credentials: 'same-origin' },
    requestPolicy: 'cache-and-network',
    exchanges: [
      mapExchange({
        onError(error, operation) {
          if (operation.context.signingIn === true) return;
          if (error.response?.status === 401) onSessionLost();
          // An answer with data, such as {"deployment": null}, is 200 whatever its errors say.
          else if (error.graphQLErrors.length > 0) void checkSession();
        },
      }),
      cacheExchange,
      fetchExchange,
    ],
  });
  const checkSession = async () => {
    const { data, error } = await client.query(SESSION, {}, { requestPolicy: 'network-only' }).toPromise();
    if (!error && data?.viewer === null) onSessionLost();
  };
  return client;
}
