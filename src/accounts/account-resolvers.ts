import { notFound } from '../errors.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { isUuid } from '../requests/names.ts';
import { type Confirmation, changePassword, confirmPassword } from './change-password.ts';
import { deleteAccount } from './delete-account.ts';
import { erasePersonFromRecords } from './erase-accounts.ts';
import { checkNewPassword } from './passwords.ts';
import type { PersonRow } from './people.ts';
import { endSessions, listSessions } from './sessions.ts';

const confirmationOf = (
  { id, email, name, sessionId }: PersonRow & { sessionId: string },
  attempt: Pick<Confirmation, 'password' | 'network' | 'now'>,
): Confirmation => ({ person: { id, email, name }, sessionId, ...attempt });

/** A person's own account: changing the password, ending sessions, deleting the account. */
export const ownAccountResolvers = {
  Mutation: {
    async changePassword(
      _parent,
      { input },
      { db, transaction, passwords, rateLimits, viewer, actor, address, at },
    ) {
      checkNewPassword(input.newPassword);
      const network = address();
      const confirmation = confirmationOf(viewer(), { password: input.currentPassword, network, now: at });
      const confirmedHash = await confirmPassword(db, { passwords, rateLimits }, confirmation);
      // In the sign-in queue: the person has an account, so sign-ups must not delay this.
      const passwordHash = await passwords.hash(input.newPassword, { queue: 'sign-in', network });
      await transaction(trx =>
        changePassword(trx, confirmation, { confirmedHash, passwordHash, actor: actor() }),
      );
      return true;
    },

    async endSession(_parent, { id }, { transaction, viewer, actor, at, forgetSession }) {
      const { id: userId, sessionId } = viewer();
      const ended = isUuid(id)
        ? await transaction(trx =>
            endSessions(trx, {
              userId,
              which: { ids: [id] },
              actor: actor(),
              reason: 'ended by the person',
              now: at,
            }),
          )
        : 0;
      if (ended === 0) throw notFound('Session');
      if (id.toLowerCase() === sessionId) forgetSession();
      return true;
    },

    async endOtherSessions(_parent, _args, { transaction, viewer, actor, at }) {
      const { id: userId, sessionId } = viewer();
      const which = { allBut: sessionId };
      await transaction(trx =>
        endSessions(trx, { userId, which, actor: actor(), reason: 'ended by the person', now: at }),
      );
      return true;
    },

    async deleteAccount(
      _parent,
      { password },
      { db, transaction, log, passwords, rateLimits, viewer, actor, address, at, forgetSession },
    ) {
      const confirmation = confirmationOf(viewer(), { password, network: address(), now: at });
      const confirmedHash = await confirmPassword(db, { passwords, rateLimits }, confirmation);
      await transaction(trx => deleteAccount(trx, confirmation, { confirmedHash, actor: actor() }));
      forgetSession();
      // Usually erases all rows at once. The periodic sweep erases what remains or failed.
      await erasePersonFromRecords(db, confirmation.person.id).catch((error: unknown) =>
        log.error({ err: error }, 'erasing a deleted account failed; it will be retried'),
      );
      return true;
    },
  },

  User: {
    sessions: async ({ id }, _args, { db, viewer, at }) => {
      const { sessionId } = viewer();
      const sessions = await listSessions(db, id, at);
      return sessions.map(session => ({ ...session, current: session.id === sessionId }));
    },
  },
} satisfies Resolvers;
