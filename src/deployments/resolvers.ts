import { badUserInput } from '../errors.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { checkName, checkOptionalText } from '../names.ts';
import { ModelRefused } from '../onnx/signature.ts';
import { insertDeployment, monthOf, setDeploymentActive } from './deployments.ts';
import { insertModel } from './models.ts';
import { insertProject, setProjectMember } from './projects.ts';

const LARGEST_MODEL_BYTES = 16 * 1024 * 1024;

/** Projects, models and deployments. Who may call what is decided before, in graphql/permissions.ts. */
export const deploymentResolvers = {
  Query: {
    project: (_parent, { id }, { viewer }) => viewer().load.project.find(id),
    deployment: (_parent, { id }, { viewer }) => viewer().load.deployment.find(id),
  },

  Mutation: {
    async createProject(_parent, { input }, { db, viewer, actor, at }) {
      const { id: creatorId, load } = viewer();
      const name = checkName(input.name, 'The name of a project');
      const organization = await load.organization.get(input.organizationId);
      const id = await db.transaction().execute(trx =>
        insertProject(trx, {
          organizationId: organization.id,
          name,
          creatorId,
          actor: actor(),
          createdAt: at,
        }),
      );
      return await load.project.get(id);
    },

    async setProjectMember(_parent, { input }, { db, viewer, actor, at }) {
      const { id: actorId, load } = viewer();
      const project = await load.project.get(input.projectId);
      await db.transaction().execute(trx =>
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

    async registerModel(_parent, { input }, { db, viewer, at, models }) {
      const { id: createdBy, load } = viewer();
      const texts = {
        name: checkName(input.name, 'The name of a model'),
        targetProperty: checkName(input.targetProperty, 'The target property'),
        unit: checkOptionalText(input.unit, 'The unit', 100),
      };
      if (input.onnx.byteLength > LARGEST_MODEL_BYTES) {
        throw badUserInput('The ONNX file is too large: at most 16 MiB.');
      }
      const found = await models.inspect(input.onnx).catch((error: unknown) => {
        throw error instanceof ModelRefused ? badUserInput(error.message) : error;
      });
      const { id: projectId } = await load.project.get(input.projectId);
      return await db
        .transaction()
        .execute(trx =>
          insertModel(trx, { ...texts, ...found, projectId, onnx: input.onnx, createdBy, createdAt: at }),
        );
    },

    async createDeployment(_parent, { input }, { db, viewer, at }) {
      const { load } = viewer();
      const name = checkName(input.name, 'The name of a deployment');
      const description = checkOptionalText(input.description, 'The description', 1000);
      const model = await load.model.get(input.modelId);
      const id = await db
        .transaction()
        .execute(trx => insertDeployment(trx, { model, name, description, createdAt: at }));
      return await load.deployment.get(id);
    },

    async setDeploymentActive(_parent, { id, active }, { db, viewer }) {
      const { load } = viewer();
      const deployment = await load.deployment.get(id);
      await setDeploymentActive(db, deployment.id, active);
      return (await load.deployment.again(id)) ?? deployment;
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
    usage: ({ used, quota }, _args, { at }) => ({ month: monthOf(at), predictions: used, limit: quota }),
  },
} satisfies Resolvers;
