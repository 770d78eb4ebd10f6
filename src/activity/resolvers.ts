import { canManageOrganization, canOwnOrganization } from '../auth/roles.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { NO_ROWS } from '../requests/pagination.ts';
import { checkActivityPage, groupOf, readDetails } from './queries.ts';

/** The activity of projects and organizations. */
export const activityResolvers = {
  Project: {
    activity: ({ id }, args, { viewer }) =>
      viewer().load.activity(checkActivityPage({ of: 'project', parentId: id, onlyVisible: false }, args)),
  },

  Organization: {
    activity({ id, role }, args, { viewer }) {
      const onlyVisible = !canOwnOrganization(role);
      const page = checkActivityPage({ of: 'organization', parentId: id, onlyVisible }, args);
      return canManageOrganization(role) ? viewer().load.activity(page) : NO_ROWS;
    },
  },

  Activity: {
    group: ({ action }) => groupOf(action),
    actor: ({ actorId, actorName }) =>
      actorId === null || actorName === null ? null : { id: actorId, name: actorName },
    project: ({ projectId }, _args, { viewer }) =>
      projectId === null ? null : viewer().load.project.find(projectId),
    changes: entry => readDetails(entry).changes,
    details: entry => readDetails(entry).facts,
  },
} satisfies Resolvers;
