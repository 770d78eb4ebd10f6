import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { Navigate, useLocation, useNavigate } from 'react-router';
import { Provider, useQuery } from 'urql';
import { graphql } from '../generated';
import type { ViewerQuery } from '../generated/graphql';
import { Loading } from '../ui/Loading';
import { Problem } from '../ui/Problem';
import { startClient } from './client';

const VIEWER = graphql(`
  query Viewer {
    viewer {
      id
      email
      name
      organizations {
        id
        slug
        name
        role
        viewerCan {
          createProjects
          manageMembers
          manageOwners
          manageOrganization
        }
        plan {
          name
          allowApiPredict
          maxApiKeys
          monthlyPredictions
        }
        projects {
          id
          name
          role
          ...ViewerCan
        }
      }
    }
  }
`);

graphql(`
  fragment ViewerCan on Project {
    viewerCan {
      predict
      manageModels
      manageDeployments
      manageApiKeys
      manageMembers
      manageProject
    }
  }
`);

export type Viewer = NonNullable<ViewerQuery['viewer']>;
export type Organization = Viewer['organizations'][number];

interface Session {
  /** Begins with an empty cache: after signing in and out, and when the session was lost. */
  renew: () => void;
}

const SessionContext = createContext<Session>({ renew: () => {} });
const ViewerContext = createContext<Viewer | null>(null);

/** Begins anew, with nothing remembered of whoever was signed in. */
export const useSession = () => useContext(SessionContext);

/** The signed-in person. Only within `SignedIn`. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('useViewer is for pages within SignedIn');
  return viewer;
}

/** Where sign-in leads back to; only paths of this site, never an address that somebody put into a link. */
export function pathAfterSignIn(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  // Read as a browser would read it, which knows more ways to name another site than "//".
  const { origin, pathname, search: query } = new URL(next, window.location.origin);
  return origin === window.location.origin && !pathname.startsWith('//') ? pathname + query : '/';
}

/** Gives the pages a GraphQL client, a new one for each session. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [generation, setGeneration] = useState(0);
  const navigate = useNavigate();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new generation is what asks for a new client
  const client = useMemo(
    () =>
      startClient(() => {
        const { pathname, search, hash } = window.location;
        setGeneration(current => current + 1);
        // What follows "#" may be the token of an invitation: it goes on where browsers send it to nobody.
        if (pathname !== '/sign-in') {
          void navigate(`/sign-in?next=${encodeURIComponent(pathname + search)}${hash}`);
        }
      }),
    [generation],
  );
  const session = useMemo(() => ({ renew: () => setGeneration(current => current + 1) }), []);
  return (
    <SessionContext value={session}>
      <Provider value={client} key={generation}>
        {children}
      </Provider>
    </SessionContext>
  );
}

/** Shows its children to somebody signed in, and leads everybody else to sign-in and back. */
export function SignedIn({ children }: { children: ReactNode }) {
  const [{ data, error }, retry] = useQuery({ query: VIEWER });
  const { pathname, search } = useLocation();
  if (data?.viewer) return <ViewerContext value={data.viewer}>{children}</ViewerContext>;
  if (data) return <Navigate replace to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} />;
  if (error) return <Problem error={error} retry={() => retry({ requestPolicy: 'network-only' })} />;
  return <Loading what="Spectrakey" />;
}
