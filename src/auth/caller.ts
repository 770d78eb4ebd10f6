import type { GraphQLError } from 'graphql';
import { keyRequired, peopleOnly, unauthenticated } from '../errors.ts';
import type { ApiKeyScope } from '../generated/database.ts';

/** A person who is signed in. */
export interface SignedInPerson {
  id: string;
  email: string;
  name: string;
  /** The session that the request belongs to. */
  sessionId: string;
}

/** The part of an organization's plan that concerns predictions. */
export interface PlanFacts {
  organizationId: string;
  /** Whether the plan allows calls with API keys. */
  allowApiPredict: boolean;
  /** Max predictions per month and deployment; null: unlimited. */
  quota: number | null;
}

/** The facts about a deployment that `predict` needs. */
export interface DeploymentFacts {
  id: string;
  active: boolean;
  modelId: string;
  /** Points of a spectrum. */
  inputLength: number;
  /** Whether calls may share a run of the model; null if not analysed yet. */
  rowIndependent: boolean | null;
  /** Whether the model has an x axis. */
  hasAxis: boolean;
  /** Limits of the model's statistics of applicability; null if it has none. */
  t2Limit: number | null;
  qLimit: number | null;
  /** The range of the reference values of the calibration; null if unknown. */
  referenceMin: number | null;
  referenceMax: number | null;
  /** Predictions charged in the month of the look-up. */
  used: number;
  /** The revisions of all rows that these facts and the plan's come from; settlement compares them. */
  factsRevision: string;
}

/** A deployment that an API key reaches. */
export interface ReachedDeployment extends DeploymentFacts {
  /** What answers say about its model. */
  model: { name: string; version: number; targetProperty: string; unit: string | null };
  /** End of the model's last quarantine, RFC 3339; null if there was none. */
  quarantinedUntil: string | null;
}

/** The facts about an API key that was usable when it was looked up. */
export interface AuthenticatedKey extends PlanFacts {
  id: string;
  /** The first key of the rotations that led to this one: they share idempotency keys. */
  rootId: string;
  /** The project that the key belongs to, and the slug of its organization. Both never change. */
  projectId: string;
  organizationSlug: string;
  name: string;
  prefix: string;
  /** SHA-256 of the raw key. */
  digest: Buffer;
  scopes: ApiKeyScope[];
  expiresAt: Date | null;
  /** The networks from which it may be used; null: any. */
  allowedNetworks: string[] | null;
  /** Max predictions a month of the key alone; null: no limit of its own. */
  monthlyPredictions: number | null;
  /** Predictions that count against that limit, in the month of the look-up; null: none was counted yet. */
  used: number | null;
  /** Max calls a minute to each server; null: no limit of its own. */
  callsPerMinute: number | null;
  /** The revision of the key's row; settlement compares it. */
  revision: string;
  /** The deployment of the key or, for a project-wide key, every deployment of the project. */
  deployments: ReachedDeployment[];
}

/** The key of a request, whether it is refused or not. */
export interface SentKey {
  id: string;
  organizationId: string;
  /** Whether it is refused because its revocation is rehearsed. */
  isRehearsal?: boolean;
}

/** A key that is known, but may not be used: its holder may only revoke it. */
export interface KeyHolder {
  /** SHA-256 of the raw key. */
  digest: Buffer;
  /** The error of every other request with the key; null if it was not judged, as the request can only revoke it. */
  refusal: GraphQLError | null;
}

/**
 * The sender of a request.
 *
 * @typeParam Person the signed-in person, optionally with loaders for the rows that they can see
 */
export type Caller<Person extends SignedInPerson = SignedInPerson> =
  | { kind: 'anonymous' }
  | { kind: 'person'; person: Person }
  | { kind: 'api-key'; key: AuthenticatedKey }
  /** May revoke the key, and nothing else. */
  | { kind: 'key-holder'; key: KeyHolder };

/** The caller found from the headers of a request. `at` is when it was found, and counts as "now" for the request. */
export type Identity = { at: Date } & (
  | { kind: 'anonymous' /** Whether a cookie was sent that belongs to no session. */; hadCookie: boolean }
  | {
      kind: 'person';
      person: SignedInPerson;
      /** Whether the person is a member of an organization on a plan with API access. */
      reserved: boolean;
    }
  | {
      kind: 'api-key';
      key: AuthenticatedKey;
      /** Whether the facts come from an earlier look-up, so that the database must confirm them before the answer. */
      isRemembered: boolean;
    }
  | { kind: 'key-holder'; key: KeyHolder }
);

/** Returns the signed-in person. @throws UNAUTHENTICATED for anonymous callers, FORBIDDEN for API keys */
export function requireSignedIn<Person extends SignedInPerson>(caller: Caller<Person>): Person {
  if (caller.kind === 'person') return caller.person;
  throw caller.kind === 'anonymous' ? unauthenticated() : peopleOnly();
}

/** Refuses API keys, which may only predict. @throws FORBIDDEN */
export function requireNoApiKey(caller: Caller): void {
  if (caller.kind === 'api-key' || caller.kind === 'key-holder') throw peopleOnly();
}

/**
 * Returns the key that a request is sent with, in whatever state it is.
 *
 * @returns the digest of the raw key
 * @throws UNAUTHENTICATED for anonymous callers, FORBIDDEN for people
 */
export function requireKeyHolder(caller: Caller): Buffer {
  if (caller.kind === 'api-key' || caller.kind === 'key-holder') return caller.key.digest;
  throw caller.kind === 'person' ? keyRequired() : unauthenticated();
}
