import type { Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { requireOrganizationOwner } from '../accounts/authorize.ts';
import { requireKeyHolder } from '../auth/caller.ts';
import { readDeployments } from '../deployments/deployments.ts';
import { apiKeyAlreadyCreated, unavailable } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { claimKey, findStoredResult, type IdempotentRequest } from '../requests/idempotency.ts';
import { isUuid } from '../requests/names.ts';
import { requireKeyCreator, requireKeyEditor, requireKeyRotator, requireTarget } from './authorize.ts';
import { changeApiKey } from './change-key.ts';
import { checkHeldSelection } from './held-selection.ts';
import { checkKeyPage } from './list.ts';
import { deleteApiKey, insertApiKey, revokeApiKey } from './manage-keys.ts';
import { memberOf } from './member-keys.ts';
import { findKeyUsage } from './month-usage.ts';
import { brokenRules, checkPolicyInput, NO_POLICY, setKeyPolicy } from './policy.ts';
import { findCreatedKey, isUsable } from './queries.ts';
import { generateRawKey } from './raw-key.ts';
import { checkRefusalDays, DEFAULT_REFUSAL_DAYS } from './refusals-by-code.ts';
import { endRehearsal, rehearseRevocation } from './rehearsal.ts';
import { repeatableCreate, repeatableRotation } from './requests.ts';
import { revokeByHolder } from './revoke-by-holder.ts';
import { rotateApiKey } from './rotate-key.ts';
import { checkChangedSettings } from './settings.ts';

/**
 * Claims the idempotency key of a request that makes an API key.
 *
 * @throws API_KEY_ALREADY_CREATED when the request was executed before
 */
async function claimCreation(
  trx: Transaction<DB>,
  repeatable: IdempotentRequest | null,
  id: string,
): Promise<void> {
  if (!repeatable || (await claimKey(trx, repeatable, id))) return;
  const made = await findStoredResult(trx, repeatable);
  throw made ? apiKeyAlreadyCreated(await findCreatedKey(trx, made.resultId)) : unavailable();
}

const person = (id: string | null, name: string | null) =>
  id === null || name === null ? null : { id, name };

/**
 * The resolvers of API keys. All but `currentApiKey` and `revokeThisApiKey` are for people only: keys cannot manage
 * other keys. graphql/permissions.ts checks the caller.
 */
export const apiKeyResolvers = {
  Query: {
    currentApiKey: (_parent, _args, { caller }) => (caller.kind === 'api-key' ? caller.key : null),
    clientAddress: (_parent, _args, { clientAddress }) => clientAddress(),
    apiKey: (_parent, { id }, { viewer }) => viewer().load.apiKey.find(id),
    async apiKeys(_parent, { of, orderBy, ...args }, { viewer }) {
      const { load } = viewer();
      const page = checkKeyPage(args, orderBy);
      const { projectId, deploymentId } = await requireTarget({ load }, of);
      return await load.apiKeys[orderBy]({ projectId, deploymentId, ...page });
    },
  },

  Mutation: {
    async createApiKey(_parent, { input }, { transaction, by, viewer, at }) {
      const { id: callerId, load } = viewer();
      const newKey = await requireKeyCreator({ load }, input, at);
      const rawKey = generateRawKey();
      const id = newId();
      const repeatable = repeatableCreate(input.idempotencyKey, { callerId, at }, newKey);
      await transaction(async trx => {
        await claimCreation(trx, repeatable, id);
        await insertApiKey(trx, { id, ...newKey, rawKey }, by());
      });
      return { apiKey: await load.apiKey.get(id), rawKey: rawKey.text };
    },

    async updateApiKey(_parent, { input }, { transaction, by, viewer, at }) {
      const { load } = viewer();
      const { id, projectId } = await requireKeyEditor({ load }, input.id);
      const settings = checkChangedSettings(input, at);
      await transaction(trx => changeApiKey(trx, { id, projectId }, settings, by()));
      return await load.apiKey.reload(id);
    },

    async rotateApiKey(_parent, { input }, { transaction, by, viewer, at }) {
      const { id: callerId, load } = viewer();
      const { id, projectId, rotation } = await requireKeyRotator({ load }, input, at);
      const successor = { id: newId(), rawKey: generateRawKey() };
      const repeatable = repeatableRotation(input.idempotencyKey, { callerId, at }, { id, ...rotation });
      await transaction(async trx => {
        await claimCreation(trx, repeatable, successor.id);
        await rotateApiKey(trx, { id, projectId, rotation }, successor, by());
      });
      // It was read for the permission, and now has a successor.
      await load.apiKey.reload(id);
      return { apiKey: await load.apiKey.get(successor.id), rawKey: successor.rawKey.text };
    },

    async rehearseApiKeyRevocation(_parent, { id, minutes }, { transaction, by, viewer }) {
      const { load } = viewer();
      const key = await requireKeyEditor({ load }, id);
      await transaction(trx => rehearseRevocation(trx, { id: key.id, minutes }, by()));
      return await load.apiKey.reload(id);
    },

    async endApiKeyRehearsal(_parent, { id }, { transaction, by, viewer }) {
      const { load } = viewer();
      const key = await requireKeyEditor({ load }, id);
      await transaction(trx => endRehearsal(trx, key.id, by()));
      return await load.apiKey.reload(id);
    },

    async setApiKeyPolicy(_parent, { input }, { transaction, by, viewer }) {
      const { load } = viewer();
      const { id } = await requireOrganizationOwner({ load }, input.organizationId);
      const policy = checkPolicyInput(input);
      await transaction(trx => setKeyPolicy(trx, id, policy, by()));
      return await load.organization.get(id);
    },

    async revokeApiKey(_parent, { id }, { transaction, by, viewer }) {
      const { load } = viewer();
      const key = await requireKeyEditor({ load }, id);
      await transaction(trx => revokeApiKey(trx, key.id, by()));
      return await load.apiKey.reload(id);
    },

    async revokeThisApiKey(_parent, _args, { caller, transaction, address, at }, info) {
      const digest = requireKeyHolder(caller);
      checkHeldSelection(info);
      return await transaction(trx => revokeByHolder(trx, digest, { network: address(), now: at }));
    },

    async deleteApiKey(_parent, { id }, { transaction, by, viewer }) {
      const key = await requireKeyEditor(viewer(), id);
      await transaction(trx => deleteApiKey(trx, key.id, by()));
      return { deletedApiKeyId: key.id };
    },
  },

  Project: {
    async apiKeyAllowance({ id, organizationId }, _args, { viewer }) {
      const { load } = viewer();
      const [{ plan }, [held]] = await Promise.all([
        load.organization.get(organizationId),
        load.usableKeys(id),
      ]);
      return { used: held?.used ?? 0, limit: plan.maxApiKeys, retiring: held?.retiring ?? 0 };
    },
  },

  Organization: {
    apiKeyPolicy: async ({ id }, _args, { viewer }) => (await viewer().load.keyPolicy(id))[0] ?? NO_POLICY,
    usableApiKeys: ({ id }, { createdBy }, { viewer }) =>
      isUuid(createdBy) ? viewer().load.keysOfMember(memberOf(id, createdBy.toLowerCase())) : [],
    keysOfFormerMembers: ({ id }, _args, { viewer }) => viewer().load.keysOfFormerMembers(id),
  },

  CurrentApiKey: {
    // A key that cannot be used is refused before.
    status: () => 'ACTIVE' as const,
    usage: (key, _args, { shareOf, at }) => findKeyUsage(shareOf(key.organizationId), key, at),
    deployments: (key, _args, { shareOf, at }) =>
      readDeployments(
        shareOf(key.organizationId),
        at,
        key.deployments.map(({ id }) => id),
      ),
  },

  ApiKey: {
    rehearsalUntil: (key, _args, { at }) =>
      isUsable(key, at) && key.rehearsalUntil && key.rehearsalUntil > at ? key.rehearsalUntil : null,
    status: ({ revokedAt, expiresAt }, _args, { at }) => {
      if (revokedAt) return 'REVOKED';
      return expiresAt && expiresAt <= at ? 'EXPIRED' : 'ACTIVE';
    },
    async brokenPolicyRules(key, _args, { viewer }) {
      const { load } = viewer();
      const { organizationId } = await load.project.get(key.projectId);
      const [policy = NO_POLICY] = await load.keyPolicy(organizationId);
      return brokenRules(policy, key);
    },
    predecessor: ({ predecessorId }, _args, { viewer }) =>
      predecessorId === null ? null : viewer().load.apiKey.find(predecessorId),
    successor: ({ successorId }, _args, { viewer }) =>
      successorId === null ? null : viewer().load.apiKey.find(successorId),
    successorUsedAt: async ({ successorId }, _args, { viewer }) =>
      successorId === null ? null : ((await viewer().load.firstUses(successorId))[0]?.at ?? null),
    project: ({ projectId }, _args, { viewer }) => viewer().load.project.get(projectId),
    deployment: ({ deploymentId }, _args, { viewer }) =>
      deploymentId === null ? null : viewer().load.deployment.get(deploymentId),
    refusals: ({ id }, { days }, { viewer }) =>
      viewer().load.refusals({ apiKeyId: id, days: checkRefusalDays(days ?? DEFAULT_REFUSAL_DAYS) }),
    createdBy: ({ createdBy, creatorName }) => person(createdBy, creatorName),
    revokedBy: ({ revokedBy, revokerName }) => person(revokedBy, revokerName),
  },
} satisfies Resolvers;
