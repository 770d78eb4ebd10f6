import { checkAllowance } from '../accounts/allowances.ts';
import { monthOf } from '../accounts/month.ts';
import { badUserInput } from '../errors.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { ModelRefused } from '../onnx/signature.ts';
import { requireProjectEditor } from '../projects/authorize.ts';
import { checkName, checkOptionalText } from '../requests/names.ts';
import { requireDeploymentEditor, requireModelEditor } from './authorize.ts';
import { checkFacts, checkXAxis } from './calibration.ts';
import { insertDeployment, renameDeployment, setDeploymentActive } from './deployments.ts';
import { calibrationOf, setXAxis, xAxisOf } from './model-facts.ts';
import { checkNewFile, describeFile, withFileOnDisk } from './model-files.ts';
import { insertModel, renameModel } from './models.ts';
import { resetQuarantine } from './quarantine.ts';

const MAX_MODEL_BYTES = 16 * 1024 * 1024;

/** Models and deployments. graphql/permissions.ts checks who may call these fields. */
export const deploymentResolvers = {
  Query: {
    deployment: (_parent, { id }, { viewer }) => viewer().load.deployment.find(id),
  },

  Mutation: {
    async registerModel(
      _parent,
      { input: { onnx, ...input } },
      { db, transaction, by, viewer, at, models, releaseBody, isOver },
    ) {
      const { load } = viewer();
      const texts = {
        name: checkName(input.name, 'The name of a model'),
        targetProperty: checkName(input.targetProperty, 'The target property'),
        unit: checkOptionalText(input.unit, 'The unit', 100),
      };
      if (onnx.byteLength > MAX_MODEL_BYTES) {
        throw badUserInput('The ONNX file is too large: at most 16 MiB. Register a smaller one.');
      }
      const { id: projectId, organizationId } = await requireProjectEditor({ load }, input.projectId);
      // Check before the trial, which takes seconds. The transaction checks again, with locks.
      await checkAllowance(db, organizationId, 'models', at);
      const digest = describeFile(onnx.bytes);
      await checkNewFile(db, organizationId, digest, at);
      const { plan } = await load.organization.get(organizationId);
      const tenant = { id: organizationId, reserved: plan.allowApiPredict };
      return await withFileOnDisk(onnx, async path => {
        releaseBody();
        const found = await models.inspect(tenant, path, isOver).catch((error: unknown) => {
          throw error instanceof ModelRefused ? badUserInput(error.message) : error;
        });
        const { kind, inputLength, rowIndependent } = found;
        const facts = checkFacts(input, found);
        const model = { ...texts, ...facts, kind, inputLength, rowIndependent, projectId };
        const file = { ...digest, path };
        return await transaction(trx => insertModel(trx, { ...model, file }, by()));
      });
    },

    async setModelXAxis(_parent, { input: { modelId, ...axis } }, { transaction, by, viewer }) {
      const { load } = viewer();
      const model = await requireModelEditor({ load }, modelId);
      const checked = checkXAxis(axis, model.inputLength);
      await transaction(trx => setXAxis(trx, model, checked, by()));
      return await load.model.reload(modelId);
    },

    async renameModel(_parent, { id, name: newName }, { transaction, by, viewer }) {
      const { load } = viewer();
      const name = checkName(newName, 'The name of a model');
      const model = await requireModelEditor({ load }, id);
      await transaction(trx => renameModel(trx, { ...model, name }, by()));
      return await load.model.reload(id);
    },

    async createDeployment(_parent, { input }, { transaction, by, viewer }) {
      const { load } = viewer();
      const name = checkName(input.name, 'The name of a deployment');
      const description = checkOptionalText(input.description, 'The description', 1000);
      const model = await requireModelEditor({ load }, input.modelId);
      const id = await transaction(trx => insertDeployment(trx, { model, name, description }, by()));
      return await load.deployment.get(id);
    },

    async setDeploymentActive(_parent, { id, active }, { transaction, by, viewer }) {
      const { load } = viewer();
      const deployment = await requireDeploymentEditor({ load }, id);
      await transaction(trx => setDeploymentActive(trx, { ...deployment, active }, by()));
      return await load.deployment.reload(id);
    },

    async renameDeployment(_parent, { id, name: newName }, { transaction, by, viewer }) {
      const { load } = viewer();
      const name = checkName(newName, 'The name of a deployment');
      const deployment = await requireDeploymentEditor({ load }, id);
      await transaction(trx => renameDeployment(trx, { ...deployment, name }, by()));
      return await load.deployment.reload(id);
    },

    async resetQuarantine(_parent, { deploymentId }, { transaction, by, viewer }) {
      const { load } = viewer();
      const deployment = await requireDeploymentEditor({ load }, deploymentId);
      await transaction(trx => resetQuarantine(trx, deployment, by()));
      return await load.deployment.reload(deploymentId);
    },
  },

  Project: {
    models: ({ id }, _args, { viewer }) => viewer().load.modelsOf(id),
    deployments: ({ id }, _args, { viewer }) => viewer().load.deploymentsOf(id),
  },

  Model: {
    xAxis: xAxisOf,
    calibration: calibrationOf,
  },

  XAxis: {
    values: async ({ modelId }, _args, { curves }) => (await curves({ modelId, of: 'axis' })).xValues ?? [],
  },

  Calibration: {
    yMin: async ({ modelId }, _args, { curves }) =>
      (await curves({ modelId, of: 'calibration' })).calibrationMin,
    yMax: async ({ modelId }, _args, { curves }) =>
      (await curves({ modelId, of: 'calibration' })).calibrationMax,
  },

  Deployment: {
    project: ({ projectId }, _args, { viewer }) => viewer().load.project.get(projectId),
    model: ({ modelId }, _args, { modelOf }) => modelOf(modelId),
    quarantinedUntil: ({ quarantinedUntil: until }, _args, { at }) => (until && until > at ? until : null),
    usage: ({ used, quota }, _args, { at }) => ({ month: monthOf(at), predictions: used, limit: quota }),
  },
} satisfies Resolvers;
