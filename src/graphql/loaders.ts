import { findAllowances } from '../accounts/allowances.ts';
import { listInvitations } from '../accounts/invitations.ts';
import { findOrganizationMembers, findOrganizations, listOrganizations } from '../accounts/organizations.ts';
import { type ActivityPage, listActivity } from '../activity/queries.ts';
import { identifyKeyPage, type KeyPage, listApiKeys } from '../api-keys/list.ts';
import { findKeysOfFormerMembers, findKeysOfMembers, memberOf } from '../api-keys/member-keys.ts';
import { findPolicies } from '../api-keys/policy.ts';
import { countUsableKeys, findApiKeys, findFirstUses } from '../api-keys/queries.ts';
import { countRefusalsByCode, type RefusalsOfKey } from '../api-keys/refusals-by-code.ts';
import type { Database } from '../database/pool.ts';
import { findDeployments, findDeploymentsOf } from '../deployments/deployments.ts';
import { type CurvesOfModel, type ModelCurves, readCurves } from '../deployments/model-facts.ts';
import { findModels, findModelsOf, type ModelRow, readModels } from '../deployments/models.ts';
import type { ApiKeyOrder } from '../generated/graphql.ts';
import { findMailChoices } from '../notifications/mail-settings.ts';
import { countCallers, findLastCalls } from '../predictions/key-callers.ts';
import { countKeyPredictions, type LastDaysOfKey } from '../predictions/key-usage.ts';
import {
  type KeyLogPage,
  type LogPage,
  listKeyLogs,
  listPredictionLogs,
  listProjectLogs,
  type PredictionLogRow,
  type ProjectLogPage,
  readPredictions,
} from '../predictions/logs.ts';
import { countOutsideThisMonth } from '../predictions/outside.ts';
import { countDailyPredictions, type LastDays } from '../predictions/usage.ts';
import { findProjectMembers, findProjects, findProjectsOf } from '../projects/projects.ts';
import { type ById, type LoaderKit, startLoaderKit } from '../requests/loaders.ts';
import {
  type DeliveryPage,
  findDeliveries,
  findWebhooks,
  findWebhooksOf,
  listDeliveries,
} from '../webhooks/queries.ts';

/**
 * Starts the loaders of one viewer and request. Each row is read once, so rules and resolvers see the same facts. Every
 * query joins the viewer's membership, so nested fields cannot reach what the viewer may not see.
 */
export function startLoaders(db: Database, viewerId: string, now: Date) {
  const kit = startLoaderKit();
  const { byId, byParent, byKey } = kit;
  const apiKeys = (orderBy: ApiKeyOrder) =>
    byKey((pages: readonly KeyPage[]) => listApiKeys(db, { viewerId, now }, pages, orderBy), identifyKeyPage);
  return {
    // The only parent is the viewer.
    organizationsOf: byKey(
      async (viewers: readonly string[]) => {
        const organizations = await listOrganizations(db, viewerId);
        return viewers.map(() => organizations);
      },
      id => id,
    ),
    organization: byId('Organization', ids => findOrganizations(db, viewerId, ids)),
    organizationMembers: byParent(
      (ids, limit) => findOrganizationMembers(db, ids, limit),
      member => member.parentId,
    ),
    allowances: byParent(
      ids => findAllowances(db, ids, now),
      held => held.organizationId,
    ),
    invitations: byParent(
      ids => listInvitations(db, now, ids),
      invitation => invitation.organizationId ?? '',
    ),
    keysOfMember: byParent(
      members => findKeysOfMembers(db, viewerId, now, members),
      key => memberOf(key.organizationId, key.createdBy ?? ''),
    ),
    keysOfFormerMembers: byParent(
      ids => findKeysOfFormerMembers(db, viewerId, now, ids),
      key => key.organizationId,
    ),
    project: byId('Project', ids => findProjects(db, viewerId, ids)),
    projectsOf: byParent(
      (ids, limit) => findProjectsOf(db, viewerId, ids, limit),
      project => project.organizationId,
    ),
    projectMembers: byParent(
      (ids, limit) => findProjectMembers(db, ids, limit),
      member => member.parentId,
    ),
    model: byId('Model', ids => findModels(db, viewerId, ids)),
    modelsOf: byParent(
      (ids, limit) => findModelsOf(db, viewerId, ids, limit),
      model => model.projectId,
    ),
    curves: curvesLoader(kit, db),
    deployment: byId('Deployment', ids => findDeployments(db, viewerId, now, ids)),
    deploymentsOf: byParent(
      (ids, limit) => findDeploymentsOf(db, viewerId, now, ids, limit),
      deployment => deployment.projectId,
    ),
    apiKey: byId('API key', ids => findApiKeys(db, viewerId, ids)),
    firstUses: byParent(
      ids => findFirstUses(db, ids),
      use => use.id,
    ),
    keyPolicy: byParent(
      ids => findPolicies(db, ids),
      policy => policy.organizationId,
    ),
    usableKeys: byParent(
      ids => countUsableKeys(db, now, ids),
      count => count.projectId,
    ),
    apiKeys: { NEWEST: apiKeys('NEWEST'), LAST_USED: apiKeys('LAST_USED') },
    predictionLogs: byKey(
      (pages: readonly LogPage[]) => listPredictionLogs(db, pages, 'all'),
      ({ deploymentId, first, after }) => `${deploymentId} ${first} ${after}`,
    ),
    outsideLogs: byKey(
      (pages: readonly LogPage[]) => listPredictionLogs(db, pages, 'outside'),
      ({ deploymentId, first, after }) => `${deploymentId} ${first} ${after}`,
    ),
    keyLogs: byKey(
      (pages: readonly KeyLogPage[]) => listKeyLogs(db, pages),
      ({ apiKeyId, first, after }) => `${apiKeyId} ${first} ${after}`,
    ),
    projectLogs: byKey(
      (pages: readonly ProjectLogPage[]) => listProjectLogs(db, pages, 'all'),
      ({ projectId, first, after }) => `${projectId} ${first} ${after}`,
    ),
    outsideProjectLogs: byKey(
      (pages: readonly ProjectLogPage[]) => listProjectLogs(db, pages, 'outside'),
      ({ projectId, first, after }) => `${projectId} ${first} ${after}`,
    ),
    predictions: byKey(
      (logs: readonly Pick<PredictionLogRow, 'id' | 'createdAt'>[]) => readPredictions(db, logs),
      ({ id }) => id,
    ),
    outsideThisMonth: byKey(
      (ids: readonly string[]) => countOutsideThisMonth(db, now, ids),
      id => id,
    ),
    keyPredictions: byKey(
      (requests: readonly LastDaysOfKey[]) => countKeyPredictions(db, now, requests),
      ({ apiKeyId, days }) => `${apiKeyId} ${days}`,
    ),
    lastCalls: byKey(
      (ids: readonly string[]) => findLastCalls(db, ids),
      id => id,
    ),
    callers: byKey(
      (ids: readonly string[]) => countCallers(db, now, ids),
      id => id,
    ),
    refusals: byKey(
      (requests: readonly RefusalsOfKey[]) => countRefusalsByCode(db, now, requests),
      ({ apiKeyId, days }) => `${apiKeyId} ${days}`,
    ),
    dailyPredictions: byKey(
      (requests: readonly LastDays[]) => countDailyPredictions(db, now, requests),
      ({ deploymentId, days }) => `${deploymentId} ${days}`,
    ),
    mailChoice: byParent(
      ids => findMailChoices(db, viewerId, ids),
      choice => choice.organizationId,
    ),
    webhook: byId('Webhook', ids => findWebhooks(db, viewerId, ids)),
    webhooksOf: byParent(
      (ids, limit) => findWebhooksOf(db, viewerId, ids, limit),
      webhook => webhook.organizationId,
    ),
    activity: byKey(
      (pages: readonly ActivityPage[]) => listActivity(db, viewerId, pages),
      page => JSON.stringify(page),
    ),
    delivery: byId('Webhook delivery', ids => findDeliveries(db, viewerId, ids)),
    deliveries: byKey(
      (pages: readonly DeliveryPage[]) => listDeliveries(db, pages),
      ({ webhookId, first, after }) => `${webhookId} ${first} ${after}`,
    ),
  };
}

export type Loaders = ReturnType<typeof startLoaders>;

/** Loaders of models. */
export interface ModelLoaders {
  model: ById<ModelRow>;
  curves: (request: CurvesOfModel) => Promise<ModelCurves | null>;
}

/** Starts the loaders of models whose deployments a key was found to reach. They check no visibility. */
export function startModelLoaders(db: Database): ModelLoaders {
  const kit = startLoaderKit();
  return { model: kit.byId('Model', ids => readModels(db, ids)), curves: curvesLoader(kit, db) };
}

const curvesLoader = ({ byKey }: LoaderKit, db: Database) =>
  byKey(
    (requests: readonly CurvesOfModel[]) => readCurves(db, requests),
    ({ modelId, of }) => `${modelId} ${of}`,
  );
