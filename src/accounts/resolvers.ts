import { uuidv7 as newId } from 'uuidv7';
import { canManageOrganization, canOwnOrganization } from '../auth/roles.ts';
import { notFound, wrongSignIn } from '../errors.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { checkName } from '../requests/names.ts';
import { requireOrganizationOwner } from './authorize.ts';
import { renameOrganization } from './organizations.ts';
import { limitSignIn, limitSignUp } from './password-attempts.ts';
import { checkNewPassword } from './passwords.ts';
import { checkNewEmail, findPersonByEmail, normalizeEmail } from './people.ts';
import { checkInvitation, type InsertFirstProject, insertAccount } from './sign-up.ts';

/**
 * Sign-up, sign-in, sign-out and organizations.
 *
 * @param insertFirstProject an argument, because projects import accounts
 */
export const accountResolvers = (insertFirstProject: InsertFirstProject) =>
  ({
    Query: {
      viewer: (_parent, _args, { caller }) => (caller.kind === 'person' ? caller.person : null),
      organization: (_parent, { id }, { viewer }) => viewer().load.organization.find(id),
      signUpMode: (_parent, _args, { signUpMode }) => (signUpMode === 'open' ? 'OPEN' : 'INVITED'),
    },
    Mutation: {
      async signUp(_parent, { input }, { db, transaction, passwords, rateLimits, address, at, signIn }) {
        const name = checkName(input.name, 'The name of a person');
        checkNewEmail(input.email);
        checkNewPassword(input.password);
        await limitSignUp(rateLimits, address(), at);
        const person = { id: newId(), email: normalizeEmail(input.email), name };
        const token = input.invitationToken ?? null;
        if (token !== null) await checkInvitation(db, { token, email: person.email, now: at });
        const passwordHash = await passwords.hash(input.password, { queue: 'sign-up', network: address() });
        const actor = { id: person.id, email: person.email, network: address() };
        await transaction(trx =>
          insertAccount(trx, { person, passwordHash, token, actor, now: at, insertFirstProject }),
        );
        await signIn(person, passwordHash);
        return person;
      },

      async signIn(_parent, { email, password }, { db, passwords, rateLimits, address, at, signIn }) {
        const network = address();
        const attempt = { email: normalizeEmail(email), network, now: at };
        const found = await limitSignIn(rateLimits, attempt, async () => {
          const account = await findPersonByEmail(db, email);
          // Without an account `verify` takes the same time, so that the timing reveals nothing.
          const matches = await passwords.verify(password, account?.passwordHash, {
            queue: 'sign-in',
            network,
          });
          return account && matches ? account : null;
        });
        if (!found) throw wrongSignIn();
        const { passwordHash, ...person } = found;
        await signIn(person, passwordHash);
        return person;
      },

      async signOut(_parent, _args, { signOut }) {
        await signOut();
        return true;
      },

      async renameOrganization(_parent, { id, name: newName }, { transaction, by, viewer }) {
        const { load } = viewer();
        const name = checkName(newName, 'The name of an organization');
        const organization = await requireOrganizationOwner({ load }, id);
        await transaction(trx => renameOrganization(trx, { id: organization.id, name }, by()));
        return await load.organization.reload(id);
      },
    },

    User: {
      organizations: (user, _args, { viewer }) => viewer().load.organizationsOf(user.id),
    },
    Organization: {
      viewerCan: ({ role }) => ({
        createProjects: canManageOrganization(role),
        manageMembers: canManageOrganization(role),
        manageOwners: canOwnOrganization(role),
        manageOrganization: canOwnOrganization(role),
      }),
      members: ({ id }, _args, { viewer }) => viewer().load.organizationMembers(id),
      async allowance({ id }, _args, { viewer }) {
        const [held] = await viewer().load.allowances(id);
        // The organization was deleted during the request.
        if (!held) throw notFound('Organization');
        return {
          projects: { used: held.projects, limit: held.maxProjects },
          models: { used: held.models, limit: held.maxModels },
          deployments: { used: held.deployments, limit: held.maxDeployments },
          storageBytes: { used: held.storage, limit: held.maxStorage },
        };
      },
    },
  }) satisfies Resolvers;
