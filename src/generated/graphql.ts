import type { Upload } from '../requests/upload.ts';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { PersonRow } from '../accounts/people.ts';
import type { OrganizationRow } from '../accounts/organizations.ts';
import type { InvitationRow } from '../accounts/invitations.ts';
import type { ProjectRow } from '../projects/projects.ts';
import type { ModelRow } from '../deployments/models.ts';
import type { DeploymentRow } from '../deployments/deployments.ts';
import type { ApiKeyRow } from '../api-keys/queries.ts';
import type { Answer } from '../predictions/predict.ts';
import type { PredictionLogRow } from '../predictions/logs.ts';
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
  /** Bytes in the alphabet of RFC 4648 section 4 (`A–Z a–z 0–9 + /`), padded with `=`, without line breaks. */
  Base64: { input: Upload; output: string; }
  /** A moment, as RFC 3339 in UTC: `2026-03-01T12:00:00.000Z`. */
  DateTime: { input: Date; output: Date; }
  /** An e-mail address. Upper and lower case are the same person. */
  EmailAddress: { input: string; output: string; }
  /** An integer up to 2^53 − 1, for counts that outgrow `Int`. */
  SafeInt: { input: number; output: number; }
};

/** How much is used of what a plan allows. */
export type Allowance = {
  __typename?: 'Allowance';
  /** How much the plan allows. */
  limit: Scalars['SafeInt']['output'];
  /** How much is used. */
  used: Scalars['SafeInt']['output'];
};

/** A credential for one integration. The secret itself is shown by `createApiKey` only. */
export type ApiKey = {
  __typename?: 'ApiKey';
  /** When the key was made. */
  createdAt: Scalars['DateTime']['output'];
  /** Who made the key. */
  createdBy?: Maybe<Person>;
  /** The one deployment that the key reaches; null when it reaches every deployment of the project. */
  deployment?: Maybe<Deployment>;
  /** When the key stops working; null: never. */
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** The key's id, for managing it. It is no secret and calls nothing. */
  id: Scalars['ID']['output'];
  /** When a prediction with this key last succeeded; null: never. */
  lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The key's name. */
  name: Scalars['String']['output'];
  /** The first 12 characters of the raw key: enough to recognise it, too few to use it. */
  prefix: Scalars['String']['output'];
  /** The project that the key belongs to. */
  project: Project;
  /** When the key was revoked; null when it was not. */
  revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who revoked the key. */
  revokedBy?: Maybe<Person>;
  /** What the key lets a program do. */
  scopes: Array<ApiKeyScope>;
  /** Whether the key works now. */
  status: ApiKeyStatus;
};

/** How many API keys a project holds and may hold. */
export type ApiKeyAllowance = {
  __typename?: 'ApiKeyAllowance';
  /** The plan's `maxApiKeys`. */
  limit: Scalars['Int']['output'];
  /** The keys that are neither revoked nor expired. */
  used: Scalars['Int']['output'];
};

/** A page of API keys. */
export type ApiKeyConnection = {
  __typename?: 'ApiKeyConnection';
  /** The keys with their cursors. */
  edges: Array<ApiKeyEdge>;
  /** The keys. */
  nodes: Array<ApiKey>;
  /** Where this page stands in the list. */
  pageInfo: PageInfo;
  /** How many keys the whole list holds. */
  totalCount: Scalars['Int']['output'];
};

/** An API key in a list. */
export type ApiKeyEdge = {
  __typename?: 'ApiKeyEdge';
  /** The key's place in the list, for `after`. */
  cursor: Scalars['String']['output'];
  /** The key. */
  node: ApiKey;
};

/** What an API key lets a program do. */
export type ApiKeyScope =
  /** Call `predict` on the deployments that the key reaches. */
  | 'PREDICT';

/** Whether an API key works now. */
export type ApiKeyStatus =
  /** The key works. */
  | 'ACTIVE'
  /** The key's expiry has passed. Calls answer 403 `API_KEY_EXPIRED`. */
  | 'EXPIRED'
  /** Somebody revoked the key; this cannot be undone. Calls answer 403 `API_KEY_REVOKED`. */
  | 'REVOKED';

/**
 * Where an API key belongs decides what it reaches: a deployment's key calls that deployment only, a project's key calls
 * every deployment in the project, later ones included. Give one of the two.
 */
export type ApiKeyTarget =
  /** One deployment. */
  { deploymentId: Scalars['ID']['input']; projectId?: never; }
  |  /** A whole project. */
  { deploymentId?: never; projectId: Scalars['ID']['input']; };

/** A change of your own password. */
export type ChangePasswordInput = {
  /** The password that you sign in with now. */
  currentPassword: Scalars['String']['input'];
  /** At least 15 characters and at most 72 bytes in UTF-8. */
  newPassword: Scalars['String']['input'];
};

/** A new API key. */
export type CreateApiKeyInput = {
  /** When the key stops working; must lie in the future. Null: never. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /**
   * Makes the request safe to repeat: choose a new text (1 to 200 characters) for each key to make, and send the same one
   * when you repeat the request. For 24 hours no second key is made: the repeated request answers 409
   * `API_KEY_ALREADY_CREATED`, which names the key, as its secret cannot be shown again; with other input it is refused
   * (422 `IDEMPOTENCY_KEY_REUSED`).
   */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The key's name, 1 to 100 characters: best the integration that will hold it, one key for each. */
  name: Scalars['String']['input'];
  /** What the key reaches. */
  target: ApiKeyTarget;
};

/** A new API key, with its secret. */
export type CreateApiKeyPayload = {
  __typename?: 'CreateApiKeyPayload';
  /** The key as it is listed from now on. */
  apiKey: ApiKey;
  /** The raw key, `sk_…`. This is the only time it is shown: store it in the integration's secret store now. */
  rawKey: Scalars['String']['output'];
};

/** A new deployment. */
export type CreateDeploymentInput = {
  /** What it is for, up to 1000 characters. */
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

/** A deployment's predictions on one day. */
export type DailyPredictions = {
  __typename?: 'DailyPredictions';
  /** The day in UTC, as `YYYY-MM-DD`. */
  date: Scalars['String']['output'];
  /** How many predictions were answered. */
  predictions: Scalars['SafeInt']['output'];
};

/** A deleted API key. */
export type DeleteApiKeyPayload = {
  __typename?: 'DeleteApiKeyPayload';
  /** The id that the key had. */
  deletedApiKeyId: Scalars['ID']['output'];
};

/** A deleted deployment. */
export type DeleteDeploymentPayload = {
  __typename?: 'DeleteDeploymentPayload';
  /** The id that the deployment had. */
  deletedDeploymentId: Scalars['ID']['output'];
};

/** A deleted model. */
export type DeleteModelPayload = {
  __typename?: 'DeleteModelPayload';
  /** The id that the model had. */
  deletedModelId: Scalars['ID']['output'];
};

/** A deleted organization. */
export type DeleteOrganizationPayload = {
  __typename?: 'DeleteOrganizationPayload';
  /** The id that the organization had. */
  deletedOrganizationId: Scalars['ID']['output'];
};

/** A deleted project. */
export type DeleteProjectPayload = {
  __typename?: 'DeleteProjectPayload';
  /** The id that the project had. */
  deletedProjectId: Scalars['ID']['output'];
};

/** A model made callable. */
export type Deployment = {
  __typename?: 'Deployment';
  /** Whether calls are answered. */
  active: Scalars['Boolean']['output'];
  /** When it was created. */
  createdAt: Scalars['DateTime']['output'];
  /** The predictions of each of the last days in UTC, oldest first, today included; a day without any counts 0. */
  dailyPredictions: Array<DailyPredictions>;
  /** What it is for. */
  description?: Maybe<Scalars['String']['output']>;
  /** The deployment's id, which `predict` takes. */
  id: Scalars['ID']['output'];
  /** The model that it calls. */
  model: Model;
  /** The deployment's name. */
  name: Scalars['String']['output'];
  /** The successful calls, newest first. */
  predictionLogs: PredictionLogConnection;
  /** The project it belongs to. */
  project: Project;
  /**
   * Until when the model is quarantined: it crashed, took too long or needed too much memory three times within ten
   * minutes, and calls answer 500 `MODEL_FAILED` at once and cost nothing. The first time this takes 1 minute, then 5, then
   * 30. Null: it is not.
   */
  quarantinedUntil?: Maybe<Scalars['DateTime']['output']>;
  /** This month's predictions. */
  usage: MonthlyUsage;
};


/** A model made callable. */
export type DeploymentDailyPredictionsArgs = {
  days?: InputMaybe<Scalars['Int']['input']>;
};


/** A model made callable. */
export type DeploymentPredictionLogsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** An invitation into an organization, which waits for an answer. */
export type Invitation = {
  __typename?: 'Invitation';
  /** The e-mail that was invited. */
  email: Scalars['EmailAddress']['output'];
  /** When its link stops working. */
  expiresAt: Scalars['DateTime']['output'];
  /** The invitation's id. */
  id: Scalars['ID']['output'];
  /** Who invites; null for the operator of the server. */
  invitedBy?: Maybe<Person>;
  /**
   * Where the person accepts or declines. In the answer of `inviteMember` alone, else null: only a hash of its token is
   * stored. Whoever has the link can join.
   */
  link?: Maybe<Scalars['String']['output']>;
  /** The name of the organization that invites; empty for the operator's invitation to an account of one's own. */
  organizationName: Scalars['String']['output'];
  /** The role that the person will have. */
  role: OrganizationRole;
};

/** An invitation into an organization. */
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
  /** When it was registered. */
  createdAt: Scalars['DateTime']['output'];
  /** The model's id. */
  id: Scalars['ID']['output'];
  /** How many points a spectrum must have. */
  inputLength: Scalars['Int']['output'];
  /** What it predicts: a number or a category. */
  kind: ModelKind;
  /** The model's name; its versions share it. */
  name: Scalars['String']['output'];
  /** What it predicts, in words. */
  targetProperty: Scalars['String']['output'];
  /** The unit of its values; null when there is none. */
  unit?: Maybe<Scalars['String']['output']>;
  /** 1 for the first model of its name in the project, then 2, 3, …; the number of a deleted version is not used again. */
  version: Scalars['Int']['output'];
};

/** What a model predicts. */
export type ModelKind =
  /** A category for each spectrum, in `Prediction.category`. */
  | 'CLASSIFICATION'
  /** A number for each spectrum, in `Prediction.value`. */
  | 'REGRESSION';

/** A deployment's predictions in one month. */
export type MonthlyUsage = {
  __typename?: 'MonthlyUsage';
  /** The plan's limit for the month; null: unlimited. */
  limit?: Maybe<Scalars['SafeInt']['output']>;
  /** The month in UTC, as `YYYY-MM`. */
  month: Scalars['String']['output'];
  /** How many predictions were answered; one prediction is one spectrum. */
  predictions: Scalars['SafeInt']['output'];
};

/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type Mutation = {
  __typename?: 'Mutation';
  /** Accepts an invitation: you join the organization. The token from the link is what counts, not your e-mail. */
  acceptInvitation: Organization;
  /**
   * Replaces your password and ends your other sessions. A wrong current password counts as an attempt to sign in: too many
   * answer 429 `RATE_LIMITED`.
   */
  changePassword: Scalars['Boolean']['output'];
  /**
   * Makes an API key with the scope `predict` and returns the raw key, once: only a hash of it is stored.
   * Needs a plan with `allowApiPredict` and fewer than `maxApiKeys` usable keys in the project.
   */
  createApiKey: CreateApiKeyPayload;
  /** Makes a model callable. The deployment starts active. */
  createDeployment: Deployment;
  /**
   * Makes an organization on the Free plan, with you as its owner. A person may own 10 organizations on this plan, and make
   * 10 in 24 hours; more answer 429 `RATE_LIMITED`.
   */
  createOrganization: Organization;
  /** Makes a project. Organization owners and admins may; an admin becomes the project's owner. */
  createProject: Project;
  /** Declines an invitation, whose link then works no more. Needs no account. */
  declineInvitation: Scalars['Boolean']['output'];
  /**
   * Deletes your account for good. Models, deployments and API keys that you made stay with their organizations; logs and
   * activity no longer name you. Refused (400 `BAD_USER_INPUT`) while you are the only owner of an organization: make
   * another member an owner, or delete the organization, first.
   */
  deleteAccount: Scalars['Boolean']['output'];
  /** Deletes an API key for good, revoking it first when it is still active. Prediction logs keep naming it. */
  deleteApiKey: DeleteApiKeyPayload;
  /**
   * Deletes a deployment for good, and revokes and deletes the API keys that reach nothing else. Its prediction logs stay,
   * in `Project.predictionLogs`. Where it answered a call in this month, it counts against the plan until the month ends.
   */
  deleteDeployment: DeleteDeploymentPayload;
  /** Deletes one version of a model, for good. A model that a deployment calls is refused (409 `MODEL_IN_USE`). */
  deleteModel: DeleteModelPayload;
  /**
   * Deletes an organization with its projects, models, deployments, API keys, prediction logs and members, for good.
   * Organization owners may.
   */
  deleteOrganization: DeleteOrganizationPayload;
  /**
   * Deletes a project with its models, deployments, API keys, prediction logs and members, for good. Its owners may.
   * Deployments that answered a call in this month count against the plan until the month ends.
   */
  deleteProject: DeleteProjectPayload;
  /** Ends all of your sessions but the current one. */
  endOtherSessions: Scalars['Boolean']['output'];
  /** Ends one of your sessions; whoever uses it has to sign in again. Ending the current one signs you out. */
  endSession: Scalars['Boolean']['output'];
  /**
   * Invites a person into an organization, up to your own role. The answer holds a link that is shown this once and works
   * once, for 7 days; where the server sends mail, the person gets it too. The answer is the same whether or not the e-mail
   * has an account. A newer invitation of the same e-mail replaces the older one.
   */
  inviteMember: Invitation;
  /** Leaves an organization and its projects. The last owner stays. */
  leaveOrganization: Scalars['Boolean']['output'];
  /**
   * Predicts for up to 1000 spectra, in their order. For programs (`Authorization: Api-Key sk_…`) and for signed-in
   * people. Each spectrum counts as one prediction of the month; a call that fails, or that the rest of the month's
   * quota cannot hold, costs nothing.
   */
  predict: PredictPayload;
  /**
   * Registers an ONNX model. Its kind and input length are found in the file, and one trial run is made. A name that
   * the project already has becomes that model's next version.
   */
  registerModel: Model;
  /** Renames a deployment. Its prediction logs show the new name. */
  renameDeployment: Deployment;
  /** Renames a model: all versions in the project that share the name. No other model of the project may have the new one. */
  renameModel: Model;
  /** Renames an organization; its slug stays. Organization owners may. */
  renameOrganization: Organization;
  /** Renames a project. Its owners may. */
  renameProject: Project;
  /**
   * Lets a deployment answer calls again whose model is quarantined, and forgets what led to that. Other deployments of
   * the same model answer again, too.
   */
  resetQuarantine: Deployment;
  /**
   * Revokes an API key from its next call on. This cannot be undone; the key stays listed. Revoking a revoked key
   * changes nothing and answers the key as it is.
   */
  revokeApiKey: ApiKey;
  /** Withdraws a pending invitation, whose link then works no more. For those who may invite with its role. */
  revokeInvitation: Scalars['Boolean']['output'];
  /** Switches a deployment on or off. Calls to an inactive deployment answer 409 `DEPLOYMENT_INACTIVE`. */
  setDeploymentActive: Deployment;
  /** Changes a member's role or, with a null role, removes the member. People join by invitation. */
  setOrganizationMember: Organization;
  /**
   * Adds a member to a project, changes a member's role or, with a null role, removes the member.
   * Only members of the organization can join its projects.
   */
  setProjectMember: Project;
  /** Signs in: sets an HttpOnly session cookie. A wrong password and an unknown e-mail answer alike. */
  signIn: User;
  /** Ends the session that the cookie names, and clears the cookie. */
  signOut: Scalars['Boolean']['output'];
  /**
   * Makes an account and signs it in (HttpOnly session cookie), with a personal organization on the Free plan that
   * holds one project; with an `invitationToken`, in the inviting organization instead. Where `signUpMode` is INVITED a
   * sign-up without invitation answers 403 `SIGN_UP_CLOSED`.
   */
  signUp: User;
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationAcceptInvitationArgs = {
  token: Scalars['String']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationChangePasswordArgs = {
  input: ChangePasswordInput;
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationCreateApiKeyArgs = {
  input: CreateApiKeyInput;
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationCreateDeploymentArgs = {
  input: CreateDeploymentInput;
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationCreateOrganizationArgs = {
  name: Scalars['String']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationCreateProjectArgs = {
  input: CreateProjectInput;
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationDeclineInvitationArgs = {
  token: Scalars['String']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationDeleteAccountArgs = {
  password: Scalars['String']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationDeleteApiKeyArgs = {
  id: Scalars['ID']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationDeleteDeploymentArgs = {
  id: Scalars['ID']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationDeleteModelArgs = {
  id: Scalars['ID']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationDeleteOrganizationArgs = {
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationDeleteProjectArgs = {
  id: Scalars['ID']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationEndSessionArgs = {
  id: Scalars['ID']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationInviteMemberArgs = {
  input: InviteMemberInput;
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationLeaveOrganizationArgs = {
  organizationId: Scalars['ID']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationPredictArgs = {
  deploymentId: Scalars['ID']['input'];
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  spectra: Array<SpectrumInput>;
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationRegisterModelArgs = {
  input: RegisterModelInput;
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationRenameDeploymentArgs = {
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationRenameModelArgs = {
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationRenameOrganizationArgs = {
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationRenameProjectArgs = {
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationResetQuarantineArgs = {
  deploymentId: Scalars['ID']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationRevokeApiKeyArgs = {
  id: Scalars['ID']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationRevokeInvitationArgs = {
  id: Scalars['ID']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationSetDeploymentActiveArgs = {
  active: Scalars['Boolean']['input'];
  id: Scalars['ID']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationSetOrganizationMemberArgs = {
  input: SetOrganizationMemberInput;
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationSetProjectMemberArgs = {
  input: SetProjectMemberInput;
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationSignInArgs = {
  email: Scalars['EmailAddress']['input'];
  password: Scalars['String']['input'];
};


/** A document may hold one mutation field only, so that a failing neighbour can never swallow a raw key. */
export type MutationSignUpArgs = {
  input: SignUpInput;
};

/** A tenant: one plan, members, projects. */
export type Organization = {
  __typename?: 'Organization';
  /** What the organization uses of its plan. */
  allowance: OrganizationAllowance;
  /** The organization's id. */
  id: Scalars['ID']['output'];
  /** The pending invitations, newest first, for those who may invite; empty for everybody else. */
  invitations: Array<Invitation>;
  /**
   * The usable API keys that somebody made who is no longer a member, newest first: at most 25, in the projects that you
   * can see. The person may still know their secrets: replace and revoke them.
   */
  keysOfFormerMembers: Array<ApiKey>;
  /** The organization's members, by name. */
  members: Array<OrganizationMember>;
  /** The organization's name. */
  name: Scalars['String']['output'];
  /** The plan that decides on API access, keys and monthly predictions. */
  plan: Plan;
  /** The projects that you can see, by name. */
  projects: Array<Project>;
  /** Your role in the organization. */
  role: OrganizationRole;
  /** The short name that commands use; unique. */
  slug: Scalars['String']['output'];
  /**
   * The usable API keys that a person made, newest first: at most 25, in the projects that you can see. They go on working
   * when the person leaves, who may know their secrets.
   */
  usableApiKeys: Array<ApiKey>;
  /** What your role in the organization allows. */
  viewerCan: OrganizationPermissions;
};


/** A tenant: one plan, members, projects. */
export type OrganizationUsableApiKeysArgs = {
  createdBy: Scalars['ID']['input'];
};

/** What an organization uses of its plan. All projects count, also those that you cannot see. */
export type OrganizationAllowance = {
  __typename?: 'OrganizationAllowance';
  /** The deployments, and the deleted ones that answered a call in this month (UTC). */
  deployments: Allowance;
  /** The models; each version counts. */
  models: Allowance;
  /** The projects. */
  projects: Allowance;
  /** Bytes of model files; identical files count once. */
  storageBytes: Allowance;
};

/** A person's membership in an organization. */
export type OrganizationMember = {
  __typename?: 'OrganizationMember';
  /** The member's e-mail, by which roles are given. */
  email: Scalars['EmailAddress']['output'];
  /** Who. */
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
  /** `renameOrganization` and `deleteOrganization`. */
  manageOrganization: Scalars['Boolean']['output'];
  /** Give the owner role, and change and remove owners. */
  manageOwners: Scalars['Boolean']['output'];
};

/** A member's role in an organization. */
export type OrganizationRole =
  /** Creates projects, invites, and changes the members who are not owners. */
  | 'ADMIN'
  /** Belongs to the organization; sees the projects in which a project role was given. */
  | 'MEMBER'
  /** Everything an admin may, owners included, and the owner role in every project. One owner always remains. */
  | 'OWNER';

/** Where a page stands in its list. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** The cursor of the last entry; null on an empty page. */
  endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether more follow: ask again with `after: endCursor`. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether anything stands before this page. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the first entry; null on an empty page. */
  startCursor?: Maybe<Scalars['String']['output']>;
};

/** Another person, as members of the same organization see them. */
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
  /** Whether API keys can be made and used. */
  allowApiPredict: Scalars['Boolean']['output'];
  /** How many usable API keys a project may hold. */
  maxApiKeys: Scalars['Int']['output'];
  /** How many deployments all projects together may hold. */
  maxDeployments: Scalars['Int']['output'];
  /** How many models all projects together may hold; each version counts. */
  maxModels: Scalars['Int']['output'];
  /** How many projects the organization may hold. */
  maxProjects: Scalars['Int']['output'];
  /** How many megabytes (10^6 bytes) of model files the organization may hold; identical files count once. */
  maxStorageMb: Scalars['Int']['output'];
  /** How many predictions a deployment answers in a month (UTC); null: unlimited. */
  monthlyPredictions?: Maybe<Scalars['SafeInt']['output']>;
  /** The plan's name. */
  name: PlanName;
};

/** The plans an organization can be on. */
export type PlanName =
  /** API keys for many integrations, without a monthly limit on predictions. */
  | 'ENTERPRISE'
  /** Web predictions only: no API keys. */
  | 'FREE'
  /** API keys for a few integrations. */
  | 'PRO';

/** The answer to `predict`. */
export type PredictPayload = {
  __typename?: 'PredictPayload';
  /** The id of this call's prediction log. */
  logId: Scalars['ID']['output'];
  /** The model that predicted. */
  model: Model;
  /** One prediction for each spectrum, in their order. */
  predictions: Array<Prediction>;
};

/** What a model says of one spectrum. */
export type Prediction = {
  __typename?: 'Prediction';
  /** The predicted category; null for regression. */
  category?: Maybe<Scalars['String']['output']>;
  /** The spectrum's sample name, as it was sent. */
  sampleName: Scalars['String']['output'];
  /** The predicted value, in the model's unit; null for classification. */
  value?: Maybe<Scalars['Float']['output']>;
};

/** The record of one successful call. It outlives the key that made it. */
export type PredictionLog = {
  __typename?: 'PredictionLog';
  /** The key itself; null once it is deleted, and for web predictions. */
  apiKey?: Maybe<ApiKey>;
  /** The id that the key has or had; null for web predictions. */
  apiKeyId?: Maybe<Scalars['ID']['output']>;
  /** The key's name when the call was made. */
  apiKeyName?: Maybe<Scalars['String']['output']>;
  /** The key's prefix. */
  apiKeyPrefix?: Maybe<Scalars['String']['output']>;
  /** When the call was made. */
  createdAt: Scalars['DateTime']['output'];
  /** The deployment that was called; null once it is deleted. */
  deployment?: Maybe<Deployment>;
  /** The deployment's name; of a deleted one, its last. */
  deploymentName: Scalars['String']['output'];
  /** How long validating the spectra and running the model took, in milliseconds. */
  durationMs: Scalars['Float']['output'];
  /** The log's id, which the call answered as `logId`. */
  id: Scalars['ID']['output'];
  /** The answer, in the order of the spectra. */
  predictions: Array<Prediction>;
  /** Whether a program or a person made the call. */
  source: PredictionSource;
};

/** A page of prediction logs. */
export type PredictionLogConnection = {
  __typename?: 'PredictionLogConnection';
  /** The logs with their cursors. */
  edges: Array<PredictionLogEdge>;
  /** The logs. */
  nodes: Array<PredictionLog>;
  /** Where this page stands in the list. */
  pageInfo: PageInfo;
};

/** A prediction log in a list. */
export type PredictionLogEdge = {
  __typename?: 'PredictionLogEdge';
  /** The log's place in the list, for `after`. */
  cursor: Scalars['String']['output'];
  /** The log. */
  node: PredictionLog;
};

/** Where a prediction was asked for. */
export type PredictionSource =
  /** By a program, with an API key. */
  | 'API'
  /** By a signed-in person. */
  | 'WEB';

/** Models and deployments that belong together, with their members and API keys. */
export type Project = {
  __typename?: 'Project';
  /** How many API keys the project holds and may hold. */
  apiKeyAllowance: ApiKeyAllowance;
  /** The deployments, newest first. */
  deployments: Array<Deployment>;
  /** The project's id. */
  id: Scalars['ID']['output'];
  /** Everybody who can see the project, by name. */
  members: Array<ProjectMember>;
  /** The registered models, newest first. */
  models: Array<Model>;
  /** The project's name. */
  name: Scalars['String']['output'];
  /** The organization that the project belongs to. */
  organization: Organization;
  /** The successful calls of all deployments, newest first; those of deleted deployments too. */
  predictionLogs: PredictionLogConnection;
  /** Your role in the project. */
  role: ProjectRole;
  /** What your role in the project allows. */
  viewerCan: ProjectPermissions;
};


/** Models and deployments that belong together, with their members and API keys. */
export type ProjectPredictionLogsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A person's membership in a project. Organization owners are owners of every project. */
export type ProjectMember = {
  __typename?: 'ProjectMember';
  /** The member's e-mail, by which roles are given. */
  email: Scalars['EmailAddress']['output'];
  /** Who. */
  person: Person;
  /** The member's role in the project. */
  role: ProjectRole;
};

/** What the viewer's role in a project allows. Plans and limits apply on top of it. */
export type ProjectPermissions = {
  __typename?: 'ProjectPermissions';
  /** Create, revoke and delete API keys. */
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
  /** Registers models, creates and switches deployments, manages API keys, predicts. */
  | 'CONTRIBUTOR'
  /** Everything a contributor may, and changes the project's members. */
  | 'OWNER'
  /** Sees the project, its keys (never raw), logs, usage and members; changes nothing. */
  | 'VIEWER';

export type Query = {
  __typename?: 'Query';
  /**
   * API keys, newest first. Of a deployment: every key that reaches it, its own and the project-wide ones.
   * Of a project: every key in it. Revoked and expired keys stay listed until they are deleted.
   */
  apiKeys: ApiKeyConnection;
  /** A deployment; null when it does not exist or is not visible to you. */
  deployment?: Maybe<Deployment>;
  /**
   * The pending invitation that a link's token belongs to; null when the token is wrong, or the invitation has expired,
   * been used, declined or revoked. Needs no account.
   */
  invitation?: Maybe<Invitation>;
  /** A project; null when it does not exist or is not visible to you. */
  project?: Maybe<Project>;
  /** Who may make an account on this server. */
  signUpMode: SignUpMode;
  /** The signed-in person; null when nobody is signed in. */
  viewer?: Maybe<User>;
};


export type QueryApiKeysArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  of: ApiKeyTarget;
};


export type QueryDeploymentArgs = {
  id: Scalars['ID']['input'];
};


export type QueryInvitationArgs = {
  token: Scalars['String']['input'];
};


export type QueryProjectArgs = {
  id: Scalars['ID']['input'];
};

/** A trained model as an ONNX file. */
export type RegisterModelInput = {
  /** The model's name, 1 to 100 characters. A name that the project has already becomes its next version. */
  name: Scalars['String']['input'];
  /**
   * The ONNX file, up to 16 MiB: one float32 or float64 input `[batch, points]`, the batch free or 1, and either one
   * numeric output `[batch]` or `[batch, 1]` or a label output (strings or int64), with or without probabilities.
   */
  onnx: Scalars['Base64']['input'];
  /** The project's id. */
  projectId: Scalars['ID']['input'];
  /** What the model predicts, for example `octane number`: 1 to 100 characters. */
  targetProperty: Scalars['String']['input'];
  /** The unit of the predicted value, for example `mg/kg`; at most 100 characters. */
  unit?: InputMaybe<Scalars['String']['input']>;
};

/** A sign-in that lasts: until you sign out, end it here, or 30 days have passed. */
export type Session = {
  __typename?: 'Session';
  /** What signed in, by its own account, for example `Firefox on Windows`. */
  browser: Scalars['String']['output'];
  /** When you signed in. */
  createdAt: Scalars['DateTime']['output'];
  /** Whether it is the session that asks. */
  current: Scalars['Boolean']['output'];
  /** The session's id. It gives nobody access. */
  id: Scalars['ID']['output'];
  /** When the session was last used, to the hour. */
  lastSeenAt: Scalars['DateTime']['output'];
  /** From which network it was used then: an IPv4 address, or the first 64 bits of an IPv6 address; null where it is not known. */
  network?: Maybe<Scalars['String']['output']>;
};

/** A member's role in an organization. */
export type SetOrganizationMemberInput = {
  /** The e-mail of a member. */
  email: Scalars['EmailAddress']['input'];
  /** The organization's id. */
  organizationId: Scalars['ID']['input'];
  /** The role to give; null removes the member, from the organization's projects too. */
  role?: InputMaybe<OrganizationRole>;
};

/** A member's role in a project. */
export type SetProjectMemberInput = {
  /** The e-mail of a member of the organization. */
  email: Scalars['EmailAddress']['input'];
  /** The project's id. */
  projectId: Scalars['ID']['input'];
  /** The role to give; null removes the member from the project. */
  role?: InputMaybe<ProjectRole>;
};

/** A new account. */
export type SignUpInput = {
  /** Used to sign in; one account for each address. */
  email: Scalars['EmailAddress']['input'];
  /** What follows `#` in the link of an invitation; it must be for the same e-mail. */
  invitationToken?: InputMaybe<Scalars['String']['input']>;
  /** The person's name, 1 to 100 characters. */
  name: Scalars['String']['input'];
  /** At least 15 characters and at most 72 bytes in UTF-8. */
  password: Scalars['String']['input'];
};

/** Who may make an account. */
export type SignUpMode =
  /** People with an invitation. */
  | 'INVITED'
  /** Everybody who reaches the server. */
  | 'OPEN';

/** One spectrum. */
export type SpectrumInput = {
  /** The sample's name, 1 to 200 characters; it comes back with the prediction. */
  sampleName: Scalars['String']['input'];
  /** The measured values in the order of the model's points. */
  yValues: Array<Scalars['Float']['input']>;
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
  /** Where you are signed in, the session seen last first; at most 50, beyond which the oldest ends. */
  sessions: Array<Session>;
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
  Allowance: ResolverTypeWrapper<Allowance>;
  ApiKey: ResolverTypeWrapper<ApiKeyRow>;
  ApiKeyAllowance: ResolverTypeWrapper<ApiKeyAllowance>;
  ApiKeyConnection: ResolverTypeWrapper<Omit<ApiKeyConnection, 'edges' | 'nodes'> & { edges: Array<ResolversTypes['ApiKeyEdge']>, nodes: Array<ResolversTypes['ApiKey']> }>;
  ApiKeyEdge: ResolverTypeWrapper<Omit<ApiKeyEdge, 'node'> & { node: ResolversTypes['ApiKey'] }>;
  ApiKeyScope: ApiKeyScope;
  ApiKeyStatus: ApiKeyStatus;
  ApiKeyTarget: ApiKeyTarget;
  Base64: ResolverTypeWrapper<Scalars['Base64']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  ChangePasswordInput: ChangePasswordInput;
  CreateApiKeyInput: CreateApiKeyInput;
  CreateApiKeyPayload: ResolverTypeWrapper<Omit<CreateApiKeyPayload, 'apiKey'> & { apiKey: ResolversTypes['ApiKey'] }>;
  CreateDeploymentInput: CreateDeploymentInput;
  CreateProjectInput: CreateProjectInput;
  DailyPredictions: ResolverTypeWrapper<DailyPredictions>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DeleteApiKeyPayload: ResolverTypeWrapper<DeleteApiKeyPayload>;
  DeleteDeploymentPayload: ResolverTypeWrapper<DeleteDeploymentPayload>;
  DeleteModelPayload: ResolverTypeWrapper<DeleteModelPayload>;
  DeleteOrganizationPayload: ResolverTypeWrapper<DeleteOrganizationPayload>;
  DeleteProjectPayload: ResolverTypeWrapper<DeleteProjectPayload>;
  Deployment: ResolverTypeWrapper<DeploymentRow>;
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
  PredictPayload: ResolverTypeWrapper<Answer>;
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
  SafeInt: ResolverTypeWrapper<Scalars['SafeInt']['output']>;
  Session: ResolverTypeWrapper<Session>;
  SetOrganizationMemberInput: SetOrganizationMemberInput;
  SetProjectMemberInput: SetProjectMemberInput;
  SignUpInput: SignUpInput;
  SignUpMode: SignUpMode;
  SpectrumInput: SpectrumInput;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  User: ResolverTypeWrapper<PersonRow>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Allowance: Allowance;
  ApiKey: ApiKeyRow;
  ApiKeyAllowance: ApiKeyAllowance;
  ApiKeyConnection: Omit<ApiKeyConnection, 'edges' | 'nodes'> & { edges: Array<ResolversParentTypes['ApiKeyEdge']>, nodes: Array<ResolversParentTypes['ApiKey']> };
  ApiKeyEdge: Omit<ApiKeyEdge, 'node'> & { node: ResolversParentTypes['ApiKey'] };
  ApiKeyTarget: ApiKeyTarget;
  Base64: Scalars['Base64']['output'];
  Boolean: Scalars['Boolean']['output'];
  ChangePasswordInput: ChangePasswordInput;
  CreateApiKeyInput: CreateApiKeyInput;
  CreateApiKeyPayload: Omit<CreateApiKeyPayload, 'apiKey'> & { apiKey: ResolversParentTypes['ApiKey'] };
  CreateDeploymentInput: CreateDeploymentInput;
  CreateProjectInput: CreateProjectInput;
  DailyPredictions: DailyPredictions;
  DateTime: Scalars['DateTime']['output'];
  DeleteApiKeyPayload: DeleteApiKeyPayload;
  DeleteDeploymentPayload: DeleteDeploymentPayload;
  DeleteModelPayload: DeleteModelPayload;
  DeleteOrganizationPayload: DeleteOrganizationPayload;
  DeleteProjectPayload: DeleteProjectPayload;
  Deployment: DeploymentRow;
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
  PredictPayload: Answer;
  Prediction: Prediction;
  PredictionLog: PredictionLogRow;
  PredictionLogConnection: Omit<PredictionLogConnection, 'edges' | 'nodes'> & { edges: Array<ResolversParentTypes['PredictionLogEdge']>, nodes: Array<ResolversParentTypes['PredictionLog']> };
  PredictionLogEdge: Omit<PredictionLogEdge, 'node'> & { node: ResolversParentTypes['PredictionLog'] };
  Project: ProjectRow;
  ProjectMember: ProjectMember;
  ProjectPermissions: ProjectPermissions;
  Query: Record<PropertyKey, never>;
  RegisterModelInput: RegisterModelInput;
  SafeInt: Scalars['SafeInt']['output'];
  Session: Session;
  SetOrganizationMemberInput: SetOrganizationMemberInput;
  SetProjectMemberInput: SetProjectMemberInput;
  SignUpInput: SignUpInput;
  SpectrumInput: SpectrumInput;
  String: Scalars['String']['output'];
  User: PersonRow;
};

export type AllowanceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Allowance'] = ResolversParentTypes['Allowance']> = {
  limit?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  used?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type ApiKeyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKey'] = ResolversParentTypes['ApiKey']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  createdBy?: Resolver<Maybe<ResolversTypes['Person']>, ParentType, ContextType>;
  deployment?: Resolver<Maybe<ResolversTypes['Deployment']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prefix?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  project?: Resolver<ResolversTypes['Project'], ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  revokedBy?: Resolver<Maybe<ResolversTypes['Person']>, ParentType, ContextType>;
  scopes?: Resolver<Array<ResolversTypes['ApiKeyScope']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ApiKeyStatus'], ParentType, ContextType>;
};

export type ApiKeyAllowanceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKeyAllowance'] = ResolversParentTypes['ApiKeyAllowance']> = {
  limit?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  used?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
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

export interface Base64ScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Base64'], any> {
  name: 'Base64';
}

export type CreateApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateApiKeyPayload'] = ResolversParentTypes['CreateApiKeyPayload']> = {
  apiKey?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
  rawKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type DailyPredictionsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DailyPredictions'] = ResolversParentTypes['DailyPredictions']> = {
  date?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
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

export type DeploymentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Deployment'] = ResolversParentTypes['Deployment']> = {
  active?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dailyPredictions?: Resolver<Array<ResolversTypes['DailyPredictions']>, ParentType, ContextType, RequireFields<DeploymentDailyPredictionsArgs, 'days'>>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  predictionLogs?: Resolver<ResolversTypes['PredictionLogConnection'], ParentType, ContextType, RequireFields<DeploymentPredictionLogsArgs, 'first'>>;
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
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  inputLength?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ModelKind'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  targetProperty?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  unit?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
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
  declineInvitation?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationDeclineInvitationArgs, 'token'>>;
  deleteAccount?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationDeleteAccountArgs, 'password'>>;
  deleteApiKey?: Resolver<ResolversTypes['DeleteApiKeyPayload'], ParentType, ContextType, RequireFields<MutationDeleteApiKeyArgs, 'id'>>;
  deleteDeployment?: Resolver<ResolversTypes['DeleteDeploymentPayload'], ParentType, ContextType, RequireFields<MutationDeleteDeploymentArgs, 'id'>>;
  deleteModel?: Resolver<ResolversTypes['DeleteModelPayload'], ParentType, ContextType, RequireFields<MutationDeleteModelArgs, 'id'>>;
  deleteOrganization?: Resolver<ResolversTypes['DeleteOrganizationPayload'], ParentType, ContextType, RequireFields<MutationDeleteOrganizationArgs, 'id' | 'name'>>;
  deleteProject?: Resolver<ResolversTypes['DeleteProjectPayload'], ParentType, ContextType, RequireFields<MutationDeleteProjectArgs, 'id'>>;
  endOtherSessions?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  endSession?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationEndSessionArgs, 'id'>>;
  inviteMember?: Resolver<ResolversTypes['Invitation'], ParentType, ContextType, RequireFields<MutationInviteMemberArgs, 'input'>>;
  leaveOrganization?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationLeaveOrganizationArgs, 'organizationId'>>;
  predict?: Resolver<ResolversTypes['PredictPayload'], ParentType, ContextType, RequireFields<MutationPredictArgs, 'deploymentId' | 'spectra'>>;
  registerModel?: Resolver<ResolversTypes['Model'], ParentType, ContextType, RequireFields<MutationRegisterModelArgs, 'input'>>;
  renameDeployment?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType, RequireFields<MutationRenameDeploymentArgs, 'id' | 'name'>>;
  renameModel?: Resolver<ResolversTypes['Model'], ParentType, ContextType, RequireFields<MutationRenameModelArgs, 'id' | 'name'>>;
  renameOrganization?: Resolver<ResolversTypes['Organization'], ParentType, ContextType, RequireFields<MutationRenameOrganizationArgs, 'id' | 'name'>>;
  renameProject?: Resolver<ResolversTypes['Project'], ParentType, ContextType, RequireFields<MutationRenameProjectArgs, 'id' | 'name'>>;
  resetQuarantine?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType, RequireFields<MutationResetQuarantineArgs, 'deploymentId'>>;
  revokeApiKey?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType, RequireFields<MutationRevokeApiKeyArgs, 'id'>>;
  revokeInvitation?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationRevokeInvitationArgs, 'id'>>;
  setDeploymentActive?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType, RequireFields<MutationSetDeploymentActiveArgs, 'active' | 'id'>>;
  setOrganizationMember?: Resolver<ResolversTypes['Organization'], ParentType, ContextType, RequireFields<MutationSetOrganizationMemberArgs, 'input'>>;
  setProjectMember?: Resolver<ResolversTypes['Project'], ParentType, ContextType, RequireFields<MutationSetProjectMemberArgs, 'input'>>;
  signIn?: Resolver<ResolversTypes['User'], ParentType, ContextType, RequireFields<MutationSignInArgs, 'email' | 'password'>>;
  signOut?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  signUp?: Resolver<ResolversTypes['User'], ParentType, ContextType, RequireFields<MutationSignUpArgs, 'input'>>;
};

export type OrganizationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Organization'] = ResolversParentTypes['Organization']> = {
  allowance?: Resolver<ResolversTypes['OrganizationAllowance'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  invitations?: Resolver<Array<ResolversTypes['Invitation']>, ParentType, ContextType>;
  keysOfFormerMembers?: Resolver<Array<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  members?: Resolver<Array<ResolversTypes['OrganizationMember']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  plan?: Resolver<ResolversTypes['Plan'], ParentType, ContextType>;
  projects?: Resolver<Array<ResolversTypes['Project']>, ParentType, ContextType>;
  role?: Resolver<ResolversTypes['OrganizationRole'], ParentType, ContextType>;
  slug?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  usableApiKeys?: Resolver<Array<ResolversTypes['ApiKey']>, ParentType, ContextType, RequireFields<OrganizationUsableApiKeysArgs, 'createdBy'>>;
  viewerCan?: Resolver<ResolversTypes['OrganizationPermissions'], ParentType, ContextType>;
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
};

export type PredictionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Prediction'] = ResolversParentTypes['Prediction']> = {
  category?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
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
  predictions?: Resolver<Array<ResolversTypes['Prediction']>, ParentType, ContextType>;
  source?: Resolver<ResolversTypes['PredictionSource'], ParentType, ContextType>;
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
  apiKeyAllowance?: Resolver<ResolversTypes['ApiKeyAllowance'], ParentType, ContextType>;
  deployments?: Resolver<Array<ResolversTypes['Deployment']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  members?: Resolver<Array<ResolversTypes['ProjectMember']>, ParentType, ContextType>;
  models?: Resolver<Array<ResolversTypes['Model']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  organization?: Resolver<ResolversTypes['Organization'], ParentType, ContextType>;
  predictionLogs?: Resolver<ResolversTypes['PredictionLogConnection'], ParentType, ContextType, RequireFields<ProjectPredictionLogsArgs, 'first'>>;
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
  apiKeys?: Resolver<ResolversTypes['ApiKeyConnection'], ParentType, ContextType, RequireFields<QueryApiKeysArgs, 'first' | 'of'>>;
  deployment?: Resolver<Maybe<ResolversTypes['Deployment']>, ParentType, ContextType, RequireFields<QueryDeploymentArgs, 'id'>>;
  invitation?: Resolver<Maybe<ResolversTypes['Invitation']>, ParentType, ContextType, RequireFields<QueryInvitationArgs, 'token'>>;
  project?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType, RequireFields<QueryProjectArgs, 'id'>>;
  signUpMode?: Resolver<ResolversTypes['SignUpMode'], ParentType, ContextType>;
  viewer?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
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

export type Resolvers<ContextType = Context> = {
  Allowance?: AllowanceResolvers<ContextType>;
  ApiKey?: ApiKeyResolvers<ContextType>;
  ApiKeyAllowance?: ApiKeyAllowanceResolvers<ContextType>;
  ApiKeyConnection?: ApiKeyConnectionResolvers<ContextType>;
  ApiKeyEdge?: ApiKeyEdgeResolvers<ContextType>;
  Base64?: GraphQLScalarType;
  CreateApiKeyPayload?: CreateApiKeyPayloadResolvers<ContextType>;
  DailyPredictions?: DailyPredictionsResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  DeleteApiKeyPayload?: DeleteApiKeyPayloadResolvers<ContextType>;
  DeleteDeploymentPayload?: DeleteDeploymentPayloadResolvers<ContextType>;
  DeleteModelPayload?: DeleteModelPayloadResolvers<ContextType>;
  DeleteOrganizationPayload?: DeleteOrganizationPayloadResolvers<ContextType>;
  DeleteProjectPayload?: DeleteProjectPayloadResolvers<ContextType>;
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
};

