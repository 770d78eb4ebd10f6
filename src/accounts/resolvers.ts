import { uuidv7 as newId } from 'uuidv7';
import { wrongSignIn } from '../errors.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { checkName } from '../names.ts';
import { limitSignIn, limitSignUp } from './guessing.ts';
import { listOrganizations } from './organizations.ts';
import { checkNewPassword } from './passwords.ts';
import { checkNewEmail, findPersonByEmail, normalizeEmail } from './people.ts';
import { checkInvitation, insertAccount } from './sign-up.ts';

/** People, their sessions and organizations. Who may call what is decided before, in graphql/permissions.ts. */
export const accountResolvers = {
  Query: {
    viewer: (_parent, _args, { caller }) => (caller.kind === 'person' ? caller.viewer : null),
    signUpMode: (_parent, _args, { signUpMode }) => (signUpMode === 'open' ? 'OPEN' : 'INVITED'),
  },
  Mutation: {
    async signUp(_parent, { input }, { db, passwords, rateLimits, address, at, signIn }) {
      const name = checkName(input.name, 'The name of a person');
      checkNewEmail(input.email);
      checkNewPassword(input.password);
      await limitSignUp(rateLimits, address(), at);
      const person = { id: newId(), email: normalizeEmail(input.email), name };
      const token = input.invitationToken ?? null;
      if (token !== null) await checkInvitation(db, { token, email: person.email, now: at });
      const passwordHash = await passwords.hash(input.password);
      const actor = { id: person.id, email: person.email, network: address() };
      await db
        .transaction()
        .execute(trx => insertAccount(trx, { person, passwordHash, token, actor, now: at }));
      await signIn(person);
      return person;
    },

    async signIn(_parent, { email, password }, { db, passwords, rateLimits, address, at, signIn }) {
      const attempt = { email: normalizeEmail(email), address: address(), now: at };
      const found = await limitSignIn(rateLimits, attempt, async () => {
        const account = await findPersonByEmail(db, email);
        // Without an account the same work is done, so that the time tells nothing.
        const matches = await passwords.verify(password, account?.passwordHash);
        return account && matches ? account : null;
      });
      if (!found) throw wrongSignIn();
      const { passwordHash: _, ...person } = found;
      await signIn(person);
      return person;
    },

    async signOut(_parent, _args, { signOut }) {
      await signOut();
      return true;
    },
  },

  User: {
    organizations: (user, _args, { db }) => listOrganizations(db, user.id),
  },
  Organization: {
    projects: ({ id }, _args, { viewer }) => viewer().load.projectsOf(id),
    members: ({ id }, _args, { viewer }) => viewer().load.organizationMembers(id),
  },
} satisfies Resolvers;
