import {
  requireOrganizationAdmin,
  requireOrganizationOwner,
  requireSignUpAllowed,
} from '../accounts/authorize.ts';
import { requireKeyCreator, requireKeyEditor, requireTarget } from '../api-keys/authorize.ts';
import { requireNoApiKey, requireSignedIn } from '../auth/caller.ts';
import { requireDeploymentEditor, requireModelEditor } from '../deployments/authorize.ts';
import type {
  MutationCreateApiKeyArgs,
  MutationCreateDeploymentArgs,
  MutationPredictArgs,
  MutationResolvers,
  MutationSignUpArgs,
  QueryApiKeysArgs,
  QueryResolvers,
} from '../generated/graphql.ts';
import { authorizePredict } from '../predictions/authorize.ts';
import { requireProjectEditor, requireProjectOwner } from '../projects/authorize.ts';
import type { Context } from './context.ts';
import { rule } from './shield.ts';

// The rules of the root fields. Each calls the function that decides, which lives beside what it finds
// (projects/authorize.ts, predictions/authorize.ts, …) and throws the catalogue's error, in the order of the design:
// credential, visibility, role, plan, input. The facts come from the loaders of the request, which read each once.

function permit<Args>(check: (context: Context, args: Args) => unknown) {
  return rule({ cache: 'no_cache' })(async (_parent, args: Args, context: Context) => {
    try {
      await check(context, args);
      return true;
    } catch (error) {
      // Returned, not thrown: shield would turn a fault of the database into "not authorised".
      return error instanceof Error ? error : new Error(String(error));
    }
  });
}

interface OfId {
  id: string;
}
interface OfOrganization {
  input: { organizationId: string };
}
interface OfProject {
  input: { projectId: string };
}

const person = permit(({ caller }) => requireSignedIn(caller));
const noApiKey = permit(({ caller }) => requireNoApiKey(caller));
const organizationAdmin = permit(({ viewer }, { input }: OfOrganization) =>
  requireOrganizationAdmin(viewer(), input.organizationId),
);
const organizationOwner = permit(({ viewer }, { id }: OfId) => requireOrganizationOwner(viewer(), id));
const projectOwner = permit(({ viewer }, { id }: OfId) => requireProjectOwner(viewer(), id));
const modelEditor = permit(({ viewer }, { id }: OfId) => requireModelEditor(viewer(), id));
const deploymentEditor = permit(({ viewer }, { id }: OfId) => requireDeploymentEditor(viewer(), id));
const keyEditor = permit(({ viewer }, { id }: OfId) => requireKeyEditor(viewer(), id));

type Rules<Fields> = Record<keyof Fields, ReturnType<typeof permit>>;

/** The rule of every field of Query and Mutation; a field that is missing here does not compile, and is denied. */
export const permissions: {
  Query: Rules<QueryResolvers>;
  Mutation: Rules<MutationResolvers>;
} = {
  Query: {
    viewer: noApiKey,
    signUpMode: noApiKey,
    invitation: noApiKey,
    project: person,
    deployment: person,
    apiKeys: permit(({ viewer }, { of }: QueryApiKeysArgs) => requireTarget(viewer(), of)),
  },
  Mutation: {
    signUp: permit(({ caller, signUpMode }, { input }: MutationSignUpArgs) => {
      requireNoApiKey(caller);
      requireSignUpAllowed(signUpMode, input.invitationToken);
    }),
    signIn: noApiKey,
    signOut: person,
    changePassword: person,
    endSession: person,
    endOtherSessions: person,
    deleteAccount: person,
    createProject: organizationAdmin,
    createOrganization: person,
    inviteMember: organizationAdmin,
    acceptInvitation: person,
    declineInvitation: noApiKey,
    // The organization is found with the invitation, where the role is checked.
    revokeInvitation: person,
    leaveOrganization: person,
    setOrganizationMember: organizationAdmin,
    setProjectMember: permit(({ viewer }, { input }: OfProject) =>
      requireProjectOwner(viewer(), input.projectId),
    ),
    registerModel: permit(({ viewer }, { input }: OfProject) =>
      requireProjectEditor(viewer(), input.projectId),
    ),
    createDeployment: permit(({ viewer }, { input }: MutationCreateDeploymentArgs) =>
      requireModelEditor(viewer(), input.modelId),
    ),
    setDeploymentActive: deploymentEditor,
    renameOrganization: organizationOwner,
    deleteOrganization: organizationOwner,
    renameProject: projectOwner,
    deleteProject: projectOwner,
    renameModel: modelEditor,
    deleteModel: modelEditor,
    renameDeployment: deploymentEditor,
    deleteDeployment: deploymentEditor,
    resetQuarantine: permit(({ viewer }, { deploymentId }: { deploymentId: string }) =>
      requireDeploymentEditor(viewer(), deploymentId),
    ),
    createApiKey: permit(({ viewer, at }, { input }: MutationCreateApiKeyArgs) =>
      requireKeyCreator(viewer(), input, at),
    ),
    revokeApiKey: keyEditor,
    deleteApiKey: keyEditor,
    predict: permit(({ caller }, { deploymentId }: MutationPredictArgs) =>
      authorizePredict(caller, deploymentId),
    ),
  },
};
