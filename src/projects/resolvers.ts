import { requireOrganizationAdmin } from '../accounts/authorize.ts';
import { canEditProject, canManageProject } from '../auth/roles.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { checkName } from '../requests/names.ts';
import { requireProjectOwner } from './authorize.ts';
import { insertProject, renameProject, setProjectMember } from './projects.ts';

/** Projects and their members. graphql/permissions.ts checks who may call these fields. */
export const projectResolvers = {
  Query: {
    project: (_parent, { id }, { viewer }) => viewer().load.project.find(id),
  },

  Mutation: {
    async createProject(_parent, { input }, { transaction, by, viewer }) {
      const { load } = viewer();
      const name = checkName(input.name, 'The name of a project');
      const { id: organizationId } = await requireOrganizationAdmin({ load }, input.organizationId);
      const id = await transaction(trx => insertProject(trx, { organizationId, name }, by()));
      return await load.project.get(id);
    },

    async renameProject(_parent, { id, name: newName }, { transaction, by, viewer }) {
      const { load } = viewer();
      const name = checkName(newName, 'The name of a project');
      const project = await requireProjectOwner({ load }, id);
      await transaction(trx => renameProject(trx, { id: project.id, name }, by()));
      return await load.project.reload(id);
    },

    async setProjectMember(_parent, { input }, { transaction, by, viewer }) {
      const { load } = viewer();
      const project = await requireProjectOwner({ load }, input.projectId);
      await transaction(trx =>
        setProjectMember(trx, { projectId: project.id, email: input.email, role: input.role ?? null }, by()),
      );
      // A viewer who removed themselves no longer sees the project: return it as it was before.
      return (await load.project.reloadOrNull(project.id)) ?? project;
    },
  },

  Organization: {
    projects: ({ id }, _args, { viewer }) => viewer().load.projectsOf(id),
  },

  Project: {
    viewerCan: ({ role }) => ({
      predict: canEditProject(role),
      manageModels: canEditProject(role),
      manageDeployments: canEditProject(role),
      manageApiKeys: canEditProject(role),
      manageMembers: canManageProject(role),
      manageProject: canManageProject(role),
    }),
    organization: ({ organizationId }, _args, { viewer }) => viewer().load.organization.get(organizationId),
    members: ({ id }, _args, { viewer }) => viewer().load.projectMembers(id),
  },
} satisfies Resolvers;
