import { findReached } from '../api-keys/authenticate.ts';
import { countUsableKeys } from '../api-keys/queries.ts';
import { checkNewApiKey, findTarget } from '../api-keys/requests.ts';
import {
  mayChangeOrganization,
  mayChangeProject,
  mayChangeProjectMembers,
  mayManageOrganization,
  mayManageProject,
} from '../auth/roles.ts';
import {
  apiKeyLimitReached,
  apiKeyNotAuthorized,
  forbidden,
  keysOnlyPredict,
  planFeatureRequired,
  signUpClosed,
  unauthenticated,
} from '../errors.ts';
import type {
  MutationCreateApiKeyArgs,
  MutationCreateDeploymentArgs,
  MutationPredictArgs,
  MutationResolvers,
  MutationSignUpArgs,
  QueryResolvers,
} from '../generated/graphql.ts';
import type { Context } from './context.ts';
import { and, rule } from './shield.ts';

// Each rule is one promise, named so. A check throws the catalogue's error where the promise would be broken.
// `and` runs its rules side by side and answers the first error in the order in which they are listed, which is
// the order of the design: credential, visibility, role, plan, input, limits. The facts come from the context,
// which reads each once a request.

function promise<Args>(name: string, check: (args: Args, context: Context) => void | Promise<void>) {
  return rule(name, { cache: 'no_cache' })(async (_parent, args: Args, context: Context) => {
    try {
      await check(args, context);
      return true;
    } catch (error) {
      // Returned, not thrown: shield would turn a fault of the database into "not authorised".
      return error instanceof Error ? error : new Error(String(error));
    }
  });
}

// Credentials

const aKeyDoesNothingButPredict = promise('a key does nothing but predict', (_args, { caller }) => {
  if (caller.kind === 'api-key') throw keysOnlyPredict();
});

const aPersonIsSignedIn = promise('a person is signed in', (_args, { viewer }) => {
  viewer();
});

const somebodyIsKnown = promise('a person is signed in, or a key is used', (_args, { caller }) => {
  if (caller.kind === 'anybody') throw unauthenticated();
});

const nobodySignsUpUninvitedWhereThatIsClosed = promise(
  'nobody signs up uninvited where that is closed',
  ({ input }: MutationSignUpArgs, { signUpMode }) => {
    if (signUpMode === 'invited' && input.invitationToken == null) throw signUpClosed();
  },
);

// Visibility and roles. What is not visible answers like what does not exist: `get` throws NOT_FOUND.

const membersWhoAreNotAdminsLeaveTheOrganizationAlone = promise(
  'members who are not admins leave the organization alone',
  async ({ input }: { input: { organizationId: string } }, { viewer }) => {
    const { role } = await viewer().load.organization.get(input.organizationId);
    if (!mayChangeOrganization(role))
      throw forbidden('Only admins and owners of the organization may do this.');
  },
);

const onlyOwnersChangeWhoIsInTheProject = promise(
  'only owners change who is in the project',
  async ({ input }: { input: { projectId: string } }, { viewer }) => {
    const { role } = await viewer().load.project.get(input.projectId);
    if (!mayChangeProjectMembers(role)) throw forbidden('Only owners of the project may do this.');
  },
);

const onlyOwnersRenameOrDeleteTheOrganization = promise(
  'only owners rename or delete the organization',
  async ({ id }: { id: string }, { viewer }) => {
    const { role } = await viewer().load.organization.get(id);
    if (!mayManageOrganization(role)) throw forbidden('Only owners of the organization may do this.');
  },
);

const onlyOwnersRenameOrDeleteTheProject = promise(
  'only owners rename or delete the project',
  async ({ id }: { id: string }, { viewer }) => {
    const { role } = await viewer().load.project.get(id);
    if (!mayManageProject(role)) throw forbidden('Only owners of the project may do this.');
  },
);

const viewersRenameAndDeleteNoModel = promise(
  'viewers rename and delete no model',
  async ({ id }: { id: string }, { viewer }) => {
    const { load } = viewer();
    const { projectId } = await load.model.get(id);
    const { role } = await load.project.get(projectId);
    if (!mayChangeProject(role)) throw forbidden();
  },
);

const viewersRegisterNoModel = promise(
  'viewers register no model',
  async ({ input }: { input: { projectId: string } }, { viewer }) => {
    const { role } = await viewer().load.project.get(input.projectId);
    if (!mayChangeProject(role)) throw forbidden();
  },
);

const viewersDeployNothing = promise(
  'viewers deploy nothing',
  async ({ input }: MutationCreateDeploymentArgs, { viewer }) => {
    const { load } = viewer();
    const { projectId } = await load.model.get(input.modelId);
    const { role } = await load.project.get(projectId);
    if (!mayChangeProject(role)) throw forbidden();
  },
);

const viewersChangeNoDeployment = promise(
  'viewers switch, rename and delete no deployment',
  async ({ id }: { id: string }, { viewer }) => {
    const { role } = await viewer().load.deployment.get(id);
    if (!mayChangeProject(role)) throw forbidden();
  },
);

const viewersResetNoQuarantine = promise(
  'viewers reset no quarantine',
  async ({ deploymentId }: { deploymentId: string }, { viewer }) => {
    const { role } = await viewer().load.deployment.get(deploymentId);
    if (!mayChangeProject(role)) throw forbidden();
  },
);

const strangersSeeNoKeys = promise(
  'strangers see no keys',
  async ({ of }: { of: MutationCreateApiKeyArgs['input']['target'] }, { viewer }) => {
    await findTarget(viewer().load, of);
  },
);

const viewersCreateNoKey = promise(
  'viewers create no key',
  async ({ input }: MutationCreateApiKeyArgs, { viewer }) => {
    const { role } = await findTarget(viewer().load, input.target);
    if (!mayChangeProject(role)) throw forbidden();
  },
);

const viewersRevokeAndDeleteNoKey = promise(
  'viewers revoke and delete no key',
  async ({ id }: { id: string }, { viewer }) => {
    const { role } = await viewer().load.apiKey.get(id);
    if (!mayChangeProject(role)) throw forbidden();
  },
);

// Plans, input and limits of keys

async function planOf({ viewer }: Context, target: MutationCreateApiKeyArgs['input']['target']) {
  const { load } = viewer();
  const { projectId } = await findTarget(load, target);
  const { organizationId } = await load.project.get(projectId);
  const { plan } = await load.organization.get(organizationId);
  return { plan, projectId };
}

const aPlanWithoutApiAccessCreatesNoKey = promise(
  'a plan without API access creates no key',
  async ({ input }: MutationCreateApiKeyArgs, context) => {
    const { plan } = await planOf(context, input.target);
    if (!plan.allowApiPredict) throw planFeatureRequired();
  },
);

const aNewKeyHasANameAndAFuture = promise(
  'a new key has a name and a future',
  ({ input }: MutationCreateApiKeyArgs, { at }) => {
    checkNewApiKey(input, at);
  },
);

// For the answer in the common case; where requests race, or may repeat one that filled the project, the transaction that
// inserts the key holds the limit.
const aProjectHoldsNoMoreKeysThanItsPlanAllows = promise(
  'a project holds no more keys than its plan allows',
  async ({ input }: MutationCreateApiKeyArgs, context) => {
    if (input.idempotencyKey != null) return;
    const { plan, projectId } = await planOf(context, input.target);
    // Past the loader, which would keep the count for the answer, in which the new key counts.
    const [held] = await countUsableKeys(context.db, context.at, [projectId]);
    if ((held?.used ?? 0) >= plan.maxApiKeys) throw apiKeyLimitReached();
  },
);

// predict

const aKeyNeedsTheScopePredict = promise('a key needs the scope predict', (_args, { caller }) => {
  if (caller.kind === 'api-key' && !caller.key.scopes.includes('PREDICT')) throw apiKeyNotAuthorized();
});

const aKeyPredictsOnlyWhereItReaches = promise(
  'a key predicts only where it reaches',
  ({ deploymentId }: MutationPredictArgs, { caller }) => {
    if (caller.kind === 'api-key') findReached(caller.key, deploymentId);
  },
);

const aPlanWithoutApiAccessStopsItsKeys = promise(
  'a plan without API access stops its keys',
  (_args, { caller }) => {
    if (caller.kind === 'api-key' && !caller.key.allowApiPredict) throw planFeatureRequired();
  },
);

const viewersPredictNothing = promise(
  'viewers predict nothing',
  async ({ deploymentId }: MutationPredictArgs, { caller }) => {
    if (caller.kind !== 'person') return;
    const { role } = await caller.viewer.load.deployment.get(deploymentId);
    if (!mayChangeProject(role)) throw forbidden();
  },
);

type Rules<Fields> = Record<keyof Fields, ReturnType<typeof promise> | ReturnType<typeof and>>;

/** The rule of every field of Query and Mutation; a field that is missing here does not compile, and is denied. */
export const permissions: { Query: Rules<QueryResolvers>; Mutation: Rules<MutationResolvers> } = {
  Query: {
    viewer: aKeyDoesNothingButPredict,
    signUpMode: aKeyDoesNothingButPredict,
    invitation: aKeyDoesNothingButPredict,
    project: aPersonIsSignedIn,
    deployment: aPersonIsSignedIn,
    apiKeys: and(aPersonIsSignedIn, strangersSeeNoKeys),
  },
  Mutation: {
    signUp: and(aKeyDoesNothingButPredict, nobodySignsUpUninvitedWhereThatIsClosed),
    signIn: aKeyDoesNothingButPredict,
    signOut: aPersonIsSignedIn,
    changePassword: aPersonIsSignedIn,
    endSession: aPersonIsSignedIn,
    endOtherSessions: aPersonIsSignedIn,
    deleteAccount: aPersonIsSignedIn,
    createProject: and(aPersonIsSignedIn, membersWhoAreNotAdminsLeaveTheOrganizationAlone),
    createOrganization: aPersonIsSignedIn,
    inviteMember: and(aPersonIsSignedIn, membersWhoAreNotAdminsLeaveTheOrganizationAlone),
    acceptInvitation: aPersonIsSignedIn,
    declineInvitation: aKeyDoesNothingButPredict,
    // Which organization it is about is found with the invitation, where its role is checked.
    revokeInvitation: aPersonIsSignedIn,
    leaveOrganization: aPersonIsSignedIn,
    setOrganizationMember: and(aPersonIsSignedIn, membersWhoAreNotAdminsLeaveTheOrganizationAlone),
    setProjectMember: and(aPersonIsSignedIn, onlyOwnersChangeWhoIsInTheProject),
    registerModel: and(aPersonIsSignedIn, viewersRegisterNoModel),
    createDeployment: and(aPersonIsSignedIn, viewersDeployNothing),
    setDeploymentActive: and(aPersonIsSignedIn, viewersChangeNoDeployment),
    renameOrganization: and(aPersonIsSignedIn, onlyOwnersRenameOrDeleteTheOrganization),
    deleteOrganization: and(aPersonIsSignedIn, onlyOwnersRenameOrDeleteTheOrganization),
    renameProject: and(aPersonIsSignedIn, onlyOwnersRenameOrDeleteTheProject),
    deleteProject: and(aPersonIsSignedIn, onlyOwnersRenameOrDeleteTheProject),
    renameModel: and(aPersonIsSignedIn, viewersRenameAndDeleteNoModel),
    deleteModel: and(aPersonIsSignedIn, viewersRenameAndDeleteNoModel),
    renameDeployment: and(aPersonIsSignedIn, viewersChangeNoDeployment),
    deleteDeployment: and(aPersonIsSignedIn, viewersChangeNoDeployment),
    resetQuarantine: and(aPersonIsSignedIn, viewersResetNoQuarantine),
    createApiKey: and(
      aPersonIsSignedIn,
      viewersCreateNoKey,
      aPlanWithoutApiAccessCreatesNoKey,
      aNewKeyHasANameAndAFuture,
      aProjectHoldsNoMoreKeysThanItsPlanAllows,
    ),
    revokeApiKey: and(aPersonIsSignedIn, viewersRevokeAndDeleteNoKey),
    deleteApiKey: and(aPersonIsSignedIn, viewersRevokeAndDeleteNoKey),
    predict: and(
      somebodyIsKnown,
      aKeyNeedsTheScopePredict,
      aKeyPredictsOnlyWhereItReaches,
      viewersPredictNothing,
      aPlanWithoutApiAccessStopsItsKeys,
    ),
  },
};
