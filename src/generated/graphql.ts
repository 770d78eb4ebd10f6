import type { Upload } from '../requests/upload.ts';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { PersonRow } from '../accounts/people.ts';
import type { OrganizationRow } from '../accounts/organizations.ts';
import type { InvitationRow } from '../accounts/invitations.ts';
import type { ProjectRow } from '../projects/projects.ts';
import type { ModelRow } from '../deployments/models.ts';
import type { XAxisRow, CalibrationRow } from '../deployments/model-facts.ts';
import type { SeenDeployment } from '../deployments/deployments.ts';
import type { AuthenticatedKey } from '../auth/caller.ts';
import type { HeldKey } from '../api-keys/queries.ts';
import type { PredictResult } from '../predictions/predict.ts';
import type { PredictionLogRow } from '../predictions/logs.ts';
import type { ActivityRow } from '../activity/queries.ts';
import type { WebhookRow, DeliveryRow } from '../webhooks/queries.ts';
import type { Context } from '../graphql/context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** Bytes in base64 (RFC 4648, section 4: `A–Z a–z 0–9 + /`), padded with `=`, without line breaks. */
  Base64: { input: Upload; output: string; }
  /** A point in time in UTC, as RFC 3339: `2026-03-01T12:00:00.000Z`. */
  DateTime: { input: Date; output: Date; }
  /** An e-mail address. Upper and lower case do not matter. */
  EmailAddress: { input: string; output: string; }
  /** An integer up to 2^53 − 1, for counts that may exceed `Int`. */
  SafeInt: { input: number; output: number; }
};

/** Something that was done. The record cannot be changed, and outlives the person and the subject. */
export type Activity = {
  __typename?: 'Activity';
  /** What was done, such as `api_key.created`. More may be added. */
  action: Scalars['String']['output'];
  /** The person who did it; null if it was not a person, or if they deleted their account. */
  actor?: Maybe<Person>;
  /** Who did it, if it was not a person. */
  actorKind: ActorKind;
  /** What was changed. Never contains a secret. */
  changes: Array<ActivityChange>;
  /** When it was done. */
  createdAt: Scalars['DateTime']['output'];
  /** Other facts, such as the `prefix` of a key or the `version` of a model. Never contains a secret. */
  details: Array<ActivityDetail>;
  /** The group of the action. */
  group: ActivityGroup;
  /** The entry's id. */
  id: Scalars['ID']['output'];
  /** The network from which it was done: an IPv4 address, or the first 64 bits of an IPv6 address; null if not known. */
  network?: Maybe<Scalars['String']['output']>;
  /** The project in which it was done; null if there is none, or it was deleted, or you do not see it. */
  project?: Maybe<Project>;
  /** The name, or e-mail, of what it was done to, as it was then. */
  subject: Scalars['String']['output'];
  /** The id of what it was done to. */
  subjectId: Scalars['ID']['output'];
};

/** A change of one field. */
export type ActivityChange = {
  __typename?: 'ActivityChange';
  /** The name of the field. */
  field: Scalars['String']['output'];
  /** The value before; null: none. */
  from?: Maybe<Scalars['String']['output']>;
  /** The value after; null: none. */
  to?: Maybe<Scalars['String']['output']>;
};

/** A page of activity. */
export type ActivityConnection = {
  __typename?: 'ActivityConnection';
  /** The entries with their cursors. */
  edges: Array<ActivityEdge>;
  /** The entries. */
  nodes: Array<Activity>;
  /** The position of this page in the list. */
  pageInfo: PageInfo;
};

/** A fact about something that was done. */
export type ActivityDetail = {
  __typename?: 'ActivityDetail';
  /** The name of the fact. */
  name: Scalars['String']['output'];
  /** Its value. */
  value: Scalars['String']['output'];
};

/** An entry of the activity in a list. */
export type ActivityEdge = {
  __typename?: 'ActivityEdge';
  /** The entry's position in the list, for `after`. */
  cursor: Scalars['String']['output'];
  /** The entry. */
  node: Activity;
};

/** What a list of activity contains. Each field restricts it further. */
export type ActivityFilter = {
  /** Only what this person did: their id. */
  actorId?: InputMaybe<Scalars['ID']['input']>;
  /** Only actions of these groups, at least one; null: of all. */
  groups?: InputMaybe<Array<ActivityGroup>>;
  /** Only what was done at this time or later. */
  since?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only what was done to this: the id of an API key, a deployment, a person, … */
  subjectId?: InputMaybe<Scalars['ID']['input']>;
  /** Only what was done before this time, which must be after `since`. */
  until?: InputMaybe<Scalars['DateTime']['input']>;
};

/** A group of actions. */
export type ActivityGroup =
  /** API keys: created, changed, rotated, rehearsed, revoked, deleted, expired. */
  | 'API_KEYS'
  /** Deployments: created, switched, renamed, deleted, and quarantines that were reset. */
  | 'DEPLOYMENTS'
  /** Members of the organization and of projects, and invitations. */
  | 'MEMBERS'
  /** Models: registered, renamed, given an x axis, deleted. */
  | 'MODELS'
  /** The organization: created, renamed, its plan and its policy. */
  | 'ORGANIZATION'
  /** Projects: created, renamed, deleted. */
  | 'PROJECTS'
  /** Webhooks: created, changed, tested, deleted. Only owners see them. */
  | 'WEBHOOKS';

/** Who did something. */
export type ActorKind =
  /** Someone who was not signed in. */
  | 'ANONYMOUS'
  /** The holder of an API key, with the key as the credential. */
  | 'KEY_HOLDER'
  /** The operator of the server, at the command line. */
  | 'OPERATOR'
  /** A person: `actor`, which is null if they deleted their account. */
  | 'PERSON'
  /** The server: an expiry, or a revocation because of a report from GitHub. */
  | 'SERVER';

/** Usage and limit of something that a plan limits. */
export type Allowance = {
  __typename?: 'Allowance';
  /** The max that the plan allows. */
  limit: Scalars['SafeInt']['output'];
  /** The current usage. */
  used: Scalars['SafeInt']['output'];
};

/** A credential for one integration. Only `createApiKey` and `rotateApiKey` return its secret. */
export type ApiKey = {
  __typename?: 'ApiKey';
  /** The networks from which the key may be used, as CIDR blocks; null: from anywhere. */
  allowedNetworks?: Maybe<Array<Scalars['String']['output']>>;
  /** The rules of the organization's policy that the key breaks: it was created before they were set, and keeps working. */
  brokenPolicyRules: Array<ApiKeyPolicyRule>;
  /** The networks from which this key was called successfully in the last 24 hours. */
  callers: ApiKeyCallers;
  /** How many calls a minute the key may make to each server; null: no limit of its own. */
  callsPerMinute?: Maybe<Scalars['Int']['output']>;
  /** When the key was created. */
  createdAt: Scalars['DateTime']['output'];
  /** The person who created the key; null if their account was deleted. */
  createdBy?: Maybe<Person>;
  /**
   * The number of predictions with this key on each of the last days (UTC), oldest first and including today. The latest
   * days are counted from the logs, at most 100 000 calls in a query: see `isMinimum`.
   */
  dailyPredictions: Array<DailyPredictions>;
  /** The one deployment that the key reaches; null if it reaches every deployment of the project. */
  deployment?: Maybe<Deployment>;
  /** When the key expires; null: never. */
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** The key's id, for managing it. It is not a secret. */
  id: Scalars['ID']['output'];
  /** When a call with this key last succeeded; null: never. */
  lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** How many predictions the key may make in a month (UTC); null: no limit of its own. */
  monthlyPredictions?: Maybe<Scalars['SafeInt']['output']>;
  /** The key's name. */
  name: Scalars['String']['output'];
  /** A note for people; null: none. */
  note?: Maybe<Scalars['String']['output']>;
  /** The key that this one replaced; null: none, or it was deleted. */
  predecessor?: Maybe<ApiKey>;
  /** The successful calls with this key, newest first. */
  predictionLogs: PredictionLogConnection;
  /** The first 12 characters of the raw key, to recognize it by. */
  prefix: Scalars['String']['output'];
  /** The project that the key belongs to. */
  project: Project;
  /** The last successful calls with this key: from where, how often, and when the next one is due. */
  recentUse: ApiKeyUse;
  /**
   * The calls with this key in the last days (UTC), including today, that were answered with an error, by code, the latest
   * first. They are counted within seconds; a flood of them may be counted in part.
   */
  refusals: Array<ApiKeyRefusals>;
  /**
   * Until then the key is refused as a revoked one, because its revocation is rehearsed; null: no rehearsal. Its status
   * stays `ACTIVE`.
   */
  rehearsalUntil?: Maybe<Scalars['DateTime']['output']>;
  /** When the last rehearsal of its revocation began; null: never rehearsed. */
  rehearsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** How the key was revoked if no person of its organization did; null otherwise. */
  revocationSource?: Maybe<RevocationSource>;
  /** When the key was revoked; null if it was not. */
  revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The person who revoked the key; null if it was not revoked, or their account was deleted. */
  revokedBy?: Maybe<Person>;
  /** What the key allows a program to do. */
  scopes: Array<ApiKeyScope>;
  /** Whether the key can be used. */
  status: ApiKeyStatus;
  /** The key that replaces this one, from its rotation; null: none. While it can be used, this key retires. */
  successor?: Maybe<ApiKey>;
  /**
   * When the key's successor was first used; null: not yet, or there is none. A later `lastUsedAt` means that a program still
   * uses the key.
   */
  successorUsedAt?: Maybe<Scalars['DateTime']['output']>;
};


/** A credential for one integration. Only `createApiKey` and `rotateApiKey` return its secret. */
export type ApiKeyDailyPredictionsArgs = {
  days?: InputMaybe<Scalars['Int']['input']>;
};


/** A credential for one integration. Only `createApiKey` and `rotateApiKey` return its secret. */
export type ApiKeyPredictionLogsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** A credential for one integration. Only `createApiKey` and `rotateApiKey` return its secret. */
export type ApiKeyRefusalsArgs = {
  days?: InputMaybe<Scalars['Int']['input']>;
};

/** The number of usable API keys of a project, and its limit. */
export type ApiKeyAllowance = {
  __typename?: 'ApiKeyAllowance';
  /** The plan's `maxApiKeys`. */
  limit: Scalars['Int']['output'];
  /** The number of keys that retire beside a usable successor, which do not count. There are at most as many as `used`. */
  retiring: Scalars['Int']['output'];
  /** The number of keys that are neither revoked nor expired, except those that retire beside a usable successor. */
  used: Scalars['Int']['output'];
};

/** The successful calls from one network. */
export type ApiKeyCaller = {
  __typename?: 'ApiKeyCaller';
  /** The number of calls. */
  calls: Scalars['SafeInt']['output'];
  /** When the last of them was made. */
  lastAt: Scalars['DateTime']['output'];
  /** An IPv4 address or an IPv6 /64; null for calls from before networks were recorded. */
  network?: Maybe<Scalars['String']['output']>;
};

/** The networks from which a key was called. */
export type ApiKeyCallers = {
  __typename?: 'ApiKeyCallers';
  /** The networks of the calls, the latest first, at most 50. */
  networks: Array<ApiKeyCaller>;
  /** From when on calls are counted: 24 hours ago, or later if there were too many to count. */
  since: Scalars['DateTime']['output'];
};

/** A page of API keys. */
export type ApiKeyConnection = {
  __typename?: 'ApiKeyConnection';
  /** The keys with their cursors. */
  edges: Array<ApiKeyEdge>;
  /** The keys. */
  nodes: Array<ApiKey>;
  /** The position of this page in the list. */
  pageInfo: PageInfo;
  /** The number of keys in the whole list. */
  totalCount: Scalars['Int']['output'];
};

/** An API key in a list. */
export type ApiKeyEdge = {
  __typename?: 'ApiKeyEdge';
  /** The key's position in the list, for `after`. */
  cursor: Scalars['String']['output'];
  /** The key. */
  node: ApiKey;
};

/** The order of a list of API keys. */
export type ApiKeyOrder =
  /**
   * The most recently used first, then those that were never used. Uses of the last ten minutes may not count yet in the
   * order; `lastUsedAt` shows them.
   */
  | 'LAST_USED'
  /** The newest first. */
  | 'NEWEST';

/** What an organization requires of its API keys. */
export type ApiKeyPolicy = {
  __typename?: 'ApiKeyPolicy';
  /** Whether a key must expire. */
  expiryRequired: Scalars['Boolean']['output'];
  /** How many days a key may live from its creation, which requires an expiry; null: no limit. */
  maxLifetimeDays?: Maybe<Scalars['Int']['output']>;
  /** Whether a key may reach a whole project. */
  projectKeysAllowed: Scalars['Boolean']['output'];
};

/** A rule of an `ApiKeyPolicy` that a key can break. */
export type ApiKeyPolicyRule =
  /** It never expires. */
  | 'EXPIRY_REQUIRED'
  /** It expires later than `maxLifetimeDays` after its creation. */
  | 'LIFETIME_TOO_LONG'
  /** It reaches a whole project. */
  | 'PROJECT_KEYS_NOT_ALLOWED';

/** The calls with a key that were answered with one code of an error. */
export type ApiKeyRefusals = {
  __typename?: 'ApiKeyRefusals';
  /** The code, as in `extensions.code`. */
  code: Scalars['String']['output'];
  /** The number of calls. */
  count: Scalars['SafeInt']['output'];
  /** Whether the key was refused because its revocation was rehearsed. Its code is then `API_KEY_REVOKED`. */
  isRehearsal: Scalars['Boolean']['output'];
  /** When the last of them was made. */
  lastAt: Scalars['DateTime']['output'];
  /** The network of the last of them: an IPv4 address or an IPv6 /64. */
  lastNetwork: Scalars['String']['output'];
  /**
   * The networks of the calls, the latest first, at most 20. Each day the first eight are counted by themselves, and the
   * others only in `count`; all of them only there if the key was revoked or expired more than a week before.
   */
  networks: Array<ApiKeyRefusedNetwork>;
};

/** The refused calls from one network. */
export type ApiKeyRefusedNetwork = {
  __typename?: 'ApiKeyRefusedNetwork';
  /** The number of calls. */
  count: Scalars['SafeInt']['output'];
  /** When the last of them was made. */
  lastAt: Scalars['DateTime']['output'];
  /** An IPv4 address or an IPv6 /64. */
  network: Scalars['String']['output'];
};

/** What an API key allows a program to do. */
export type ApiKeyScope =
  /** Call `predict` on the deployments that the key reaches. */
  | 'PREDICT';

/** Whether an API key can be used. */
export type ApiKeyStatus =
  /** The key can be used. */
  | 'ACTIVE'
  /** The key has expired. Calls fail with 403 `API_KEY_EXPIRED`. */
  | 'EXPIRED'
  /** The key was revoked, which cannot be undone. Calls fail with 403 `API_KEY_REVOKED`. */
  | 'REVOKED';

/**
 * What an API key reaches: one deployment, or every deployment of a project, including those created later. Give exactly
 * one of the two.
 */
export type ApiKeyTarget =
  /** One deployment. */
  { deploymentId: Scalars['ID']['input']; projectId?: never; }
  |  /** A whole project. */
  { deploymentId?: never; projectId: Scalars['ID']['input']; };

/** The last successful calls with a key, at most 50. */
export type ApiKeyUse = {
  __typename?: 'ApiKeyUse';
  /** The number of calls that were found in the logs. */
  calls: Scalars['Int']['output'];
  /** The median time between two of the calls, in seconds; null with fewer than five. */
  medianIntervalSeconds?: Maybe<Scalars['Float']['output']>;
  /** Their networks, the latest first. */
  networks: Array<ApiKeyCaller>;
  /** When the next call is due: the median interval after the last one; null with fewer than five. It may be past. */
  nextDueAt?: Maybe<Scalars['DateTime']['output']>;
};

/** Whether a model is applicable to a spectrum, by the statistics that the model returns beside its prediction. */
export type Applicability = {
  __typename?: 'Applicability';
  /** The Q residual (SPE) of the spectrum; null if the model has none, or if it is not finite. */
  q?: Maybe<Scalars['Float']['output']>;
  /** The limit of Q; null if the model has no Q. */
  qLimit?: Maybe<Scalars['Float']['output']>;
  /** Hotelling's T² of the spectrum; null if the model has none, or if it is not finite. */
  t2?: Maybe<Scalars['Float']['output']>;
  /** The limit of T²; null if the model has no T². */
  t2Limit?: Maybe<Scalars['Float']['output']>;
  /** Whether all statistics are within their limits. One that is negative or not finite is outside. */
  verdict: ApplicabilityVerdict;
};

/** Whether a spectrum is like those that the model was calibrated with. */
export type ApplicabilityVerdict =
  /** Each statistic of the model is within its limit. */
  | 'INSIDE'
  /** A statistic is above its limit or is not finite. The prediction may be wrong by any amount. */
  | 'OUTSIDE';

/** Facts about the calibration of a model, as they were given at its registration. */
export type Calibration = {
  __typename?: 'Calibration';
  /** The highest reference value, in the model's unit; null if unknown. */
  referenceMax?: Maybe<Scalars['Float']['output']>;
  /** The lowest reference value, in the model's unit; null if unknown. */
  referenceMin?: Maybe<Scalars['Float']['output']>;
  /** The root mean square error of prediction, in the model's unit; null if unknown. */
  rmsep?: Maybe<Scalars['Float']['output']>;
  /** The number of calibration samples; null if unknown. */
  samples?: Maybe<Scalars['Int']['output']>;
  /** The highest value of the calibration spectra at each point; null if unknown. */
  yMax?: Maybe<Array<Scalars['Float']['output']>>;
  /** The lowest value of the calibration spectra at each point; null if unknown. */
  yMin?: Maybe<Array<Scalars['Float']['output']>>;
};

/** Facts about the calibration of a model, all optional. They are shown to people, and no prediction depends on them. */
export type CalibrationInput = {
  /** The highest reference value of the calibration, in the model's unit. */
  referenceMax?: InputMaybe<Scalars['Float']['input']>;
  /** The lowest reference value of the calibration, in the model's unit. */
  referenceMin?: InputMaybe<Scalars['Float']['input']>;
  /** The root mean square error of prediction, in the model's unit. */
  rmsep?: InputMaybe<Scalars['Float']['input']>;
  /** The number of calibration samples. */
  samples?: InputMaybe<Scalars['Int']['input']>;
  /** The highest value of the calibration spectra at each point of the model. */
  yMax?: InputMaybe<Array<Scalars['Float']['input']>>;
  /** The lowest value of the calibration spectra at each point of the model. */
  yMin?: InputMaybe<Array<Scalars['Float']['input']>>;
};

/** A change of your own password. */
export type ChangePasswordInput = {
  /** Your present password. */
  currentPassword: Scalars['String']['input'];
  /** At least 15 characters and at most 72 bytes in UTF-8. */
  newPassword: Scalars['String']['input'];
};

/** The address of a client. */
export type ClientAddress = {
  __typename?: 'ClientAddress';
  /** The address: the one of the connection or, behind a trusted proxy, the one that the proxy forwarded. */
  address: Scalars['String']['output'];
  /**
   * Whether the request came with forwarding headers from a proxy that the server does not trust (`TRUSTED_PROXIES`),
   * directly or through proxies that it trusts. Then `address` is that of the proxy, for every client behind it.
   */
  hasUnknownProxy: Scalars['Boolean']['output'];
};

/** A new API key. */
export type CreateApiKeyInput = {
  /**
   * The networks from which the key may be used, at most 50: CIDR blocks such as `203.0.113.0/24` or `2001:db8::/32`, or
   * addresses. Calls from elsewhere fail with 403 `API_KEY_NETWORK_NOT_ALLOWED`. Null: from anywhere.
   */
  allowedNetworks?: InputMaybe<Array<Scalars['String']['input']>>;
  /**
   * How many calls a minute the key may make to each server; more fail with 429 `API_KEY_RATE_LIMITED`. Null: no limit of
   * its own.
   */
  callsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** When the key expires, which must be in the future; null: never. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /**
   * Makes the request safe to retry: choose a new text (1 to 200 characters) for each new key, and send the same text when
   * you retry the request. For 24 hours a retry creates no second key. It fails with 409 `API_KEY_ALREADY_CREATED`, which
   * names the key, because the secret cannot be shown again. A different input with the same text fails with 422
   * `IDEMPOTENCY_KEY_REUSED`.
   */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** How many predictions the key may make in a month (UTC), in addition to the plan's limit; null: no limit of its own. */
  monthlyPredictions?: InputMaybe<Scalars['SafeInt']['input']>;
  /** The key's name, 1 to 100 characters: preferably that of the integration that will use it. Use one key per integration. */
  name: Scalars['String']['input'];
  /** A note for people, at most 1000 characters: what uses the key, and whom to ask. */
  note?: InputMaybe<Scalars['String']['input']>;
  /** What the key reaches. */
  target: ApiKeyTarget;
};

/** A new API key, with its secret. */
export type CreateApiKeyPayload = {
  __typename?: 'CreateApiKeyPayload';
  /** The new key, without its secret. */
  apiKey: ApiKey;
  /** The raw key, `sk_…`. It is not shown again: store it in the secret store of the integration now. */
  rawKey: Scalars['String']['output'];
};

/** A new deployment. */
export type CreateDeploymentInput = {
  /** A description, up to 1000 characters. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** The id of the model to make callable. */
  modelId: Scalars['ID']['input'];
  /** The deployment's name, 1 to 100 characters. */
  name: Scalars['String']['input'];
};

/** A new project. */
export type CreateProjectInput = {
  /** The project's name, 1 to 100 characters. */
  name: Scalars['String']['input'];
  /** The organization's id. */
  organizationId: Scalars['ID']['input'];
};

/** A new webhook. */
export type CreateWebhookInput = {
  /** What the webhook is notified of, at least one; `TEST` is not allowed here. */
  events: Array<WebhookEvent>;
  /** The organization's id. */
  organizationId: Scalars['ID']['input'];
  /**
   * Where the messages are posted: `https://`, without a user name and password, at most 2000 characters. The addresses of
   * its name must be public, unless the operator of the server allows their network.
   */
  url: Scalars['String']['input'];
};

/**
 * The API key of a request. Of its deployments a program may read `id`, `name`, `description`, `active`, `createdAt`,
 * `quarantinedUntil`, `model` and `usage`; other fields fail with 403 `FORBIDDEN`.
 */
export type CurrentApiKey = {
  __typename?: 'CurrentApiKey';
  /** The networks from which the key may be used, as CIDR blocks; null: from anywhere. */
  allowedNetworks?: Maybe<Array<Scalars['String']['output']>>;
  /** How many calls a minute the key may make to each server; null: no limit of its own. */
  callsPerMinute?: Maybe<Scalars['Int']['output']>;
  /** The deployments that the key reaches, newest first. */
  deployments: Array<Deployment>;
  /** When the key expires; null: never. */
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** The key's id. It is not a secret. */
  id: Scalars['ID']['output'];
  /** How many predictions the key may make in a month (UTC); null: no limit of its own. */
  monthlyPredictions?: Maybe<Scalars['SafeInt']['output']>;
  /** The key's name. */
  name: Scalars['String']['output'];
  /** The first 12 characters of the raw key, to recognize it by. */
  prefix: Scalars['String']['output'];
  /**
   * The id of the first key of the rotations that led to this one; its own id if it was not made by a rotation. A call with
   * an idempotency key can be repeated with any key of the same root.
   */
  rootId: Scalars['ID']['output'];
  /** What the key allows a program to do. */
  scopes: Array<ApiKeyScope>;
  /** Always `ACTIVE`: a request with a key that cannot be used fails. */
  status: ApiKeyStatus;
  /** What the key has used of `monthlyPredictions` this month; null: no limit of its own. */
  usage?: Maybe<MonthlyUsage>;
};

/** The number of predictions of a deployment, or with a key, on one day. */
export type DailyPredictions = {
  __typename?: 'DailyPredictions';
  /** The number of calls with a key; null for a deployment, and for days that were counted before calls were. */
  calls?: Maybe<Scalars['SafeInt']['output']>;
  /** The day (UTC), as `YYYY-MM-DD`. */
  date: Scalars['String']['output'];
  /** Whether there may be more: the latest calls of a key were too many to count. Always false for a deployment. */
  isMinimum: Scalars['Boolean']['output'];
  /** The number of predictions. */
  predictions: Scalars['SafeInt']['output'];
};

/** A deleted API key. */
export type DeleteApiKeyPayload = {
  __typename?: 'DeleteApiKeyPayload';
  /** The id of the deleted key. */
  deletedApiKeyId: Scalars['ID']['output'];
};

/** A deleted deployment. */
export type DeleteDeploymentPayload = {
  __typename?: 'DeleteDeploymentPayload';
  /** The id of the deleted deployment. */
  deletedDeploymentId: Scalars['ID']['output'];
};

/** A deleted model. */
export type DeleteModelPayload = {
  __typename?: 'DeleteModelPayload';
  /** The id of the deleted model. */
  deletedModelId: Scalars['ID']['output'];
};

/** A deleted organization. */
export type DeleteOrganizationPayload = {
  __typename?: 'DeleteOrganizationPayload';
  /** The id of the deleted organization. */
  deletedOrganizationId: Scalars['ID']['output'];
};

/** A deleted project. */
export type DeleteProjectPayload = {
  __typename?: 'DeleteProjectPayload';
  /** The id of the deleted project. */
  deletedProjectId: Scalars['ID']['output'];
};

/** A deleted webhook. */
export type DeleteWebhookPayload = {
  __typename?: 'DeleteWebhookPayload';
  /** The id of the deleted webhook. */
  deletedWebhookId: Scalars['ID']['output'];
};

/** Makes one model callable. */
export type Deployment = {
  __typename?: 'Deployment';
  /** Whether it answers calls. If not, they fail with 409 `DEPLOYMENT_INACTIVE`. */
  active: Scalars['Boolean']['output'];
  /** When it was created. */
  createdAt: Scalars['DateTime']['output'];
  /** The number of predictions on each of the last days (UTC), oldest first and including today. */
  dailyPredictions: Array<DailyPredictions>;
  /** A description; null if there is none. */
  description?: Maybe<Scalars['String']['output']>;
  /** The deployment's id, which `predict` takes. */
  id: Scalars['ID']['output'];
  /** The model that it calls. */
  model: Model;
  /** The deployment's name. */
  name: Scalars['String']['output'];
  /** The number of predictions this month (UTC) for which the model was not applicable; null if it has no limits for that. */
  outsideThisMonth?: Maybe<Scalars['SafeInt']['output']>;
  /** The successful calls, newest first. */
  predictionLogs: PredictionLogConnection;
  /** The project it belongs to. */
  project: Project;
  /**
   * When the quarantine of the model ends; null if it is not quarantined. A model that crashed, took too long or needed
   * too much memory three times within ten minutes is quarantined for 1 minute, the second time for 5, then for 30.
   * Meanwhile calls fail with 500 `MODEL_FAILED` at once, and are not charged.
   */
  quarantinedUntil?: Maybe<Scalars['DateTime']['output']>;
  /** The number of predictions this month (UTC). */
  usage: MonthlyUsage;
};


/** Makes one model callable. */
export type DeploymentDailyPredictionsArgs = {
  days?: InputMaybe<Scalars['Int']['input']>;
};


/** Makes one model callable. */
export type DeploymentPredictionLogsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  onlyOutside?: Scalars['Boolean']['input'];
};

/** A pending invitation to an organization. */
export type Invitation = {
  __typename?: 'Invitation';
  /** The invited e-mail. */
  email: Scalars['EmailAddress']['output'];
  /** When the invitation expires. */
  expiresAt: Scalars['DateTime']['output'];
  /** The invitation's id. */
  id: Scalars['ID']['output'];
  /** The person who invited; null for the operator of the server. */
  invitedBy?: Maybe<Person>;
  /**
   * The link to accept or decline. Anyone who has it can join. Only in the response to `inviteMember`, otherwise null,
   * because only a hash of its token is stored.
   */
  link?: Maybe<Scalars['String']['output']>;
  /** The name of the organization; empty for the operator's invitation to an account with a personal organization. */
  organizationName: Scalars['String']['output'];
  /** The role that the person will have. */
  role: OrganizationRole;
};

/** An invitation to an organization. */
export type InviteMemberInput = {
  /** The e-mail of the person to invite. */
  email: Scalars['EmailAddress']['input'];
  /** The organization's id. */
  organizationId: Scalars['ID']['input'];
  /** The role that the person will have, up to your own. */
  role: OrganizationRole;
};

/** A registered, immutable ONNX model. */
export type Model = {
  __typename?: 'Model';
  /** What is known about the calibration; null if nothing is. */
  calibration?: Maybe<Calibration>;
  /** When it was registered. */
  createdAt: Scalars['DateTime']['output'];
  /** The model's id. */
  id: Scalars['ID']['output'];
  /** The number of points that a spectrum must have. */
  inputLength: Scalars['Int']['output'];
  /** Whether it predicts a number or a category. */
  kind: ModelKind;
  /** The model's name; its versions share it. */
  name: Scalars['String']['output'];
  /** The limit of the Q residual in `Prediction.applicability`; null if the model has none. */
  qLimit?: Maybe<Scalars['Float']['output']>;
  /** The limit of Hotelling's T² in `Prediction.applicability`; null if the model has none. */
  t2Limit?: Maybe<Scalars['Float']['output']>;
  /** The property that it predicts, for example `octane number`. */
  targetProperty: Scalars['String']['output'];
  /** The unit of its values; null if it has none. */
  unit?: Maybe<Scalars['String']['output']>;
  /** The version, 1, 2, 3, … for each name in the project. The number of a deleted version is not used again. */
  version: Scalars['Int']['output'];
  /** The x axis of the spectra; null if the model has none, and then cannot check `xValues`. */
  xAxis?: Maybe<XAxis>;
  /** The unit of the spectra's values, for example `absorbance`; null if unknown. */
  yUnit?: Maybe<Scalars['String']['output']>;
};

/** What a model predicts. */
export type ModelKind =
  /** A category for each spectrum, in `Prediction.category`. */
  | 'CLASSIFICATION'
  /** A number for each spectrum, in `Prediction.value`. */
  | 'REGRESSION';

/** The predictions of a deployment, or of a key with a limit of its own, in one month. */
export type MonthlyUsage = {
  __typename?: 'MonthlyUsage';
  /** The limit for a month: the plan's for a deployment, or the key's own; null: unlimited. */
  limit?: Maybe<Scalars['SafeInt']['output']>;
  /** The month (UTC), as `YYYY-MM`. */
  month: Scalars['String']['output'];
  /** The number of predictions; one prediction is one spectrum. */
  predictions: Scalars['SafeInt']['output'];
};

/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type Mutation = {
  __typename?: 'Mutation';
  /** Accepts an invitation: you join the organization. Your e-mail may differ from the invited one. */
  acceptInvitation: Organization;
  /**
   * Changes your password and ends your other sessions. A wrong current password fails with 400 `BAD_USER_INPUT` and
   * counts as a failed sign-in; too many fail with 429 `RATE_LIMITED`.
   */
  changePassword: Scalars['Boolean']['output'];
  /**
   * Creates an API key with the scope `PREDICT`, and returns the raw key. This is the only time that it is shown: only its
   * hash is stored. Fails with 403 `PLAN_FEATURE_REQUIRED` on a plan without `allowApiPredict`, and with 403
   * `API_KEY_LIMIT_REACHED` if the project has `maxApiKeys` usable keys.
   */
  createApiKey: CreateApiKeyPayload;
  /**
   * Creates an active deployment, which makes a model callable. Fails with 403 `PLAN_LIMIT_REACHED` if the organization has
   * `maxDeployments` deployments.
   */
  createDeployment: Deployment;
  /**
   * Creates an organization on the Free plan, with you as its owner. A person may own 10 organizations on this plan (more
   * fail with 400 `BAD_USER_INPUT`), and create 10 in 24 hours (more fail with 429 `RATE_LIMITED`).
   */
  createOrganization: Organization;
  /**
   * Creates a project. For owners and admins of the organization; an admin becomes the project's owner. Fails with 403
   * `PLAN_LIMIT_REACHED` if the organization has `maxProjects` projects.
   */
  createProject: Project;
  /**
   * Creates a webhook, and returns the secret that signs its messages. This is the only time that the secret is shown. For
   * owners of the organization, which can have 10 webhooks.
   */
  createWebhook: WebhookSecretPayload;
  /** Declines an invitation and makes its link invalid. Needs no sign-in. */
  declineInvitation: Scalars['Boolean']['output'];
  /**
   * Deletes your account. This cannot be undone. Models, deployments and API keys that you created stay with their
   * organizations; logs and activity no longer contain your name. Fails with 400 `BAD_USER_INPUT` while you are the only
   * owner of an organization: make another member an owner, or delete the organization, first.
   */
  deleteAccount: Scalars['Boolean']['output'];
  /** Deletes an API key, which is revoked first if it is active. This cannot be undone. Prediction logs keep its name. */
  deleteApiKey: DeleteApiKeyPayload;
  /**
   * Deletes a deployment, and revokes and deletes the API keys that reach only this deployment. This cannot be undone. Its
   * prediction logs stay in `Project.predictionLogs`. If it answered a call this month, it counts against the plan until
   * the month ends (UTC).
   */
  deleteDeployment: DeleteDeploymentPayload;
  /** Deletes one version of a model. This cannot be undone. Fails with 409 `MODEL_IN_USE` while a deployment calls it. */
  deleteModel: DeleteModelPayload;
  /**
   * Deletes an organization with its projects, models, deployments, API keys, prediction logs and memberships. This cannot
   * be undone. For owners of the organization.
   */
  deleteOrganization: DeleteOrganizationPayload;
  /**
   * Deletes a project with its models, deployments, API keys, prediction logs and memberships. This cannot be undone. For
   * owners of the project. Deployments that answered a call this month count against the plan until the month ends (UTC).
   */
  deleteProject: DeleteProjectPayload;
  /**
   * Deletes a webhook with its deliveries; pending ones are not delivered. This cannot be undone. For owners of the
   * organization.
   */
  deleteWebhook: DeleteWebhookPayload;
  /** Ends the rehearsal of a key's revocation: its next call is answered. Nothing happens without a rehearsal. */
  endApiKeyRehearsal: ApiKey;
  /** Ends all of your sessions except the current one. */
  endOtherSessions: Scalars['Boolean']['output'];
  /** Ends one of your sessions. Ending the current one signs you out. */
  endSession: Scalars['Boolean']['output'];
  /**
   * Invites a person to an organization, with a role up to your own. For admins and owners. The response contains a link
   * that is shown only once and works once, for 7 days. If the server sends mail, the person also gets the link by mail.
   * The response does not reveal whether the e-mail has an account. A new invitation replaces a pending one of the same
   * e-mail.
   */
  inviteMember: Invitation;
  /** Leaves an organization and its projects. Fails with 400 `BAD_USER_INPUT` for the last owner. */
  leaveOrganization: Scalars['Boolean']['output'];
  /**
   * Predicts for 1 to 1000 spectra. For programs (`Authorization: Api-Key sk_…`) and for signed-in people. Each spectrum
   * counts as one prediction of the month. A call that needs more predictions than are left fails as a whole with 429
   * `QUOTA_EXCEEDED`. A call that fails is not charged.
   */
  predict: PredictPayload;
  /**
   * Registers an ONNX model. Its kind and input length are read from the file, and the model is tried once. If the project
   * already has a model of this name, this becomes its next version. Fails with 400 `BAD_USER_INPUT` if the file does not
   * meet the requirements or the trial fails, and with 403 `PLAN_LIMIT_REACHED` at the plan's limits of models and storage.
   */
  registerModel: Model;
  /**
   * Rehearses the revocation of an API key: for some minutes its calls fail as those of a revoked key do, with 403
   * `API_KEY_REVOKED`, `extensions.rehearsalUntil` and the header `Retry-After`. Then the key can be used again. Programs
   * that stop at their first 403 do not come back by themselves. At most once an hour for each key.
   */
  rehearseApiKeyRevocation: ApiKey;
  /** Renames a deployment. Its prediction logs show the new name, too. */
  renameDeployment: Deployment;
  /** Renames all versions of a model. Fails with 400 `BAD_USER_INPUT` if another model of the project has the new name. */
  renameModel: Model;
  /** Renames an organization. Its slug does not change. For owners of the organization. */
  renameOrganization: Organization;
  /** Renames a project. For its owners. */
  renameProject: Project;
  /**
   * Sends a delivery again, with the same id and content, for another 24 hours. A pending one is not changed. For owners of
   * the organization, 60 times an hour together with `testWebhook`; more fail with 429 `RATE_LIMITED`.
   */
  resendWebhookDelivery: WebhookDelivery;
  /** Ends the quarantine of a deployment's model and clears its failures. This applies to all deployments of the model. */
  resetQuarantine: Deployment;
  /**
   * Revokes an API key: its next call fails. This cannot be undone. The key is still listed. Revoking a revoked key
   * changes nothing and returns the key.
   */
  revokeApiKey: ApiKey;
  /** Revokes a pending invitation and makes its link invalid. For members who may invite with its role. */
  revokeInvitation: Scalars['Boolean']['output'];
  /**
   * Revokes the API key that the request is sent with: anyone who finds a leaked key can revoke it. This works in any state
   * of the key (expired, rehearsed, already revoked), from any network, and whatever its limits and plan. A repeated request
   * gets the same answer. Only an unknown key fails, with 401 `UNAUTHENTICATED`. No other key is revoked. Only `id`, `name`,
   * `prefix`, `scopes`, `status`, `createdAt`, `expiresAt`, `revokedAt` and `revocationSource` can be selected: any other
   * field fails with 403 `FORBIDDEN`, and the key is not revoked.
   */
  revokeThisApiKey: ApiKey;
  /**
   * Replaces an API key by a successor with the same name, note, reach, scopes, networks and limits, and returns its raw
   * key. This is the only time that it is shown. Both keys can be used during the overlap; then the rotated one expires.
   * While its successor can be used, the rotated key does not count against `maxApiKeys`. Fails with 409
   * `ROTATION_UNDER_WAY` if the key's successor can be used, or if its predecessor still can: then it can only be rotated
   * without an overlap, which ends both. Fails with 403 `PLAN_FEATURE_REQUIRED` on a plan without `allowApiPredict`, and
   * with 400 `BAD_USER_INPUT` for revoked and expired keys, and for a successor that the organization's policy does not
   * allow.
   */
  rotateApiKey: CreateApiKeyPayload;
  /**
   * Gives a webhook a new secret, and returns it. This is the only time that it is shown. For 24 hours messages have two
   * signatures, with the new and with the previous secret. For owners of the organization.
   */
  rotateWebhookSecret: WebhookSecretPayload;
  /**
   * Sets what an organization requires of its API keys. It holds for keys that are created, rotated or get another expiry
   * from now on, and ends no key: see `ApiKey.brokenPolicyRules`. For owners of the organization.
   */
  setApiKeyPolicy: Organization;
  /** Switches a deployment on or off. Calls of an inactive deployment fail with 409 `DEPLOYMENT_INACTIVE`. */
  setDeploymentActive: Deployment;
  /**
   * Sets whether you get mails about an organization that you belong to: about API keys that are created, rotated,
   * rehearsed, revoked, expiring or expired, about quotas, and about predictions outside the calibration. You get at most
   * one mail an hour for all your organizations together.
   */
  setKeyMails: Organization;
  /**
   * Gives an x axis to a model that has none. This cannot be undone or changed, because predictions that were made must
   * stay explainable. Fails with 400 `BAD_USER_INPUT` if the model has an x axis.
   */
  setModelXAxis: Model;
  /**
   * Changes a member's role or, with a null role, removes the member. For admins and owners. People join by invitation
   * only.
   */
  setOrganizationMember: Organization;
  /**
   * Adds a member to a project, changes a member's role or, with a null role, removes the member. For owners of the
   * project. Only members of the organization can join its projects.
   */
  setProjectMember: Project;
  /**
   * Signs in: sets an HttpOnly session cookie. A wrong password and an unknown e-mail both fail with 401
   * `UNAUTHENTICATED`.
   */
  signIn: User;
  /** Ends the session of the request and clears its cookie. */
  signOut: Scalars['Boolean']['output'];
  /**
   * Creates an account and signs in (HttpOnly session cookie). The person gets a personal organization on the Free plan
   * with one project or, with an `invitationToken`, joins the inviting organization. If `signUpMode` is INVITED, sign-up
   * without a token fails with 403 `SIGN_UP_CLOSED`.
   */
  signUp: User;
  /**
   * Sends a `TEST` event to a webhook. For owners of the organization, 60 times an hour together with
   * `resendWebhookDelivery`; more fail with 429 `RATE_LIMITED`.
   */
  testWebhook: WebhookDelivery;
  /**
   * Changes settings of an API key, from its next call on. A field that is absent stays as it is, null removes. For
   * contributors and owners of the project. Of a revoked or expired key only the name and the note can be changed. Fails with
   * 400 `BAD_USER_INPUT` if it would extend the life of a retiring key (a rotated one whose successor can be used), or if the
   * organization's policy does not allow the new expiry.
   */
  updateApiKey: ApiKey;
  /** Changes the URL or the events of a webhook. Pending deliveries go to the new URL. For owners of the organization. */
  updateWebhook: Webhook;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationAcceptInvitationArgs = {
  token: Scalars['String']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationChangePasswordArgs = {
  input: ChangePasswordInput;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationCreateApiKeyArgs = {
  input: CreateApiKeyInput;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationCreateDeploymentArgs = {
  input: CreateDeploymentInput;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationCreateOrganizationArgs = {
  name: Scalars['String']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationCreateProjectArgs = {
  input: CreateProjectInput;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationCreateWebhookArgs = {
  input: CreateWebhookInput;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationDeclineInvitationArgs = {
  token: Scalars['String']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationDeleteAccountArgs = {
  password: Scalars['String']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationDeleteApiKeyArgs = {
  id: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationDeleteDeploymentArgs = {
  id: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationDeleteModelArgs = {
  id: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationDeleteOrganizationArgs = {
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationDeleteProjectArgs = {
  id: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationDeleteWebhookArgs = {
  id: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationEndApiKeyRehearsalArgs = {
  id: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationEndSessionArgs = {
  id: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationInviteMemberArgs = {
  input: InviteMemberInput;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationLeaveOrganizationArgs = {
  organizationId: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationPredictArgs = {
  deploymentId: Scalars['ID']['input'];
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  spectra: Array<SpectrumInput>;
  xValues?: InputMaybe<Array<Scalars['Float']['input']>>;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationRegisterModelArgs = {
  input: RegisterModelInput;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationRehearseApiKeyRevocationArgs = {
  id: Scalars['ID']['input'];
  minutes: Scalars['Int']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationRenameDeploymentArgs = {
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationRenameModelArgs = {
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationRenameOrganizationArgs = {
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationRenameProjectArgs = {
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationResendWebhookDeliveryArgs = {
  id: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationResetQuarantineArgs = {
  deploymentId: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationRevokeApiKeyArgs = {
  id: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationRevokeInvitationArgs = {
  id: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationRotateApiKeyArgs = {
  input: RotateApiKeyInput;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationRotateWebhookSecretArgs = {
  id: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationSetApiKeyPolicyArgs = {
  input: SetApiKeyPolicyInput;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationSetDeploymentActiveArgs = {
  active: Scalars['Boolean']['input'];
  id: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationSetKeyMailsArgs = {
  enabled: Scalars['Boolean']['input'];
  organizationId: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationSetModelXAxisArgs = {
  input: SetModelXAxisInput;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationSetOrganizationMemberArgs = {
  input: SetOrganizationMemberInput;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationSetProjectMemberArgs = {
  input: SetProjectMemberInput;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationSignInArgs = {
  email: Scalars['EmailAddress']['input'];
  password: Scalars['String']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationSignUpArgs = {
  input: SignUpInput;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationTestWebhookArgs = {
  id: Scalars['ID']['input'];
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationUpdateApiKeyArgs = {
  input: UpdateApiKeyInput;
};


/** A document may have only one mutation field, so that an error of another field can never hide a raw key. */
export type MutationUpdateWebhookArgs = {
  input: UpdateWebhookInput;
};

/** A tenant, with one plan, members and projects. */
export type Organization = {
  __typename?: 'Organization';
  /**
   * What was done in the organization, newest first. Owners see all of it; admins that of the organization, without its
   * webhooks, and of the projects that they see; empty for other members.
   */
  activity: ActivityConnection;
  /** What the organization uses of its plan. */
  allowance: OrganizationAllowance;
  /** What the organization requires of its API keys. */
  apiKeyPolicy: ApiKeyPolicy;
  /** The organization's id. */
  id: Scalars['ID']['output'];
  /** The pending invitations, newest first; empty unless you are an admin or owner. */
  invitations: Array<Invitation>;
  /** Whether you get mails about the organization's API keys that you may change; null if the server sends no mails. */
  keyMails?: Maybe<Scalars['Boolean']['output']>;
  /**
   * The usable API keys that former members created in projects that you can see, newest first, at most 25. Former members
   * may know their secrets: replace and revoke them.
   */
  keysOfFormerMembers: Array<ApiKey>;
  /** The organization's members, by name. */
  members: Array<OrganizationMember>;
  /** The organization's name. */
  name: Scalars['String']['output'];
  /** The organization's plan. */
  plan: Plan;
  /** The projects that you can see, by name. */
  projects: Array<Project>;
  /** Your role in the organization. */
  role: OrganizationRole;
  /** The unique short name, which the operator's commands use. It never changes. */
  slug: Scalars['String']['output'];
  /**
   * The usable API keys that a person created in projects that you can see, newest first, at most 25. They keep working
   * when the person leaves, although the person may know their secrets.
   */
  usableApiKeys: Array<ApiKey>;
  /** What your role in the organization allows. */
  viewerCan: OrganizationPermissions;
  /** The webhooks, oldest first; empty unless you are an owner. */
  webhooks: Array<Webhook>;
};


/** A tenant, with one plan, members and projects. */
export type OrganizationActivityArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ActivityFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** A tenant, with one plan, members and projects. */
export type OrganizationUsableApiKeysArgs = {
  createdBy: Scalars['ID']['input'];
};

/** What an organization uses of its plan, including projects that you cannot see. */
export type OrganizationAllowance = {
  __typename?: 'OrganizationAllowance';
  /** Deployments, including deleted ones that answered a call this month (UTC). */
  deployments: Allowance;
  /** Models; each version counts. */
  models: Allowance;
  /** Projects. */
  projects: Allowance;
  /** Models, in bytes: their files, of which identical ones count once, and 8 bytes for each number of axes and calibration spectra. */
  storageBytes: Allowance;
};

/** A person's membership in an organization. */
export type OrganizationMember = {
  __typename?: 'OrganizationMember';
  /** The member's e-mail, which `setOrganizationMember` takes. */
  email: Scalars['EmailAddress']['output'];
  /** The member. */
  person: Person;
  /** The member's role in the organization. */
  role: OrganizationRole;
};

/** What the viewer's role in an organization allows. Plans and limits apply on top of it. */
export type OrganizationPermissions = {
  __typename?: 'OrganizationPermissions';
  /** `createProject`. */
  createProjects: Scalars['Boolean']['output'];
  /** Invite members, change their roles and remove them; owners only with `manageOwners`. */
  manageMembers: Scalars['Boolean']['output'];
  /** `renameOrganization`, `setApiKeyPolicy`, `deleteOrganization` and the webhooks. */
  manageOrganization: Scalars['Boolean']['output'];
  /** Give the owner role, and change and remove owners. */
  manageOwners: Scalars['Boolean']['output'];
};

/** A member's role in an organization. */
export type OrganizationRole =
  /** May create projects, invite people, and change or remove members who are not owners. */
  | 'ADMIN'
  /** Sees the projects in which they have a project role. */
  | 'MEMBER'
  /** May do everything that admins may, can change owners, and owns every project. The last owner cannot leave. */
  | 'OWNER';

/** The position of a page in its list. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** The cursor of the last entry; null if the page is empty. */
  endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether there are more entries after this page. To read them, use `after: endCursor`. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether there are entries before this page. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the first entry; null if the page is empty. */
  startCursor?: Maybe<Scalars['String']['output']>;
};

/** A person, as other members of the organization see them. */
export type Person = {
  __typename?: 'Person';
  /** The person's id. */
  id: Scalars['ID']['output'];
  /** The person's name. */
  name: Scalars['String']['output'];
};

/** What an organization may use. */
export type Plan = {
  __typename?: 'Plan';
  /** Whether API keys can be created and used. */
  allowApiPredict: Scalars['Boolean']['output'];
  /** The max number of usable API keys in a project, not counting those that retire beside a usable successor. */
  maxApiKeys: Scalars['Int']['output'];
  /** The max number of deployments in all projects together. */
  maxDeployments: Scalars['Int']['output'];
  /** The max number of models in all projects together; each version counts. */
  maxModels: Scalars['Int']['output'];
  /** The max number of projects in the organization. */
  maxProjects: Scalars['Int']['output'];
  /** The max size of all models together, in megabytes (10^6 bytes): what `storageBytes` counts. */
  maxStorageMb: Scalars['Int']['output'];
  /** The max number of predictions of a deployment in a month (UTC); null: unlimited. */
  monthlyPredictions?: Maybe<Scalars['SafeInt']['output']>;
  /** The plan's name. */
  name: PlanName;
};

/** The plan of an organization. */
export type PlanName =
  /** API keys for many integrations, without a monthly limit on predictions. */
  | 'ENTERPRISE'
  /** Predictions on the web only, without API keys. */
  | 'FREE'
  /** API keys for a few integrations. */
  | 'PRO';

/** The result of `predict`. */
export type PredictPayload = {
  __typename?: 'PredictPayload';
  /** The id of this call's prediction log. */
  logId: Scalars['ID']['output'];
  /** The model that made the predictions. */
  model: Model;
  /** One prediction for each spectrum, in the order of the spectra. */
  predictions: Array<Prediction>;
  /** Whether `xValues` were sent and are those of the model. */
  xAxisChecked: Scalars['Boolean']['output'];
};

/** A model's prediction for one spectrum. */
export type Prediction = {
  __typename?: 'Prediction';
  /** Whether the spectrum is like those of the calibration; null if the model has no limits for that. */
  applicability?: Maybe<Applicability>;
  /** The predicted category; null for regression. */
  category?: Maybe<Scalars['String']['output']>;
  /**
   * Whether the value is within the reference values of the calibration; null if the model does not have their range, and
   * for classification.
   */
  inCalibrationRange?: Maybe<Scalars['Boolean']['output']>;
  /** The sample name of the spectrum, as it was sent. */
  sampleName: Scalars['String']['output'];
  /** The predicted value, in the model's unit; null for classification. */
  value?: Maybe<Scalars['Float']['output']>;
};

/** The record of one successful call. It outlives the key that made it. */
export type PredictionLog = {
  __typename?: 'PredictionLog';
  /** The key; null if it was deleted, and for web predictions. */
  apiKey?: Maybe<ApiKey>;
  /** The id of the key, even if it was deleted; null for web predictions. */
  apiKeyId?: Maybe<Scalars['ID']['output']>;
  /** The key's name at the time of the call; null for web predictions. */
  apiKeyName?: Maybe<Scalars['String']['output']>;
  /** The key's prefix; null for web predictions. */
  apiKeyPrefix?: Maybe<Scalars['String']['output']>;
  /** When the call was made. */
  createdAt: Scalars['DateTime']['output'];
  /** The deployment that was called; null if it was deleted. */
  deployment?: Maybe<Deployment>;
  /** The deployment's name; for a deleted deployment, its last name. */
  deploymentName: Scalars['String']['output'];
  /** The time for validating the spectra and running the model, in milliseconds. */
  durationMs: Scalars['Float']['output'];
  /** The log's id, which `predict` returned as `logId`. */
  id: Scalars['ID']['output'];
  /**
   * The network of the program, an IPv4 address or an IPv6 /64; null for web predictions, and for calls from before
   * networks were recorded.
   */
  network?: Maybe<Scalars['String']['output']>;
  /** The number of spectra for which the model was not applicable; null if it had no limits for that. */
  outside?: Maybe<Scalars['Int']['output']>;
  /** The predictions, in the order of the spectra. */
  predictions: Array<Prediction>;
  /** Whether a program or a person made the call. */
  source: PredictionSource;
  /** The number of spectra, and of predictions. */
  spectra: Scalars['Int']['output'];
  /** Whether the call sent `xValues`, which were those of the model. */
  xAxisChecked: Scalars['Boolean']['output'];
};

/** A page of prediction logs. */
export type PredictionLogConnection = {
  __typename?: 'PredictionLogConnection';
  /** The logs with their cursors. */
  edges: Array<PredictionLogEdge>;
  /** The logs. */
  nodes: Array<PredictionLog>;
  /** The position of this page in the list. */
  pageInfo: PageInfo;
};

/** A prediction log in a list. */
export type PredictionLogEdge = {
  __typename?: 'PredictionLogEdge';
  /** The log's position in the list, for `after`. */
  cursor: Scalars['String']['output'];
  /** The log. */
  node: PredictionLog;
};

/** Who requested a prediction. */
export type PredictionSource =
  /** A program, with an API key. */
  | 'API'
  /** A signed-in person. */
  | 'WEB';

/** Models and deployments that belong together, with their members and API keys. */
export type Project = {
  __typename?: 'Project';
  /** What was done in the project, newest first. */
  activity: ActivityConnection;
  /** The number of usable API keys, and its limit. */
  apiKeyAllowance: ApiKeyAllowance;
  /** The deployments, newest first. */
  deployments: Array<Deployment>;
  /** The project's id. */
  id: Scalars['ID']['output'];
  /** Everyone who can see the project, by name. */
  members: Array<ProjectMember>;
  /** The registered models, newest first. */
  models: Array<Model>;
  /** The project's name. */
  name: Scalars['String']['output'];
  /** The organization that the project belongs to. */
  organization: Organization;
  /** The successful calls of all deployments, including deleted ones, newest first. */
  predictionLogs: PredictionLogConnection;
  /** Your role in the project. */
  role: ProjectRole;
  /** What your role in the project allows. */
  viewerCan: ProjectPermissions;
};


/** Models and deployments that belong together, with their members and API keys. */
export type ProjectActivityArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ActivityFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Models and deployments that belong together, with their members and API keys. */
export type ProjectPredictionLogsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  onlyOutside?: Scalars['Boolean']['input'];
};

/** A person's membership in a project. Organization owners are owners of every project. */
export type ProjectMember = {
  __typename?: 'ProjectMember';
  /** The member's e-mail, which `setProjectMember` takes. */
  email: Scalars['EmailAddress']['output'];
  /** The member. */
  person: Person;
  /** The member's role in the project. */
  role: ProjectRole;
};

/** What the viewer's role in a project allows. Plans and limits apply on top of it. */
export type ProjectPermissions = {
  __typename?: 'ProjectPermissions';
  /** Create, change, rotate, rehearse, revoke and delete API keys. */
  manageApiKeys: Scalars['Boolean']['output'];
  /** Create, switch, rename and delete deployments, and reset a quarantine. */
  manageDeployments: Scalars['Boolean']['output'];
  /** Add members, change their roles and remove them. */
  manageMembers: Scalars['Boolean']['output'];
  /** Register, rename and delete models. */
  manageModels: Scalars['Boolean']['output'];
  /** `renameProject` and `deleteProject`. */
  manageProject: Scalars['Boolean']['output'];
  /** `predict` on the project's deployments. */
  predict: Scalars['Boolean']['output'];
};

/** A person's role in a project. */
export type ProjectRole =
  /** May manage models, deployments and API keys, and predict. */
  | 'CONTRIBUTOR'
  /** May do everything that contributors may, change the project's members, and rename or delete the project. */
  | 'OWNER'
  /** May see the project, its keys (never raw), logs, usage and members, but change nothing. */
  | 'VIEWER';

export type Query = {
  __typename?: 'Query';
  /** An API key; null if it does not exist or is not visible to you. */
  apiKey?: Maybe<ApiKey>;
  /**
   * API keys, by default newest first. For a deployment: every key that reaches it, including project-wide keys. For a
   * project: all of its keys. Revoked and expired keys are listed until they are deleted.
   */
  apiKeys: ApiKeyConnection;
  /** The address of the client as the server sees it, to compare with `ApiKey.allowedNetworks`. For signed-in people. */
  clientAddress: ClientAddress;
  /**
   * For a program: the key that it calls with, and what the key reaches; null for people and anonymous requests. Costs no
   * predictions, and does not count as a use of the key.
   */
  currentApiKey?: Maybe<CurrentApiKey>;
  /** A deployment; null if it does not exist or is not visible to you. */
  deployment?: Maybe<Deployment>;
  /**
   * The pending invitation of a link's token; null if the token is wrong, or the invitation has expired or was used,
   * declined or revoked. Needs no sign-in.
   */
  invitation?: Maybe<Invitation>;
  /** An organization; null if it does not exist or you do not belong to it. */
  organization?: Maybe<Organization>;
  /** A project; null if it does not exist or is not visible to you. */
  project?: Maybe<Project>;
  /** Who may sign up on this server. */
  signUpMode: SignUpMode;
  /** The signed-in person; null for an anonymous request. */
  viewer?: Maybe<User>;
  /** A webhook; null if it does not exist, or you are not an owner of its organization. */
  webhook?: Maybe<Webhook>;
};


export type QueryApiKeyArgs = {
  id: Scalars['ID']['input'];
};


export type QueryApiKeysArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  of: ApiKeyTarget;
  orderBy?: ApiKeyOrder;
  search?: InputMaybe<Scalars['String']['input']>;
  status?: InputMaybe<Array<ApiKeyStatus>>;
};


export type QueryDeploymentArgs = {
  id: Scalars['ID']['input'];
};


export type QueryInvitationArgs = {
  token: Scalars['String']['input'];
};


export type QueryOrganizationArgs = {
  id: Scalars['ID']['input'];
};


export type QueryProjectArgs = {
  id: Scalars['ID']['input'];
};


export type QueryWebhookArgs = {
  id: Scalars['ID']['input'];
};

/** A trained model as an ONNX file. */
export type RegisterModelInput = {
  /**
   * What is known about the calibration. Fields that are null are taken from the file's metadata. Both ends of a range are
   * of the same source.
   */
  calibration?: InputMaybe<CalibrationInput>;
  /** The model's name, 1 to 100 characters. If the project already has a model of this name, this becomes its next version. */
  name: Scalars['String']['input'];
  /**
   * The ONNX file, up to 16 MiB. It needs one float32 or float64 input `[batch, points]`, where batch is dynamic or 1, and
   * either one numeric output `[batch]` or `[batch, 1]`, or a label output (string or int64), with or without
   * probabilities.
   */
  onnx: Scalars['Base64']['input'];
  /** The project's id. */
  projectId: Scalars['ID']['input'];
  /** The limit of the model's output `q`. Null: the one in the file's metadata. */
  qLimit?: InputMaybe<Scalars['Float']['input']>;
  /** The limit of the model's output `t2`. Null: the one in the file's metadata. */
  t2Limit?: InputMaybe<Scalars['Float']['input']>;
  /** What the model predicts, for example `octane number`: 1 to 100 characters. */
  targetProperty: Scalars['String']['input'];
  /** The unit of the predicted value, for example `mg/kg`, at most 100 characters; null if it has none. */
  unit?: InputMaybe<Scalars['String']['input']>;
  /**
   * The x axis of the spectra. Null: the one in the file's metadata, if any, with which it must agree. It cannot be changed
   * later.
   */
  xAxis?: InputMaybe<XAxisInput>;
  /** The unit of the spectra's values, for example `absorbance`. Null: the one in the file's metadata, if any. */
  yUnit?: InputMaybe<Scalars['String']['input']>;
};

/** How an API key was revoked that no person of its organization revoked. */
export type RevocationSource =
  /** With the key itself as the credential: by `revokeThisApiKey` or `POST /api/key/revoke`. */
  | 'HOLDER'
  /** GitHub's secret scanning found it in public. The activity has the address. */
  | 'SECRET_SCANNING';

/** The rotation of an API key. */
export type RotateApiKeyInput = {
  /**
   * When the successor expires, which must be in the future; null: never. Without this field it gets the lifetime of the
   * rotated key again, from now.
   */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The id of the key to replace. */
  id: Scalars['ID']['input'];
  /** Makes the request safe to retry, as in `CreateApiKeyInput`. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** How long both keys can be used, in seconds: 0 to 2592000 (30 days). With 0 the rotated key ends at once. */
  overlapSeconds: Scalars['Int']['input'];
};

/** A sign-in. It lasts until you sign out, the session is ended, or 30 days have passed. */
export type Session = {
  __typename?: 'Session';
  /** The browser or program, as it described itself, for example `Firefox on Windows`. */
  browser: Scalars['String']['output'];
  /** When you signed in. */
  createdAt: Scalars['DateTime']['output'];
  /** Whether it is the session of this request. */
  current: Scalars['Boolean']['output'];
  /** The session's id, for `endSession`. It is not a secret. */
  id: Scalars['ID']['output'];
  /** When the session was last used, accurate to the hour. */
  lastSeenAt: Scalars['DateTime']['output'];
  /** The network of the last use: an IPv4 address, or the first 64 bits of an IPv6 address; null if not known. */
  network?: Maybe<Scalars['String']['output']>;
};

/** The policy of an organization for its API keys. */
export type SetApiKeyPolicyInput = {
  /** Whether a key must expire. */
  expiryRequired: Scalars['Boolean']['input'];
  /** How many days a key may live from its creation, 1 to 36500, which requires an expiry; null: no limit. */
  maxLifetimeDays?: InputMaybe<Scalars['Int']['input']>;
  /** The organization's id. */
  organizationId: Scalars['ID']['input'];
  /** Whether a key may reach a whole project. */
  projectKeysAllowed: Scalars['Boolean']['input'];
};

/** The x axis for a model that has none. */
export type SetModelXAxisInput = {
  /** The model's id. */
  modelId: Scalars['ID']['input'];
  /** What the x values measure. */
  quantity: SpectralQuantity;
  /** The unit of the x values, for example `nm`: 1 to 100 characters. */
  unit: Scalars['String']['input'];
  /** The x value of each point, ascending or descending, in the order in which the model expects the points. */
  values: Array<Scalars['Float']['input']>;
};

/** A change of a member's role in an organization. */
export type SetOrganizationMemberInput = {
  /** The e-mail of a member. */
  email: Scalars['EmailAddress']['input'];
  /** The organization's id. */
  organizationId: Scalars['ID']['input'];
  /** The new role; null removes the member from the organization and its projects. */
  role?: InputMaybe<OrganizationRole>;
};

/** A change of a member's role in a project. */
export type SetProjectMemberInput = {
  /** The e-mail of a member of the organization. */
  email: Scalars['EmailAddress']['input'];
  /** The project's id. */
  projectId: Scalars['ID']['input'];
  /** The new role; null removes the member from the project. */
  role?: InputMaybe<ProjectRole>;
};

/** A new account. */
export type SignUpInput = {
  /** The e-mail to sign in with. Each e-mail can have one account. */
  email: Scalars['EmailAddress']['input'];
  /** The token of an invitation to the same e-mail: the part of its link after `#`. */
  invitationToken?: InputMaybe<Scalars['String']['input']>;
  /** The person's name, 1 to 100 characters. */
  name: Scalars['String']['input'];
  /** At least 15 characters and at most 72 bytes in UTF-8. */
  password: Scalars['String']['input'];
};

/** Who may sign up. */
export type SignUpMode =
  /** Only people with an invitation. */
  | 'INVITED'
  /** Anyone. */
  | 'OPEN';

/** What the x values of a spectrum measure. */
export type SpectralQuantity =
  /** Something else, such as an index or a time of flight. */
  | 'OTHER'
  /** The distance of a wavenumber from that of the laser, such as in cm⁻¹. */
  | 'RAMAN_SHIFT'
  /** A wavelength, such as in nm or µm. */
  | 'WAVELENGTH'
  /** A wavenumber, such as in cm⁻¹. */
  | 'WAVENUMBER';

/** One spectrum. */
export type SpectrumInput = {
  /** The sample's name, 1 to 200 characters, which is returned with the prediction. */
  sampleName: Scalars['String']['input'];
  /** The measured values, as many as the model's `inputLength` and in its order. */
  yValues: Array<Scalars['Float']['input']>;
};

/** Changes of an API key: a field that is absent stays as it is, null removes. */
export type UpdateApiKeyInput = {
  /** The networks from which the key may be used, 1 to 50 CIDR blocks or addresses; null: from anywhere. */
  allowedNetworks?: InputMaybe<Array<Scalars['String']['input']>>;
  /** How many calls a minute the key may make to each server; null: no limit of its own. */
  callsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** When the key expires, which must be in the future; null: never. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The key's id. */
  id: Scalars['ID']['input'];
  /** How many predictions the key may make in a month (UTC); null: no limit of its own. */
  monthlyPredictions?: InputMaybe<Scalars['SafeInt']['input']>;
  /** The new name, 1 to 100 characters. It cannot be removed. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** A note for people, at most 1000 characters. */
  note?: InputMaybe<Scalars['String']['input']>;
};

/** A change of a webhook. What is null is not changed. */
export type UpdateWebhookInput = {
  /** What the webhook is notified of from now on, as in `CreateWebhookInput`. */
  events?: InputMaybe<Array<WebhookEvent>>;
  /** The webhook's id. */
  id: Scalars['ID']['input'];
  /** The new URL, as in `CreateWebhookInput`. */
  url?: InputMaybe<Scalars['String']['input']>;
};

/** The signed-in person. */
export type User = {
  __typename?: 'User';
  /** The e-mail used to sign in. */
  email: Scalars['EmailAddress']['output'];
  /** The person's id. */
  id: Scalars['ID']['output'];
  /** The person's name. */
  name: Scalars['String']['output'];
  /** The organizations that the person belongs to, by name. */
  organizations: Array<Organization>;
  /** Your sessions, the most recently used first. At most 50: a further sign-in ends the least recently used one. */
  sessions: Array<Session>;
};

/** A URL that is notified of events of an organization, in the Standard Webhooks format. */
export type Webhook = {
  __typename?: 'Webhook';
  /** When the webhook was created. */
  createdAt: Scalars['DateTime']['output'];
  /** The person who created the webhook; null if their account was deleted. */
  createdBy?: Maybe<Person>;
  /** The deliveries of the last 30 days, newest first. */
  deliveries: WebhookDeliveryConnection;
  /** What the webhook is notified of. */
  events: Array<WebhookEvent>;
  /** The webhook's id. */
  id: Scalars['ID']['output'];
  /** Until when messages are also signed with the previous secret; null: with the current one only. */
  previousSecretUntil?: Maybe<Scalars['DateTime']['output']>;
  /** Where the messages are posted. */
  url: Scalars['String']['output'];
};


/** A URL that is notified of events of an organization, in the Standard Webhooks format. */
export type WebhookDeliveriesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** One message to a webhook. Neither its content nor the receiver's answer is shown. */
export type WebhookDelivery = {
  __typename?: 'WebhookDelivery';
  /** The number of attempts. */
  attempts: Scalars['Int']['output'];
  /** When the event happened. */
  createdAt: Scalars['DateTime']['output'];
  /** What the message is about. */
  event: WebhookEvent;
  /** The HTTP status that the last attempt was answered with; null if there was no answer. */
  httpStatus?: Maybe<Scalars['Int']['output']>;
  /** The delivery's id, which is the `webhook-id` of its message. */
  id: Scalars['ID']['output'];
  /** When the last attempt began; null: there was none. */
  lastAttemptAt?: Maybe<Scalars['DateTime']['output']>;
  /** Whether it was delivered. */
  status: WebhookDeliveryStatus;
};

/** A page of deliveries. */
export type WebhookDeliveryConnection = {
  __typename?: 'WebhookDeliveryConnection';
  /** The deliveries with their cursors. */
  edges: Array<WebhookDeliveryEdge>;
  /** The deliveries. */
  nodes: Array<WebhookDelivery>;
  /** The position of this page in the list. */
  pageInfo: PageInfo;
};

/** A delivery in a list. */
export type WebhookDeliveryEdge = {
  __typename?: 'WebhookDeliveryEdge';
  /** The delivery's position in the list, for `after`. */
  cursor: Scalars['String']['output'];
  /** The delivery. */
  node: WebhookDelivery;
};

/** The state of a delivery to a webhook. */
export type WebhookDeliveryStatus =
  /** Answered with a status of 200 to 299. */
  | 'DELIVERED'
  /** Not yet answered with a status of 200 to 299. It is attempted for 24 hours, with growing delays. */
  | 'PENDING'
  /** Not delivered within 24 hours, or too many of the organization were pending. `resendWebhookDelivery` attempts it again. */
  | 'UNDELIVERED';

/** Something that a webhook is notified of. docs/webhooks.md describes the messages. */
export type WebhookEvent =
  /** An API key was created. */
  | 'API_KEY_CREATED'
  /** An API key has expired. */
  | 'API_KEY_EXPIRED'
  /** An API key expires in 14 or in 3 days. */
  | 'API_KEY_EXPIRING'
  /** The revocation of an API key is rehearsed: its calls are refused for some minutes. */
  | 'API_KEY_REHEARSED'
  /** An API key was revoked, or deleted while it was usable. */
  | 'API_KEY_REVOKED'
  /** An API key was rotated: it has a successor. */
  | 'API_KEY_ROTATED'
  /** A deployment had predictions for which the model was not applicable. At most one a minute for each deployment. */
  | 'PREDICTION_OUTSIDE'
  /** A deployment has used 80 percent of its predictions of the month. */
  | 'QUOTA_80'
  /** A deployment has used all of its predictions of the month. */
  | 'QUOTA_100'
  /** `testWebhook` was called. Every webhook receives its own tests. */
  | 'TEST';

/** A webhook with its secret. */
export type WebhookSecretPayload = {
  __typename?: 'WebhookSecretPayload';
  /** The secret, `whsec_…`, which verifies the signatures. It is not shown again: give it to the receiver now. */
  secret: Scalars['String']['output'];
  /** The webhook, without its secret. */
  webhook: Webhook;
};

/** The x axis of a model. */
export type XAxis = {
  __typename?: 'XAxis';
  /** The x value of the first point. */
  first: Scalars['Float']['output'];
  /** The x value of the last point; lower than `first` if the axis descends. */
  last: Scalars['Float']['output'];
  /** What the x values measure. */
  quantity: SpectralQuantity;
  /** The unit of the x values. */
  unit: Scalars['String']['output'];
  /** The x value of each point, in the order in which the model expects the points. */
  values: Array<Scalars['Float']['output']>;
};

/** The x axis of a model: either `values`, or `first` and `last` for evenly spaced points. */
export type XAxisInput = {
  /** The x value of the first point. */
  first?: InputMaybe<Scalars['Float']['input']>;
  /** The x value of the last point. */
  last?: InputMaybe<Scalars['Float']['input']>;
  /** What the x values measure. */
  quantity: SpectralQuantity;
  /** The unit of the x values, for example `nm`: 1 to 100 characters. */
  unit: Scalars['String']['input'];
  /** The x value of each point, ascending or descending, in the order in which the model expects the points. */
  values?: InputMaybe<Array<Scalars['Float']['input']>>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Activity: ResolverTypeWrapper<ActivityRow>;
  ActivityChange: ResolverTypeWrapper<ActivityChange>;
  ActivityConnection: ResolverTypeWrapper<Omit<ActivityConnection, 'edges' | 'nodes'> & { edges: Array<ResolversTypes['ActivityEdge']>, nodes: Array<ResolversTypes['Activity']> }>;
  ActivityDetail: ResolverTypeWrapper<ActivityDetail>;
  ActivityEdge: ResolverTypeWrapper<Omit<ActivityEdge, 'node'> & { node: ResolversTypes['Activity'] }>;
  ActivityFilter: ActivityFilter;
  ActivityGroup: ActivityGroup;
  ActorKind: ActorKind;
  Allowance: ResolverTypeWrapper<Allowance>;
  ApiKey: ResolverTypeWrapper<HeldKey>;
  ApiKeyAllowance: ResolverTypeWrapper<ApiKeyAllowance>;
  ApiKeyCaller: ResolverTypeWrapper<ApiKeyCaller>;
  ApiKeyCallers: ResolverTypeWrapper<ApiKeyCallers>;
  ApiKeyConnection: ResolverTypeWrapper<Omit<ApiKeyConnection, 'edges' | 'nodes'> & { edges: Array<ResolversTypes['ApiKeyEdge']>, nodes: Array<ResolversTypes['ApiKey']> }>;
  ApiKeyEdge: ResolverTypeWrapper<Omit<ApiKeyEdge, 'node'> & { node: ResolversTypes['ApiKey'] }>;
  ApiKeyOrder: ApiKeyOrder;
  ApiKeyPolicy: ResolverTypeWrapper<ApiKeyPolicy>;
  ApiKeyPolicyRule: ApiKeyPolicyRule;
  ApiKeyRefusals: ResolverTypeWrapper<ApiKeyRefusals>;
  ApiKeyRefusedNetwork: ResolverTypeWrapper<ApiKeyRefusedNetwork>;
  ApiKeyScope: ApiKeyScope;
  ApiKeyStatus: ApiKeyStatus;
  ApiKeyTarget: ApiKeyTarget;
  ApiKeyUse: ResolverTypeWrapper<ApiKeyUse>;
  Applicability: ResolverTypeWrapper<Applicability>;
  ApplicabilityVerdict: ApplicabilityVerdict;
  Base64: ResolverTypeWrapper<Scalars['Base64']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Calibration: ResolverTypeWrapper<CalibrationRow>;
  CalibrationInput: CalibrationInput;
  ChangePasswordInput: ChangePasswordInput;
  ClientAddress: ResolverTypeWrapper<ClientAddress>;
  CreateApiKeyInput: CreateApiKeyInput;
  CreateApiKeyPayload: ResolverTypeWrapper<Omit<CreateApiKeyPayload, 'apiKey'> & { apiKey: ResolversTypes['ApiKey'] }>;
  CreateDeploymentInput: CreateDeploymentInput;
  CreateProjectInput: CreateProjectInput;
  CreateWebhookInput: CreateWebhookInput;
  CurrentApiKey: ResolverTypeWrapper<AuthenticatedKey>;
  DailyPredictions: ResolverTypeWrapper<DailyPredictions>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DeleteApiKeyPayload: ResolverTypeWrapper<DeleteApiKeyPayload>;
  DeleteDeploymentPayload: ResolverTypeWrapper<DeleteDeploymentPayload>;
  DeleteModelPayload: ResolverTypeWrapper<DeleteModelPayload>;
  DeleteOrganizationPayload: ResolverTypeWrapper<DeleteOrganizationPayload>;
  DeleteProjectPayload: ResolverTypeWrapper<DeleteProjectPayload>;
  DeleteWebhookPayload: ResolverTypeWrapper<DeleteWebhookPayload>;
  Deployment: ResolverTypeWrapper<SeenDeployment>;
  EmailAddress: ResolverTypeWrapper<Scalars['EmailAddress']['output']>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Invitation: ResolverTypeWrapper<InvitationRow>;
  InviteMemberInput: InviteMemberInput;
  Model: ResolverTypeWrapper<ModelRow>;
  ModelKind: ModelKind;
  MonthlyUsage: ResolverTypeWrapper<MonthlyUsage>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Organization: ResolverTypeWrapper<OrganizationRow>;
  OrganizationAllowance: ResolverTypeWrapper<OrganizationAllowance>;
  OrganizationMember: ResolverTypeWrapper<OrganizationMember>;
  OrganizationPermissions: ResolverTypeWrapper<OrganizationPermissions>;
  OrganizationRole: OrganizationRole;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Person: ResolverTypeWrapper<Person>;
  Plan: ResolverTypeWrapper<Plan>;
  PlanName: PlanName;
  PredictPayload: ResolverTypeWrapper<PredictResult>;
  Prediction: ResolverTypeWrapper<Prediction>;
  PredictionLog: ResolverTypeWrapper<PredictionLogRow>;
  PredictionLogConnection: ResolverTypeWrapper<Omit<PredictionLogConnection, 'edges' | 'nodes'> & { edges: Array<ResolversTypes['PredictionLogEdge']>, nodes: Array<ResolversTypes['PredictionLog']> }>;
  PredictionLogEdge: ResolverTypeWrapper<Omit<PredictionLogEdge, 'node'> & { node: ResolversTypes['PredictionLog'] }>;
  PredictionSource: PredictionSource;
  Project: ResolverTypeWrapper<ProjectRow>;
  ProjectMember: ResolverTypeWrapper<ProjectMember>;
  ProjectPermissions: ResolverTypeWrapper<ProjectPermissions>;
  ProjectRole: ProjectRole;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RegisterModelInput: RegisterModelInput;
  RevocationSource: RevocationSource;
  RotateApiKeyInput: RotateApiKeyInput;
  SafeInt: ResolverTypeWrapper<Scalars['SafeInt']['output']>;
  Session: ResolverTypeWrapper<Session>;
  SetApiKeyPolicyInput: SetApiKeyPolicyInput;
  SetModelXAxisInput: SetModelXAxisInput;
  SetOrganizationMemberInput: SetOrganizationMemberInput;
  SetProjectMemberInput: SetProjectMemberInput;
  SignUpInput: SignUpInput;
  SignUpMode: SignUpMode;
  SpectralQuantity: SpectralQuantity;
  SpectrumInput: SpectrumInput;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  UpdateApiKeyInput: UpdateApiKeyInput;
  UpdateWebhookInput: UpdateWebhookInput;
  User: ResolverTypeWrapper<PersonRow>;
  Webhook: ResolverTypeWrapper<WebhookRow>;
  WebhookDelivery: ResolverTypeWrapper<DeliveryRow>;
  WebhookDeliveryConnection: ResolverTypeWrapper<Omit<WebhookDeliveryConnection, 'edges' | 'nodes'> & { edges: Array<ResolversTypes['WebhookDeliveryEdge']>, nodes: Array<ResolversTypes['WebhookDelivery']> }>;
  WebhookDeliveryEdge: ResolverTypeWrapper<Omit<WebhookDeliveryEdge, 'node'> & { node: ResolversTypes['WebhookDelivery'] }>;
  WebhookDeliveryStatus: WebhookDeliveryStatus;
  WebhookEvent: WebhookEvent;
  WebhookSecretPayload: ResolverTypeWrapper<Omit<WebhookSecretPayload, 'webhook'> & { webhook: ResolversTypes['Webhook'] }>;
  XAxis: ResolverTypeWrapper<XAxisRow>;
  XAxisInput: XAxisInput;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Activity: ActivityRow;
  ActivityChange: ActivityChange;
  ActivityConnection: Omit<ActivityConnection, 'edges' | 'nodes'> & { edges: Array<ResolversParentTypes['ActivityEdge']>, nodes: Array<ResolversParentTypes['Activity']> };
  ActivityDetail: ActivityDetail;
  ActivityEdge: Omit<ActivityEdge, 'node'> & { node: ResolversParentTypes['Activity'] };
  ActivityFilter: ActivityFilter;
  Allowance: Allowance;
  ApiKey: HeldKey;
  ApiKeyAllowance: ApiKeyAllowance;
  ApiKeyCaller: ApiKeyCaller;
  ApiKeyCallers: ApiKeyCallers;
  ApiKeyConnection: Omit<ApiKeyConnection, 'edges' | 'nodes'> & { edges: Array<ResolversParentTypes['ApiKeyEdge']>, nodes: Array<ResolversParentTypes['ApiKey']> };
  ApiKeyEdge: Omit<ApiKeyEdge, 'node'> & { node: ResolversParentTypes['ApiKey'] };
  ApiKeyPolicy: ApiKeyPolicy;
  ApiKeyRefusals: ApiKeyRefusals;
  ApiKeyRefusedNetwork: ApiKeyRefusedNetwork;
  ApiKeyTarget: ApiKeyTarget;
  ApiKeyUse: ApiKeyUse;
  Applicability: Applicability;
  Base64: Scalars['Base64']['output'];
  Boolean: Scalars['Boolean']['output'];
  Calibration: CalibrationRow;
  CalibrationInput: CalibrationInput;
  ChangePasswordInput: ChangePasswordInput;
  ClientAddress: ClientAddress;
  CreateApiKeyInput: CreateApiKeyInput;
  CreateApiKeyPayload: Omit<CreateApiKeyPayload, 'apiKey'> & { apiKey: ResolversParentTypes['ApiKey'] };
  CreateDeploymentInput: CreateDeploymentInput;
  CreateProjectInput: CreateProjectInput;
  CreateWebhookInput: CreateWebhookInput;
  CurrentApiKey: AuthenticatedKey;
  DailyPredictions: DailyPredictions;
  DateTime: Scalars['DateTime']['output'];
  DeleteApiKeyPayload: DeleteApiKeyPayload;
  DeleteDeploymentPayload: DeleteDeploymentPayload;
  DeleteModelPayload: DeleteModelPayload;
  DeleteOrganizationPayload: DeleteOrganizationPayload;
  DeleteProjectPayload: DeleteProjectPayload;
  DeleteWebhookPayload: DeleteWebhookPayload;
  Deployment: SeenDeployment;
  EmailAddress: Scalars['EmailAddress']['output'];
  Float: Scalars['Float']['output'];
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  Invitation: InvitationRow;
  InviteMemberInput: InviteMemberInput;
  Model: ModelRow;
  MonthlyUsage: MonthlyUsage;
  Mutation: Record<PropertyKey, never>;
  Organization: OrganizationRow;
  OrganizationAllowance: OrganizationAllowance;
  OrganizationMember: OrganizationMember;
  OrganizationPermissions: OrganizationPermissions;
  PageInfo: PageInfo;
  Person: Person;
  Plan: Plan;
  PredictPayload: PredictResult;
  Prediction: Prediction;
  PredictionLog: PredictionLogRow;
  PredictionLogConnection: Omit<PredictionLogConnection, 'edges' | 'nodes'> & { edges: Array<ResolversParentTypes['PredictionLogEdge']>, nodes: Array<ResolversParentTypes['PredictionLog']> };
  PredictionLogEdge: Omit<PredictionLogEdge, 'node'> & { node: ResolversParentTypes['PredictionLog'] };
  Project: ProjectRow;
  ProjectMember: ProjectMember;
  ProjectPermissions: ProjectPermissions;
  Query: Record<PropertyKey, never>;
  RegisterModelInput: RegisterModelInput;
  RotateApiKeyInput: RotateApiKeyInput;
  SafeInt: Scalars['SafeInt']['output'];
  Session: Session;
  SetApiKeyPolicyInput: SetApiKeyPolicyInput;
  SetModelXAxisInput: SetModelXAxisInput;
  SetOrganizationMemberInput: SetOrganizationMemberInput;
  SetProjectMemberInput: SetProjectMemberInput;
  SignUpInput: SignUpInput;
  SpectrumInput: SpectrumInput;
  String: Scalars['String']['output'];
  UpdateApiKeyInput: UpdateApiKeyInput;
  UpdateWebhookInput: UpdateWebhookInput;
  User: PersonRow;
  Webhook: WebhookRow;
  WebhookDelivery: DeliveryRow;
  WebhookDeliveryConnection: Omit<WebhookDeliveryConnection, 'edges' | 'nodes'> & { edges: Array<ResolversParentTypes['WebhookDeliveryEdge']>, nodes: Array<ResolversParentTypes['WebhookDelivery']> };
  WebhookDeliveryEdge: Omit<WebhookDeliveryEdge, 'node'> & { node: ResolversParentTypes['WebhookDelivery'] };
  WebhookSecretPayload: Omit<WebhookSecretPayload, 'webhook'> & { webhook: ResolversParentTypes['Webhook'] };
  XAxis: XAxisRow;
  XAxisInput: XAxisInput;
};

export type ActivityResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Activity'] = ResolversParentTypes['Activity']> = {
  action?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  actor?: Resolver<Maybe<ResolversTypes['Person']>, ParentType, ContextType>;
  actorKind?: Resolver<ResolversTypes['ActorKind'], ParentType, ContextType>;
  changes?: Resolver<Array<ResolversTypes['ActivityChange']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  details?: Resolver<Array<ResolversTypes['ActivityDetail']>, ParentType, ContextType>;
  group?: Resolver<ResolversTypes['ActivityGroup'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  network?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  project?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType>;
  subject?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  subjectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type ActivityChangeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ActivityChange'] = ResolversParentTypes['ActivityChange']> = {
  field?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  to?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ActivityConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ActivityConnection'] = ResolversParentTypes['ActivityConnection']> = {
  edges?: Resolver<Array<ResolversTypes['ActivityEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['Activity']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ActivityDetailResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ActivityDetail'] = ResolversParentTypes['ActivityDetail']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ActivityEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ActivityEdge'] = ResolversParentTypes['ActivityEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Activity'], ParentType, ContextType>;
};

export type AllowanceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Allowance'] = ResolversParentTypes['Allowance']> = {
  limit?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  used?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type ApiKeyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKey'] = ResolversParentTypes['ApiKey']> = {
  allowedNetworks?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  brokenPolicyRules?: Resolver<Array<ResolversTypes['ApiKeyPolicyRule']>, ParentType, ContextType>;
  callers?: Resolver<ResolversTypes['ApiKeyCallers'], ParentType, ContextType>;
  callsPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  createdBy?: Resolver<Maybe<ResolversTypes['Person']>, ParentType, ContextType>;
  dailyPredictions?: Resolver<Array<ResolversTypes['DailyPredictions']>, ParentType, ContextType, RequireFields<ApiKeyDailyPredictionsArgs, 'days'>>;
  deployment?: Resolver<Maybe<ResolversTypes['Deployment']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  monthlyPredictions?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  note?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  predecessor?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  predictionLogs?: Resolver<ResolversTypes['PredictionLogConnection'], ParentType, ContextType, RequireFields<ApiKeyPredictionLogsArgs, 'first'>>;
  prefix?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  project?: Resolver<ResolversTypes['Project'], ParentType, ContextType>;
  recentUse?: Resolver<ResolversTypes['ApiKeyUse'], ParentType, ContextType>;
  refusals?: Resolver<Array<ResolversTypes['ApiKeyRefusals']>, ParentType, ContextType, RequireFields<ApiKeyRefusalsArgs, 'days'>>;
  rehearsalUntil?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  rehearsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  revocationSource?: Resolver<Maybe<ResolversTypes['RevocationSource']>, ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  revokedBy?: Resolver<Maybe<ResolversTypes['Person']>, ParentType, ContextType>;
  scopes?: Resolver<Array<ResolversTypes['ApiKeyScope']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ApiKeyStatus'], ParentType, ContextType>;
  successor?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  successorUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type ApiKeyAllowanceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyAllowance'] = ResolversParentTypes['ApiKeyAllowance']> = {
  limit?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  retiring?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  used?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ApiKeyCallerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyCaller'] = ResolversParentTypes['ApiKeyCaller']> = {
  calls?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  lastAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  network?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ApiKeyCallersResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyCallers'] = ResolversParentTypes['ApiKeyCallers']> = {
  networks?: Resolver<Array<ResolversTypes['ApiKeyCaller']>, ParentType, ContextType>;
  since?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type ApiKeyConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyConnection'] = ResolversParentTypes['ApiKeyConnection']> = {
  edges?: Resolver<Array<ResolversTypes['ApiKeyEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ApiKeyEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyEdge'] = ResolversParentTypes['ApiKeyEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
};

export type ApiKeyPolicyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyPolicy'] = ResolversParentTypes['ApiKeyPolicy']> = {
  expiryRequired?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  maxLifetimeDays?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  projectKeysAllowed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type ApiKeyRefusalsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyRefusals'] = ResolversParentTypes['ApiKeyRefusals']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  count?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  isRehearsal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  lastAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastNetwork?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  networks?: Resolver<Array<ResolversTypes['ApiKeyRefusedNetwork']>, ParentType, ContextType>;
};

export type ApiKeyRefusedNetworkResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyRefusedNetwork'] = ResolversParentTypes['ApiKeyRefusedNetwork']> = {
  count?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  lastAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  network?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ApiKeyUseResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyUse'] = ResolversParentTypes['ApiKeyUse']> = {
  calls?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  medianIntervalSeconds?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  networks?: Resolver<Array<ResolversTypes['ApiKeyCaller']>, ParentType, ContextType>;
  nextDueAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type ApplicabilityResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Applicability'] = ResolversParentTypes['Applicability']> = {
  q?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  qLimit?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  t2?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  t2Limit?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  verdict?: Resolver<ResolversTypes['ApplicabilityVerdict'], ParentType, ContextType>;
};

export interface Base64ScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Base64'], any> {
  name: 'Base64';
}

export type CalibrationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Calibration'] = ResolversParentTypes['Calibration']> = {
  referenceMax?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  referenceMin?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  rmsep?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  samples?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  yMax?: Resolver<Maybe<Array<ResolversTypes['Float']>>, ParentType, ContextType>;
  yMin?: Resolver<Maybe<Array<ResolversTypes['Float']>>, ParentType, ContextType>;
};

export type ClientAddressResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ClientAddress'] = ResolversParentTypes['ClientAddress']> = {
  address?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  hasUnknownProxy?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type CreateApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateApiKeyPayload'] = ResolversParentTypes['CreateApiKeyPayload']> = {
  apiKey?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
  rawKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type CurrentApiKeyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CurrentApiKey'] = ResolversParentTypes['CurrentApiKey']> = {
  allowedNetworks?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  callsPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  deployments?: Resolver<Array<ResolversTypes['Deployment']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  monthlyPredictions?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prefix?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  rootId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  scopes?: Resolver<Array<ResolversTypes['ApiKeyScope']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ApiKeyStatus'], ParentType, ContextType>;
  usage?: Resolver<Maybe<ResolversTypes['MonthlyUsage']>, ParentType, ContextType>;
};

export type DailyPredictionsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DailyPredictions'] = ResolversParentTypes['DailyPredictions']> = {
  calls?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  date?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  isMinimum?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  predictions?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeleteApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteApiKeyPayload'] = ResolversParentTypes['DeleteApiKeyPayload']> = {
  deletedApiKeyId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type DeleteDeploymentPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteDeploymentPayload'] = ResolversParentTypes['DeleteDeploymentPayload']> = {
  deletedDeploymentId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type DeleteModelPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteModelPayload'] = ResolversParentTypes['DeleteModelPayload']> = {
  deletedModelId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type DeleteOrganizationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteOrganizationPayload'] = ResolversParentTypes['DeleteOrganizationPayload']> = {
  deletedOrganizationId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type DeleteProjectPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteProjectPayload'] = ResolversParentTypes['DeleteProjectPayload']> = {
  deletedProjectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type DeleteWebhookPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteWebhookPayload'] = ResolversParentTypes['DeleteWebhookPayload']> = {
  deletedWebhookId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type DeploymentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Deployment'] = ResolversParentTypes['Deployment']> = {
  active?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dailyPredictions?: Resolver<Array<ResolversTypes['DailyPredictions']>, ParentType, ContextType, RequireFields<DeploymentDailyPredictionsArgs, 'days'>>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  outsideThisMonth?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  predictionLogs?: Resolver<ResolversTypes['PredictionLogConnection'], ParentType, ContextType, RequireFields<DeploymentPredictionLogsArgs, 'first' | 'onlyOutside'>>;
  project?: Resolver<ResolversTypes['Project'], ParentType, ContextType>;
  quarantinedUntil?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['MonthlyUsage'], ParentType, ContextType>;
};

export interface EmailAddressScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['EmailAddress'], any> {
  name: 'EmailAddress';
}

export type InvitationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Invitation'] = ResolversParentTypes['Invitation']> = {
  email?: Resolver<ResolversTypes['EmailAddress'], ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  invitedBy?: Resolver<Maybe<ResolversTypes['Person']>, ParentType, ContextType>;
  link?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  organizationName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['OrganizationRole'], ParentType, ContextType>;
};

export type ModelResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Model'] = ResolversParentTypes['Model']> = {
  calibration?: Resolver<Maybe<ResolversTypes['Calibration']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  inputLength?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ModelKind'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  qLimit?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  t2Limit?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  targetProperty?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  unit?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  xAxis?: Resolver<Maybe<ResolversTypes['XAxis']>, ParentType, ContextType>;
  yUnit?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type MonthlyUsageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MonthlyUsage'] = ResolversParentTypes['MonthlyUsage']> = {
  limit?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  month?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  predictions?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  acceptInvitation?: Resolver<ResolversTypes['Organization'], ParentType, ContextType, RequireFields<MutationAcceptInvitationArgs, 'token'>>;
  changePassword?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationChangePasswordArgs, 'input'>>;
  createApiKey?: Resolver<ResolversTypes['CreateApiKeyPayload'], ParentType, ContextType, RequireFields<MutationCreateApiKeyArgs, 'input'>>;
  createDeployment?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType, RequireFields<MutationCreateDeploymentArgs, 'input'>>;
  createOrganization?: Resolver<ResolversTypes['Organization'], ParentType, ContextType, RequireFields<MutationCreateOrganizationArgs, 'name'>>;
  createProject?: Resolver<ResolversTypes['Project'], ParentType, ContextType, RequireFields<MutationCreateProjectArgs, 'input'>>;
  createWebhook?: Resolver<ResolversTypes['WebhookSecretPayload'], ParentType, ContextType, RequireFields<MutationCreateWebhookArgs, 'input'>>;
  declineInvitation?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationDeclineInvitationArgs, 'token'>>;
  deleteAccount?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationDeleteAccountArgs, 'password'>>;
  deleteApiKey?: Resolver<ResolversTypes['DeleteApiKeyPayload'], ParentType, ContextType, RequireFields<MutationDeleteApiKeyArgs, 'id'>>;
  deleteDeployment?: Resolver<ResolversTypes['DeleteDeploymentPayload'], ParentType, ContextType, RequireFields<MutationDeleteDeploymentArgs, 'id'>>;
  deleteModel?: Resolver<ResolversTypes['DeleteModelPayload'], ParentType, ContextType, RequireFields<MutationDeleteModelArgs, 'id'>>;
  deleteOrganization?: Resolver<ResolversTypes['DeleteOrganizationPayload'], ParentType, ContextType, RequireFields<MutationDeleteOrganizationArgs, 'id' | 'name'>>;
  deleteProject?: Resolver<ResolversTypes['DeleteProjectPayload'], ParentType, ContextType, RequireFields<MutationDeleteProjectArgs, 'id'>>;
  deleteWebhook?: Resolver<ResolversTypes['DeleteWebhookPayload'], ParentType, ContextType, RequireFields<MutationDeleteWebhookArgs, 'id'>>;
  endApiKeyRehearsal?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType, RequireFields<MutationEndApiKeyRehearsalArgs, 'id'>>;
  endOtherSessions?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  endSession?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationEndSessionArgs, 'id'>>;
  inviteMember?: Resolver<ResolversTypes['Invitation'], ParentType, ContextType, RequireFields<MutationInviteMemberArgs, 'input'>>;
  leaveOrganization?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationLeaveOrganizationArgs, 'organizationId'>>;
  predict?: Resolver<ResolversTypes['PredictPayload'], ParentType, ContextType, RequireFields<MutationPredictArgs, 'deploymentId' | 'spectra'>>;
  registerModel?: Resolver<ResolversTypes['Model'], ParentType, ContextType, RequireFields<MutationRegisterModelArgs, 'input'>>;
  rehearseApiKeyRevocation?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType, RequireFields<MutationRehearseApiKeyRevocationArgs, 'id' | 'minutes'>>;
  renameDeployment?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType, RequireFields<MutationRenameDeploymentArgs, 'id' | 'name'>>;
  renameModel?: Resolver<ResolversTypes['Model'], ParentType, ContextType, RequireFields<MutationRenameModelArgs, 'id' | 'name'>>;
  renameOrganization?: Resolver<ResolversTypes['Organization'], ParentType, ContextType, RequireFields<MutationRenameOrganizationArgs, 'id' | 'name'>>;
  renameProject?: Resolver<ResolversTypes['Project'], ParentType, ContextType, RequireFields<MutationRenameProjectArgs, 'id' | 'name'>>;
  resendWebhookDelivery?: Resolver<ResolversTypes['WebhookDelivery'], ParentType, ContextType, RequireFields<MutationResendWebhookDeliveryArgs, 'id'>>;
  resetQuarantine?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType, RequireFields<MutationResetQuarantineArgs, 'deploymentId'>>;
  revokeApiKey?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType, RequireFields<MutationRevokeApiKeyArgs, 'id'>>;
  revokeInvitation?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationRevokeInvitationArgs, 'id'>>;
  revokeThisApiKey?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
  rotateApiKey?: Resolver<ResolversTypes['CreateApiKeyPayload'], ParentType, ContextType, RequireFields<MutationRotateApiKeyArgs, 'input'>>;
  rotateWebhookSecret?: Resolver<ResolversTypes['WebhookSecretPayload'], ParentType, ContextType, RequireFields<MutationRotateWebhookSecretArgs, 'id'>>;
  setApiKeyPolicy?: Resolver<ResolversTypes['Organization'], ParentType, ContextType, RequireFields<MutationSetApiKeyPolicyArgs, 'input'>>;
  setDeploymentActive?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType, RequireFields<MutationSetDeploymentActiveArgs, 'active' | 'id'>>;
  setKeyMails?: Resolver<ResolversTypes['Organization'], ParentType, ContextType, RequireFields<MutationSetKeyMailsArgs, 'enabled' | 'organizationId'>>;
  setModelXAxis?: Resolver<ResolversTypes['Model'], ParentType, ContextType, RequireFields<MutationSetModelXAxisArgs, 'input'>>;
  setOrganizationMember?: Resolver<ResolversTypes['Organization'], ParentType, ContextType, RequireFields<MutationSetOrganizationMemberArgs, 'input'>>;
  setProjectMember?: Resolver<ResolversTypes['Project'], ParentType, ContextType, RequireFields<MutationSetProjectMemberArgs, 'input'>>;
  signIn?: Resolver<ResolversTypes['User'], ParentType, ContextType, RequireFields<MutationSignInArgs, 'email' | 'password'>>;
  signOut?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  signUp?: Resolver<ResolversTypes['User'], ParentType, ContextType, RequireFields<MutationSignUpArgs, 'input'>>;
  testWebhook?: Resolver<ResolversTypes['WebhookDelivery'], ParentType, ContextType, RequireFields<MutationTestWebhookArgs, 'id'>>;
  updateApiKey?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType, RequireFields<MutationUpdateApiKeyArgs, 'input'>>;
  updateWebhook?: Resolver<ResolversTypes['Webhook'], ParentType, ContextType, RequireFields<MutationUpdateWebhookArgs, 'input'>>;
};

export type OrganizationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Organization'] = ResolversParentTypes['Organization']> = {
  activity?: Resolver<ResolversTypes['ActivityConnection'], ParentType, ContextType, RequireFields<OrganizationActivityArgs, 'first'>>;
  allowance?: Resolver<ResolversTypes['OrganizationAllowance'], ParentType, ContextType>;
  apiKeyPolicy?: Resolver<ResolversTypes['ApiKeyPolicy'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  invitations?: Resolver<Array<ResolversTypes['Invitation']>, ParentType, ContextType>;
  keyMails?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  keysOfFormerMembers?: Resolver<Array<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  members?: Resolver<Array<ResolversTypes['OrganizationMember']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  plan?: Resolver<ResolversTypes['Plan'], ParentType, ContextType>;
  projects?: Resolver<Array<ResolversTypes['Project']>, ParentType, ContextType>;
  role?: Resolver<ResolversTypes['OrganizationRole'], ParentType, ContextType>;
  slug?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  usableApiKeys?: Resolver<Array<ResolversTypes['ApiKey']>, ParentType, ContextType, RequireFields<OrganizationUsableApiKeysArgs, 'createdBy'>>;
  viewerCan?: Resolver<ResolversTypes['OrganizationPermissions'], ParentType, ContextType>;
  webhooks?: Resolver<Array<ResolversTypes['Webhook']>, ParentType, ContextType>;
};

export type OrganizationAllowanceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationAllowance'] = ResolversParentTypes['OrganizationAllowance']> = {
  deployments?: Resolver<ResolversTypes['Allowance'], ParentType, ContextType>;
  models?: Resolver<ResolversTypes['Allowance'], ParentType, ContextType>;
  projects?: Resolver<ResolversTypes['Allowance'], ParentType, ContextType>;
  storageBytes?: Resolver<ResolversTypes['Allowance'], ParentType, ContextType>;
};

export type OrganizationMemberResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationMember'] = ResolversParentTypes['OrganizationMember']> = {
  email?: Resolver<ResolversTypes['EmailAddress'], ParentType, ContextType>;
  person?: Resolver<ResolversTypes['Person'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['OrganizationRole'], ParentType, ContextType>;
};

export type OrganizationPermissionsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationPermissions'] = ResolversParentTypes['OrganizationPermissions']> = {
  createProjects?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  manageMembers?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  manageOrganization?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  manageOwners?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PersonResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Person'] = ResolversParentTypes['Person']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PlanResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Plan'] = ResolversParentTypes['Plan']> = {
  allowApiPredict?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  maxApiKeys?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxDeployments?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxModels?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxProjects?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxStorageMb?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  monthlyPredictions?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['PlanName'], ParentType, ContextType>;
};

export type PredictPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PredictPayload'] = ResolversParentTypes['PredictPayload']> = {
  logId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  predictions?: Resolver<Array<ResolversTypes['Prediction']>, ParentType, ContextType>;
  xAxisChecked?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type PredictionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Prediction'] = ResolversParentTypes['Prediction']> = {
  applicability?: Resolver<Maybe<ResolversTypes['Applicability']>, ParentType, ContextType>;
  category?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  inCalibrationRange?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  sampleName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type PredictionLogResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PredictionLog'] = ResolversParentTypes['PredictionLog']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  apiKeyId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  apiKeyName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  apiKeyPrefix?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  deployment?: Resolver<Maybe<ResolversTypes['Deployment']>, ParentType, ContextType>;
  deploymentName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  durationMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  network?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  outside?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  predictions?: Resolver<Array<ResolversTypes['Prediction']>, ParentType, ContextType>;
  source?: Resolver<ResolversTypes['PredictionSource'], ParentType, ContextType>;
  spectra?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  xAxisChecked?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type PredictionLogConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PredictionLogConnection'] = ResolversParentTypes['PredictionLogConnection']> = {
  edges?: Resolver<Array<ResolversTypes['PredictionLogEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['PredictionLog']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type PredictionLogEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PredictionLogEdge'] = ResolversParentTypes['PredictionLogEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['PredictionLog'], ParentType, ContextType>;
};

export type ProjectResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Project'] = ResolversParentTypes['Project']> = {
  activity?: Resolver<ResolversTypes['ActivityConnection'], ParentType, ContextType, RequireFields<ProjectActivityArgs, 'first'>>;
  apiKeyAllowance?: Resolver<ResolversTypes['ApiKeyAllowance'], ParentType, ContextType>;
  deployments?: Resolver<Array<ResolversTypes['Deployment']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  members?: Resolver<Array<ResolversTypes['ProjectMember']>, ParentType, ContextType>;
  models?: Resolver<Array<ResolversTypes['Model']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  organization?: Resolver<ResolversTypes['Organization'], ParentType, ContextType>;
  predictionLogs?: Resolver<ResolversTypes['PredictionLogConnection'], ParentType, ContextType, RequireFields<ProjectPredictionLogsArgs, 'first' | 'onlyOutside'>>;
  role?: Resolver<ResolversTypes['ProjectRole'], ParentType, ContextType>;
  viewerCan?: Resolver<ResolversTypes['ProjectPermissions'], ParentType, ContextType>;
};

export type ProjectMemberResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ProjectMember'] = ResolversParentTypes['ProjectMember']> = {
  email?: Resolver<ResolversTypes['EmailAddress'], ParentType, ContextType>;
  person?: Resolver<ResolversTypes['Person'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['ProjectRole'], ParentType, ContextType>;
};

export type ProjectPermissionsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ProjectPermissions'] = ResolversParentTypes['ProjectPermissions']> = {
  manageApiKeys?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  manageDeployments?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  manageMembers?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  manageModels?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  manageProject?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  predict?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType, RequireFields<QueryApiKeyArgs, 'id'>>;
  apiKeys?: Resolver<ResolversTypes['ApiKeyConnection'], ParentType, ContextType, RequireFields<QueryApiKeysArgs, 'first' | 'of' | 'orderBy'>>;
  clientAddress?: Resolver<ResolversTypes['ClientAddress'], ParentType, ContextType>;
  currentApiKey?: Resolver<Maybe<ResolversTypes['CurrentApiKey']>, ParentType, ContextType>;
  deployment?: Resolver<Maybe<ResolversTypes['Deployment']>, ParentType, ContextType, RequireFields<QueryDeploymentArgs, 'id'>>;
  invitation?: Resolver<Maybe<ResolversTypes['Invitation']>, ParentType, ContextType, RequireFields<QueryInvitationArgs, 'token'>>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType, RequireFields<QueryOrganizationArgs, 'id'>>;
  project?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType, RequireFields<QueryProjectArgs, 'id'>>;
  signUpMode?: Resolver<ResolversTypes['SignUpMode'], ParentType, ContextType>;
  viewer?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  webhook?: Resolver<Maybe<ResolversTypes['Webhook']>, ParentType, ContextType, RequireFields<QueryWebhookArgs, 'id'>>;
};

export interface SafeIntScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['SafeInt'], any> {
  name: 'SafeInt';
}

export type SessionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Session'] = ResolversParentTypes['Session']> = {
  browser?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  current?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastSeenAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  network?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UserResolvers<ContextType = Context, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  email?: Resolver<ResolversTypes['EmailAddress'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  organizations?: Resolver<Array<ResolversTypes['Organization']>, ParentType, ContextType>;
  sessions?: Resolver<Array<ResolversTypes['Session']>, ParentType, ContextType>;
};

export type WebhookResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Webhook'] = ResolversParentTypes['Webhook']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  createdBy?: Resolver<Maybe<ResolversTypes['Person']>, ParentType, ContextType>;
  deliveries?: Resolver<ResolversTypes['WebhookDeliveryConnection'], ParentType, ContextType, RequireFields<WebhookDeliveriesArgs, 'first'>>;
  events?: Resolver<Array<ResolversTypes['WebhookEvent']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  previousSecretUntil?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  url?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type WebhookDeliveryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['WebhookDelivery'] = ResolversParentTypes['WebhookDelivery']> = {
  attempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  event?: Resolver<ResolversTypes['WebhookEvent'], ParentType, ContextType>;
  httpStatus?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastAttemptAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['WebhookDeliveryStatus'], ParentType, ContextType>;
};

export type WebhookDeliveryConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['WebhookDeliveryConnection'] = ResolversParentTypes['WebhookDeliveryConnection']> = {
  edges?: Resolver<Array<ResolversTypes['WebhookDeliveryEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['WebhookDelivery']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type WebhookDeliveryEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['WebhookDeliveryEdge'] = ResolversParentTypes['WebhookDeliveryEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['WebhookDelivery'], ParentType, ContextType>;
};

export type WebhookSecretPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['WebhookSecretPayload'] = ResolversParentTypes['WebhookSecretPayload']> = {
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  webhook?: Resolver<ResolversTypes['Webhook'], ParentType, ContextType>;
};

export type XAxisResolvers<ContextType = Context, ParentType extends ResolversParentTypes['XAxis'] = ResolversParentTypes['XAxis']> = {
  first?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  last?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  quantity?: Resolver<ResolversTypes['SpectralQuantity'], ParentType, ContextType>;
  unit?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  values?: Resolver<Array<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  Activity?: ActivityResolvers<ContextType>;
  ActivityChange?: ActivityChangeResolvers<ContextType>;
  ActivityConnection?: ActivityConnectionResolvers<ContextType>;
  ActivityDetail?: ActivityDetailResolvers<ContextType>;
  ActivityEdge?: ActivityEdgeResolvers<ContextType>;
  Allowance?: AllowanceResolvers<ContextType>;
  ApiKey?: ApiKeyResolvers<ContextType>;
  ApiKeyAllowance?: ApiKeyAllowanceResolvers<ContextType>;
  ApiKeyCaller?: ApiKeyCallerResolvers<ContextType>;
  ApiKeyCallers?: ApiKeyCallersResolvers<ContextType>;
  ApiKeyConnection?: ApiKeyConnectionResolvers<ContextType>;
  ApiKeyEdge?: ApiKeyEdgeResolvers<ContextType>;
  ApiKeyPolicy?: ApiKeyPolicyResolvers<ContextType>;
  ApiKeyRefusals?: ApiKeyRefusalsResolvers<ContextType>;
  ApiKeyRefusedNetwork?: ApiKeyRefusedNetworkResolvers<ContextType>;
  ApiKeyUse?: ApiKeyUseResolvers<ContextType>;
  Applicability?: ApplicabilityResolvers<ContextType>;
  Base64?: GraphQLScalarType;
  Calibration?: CalibrationResolvers<ContextType>;
  ClientAddress?: ClientAddressResolvers<ContextType>;
  CreateApiKeyPayload?: CreateApiKeyPayloadResolvers<ContextType>;
  CurrentApiKey?: CurrentApiKeyResolvers<ContextType>;
  DailyPredictions?: DailyPredictionsResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  DeleteApiKeyPayload?: DeleteApiKeyPayloadResolvers<ContextType>;
  DeleteDeploymentPayload?: DeleteDeploymentPayloadResolvers<ContextType>;
  DeleteModelPayload?: DeleteModelPayloadResolvers<ContextType>;
  DeleteOrganizationPayload?: DeleteOrganizationPayloadResolvers<ContextType>;
  DeleteProjectPayload?: DeleteProjectPayloadResolvers<ContextType>;
  DeleteWebhookPayload?: DeleteWebhookPayloadResolvers<ContextType>;
  Deployment?: DeploymentResolvers<ContextType>;
  EmailAddress?: GraphQLScalarType;
  Invitation?: InvitationResolvers<ContextType>;
  Model?: ModelResolvers<ContextType>;
  MonthlyUsage?: MonthlyUsageResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Organization?: OrganizationResolvers<ContextType>;
  OrganizationAllowance?: OrganizationAllowanceResolvers<ContextType>;
  OrganizationMember?: OrganizationMemberResolvers<ContextType>;
  OrganizationPermissions?: OrganizationPermissionsResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Person?: PersonResolvers<ContextType>;
  Plan?: PlanResolvers<ContextType>;
  PredictPayload?: PredictPayloadResolvers<ContextType>;
  Prediction?: PredictionResolvers<ContextType>;
  PredictionLog?: PredictionLogResolvers<ContextType>;
  PredictionLogConnection?: PredictionLogConnectionResolvers<ContextType>;
  PredictionLogEdge?: PredictionLogEdgeResolvers<ContextType>;
  Project?: ProjectResolvers<ContextType>;
  ProjectMember?: ProjectMemberResolvers<ContextType>;
  ProjectPermissions?: ProjectPermissionsResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  SafeInt?: GraphQLScalarType;
  Session?: SessionResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  Webhook?: WebhookResolvers<ContextType>;
  WebhookDelivery?: WebhookDeliveryResolvers<ContextType>;
  WebhookDeliveryConnection?: WebhookDeliveryConnectionResolvers<ContextType>;
  WebhookDeliveryEdge?: WebhookDeliveryEdgeResolvers<ContextType>;
  WebhookSecretPayload?: WebhookSecretPayloadResolvers<ContextType>;
  XAxis?: XAxisResolvers<ContextType>;
};

