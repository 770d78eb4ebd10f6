import { readModel } from '../deployments/models.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { checkPage } from '../requests/pagination.ts';
import { predict } from './predict.ts';
import { checkDays } from './usage.ts';

/** The resolvers of predictions, their logs and their usage. graphql/permissions.ts has checked the caller before. */
export const predictionResolvers = {
  Mutation: {
    predict: (
      _parent,
      { deploymentId, spectra, xValues = null, idempotencyKey = null },
      { db, predicting, caller, at: now, address: network, isOver, attempt, facts: { isRemembered } },
    ) =>
      predict(
        { db, ...predicting },
        {
          caller,
          deploymentId,
          spectra,
          xValues,
          idempotencyKey,
          now,
          network,
          isOver,
          attempt,
          isRemembered,
        },
      ),
  },

  PredictPayload: {
    model: ({ modelId }, _args, { db }) => readModel(db, modelId),
  },

  Deployment: {
    dailyPredictions: ({ id }, { days }, { viewer }) =>
      viewer().load.dailyPredictions({ deploymentId: id, days: checkDays(days) }),
    predictionLogs({ id, name }, { onlyOutside, ...args }, { viewer }) {
      const { load } = viewer();
      const page = { deploymentId: id, deploymentName: name, ...checkPage(args) };
      return onlyOutside ? load.outsideLogs(page) : load.predictionLogs(page);
    },
    outsideThisMonth: ({ id, t2Limit, qLimit }, _args, { viewer }) =>
      t2Limit === null && qLimit === null ? null : viewer().load.outsideThisMonth(id),
  },

  ApiKey: {
    dailyPredictions: ({ id }, { days }, { viewer }) =>
      viewer().load.keyPredictions({ apiKeyId: id, days: checkDays(days) }),
    recentUse: ({ id }, _args, { viewer }) => viewer().load.lastCalls(id),
    callers: ({ id }, _args, { viewer }) => viewer().load.callers(id),
    predictionLogs: ({ id }, args, { viewer }) => viewer().load.keyLogs({ apiKeyId: id, ...checkPage(args) }),
  },

  Project: {
    predictionLogs({ id }, { onlyOutside, ...args }, { viewer }) {
      const { load } = viewer();
      const page = { projectId: id, ...checkPage(args) };
      return onlyOutside ? load.outsideProjectLogs(page) : load.projectLogs(page);
    },
  },

  PredictionLog: {
    predictions: ({ id, createdAt }, _args, { viewer }) => viewer().load.predictions({ id, createdAt }),
    deployment: ({ deploymentId }, _args, { viewer }) => viewer().load.deployment.find(deploymentId),
    apiKey: ({ apiKeyId }, _args, { viewer }) =>
      apiKeyId === null ? null : viewer().load.apiKey.find(apiKeyId),
  },
} satisfies Resolvers;
