import {
  requireOrganizationAdmin,
  requireOrganizationOwner,
  requireSignUpAllowed,
} from '../accounts/authorize.ts';
import { requireKeyCreator, requireKeyEditor, requireTarget } from '../api-keys/authorize.ts';
import { requireKeyHolder, requireNoApiKey, requireSignedIn } from '../auth/caller.ts';
import { requireDeploymentEditor, requireModelEditor } from '../deployments/authorize.ts';
import type {
  MutationCreateApiKeyArgs,
  MutationCreateDeploymentArgs,
  MutationPredictArgs,
  MutationResolvers,
  MutationRotateApiKeyArgs,
  MutationSetKeyMailsArgs,
  MutationSetModelXAxisArgs,
  MutationSignUpArgs,
  MutationUpdateApiKeyArgs,
  QueryApiKeysArgs,
  QueryResolvers,
} from '../generated/graphql.ts';
import { authorizePredict } from '../predictions/authorize.ts';
import { requireProjectEditor, requireProjectOwner } from '../projects/authorize.ts';
import { requireDelivery, requireWebhook } from '../webhooks/authorize.ts';
import type { Context } from './context.ts';
import { rule } from './shield.ts';

// The rules of the root fields. Each calls a function of another folder (projects/authorize.ts,
// predictions/authorize.ts, …), which throws an error of the catalogue. Checks run in this order: credential,
// visibility, role, plan, input. The facts come from the loaders of the request, which read each row once.

/** Makes a rule from a check that throws. */
function ruleOf<Args>(check: (context: Context, args: Args) => unknown) {
  return rule({ cache: 'no_cache' })(async (_parent, args: Args, context: Context) => {
    try {
      await check(context, args);
      return true;
    } catch (error) {
      // Returned, not thrown: shield would turn a database error into "not authorised".
      return error instanceof Error ? error : new Error(String(error));
    }
  });
}

interface IdArgs {
  id: string;
}
interface OrganizationArgs {
  input: { organizationId: string };
}
interface ProjectArgs {
  input: { projectId: string };
}

/** The field itself depends on the caller. */
const anyone = ruleOf(() => {});
const person = ruleOf(({ caller }) => requireSignedIn(caller));
const noApiKey = ruleOf(({ caller }) => requireNoApiKey(caller));
const organizationAdmin = ruleOf(({ viewer }, { input }: OrganizationArgs) =>
  requireOrganizationAdmin(viewer(), input.organizationId),
);
const organizationOwner = ruleOf(({ viewer }, { id }: IdArgs) => requireOrganizationOwner(viewer(), id));
const projectOwner = ruleOf(({ viewer }, { id }: IdArgs) => requireProjectOwner(viewer(), id));
const modelEditor = ruleOf(({ viewer }, { id }: IdArgs) => requireModelEditor(viewer(), id));
const deploymentEditor = ruleOf(({ viewer }, { id }: IdArgs) => requireDeploymentEditor(viewer(), id));
const keyEditor = ruleOf(({ viewer }, { id }: IdArgs) => requireKeyEditor(viewer(), id));

const webhookOwner = ruleOf(({ viewer }, { id }: IdArgs) => requireWebhook(viewer(), id));

type Rules<Fields> = Record<keyof Fields, ReturnType<typeof ruleOf>>;

/** The rule of every field of Query and Mutation. A missing field does not compile, and is denied. */
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
    apiKey: person,
    clientAddress: person,
    currentApiKey: anyone,
    webhook: person,
    organization: person,
    apiKeys: ruleOf(({ viewer }, { of }: QueryApiKeysArgs) => requireTarget(viewer(), of)),
  },
  Mutation: {
    signUp: ruleOf(({ caller, signUpMode }, { input }: MutationSignUpArgs) => {
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
    // The role is checked where the invitation is found, with its organization.
    revokeInvitation: person,
    leaveOrganization: person,
    setOrganizationMember: organizationAdmin,
    setProjectMember: ruleOf(({ viewer }, { input }: ProjectArgs) =>
      requireProjectOwner(viewer(), input.projectId),
    ),
    registerModel: ruleOf(({ viewer }, { input }: ProjectArgs) =>
      requireProjectEditor(viewer(), input.projectId),
    ),
    createDeployment: ruleOf(({ viewer }, { input }: MutationCreateDeploymentArgs) =>
      requireModelEditor(viewer(), input.modelId),
    ),
    setDeploymentActive: deploymentEditor,
    renameOrganization: organizationOwner,
    deleteOrganization: organizationOwner,
    setApiKeyPolicy: ruleOf(({ viewer }, { input }: OrganizationArgs) =>
      requireOrganizationOwner(viewer(), input.organizationId),
    ),
    renameProject: projectOwner,
    deleteProject: projectOwner,
    setModelXAxis: ruleOf(({ viewer }, { input }: MutationSetModelXAxisArgs) =>
      requireModelEditor(viewer(), input.modelId),
    ),
    renameModel: modelEditor,
    deleteModel: modelEditor,
    renameDeployment: deploymentEditor,
    deleteDeployment: deploymentEditor,
    resetQuarantine: ruleOf(({ viewer }, { deploymentId }: { deploymentId: string }) =>
      requireDeploymentEditor(viewer(), deploymentId),
    ),
    createApiKey: ruleOf(({ viewer, at }, { input }: MutationCreateApiKeyArgs) =>
      requireKeyCreator(viewer(), input, at),
    ),
    updateApiKey: ruleOf(({ viewer }, { input }: MutationUpdateApiKeyArgs) =>
      requireKeyEditor(viewer(), input.id),
    ),
    rotateApiKey: ruleOf(({ viewer }, { input }: MutationRotateApiKeyArgs) =>
      requireKeyEditor(viewer(), input.id),
    ),
    rehearseApiKeyRevocation: keyEditor,
    endApiKeyRehearsal: keyEditor,
    revokeThisApiKey: ruleOf(({ caller }) => requireKeyHolder(caller)),
    revokeApiKey: keyEditor,
    deleteApiKey: keyEditor,
    createWebhook: ruleOf(({ viewer }, { input }: OrganizationArgs) =>
      requireOrganizationOwner(viewer(), input.organizationId),
    ),
    updateWebhook: ruleOf(({ viewer }, { input }: { input: IdArgs }) => requireWebhook(viewer(), input.id)),
    rotateWebhookSecret: webhookOwner,
    deleteWebhook: webhookOwner,
    testWebhook: webhookOwner,
    setKeyMails: ruleOf(({ viewer }, { organizationId }: MutationSetKeyMailsArgs) =>
      viewer().load.organization.get(organizationId),
    ),
    resendWebhookDelivery: ruleOf(({ viewer }, { id }: IdArgs) => requireDelivery(viewer(), id)),
    predict: ruleOf(({ caller }, { deploymentId }: MutationPredictArgs) =>
      authorizePredict(caller, deploymentId),
    ),
  },
};
