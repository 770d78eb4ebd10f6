import { requireOrganizationOwner } from '../accounts/authorize.ts';
import { requireDeploymentEditor, requireModelEditor } from '../deployments/authorize.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { requireProjectOwner } from '../projects/authorize.ts';
import { deleteDeployment, deleteModel, deleteOrganization, deleteProject } from './deletions.ts';

/** Deletes objects with everything that belongs to them. graphql/permissions.ts checks who may call these fields. */
export const deletionResolvers = {
  Mutation: {
    async deleteDeployment(_parent, { id }, { transaction, by, viewer }) {
      const deployment = await requireDeploymentEditor(viewer(), id);
      await transaction(trx => deleteDeployment(trx, deployment, by()));
      return { deletedDeploymentId: deployment.id };
    },

    async deleteModel(_parent, { id }, { transaction, by, viewer }) {
      const model = await requireModelEditor(viewer(), id);
      await transaction(trx => deleteModel(trx, model, by()));
      return { deletedModelId: model.id };
    },

    async deleteProject(_parent, { id }, { transaction, by, viewer, purgeSoon }) {
      const project = await requireProjectOwner(viewer(), id);
      await transaction(trx => deleteProject(trx, project.id, by()));
      purgeSoon();
      return { deletedProjectId: project.id };
    },

    async deleteOrganization(_parent, { id, name }, { transaction, by, viewer, purgeSoon }) {
      const organization = await requireOrganizationOwner(viewer(), id);
      await transaction(trx => deleteOrganization(trx, { id: organization.id, name }, by()));
      purgeSoon();
      return { deletedOrganizationId: organization.id };
    },
  },
} satisfies Resolvers;
