import { keysOnlyPredict, unauthenticated } from '../errors.ts';
import type { ApiKeyScope } from '../generated/database.ts';

/** A person who is signed in. */
export interface SignedInPerson {
  id: string;
  email: string;
  name: string;
  /** Of the session that makes the request. */
  sessionId: string;
}

/** What the plan of an organization says about its predictions. */
export interface PlanFacts {
  organizationId: string;
  /** Whether the plan allows calls with API keys. */
  allowApiPredict: boolean;
  /** The plan's predictions a month for each deployment; null: unlimited. */
  quota: number | null;
}

/** What predicting needs to know of a deployment. */
export interface DeploymentFacts {
  id: string;
  active: boolean;
  modelId: string;
  /** Points in a spectrum. */
  inputLength: number;
  /** Whether calls may share a run of the model; null where that is not known yet. */
  rowIndependent: boolean | null;
  /** Predictions answered this month. */
  used: number;
}

/** A deployment that a key reaches. */
export interface ReachedDeployment extends DeploymentFacts {
  /** Until when the model is quarantined, RFC 3339; null where it never was. */
  quarantinedUntil: string | null;
}

/** The facts of a usable key, read in this request. */
export interface AuthenticatedKey extends PlanFacts {
  id: string;
  name: string;
  prefix: string;
  scopes: ApiKeyScope[];
  /** Its own deployment or, of a project-wide key, every deployment of the project. */
  deployments: ReachedDeployment[];
}

/**
 * Who makes a request.
 *
 * @typeParam Person what is known of a signed-in person: the least, or with the rows that they can see
 */
export type Caller<Person extends SignedInPerson = SignedInPerson> =
  | { kind: 'anonymous' }
  | { kind: 'person'; person: Person }
  | { kind: 'api-key'; key: AuthenticatedKey };

/** The caller that the headers of a request name, and when that was looked up: one moment for the whole request. */
export type Identity = { at: Date } & (
  | { kind: 'anonymous' /** Whether there was a cookie, of no session. */; hadCookie: boolean }
  | { kind: 'person'; person: SignedInPerson }
  | { kind: 'api-key'; key: AuthenticatedKey }
);

/** The signed-in person. @throws UNAUTHENTICATED for anonymous callers, FORBIDDEN for API keys */
export function requireSignedIn<Person extends SignedInPerson>(caller: Caller<Person>): Person {
  if (caller.kind === 'person') return caller.person;
  throw caller.kind === 'api-key' ? keysOnlyPredict() : unauthenticated();
}

/** Refuses API keys, which only predict. @throws FORBIDDEN */
export function requireNoApiKey(caller: Caller): void {
  if (caller.kind === 'api-key') throw keysOnlyPredict();
}
