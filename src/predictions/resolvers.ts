import { findReached } from '../api-keys/authenticate.ts';
import { checkPage } from '../database/page.ts';
import { readModel } from '../deployments/models.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { type Callable, predict, predictOnce } from './predict.ts';
import { checkDays } from './usage.ts';

/** Predictions, for programs and people, and their logs. Who may call what is decided before, in graphql/permissions.ts. */
export const predictionResolvers = {
  Mutation: {
    async predict(
      _parent,
      { deploymentId, spectra, idempotencyKey },
      { db, caller, viewer, predicting, at, isOver },
    ) {
      const answer = async (deployment: Callable, by: Parameters<typeof predict>[2]) =>
        idempotencyKey == null
          ? await predict(predicting, deployment, by, spectra, at, isOver)
          : await predictOnce({ db, predicting }, deployment, by, spectra, at, idempotencyKey, isOver);
      if (caller.kind === 'api-key') {
        const { key } = caller;
        const deployment = findReached(key, deploymentId);
        const by = { source: 'API', key, userId: null } as const;
        const { quota, organizationId, allowApiPredict } = key;
        const quarantinedUntil =
          deployment.quarantinedUntil === null ? null : new Date(deployment.quarantinedUntil);
        return await answer({ ...deployment, quota, organizationId, allowApiPredict, quarantinedUntil }, by);
      }
      const { id: userId, load } = viewer();
      const deployment = await load.deployment.get(deploymentId);
      const { inputLength, rowIndependent } = await load.model.get(deployment.modelId);
      const callable = { ...deployment, inputLength, rowIndependent };
      const by = { source: 'WEB', key: null, userId } as const;
      return await answer(callable, by);
    },
  },

  PredictPayload: {
    model: ({ modelId }, _args, { db }) => readModel(db, modelId),
  },

  Deployment: {
    dailyPredictions: ({ id }, { days }, { viewer }) =>
      viewer().load.dailyPredictions({ deploymentId: id, days: checkDays(days) }),
    predictionLogs: ({ id, name }, args, { viewer }) =>
      viewer().load.predictionLogs({ deploymentId: id, deploymentName: name, ...checkPage(args) }),
  },

  Project: {
    predictionLogs: ({ id }, args, { viewer }) =>
      viewer().load.projectLogs({ projectId: id, ...checkPage(args) }),
  },

  PredictionLog: {
    predictions: ({ id, createdAt }, _args, { viewer }) => viewer().load.predictions({ id, createdAt }),
    deployment: ({ deploymentId }, _args, { viewer }) => viewer().load.deployment.find(deploymentId),
    apiKey: ({ apiKeyId }, _args, { viewer }) =>
      apiKeyId === null ? null : viewer().load.apiKey.find(apiKeyId),
  },
} satisfies Resolvers;
