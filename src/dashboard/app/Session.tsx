import {
  Activity,
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Navigate, useLocation, useNavigate } from 'react-router';
import { Provider, useQuery } from 'urql';
import { graphql } from '../generated';
import type { ViewerQuery } from '../generated/graphql';
import { Loading } from '../ui/Loading';
import { Problem } from '../ui/Problem';
import { createSessionClient } from './client';

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
        apiKeyPolicy {
          maxLifetimeDays
          expiryRequired
          projectKeysAllowed
        }
        keyMails
        projects {
          id
          name
          role
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
  /** Starts with an empty cache, after signing in or out. */
  renew: () => void;
  /** Shows the pages again after a lost session; for another person than before, starts with an empty cache. */
  resume: (personId: string) => void;
}

interface SessionInternals {
  /** The signed-in person whose pages are shown; null without one. */
  viewerId: { current: string | null };
  lose: () => void;
}

const SessionContext = createContext<Session & SessionInternals>({
  renew: () => {},
  resume: () => {},
  viewerId: { current: null },
  lose: () => {},
});
const ViewerContext = createContext<Viewer | null>(null);

/** The functions that change the session. */
export const useSession = (): Session => useContext(SessionContext);

/** The signed-in person. Only within `SignedIn`. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('useViewer is for pages within SignedIn');
  return viewer;
}

/** The path to open after sign-in: only a path of this site, never another address that a link contains. */
export function pathAfterSignIn(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  // Parsed as a browser does it, since "//" is not the only way to name another site.
  const { origin, pathname, search: query } = new URL(next, window.location.origin);
  return origin === window.location.origin && !pathname.startsWith('//') ? pathname + query : '/';
}

interface SessionProviderProps {
  /** Replaces the pages while the session is lost. */
  lostSession: ReactNode;
  children: ReactNode;
}

/**
 * Gives the pages a GraphQL client, a new one for each session. When a session is lost, the pages are hidden behind a
 * sign-in, and keep what was typed in them.
 */
export function SessionProvider({ lostSession, children }: SessionProviderProps) {
  const [generation, setGeneration] = useState(0);
  const [isLost, setLost] = useState(false);
  const viewerId = useRef<string | null>(null);
  const navigate = useNavigate();
  const session = useMemo(() => {
    const renew = () => {
      viewerId.current = null;
      setLost(false);
      setGeneration(current => current + 1);
    };
    const resume = (personId: string) => {
      if (personId === viewerId.current) setLost(false);
      else renew();
    };
    const lose = () => {
      if (viewerId.current !== null) {
        setLost(true);
        return;
      }
      const { pathname, search, hash } = window.location;
      renew();
      // What follows "#" may be the token of an invitation; browsers do not send it.
      if (pathname !== '/sign-in') {
        void navigate(`/sign-in?next=${encodeURIComponent(pathname + search)}${hash}`);
      }
    };
    return { renew, resume, lose, viewerId };
  }, [navigate]);
  return (
    <SessionContext value={session}>
      <Activity mode={isLost ? 'hidden' : 'visible'}>
        <ClientProvider key={generation} onSessionLost={session.lose}>
          {children}
        </ClientProvider>
      </Activity>
      {isLost && <ClientProvider onSessionLost={() => {}}>{lostSession}</ClientProvider>}
    </SessionContext>
  );
}

function ClientProvider({ onSessionLost, children }: { onSessionLost: () => void; children: ReactNode }) {
  const lose = useRef(onSessionLost);
  lose.current = onSessionLost;
  const [{ client, start }] = useState(() => createSessionClient(() => lose.current()));
  useEffect(start, [start]);
  return <Provider value={client}>{children}</Provider>;
}

/** Shows its children to a signed-in person, and sends anyone else to sign-in and back. */
export function SignedIn({ children }: { children: ReactNode }) {
  const [{ data, error }, retry] = useQuery({ query: VIEWER });
  const { pathname, search } = useLocation();
  const { viewerId, lose, renew } = useContext(SessionContext);
  // When the session has ended, the pages stay, hidden, with the person that they were loaded for.
  const last = useRef<Viewer | null>(null);
  const isOther = Boolean(data?.viewer && last.current && data.viewer.id !== last.current.id);
  if (data?.viewer && !isOther) last.current = data.viewer;
  const viewer = last.current;
  const hasEnded = viewer !== null && data?.viewer === null && !error;
  useEffect(() => {
    viewerId.current = viewer?.id ?? null;
  }, [viewer, viewerId]);
  useEffect(() => {
    if (hasEnded) lose();
    // Signed in as another person in another tab.
    if (isOther) renew();
  }, [hasEnded, isOther, lose, renew]);
  if (viewer) return <ViewerContext value={viewer}>{children}</ViewerContext>;
  if (error) return <Problem error={error} retry={() => retry({ requestPolicy: 'network-only' })} />;
  if (data) return <Navigate replace to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} />;
  return <Loading what="Spectrakey" />;
}
