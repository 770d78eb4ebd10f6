import type { ById } from '../database/loaders.ts';
import { badUserInput, notFound } from '../errors.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { checkName, checkOptionalText } from '../names.ts';
import { ModelRefused } from '../onnx/signature.ts';
import { checkAllowance } from './allowances.ts';
import { insertDeployment, renameDeployment, setDeploymentActive } from './deployments.ts';
import { checkNewFile } from './model-files.ts';
import { insertModel, renameModel } from './models.ts';
import { monthOf } from './month.ts';
import { insertProject, renameProject, setProjectMember } from './projects.ts';
import { resetQuarantine } from './quarantine.ts';

const LARGEST_MODEL_BYTES = 16 * 1024 * 1024;

/** A row that this request changed, as it is now. @throws NOT_FOUND when somebody else deleted it since. */
async function again<Row>(rows: ById<Row>, id: string): Promise<Row> {
  await rows.again(id);
  return await rows.get(id);
}

/** Projects, models and deployments. Who may call what is decided before, in graphql/permissions.ts. */
export const deploymentResolvers = {
  Query: {
    project: (_parent, { id }, { viewer }) => viewer().load.project.find(id),
    deployment: (_parent, { id }, { viewer }) => viewer().load.deployment.find(id),
  },

  Mutation: {
    async createProject(_parent, { input }, { transaction, by, viewer }) {
      const { load } = viewer();
      const name = checkName(input.name, 'The name of a project');
      const { id: organizationId } = await load.organization.get(input.organizationId);
      const id = await transaction(trx => insertProject(trx, { organizationId, name }, by()));
      return await load.project.get(id);
    },

    async renameProject(_parent, { id, name: wanted }, { transaction, by, viewer }) {
      const { load } = viewer();
      const name = checkName(wanted, 'The name of a project');
      const project = await load.project.get(id);
      await transaction(trx => renameProject(trx, { id: project.id, name }, by()));
      return await again(load.project, id);
    },

    async setProjectMember(_parent, { input }, { transaction, viewer, actor, at }) {
      const { id: actorId, load } = viewer();
      const project = await load.project.get(input.projectId);
      await transaction(trx =>
        setProjectMember(trx, {
          project,
          email: input.email,
          role: input.role ?? null,
          actorId,
          actor: actor(),
          now: at,
        }),
      );
      // Who removed themselves sees what they had last.
      return (await load.project.again(project.id)) ?? project;
    },

    async registerModel(_parent, { input }, { db, transaction, by, viewer, at, models, isOver }) {
      const { load } = viewer();
      const texts = {
        name: checkName(input.name, 'The name of a model'),
        targetProperty: checkName(input.targetProperty, 'The target property'),
        unit: checkOptionalText(input.unit, 'The unit', 100),
      };
      if (input.onnx.byteLength > LARGEST_MODEL_BYTES) {
        throw badUserInput('The ONNX file is too large: at most 16 MiB.');
      }
      const { id: projectId, organizationId } = await load.project.get(input.projectId);
      // Before the trial, which takes seconds; the transaction checks again, exactly.
      await checkAllowance(db, organizationId, 'models', at);
      await checkNewFile(db, organizationId, input.onnx, at);
      const { plan } = await load.organization.get(organizationId);
      const tenant = { id: organizationId, reserved: plan.allowApiPredict };
      const found = await models.inspect(tenant, input.onnx, isOver).catch((error: unknown) => {
        throw error instanceof ModelRefused ? badUserInput(error.message) : error;
      });
      return await transaction(trx =>
        insertModel(trx, { ...texts, ...found, projectId, onnx: input.onnx }, by()),
      );
    },

    async renameModel(_parent, { id, name: wanted }, { transaction, by, viewer }) {
      const { load } = viewer();
      const name = checkName(wanted, 'The name of a model');
      const model = await load.model.get(id);
      await transaction(trx => renameModel(trx, { ...model, name }, by()));
      return await again(load.model, id);
    },

    async createDeployment(_parent, { input }, { transaction, by, viewer }) {
      const { load } = viewer();
      const name = checkName(input.name, 'The name of a deployment');
      const description = checkOptionalText(input.description, 'The description', 1000);
      const model = await load.model.get(input.modelId);
      const id = await transaction(trx => insertDeployment(trx, { model, name, description }, by()));
      return await load.deployment.get(id);
    },

    async setDeploymentActive(_parent, { id, active }, { transaction, by, viewer }) {
      const { load } = viewer();
      const deployment = await load.deployment.get(id);
      await transaction(trx => setDeploymentActive(trx, { ...deployment, active }, by()));
      return await again(load.deployment, id);
    },

    async renameDeployment(_parent, { id, name: wanted }, { transaction, by, viewer }) {
      const { load } = viewer();
      const name = checkName(wanted, 'The name of a deployment');
      const deployment = await load.deployment.get(id);
      await transaction(trx => renameDeployment(trx, { ...deployment, name }, by()));
      return await again(load.deployment, id);
    },

    async resetQuarantine(_parent, { deploymentId }, { transaction, by, viewer }) {
      const { load } = viewer();
      const deployment = await load.deployment.get(deploymentId);
      await transaction(trx => resetQuarantine(trx, deployment, by()));
      return await again(load.deployment, deploymentId);
    },
  },

  Organization: {
    async allowance({ id }, _args, { viewer }) {
      const [held] = await viewer().load.allowances(id);
      // Deleted a moment ago.
      if (!held) throw notFound('Organization');
      return {
        projects: { used: held.projects, limit: held.maxProjects },
        models: { used: held.models, limit: held.maxModels },
        deployments: { used: held.deployments, limit: held.maxDeployments },
        storageBytes: { used: held.storage, limit: held.maxStorage },
      };
    },
  },

  Project: {
    organization: ({ organizationId }, _args, { viewer }) => viewer().load.organization.get(organizationId),
    models: ({ id }, _args, { viewer }) => viewer().load.modelsOf(id),
    deployments: ({ id }, _args, { viewer }) => viewer().load.deploymentsOf(id),
    members: ({ id }, _args, { viewer }) => viewer().load.projectMembers(id),
  },

  Deployment: {
    project: ({ projectId }, _args, { viewer }) => viewer().load.project.get(projectId),
    model: ({ modelId }, _args, { viewer }) => viewer().load.model.get(modelId),
    quarantinedUntil: ({ quarantinedUntil: until }, _args, { at }) => (until && until > at ? until : null),
    usage: ({ used, quota }, _args, { at }) => ({ month: monthOf(at), predictions: used, limit: quota }),
  },
} satisfies Resolvers;
