import type { Actor } from '../activity/activity.ts';
import { canManageOrganization } from '../auth/roles.ts';
import { invitationNotFound } from '../errors.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { checkName } from '../requests/names.ts';
import { requireOrganizationAdmin } from './authorize.ts';
import { countMail, limitInvitations } from './invitation-limits.ts';
import {
  acceptInvitation,
  declineInvitation,
  findInvitation,
  generateInvitationToken,
  insertInvitation,
  linkOf,
  revokeInvitation,
} from './invitations.ts';
import { leaveOrganization, setOrganizationMember } from './members.ts';
import { limitOrganizations } from './organization-limits.ts';
import { checkNewEmail, normalizeEmail } from './people.ts';
import { createOrganization } from './sign-up.ts';

/** Organizations, their members and invitations. graphql/permissions.ts checks who may call these fields. */
export const membershipResolvers = {
  Query: {
    invitation: (_parent, { token }, { db, at }) => findInvitation(db, token, at),
  },

  Mutation: {
    async createOrganization(
      _parent,
      { name: newName },
      { transaction, viewer, actor, rateLimits, address, at },
    ) {
      const { id: ownerId, load } = viewer();
      const name = checkName(newName, 'The name of an organization');
      const attempt = { personId: ownerId, network: address(), now: at };
      const id = await limitOrganizations(rateLimits, attempt, () =>
        transaction(trx => createOrganization(trx, { name, ownerId, actor: actor(), now: at })),
      );
      return await load.organization.get(id);
    },

    async inviteMember(_parent, { input }, context) {
      const { transaction, viewer, actor, at, rateLimits, address, invitationMail, publicOrigin } = context;
      const { role } = input;
      checkNewEmail(input.email);
      const email = normalizeEmail(input.email);
      const { id: organizationId } = await requireOrganizationAdmin(viewer(), input.organizationId);
      await limitInvitations(rateLimits, { organizationId, address: address(), now: at });
      const mayMail = invitationMail !== null && (await countMail(rateLimits, email, at));
      const { token, digest } = generateInvitationToken();
      const invitation = await transaction(trx =>
        insertInvitation(trx, { organizationId, email, role, digest, actor: actor(), now: at }),
      );
      const link = linkOf(publicOrigin(), token);
      if (mayMail) invitationMail?.send({ ...invitation, link });
      return { ...invitation, link };
    },

    async acceptInvitation(_parent, { token }, { transaction, viewer, actor, at }) {
      const { load, ...person } = viewer();
      const id = await transaction(trx => acceptInvitation(trx, token, person, { actor: actor(), now: at }));
      const organization = await load.organization.reloadOrNull(id);
      if (!organization) throw invitationNotFound();
      return organization;
    },

    async declineInvitation(_parent, { token }, { transaction, caller, actor, address, at }) {
      const anonymous: Actor = { id: null, email: null, network: address(), kind: 'ANONYMOUS' };
      const decliner = caller.kind === 'person' ? actor() : anonymous;
      await transaction(trx => declineInvitation(trx, token, { actor: decliner, now: at }));
      return true;
    },

    async revokeInvitation(_parent, { id }, { transaction, actor, at }) {
      await transaction(trx => revokeInvitation(trx, id, { actor: actor(), now: at }));
      return true;
    },

    async leaveOrganization(_parent, { organizationId: id }, { transaction, viewer, actor, at }) {
      const { id: organizationId } = await viewer().load.organization.get(id);
      await transaction(trx => leaveOrganization(trx, { organizationId, actor: actor(), now: at }));
      return true;
    },

    async setOrganizationMember(_parent, { input }, { transaction, viewer, actor, at }) {
      const { load } = viewer();
      const organization = await requireOrganizationAdmin({ load }, input.organizationId);
      await transaction(trx =>
        setOrganizationMember(trx, {
          organizationId: organization.id,
          email: input.email,
          role: input.role ?? null,
          actor: actor(),
          now: at,
        }),
      );
      // A viewer who removed themselves no longer sees the organization: return it as it was before.
      return (await load.organization.reloadOrNull(organization.id)) ?? organization;
    },
  },

  Organization: {
    invitations: ({ id, role }, _args, { viewer }) =>
      canManageOrganization(role) ? viewer().load.invitations(id) : [],
  },
} satisfies Resolvers;
