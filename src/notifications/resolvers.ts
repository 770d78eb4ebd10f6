import type { Resolvers } from '../generated/graphql.ts';
import { setMailChoice } from './mail-settings.ts';

/** Whether people want mails. graphql/permissions.ts checks who may call these fields. */
export const notificationResolvers = {
  Mutation: {
    async setKeyMails(_parent, { organizationId, enabled }, { transaction, viewer }) {
      const { id: userId, load } = viewer();
      const organization = await load.organization.get(organizationId);
      await transaction(trx => setMailChoice(trx, { userId, organizationId: organization.id, enabled }));
      return organization;
    },
  },

  Organization: {
    async keyMails({ id }, _args, { viewer, sendsKeyMails }) {
      if (!sendsKeyMails) return null;
      const [choice] = await viewer().load.mailChoice(id);
      return choice?.enabled ?? true;
    },
  },
} satisfies Resolvers;
