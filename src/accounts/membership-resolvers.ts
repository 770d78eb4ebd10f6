import { invitationNotFound } from '../errors.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { checkName } from '../names.ts';
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
import { checkNewEmail, normalizeEmail } from './people.ts';
import { mayChangeOrganization } from './roles.ts';
import { createOrganization } from './sign-up.ts';

/** Who belongs to which organization, by whose consent. Who may call what is decided in graphql/permissions.ts. */
export const membershipResolvers = {
  Query: {
    invitation: (_parent, { token }, { db, at }) => findInvitation(db, token, at),
  },

  Mutation: {
    async createOrganization(_parent, { name: given }, { db, viewer, actor, at }) {
      const { id: ownerId, load } = viewer();
      const name = checkName(given, 'The name of an organization');
      const id = await db
        .transaction()
        .execute(trx => createOrganization(trx, { name, ownerId, actor: actor(), now: at }));
      return await load.organization.get(id);
    },

    async inviteMember(_parent, { input }, context) {
      const { db, viewer, actor, at, rateLimits, address, invitationMail, publicOrigin } = context;
      const { role } = input;
      checkNewEmail(input.email);
      const email = normalizeEmail(input.email);
      const { id: organizationId } = await viewer().load.organization.get(input.organizationId);
      await limitInvitations(rateLimits, { organizationId, address: address(), now: at });
      const mayMail = invitationMail !== null && (await countMail(rateLimits, email, at));
      const { token, digest } = generateInvitationToken();
      const invitation = await db
        .transaction()
        .execute(trx =>
          insertInvitation(trx, { organizationId, email, role, digest, actor: actor(), now: at }),
        );
      const link = linkOf(publicOrigin(), token);
      if (mayMail) invitationMail?.send({ ...invitation, link });
      return { ...invitation, link };
    },

    async acceptInvitation(_parent, { token }, { db, viewer, actor, at }) {
      const { load, ...person } = viewer();
      const id = await db
        .transaction()
        .execute(trx => acceptInvitation(trx, token, person, { actor: actor(), now: at }));
      const organization = await load.organization.again(id);
      if (!organization) throw invitationNotFound();
      return organization;
    },

    async declineInvitation(_parent, { token }, { db, caller, actor, address, at }) {
      const who = caller.kind === 'person' ? actor() : { id: null, email: null, network: address() };
      await db.transaction().execute(trx => declineInvitation(trx, token, { actor: who, now: at }));
      return true;
    },

    async revokeInvitation(_parent, { id }, { db, actor, at }) {
      await db.transaction().execute(trx => revokeInvitation(trx, id, { actor: actor(), now: at }));
      return true;
    },

    async leaveOrganization(_parent, { organizationId: id }, { db, viewer, actor, at }) {
      const { id: organizationId } = await viewer().load.organization.get(id);
      await db
        .transaction()
        .execute(trx => leaveOrganization(trx, { organizationId, actor: actor(), now: at }));
      return true;
    },

    async setOrganizationMember(_parent, { input }, { db, viewer, actor, at }) {
      const { load } = viewer();
      const organization = await load.organization.get(input.organizationId);
      await db.transaction().execute(trx =>
        setOrganizationMember(trx, {
          organizationId: organization.id,
          email: input.email,
          role: input.role ?? null,
          actor: actor(),
          now: at,
        }),
      );
      // Who removed themselves sees what they had last.
      return (await load.organization.again(organization.id)) ?? organization;
    },
  },

  Organization: {
    invitations: ({ id, role }, _args, { viewer }) =>
      mayChangeOrganization(role) ? viewer().load.invitations(id) : [],
  },
} satisfies Resolvers;
